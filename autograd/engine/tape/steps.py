"""The steps of a tape, run forward and back over rows of numbers: one example, or a block of them side by side.

A step is dispatched once for the whole block: row r of a block of `width` examples begins at V[r · width]. The rules
that are spelled out here give the bits that recording gives; others are called as the table has them, once for each
example.

    step 2 = 0 × 1, two examples     V:  x₁ x₂ | w₁ w₂ | .. ..   ->   x₁ x₂ | w₁ w₂ | x₁·w₁ x₂·w₂
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.tape.tape import Tape

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from steps.pxd
    from autograd.engine import kernels
    from autograd.engine.arithmetic import number
    from autograd.engine.tape.tape import (
        ADD,
        COS,
        CUBE,
        DIV,
        DOT,
        EXP,
        LOG,
        MAXIMUM,
        MINUS,
        MOD,
        MUL,
        NEG,
        PLUS,
        POW,
        RELU,
        SIGMOID,
        SIN,
        SQRT,
        SQUARE,
        STOPS,
        SUB,
        SUM,
        TANH,
        WHERE,
    )  # fmt: skip
    from autograd.engine.uncompiled import c_cos, c_exp, c_log, c_sin, c_sqrt, c_tanh


def over(a: float, b: float) -> float:
    return a / b if cython.compiled else kernels.quotient(a, b)  # in line, unlike what another module compiles


def start(numbers: Any) -> Any:
    """Where whole numbers begin, in C a pointer: a view is counted, which takes as long as three steps."""
    return cython.address(numbers[0]) if cython.compiled else numbers


# For one example C makes versions of the two long functions, with rows of one number.


def run_one_forward(tape: Tape, V: Any, slopes: bool) -> int:
    return run_forward(tape, V, 1, 1, slopes)


def run_one_back(tape: Tape, V: Any, G: Any, inputs: bool) -> int:
    return run_back(tape, V, G, 1, 1, inputs, True)


def run_forward(tape: Tape, V: Any, width: int, w: int, slopes: bool) -> int:
    """Run the steps for w examples, whose numbers lie side by side in rows that are `width` apart."""
    operands, own, first, kinds = start(tape.operands), start(tape.own), start(tape.first), start(tape.kinds)
    leaves = tape.leaves
    for k in range(tape.count):
        kind = kinds[k]
        i = first[k]
        r = (leaves + k) * width
        a = operands[i] * width
        b = operands[i + 1] * width
        sa = own[i] * width if slopes else -1
        sb = own[i + 1] * width if slopes else -1
        if kind == ADD:
            for e in range(w):
                V[r + e] = V[a + e] + V[b + e]
        elif kind == SUB:
            for e in range(w):
                V[r + e] = V[a + e] - V[b + e]
        elif kind == MUL:
            for e in range(w):
                V[r + e] = V[a + e] * V[b + e]
        elif kind == NEG:
            for e in range(w):
                V[r + e] = -V[a + e]
        elif kind == DIV:
            for e in range(w):
                V[r + e] = over(V[a + e], V[b + e])
                if sa >= 0:
                    V[sa + e] = over(1.0, V[b + e])
                if sb >= 0:
                    V[sb + e] = over(-V[r + e], V[b + e])
        elif kind == POW:
            for e in range(w):
                y = kernels.power(V[a + e], V[b + e])
                V[r + e] = y
                if sa >= 0:
                    V[sa + e] = kernels.base_slope(V[a + e], V[b + e])
                if sb >= 0:
                    V[sb + e] = kernels.exponent_slope(V[a + e], V[b + e], y)
        elif kind == CUBE:
            # C's pow takes 20 ns, and gives the bits that recording gives: one example has them.
            for e in range(w):
                V[r + e] = kernels.power(V[a + e], 3.0) if w == 1 else V[a + e] * V[a + e] * V[a + e]
                if sa >= 0:
                    V[sa + e] = 3.0 * (V[a + e] * V[a + e])
        elif kind == MOD:
            for e in range(w):
                V[r + e] = kernels.remainder(V[a + e], V[b + e])
                if sa >= 0:
                    V[sa + e] = 1.0
                if sb >= 0:
                    V[sb + e] = -kernels.floor_quotient(V[a + e], V[b + e])
        elif kind == SQUARE:
            for e in range(w):
                V[r + e] = V[a + e] * V[a + e]
                if sa >= 0:
                    V[sa + e] = 2.0 * V[a + e]
        elif kind == EXP:
            for e in range(w):
                y = c_exp(V[a + e])
                V[r + e] = y
                if sa >= 0:
                    V[sa + e] = y
        elif kind == LOG:
            for e in range(w):
                V[r + e] = c_log(V[a + e])
                if sa >= 0:
                    V[sa + e] = kernels.log_slope(V[a + e])
        elif kind == SQRT:
            for e in range(w):
                y = c_sqrt(V[a + e])
                V[r + e] = y
                if sa >= 0:
                    V[sa + e] = kernels.quotient(0.5, y)
        elif kind == SIN:
            for e in range(w):
                V[r + e] = c_sin(V[a + e])
                if sa >= 0:
                    V[sa + e] = c_cos(V[a + e])
        elif kind == COS:
            for e in range(w):
                V[r + e] = c_cos(V[a + e])
                if sa >= 0:
                    V[sa + e] = -c_sin(V[a + e])
        elif kind == TANH:
            for e in range(w):
                y = c_tanh(V[a + e])
                V[r + e] = y
                if sa >= 0:
                    V[sa + e] = 1.0 - y * y
        elif kind == SIGMOID:
            for e in range(w):
                y = kernels.logistic(V[a + e])
                V[r + e] = y
                if sa >= 0:
                    V[sa + e] = y * (1.0 - y)
        elif kind == RELU:
            for e in range(w):
                V[r + e] = kernels.rectified(V[a + e])
                if sa >= 0:
                    V[sa + e] = kernels.rectified_slope(V[a + e])
        elif kind == MAXIMUM:
            for e in range(w):
                V[r + e] = kernels.larger(V[a + e], V[b + e])
                if sa >= 0:
                    V[sa + e] = kernels.larger_slope(V[a + e], V[b + e])
                if sb >= 0:
                    V[sb + e] = kernels.larger_slope(V[b + e], V[a + e])
        elif kind == WHERE:
            c = operands[i + 2] * width
            sc = own[i + 2] * width if slopes else -1
            for e in range(w):
                taken = 1.0 if V[a + e] != 0.0 else 0.0
                V[r + e] = V[b + e] if taken == 1.0 else V[c + e]
                if sa >= 0:
                    V[sa + e] = 0.0
                if sb >= 0:
                    V[sb + e] = taken
                if sc >= 0:
                    V[sc + e] = 1.0 - taken
        elif kind == STOPS:
            for e in range(w):
                y = V[a + e] * V[b + e]
                V[r + e] = 1.0 if y != y and (V[a + e] == 0.0 or (V[b + e] == 0.0 and V[a + e] == V[a + e])) else 0.0
                if sa >= 0:
                    V[sa + e] = 0.0
                if sb >= 0:
                    V[sb + e] = 0.0
        elif kind == SUM:
            for e in range(w):
                V[r + e] = 0.0
            for j in range(i, first[k + 1]):
                a = operands[j] * width
                for e in range(w):
                    V[r + e] += V[a + e]
        elif kind == DOT:
            n = (first[k + 1] - i) // 2
            if first[k + 1] - i > 2 * n:
                bias = operands[i + 2 * n] * width
                for e in range(w):
                    V[r + e] = V[bias + e]
            else:
                for e in range(w):
                    V[r + e] = 0.0
            for j in range(i, i + n):
                a = operands[j] * width
                b = operands[j + n] * width
                for e in range(w):
                    V[r + e] += V[a + e] * V[b + e]
        else:
            _apply(tape, V, k, width, w, slopes)
    return 0


def _apply(tape: Tape, V: Any, k: int, width: int, w: int, slopes: bool) -> int:
    """A step by the rules of the table."""
    op, params = tape.rules[k]
    start, end = tape.first[k], tape.first[k + 1]
    for e in range(w):
        numbers = [V[tape.operands[j] * width + e] for j in range(start, end)]
        y = number(op.value(ops.FLOATS, numbers, params))
        V[(tape.leaves + k) * width + e] = y
        if slopes:
            local = op.local(ops.FLOATS, y, numbers, params)
            for j in range(start, end):
                if tape.own[j] >= 0:
                    V[tape.own[j] * width + e] = number(local[j - start])
    return 0


def run_back(tape: Tape, V: Any, G: Any, width: int, w: int, inputs: bool, careful: bool) -> int:
    """The chain rule over all edges. With care, an adjoint or slope of exactly 0 stops what is infinite or nan."""
    if inputs:
        edges = len(tape.all_sources)
        source, slope, target = start(tape.all_sources), start(tape.all_by), start(tape.all_targets)
    else:
        edges = len(tape.sources)
        source, slope, target = start(tape.sources), start(tape.by), start(tape.targets)
    for j in range(edges):
        g = source[j] * width
        t = target[j] * width
        s = slope[j]
        if s == PLUS:
            for e in range(w):
                G[t + e] += G[g + e]
        elif s == MINUS:
            for e in range(w):
                G[t + e] -= G[g + e]
        else:
            s *= width
            if careful:
                for e in range(w):
                    part = V[s + e] * G[g + e]
                    if part != part and (G[g + e] == 0.0 or (V[s + e] == 0.0 and G[g + e] == G[g + e])):
                        continue
                    G[t + e] += part
            else:
                for e in range(w):
                    G[t + e] += V[s + e] * G[g + e]
    return 0


def run_back_from(tape: Tape, V: Any, G: Any, root: int, ways: Any, arrived: Any) -> int:
    """The chain rule from one row down, over rows at which something arrived; their adjoints are 0 again then."""
    operands, first, slopes, leaves = tape.operands, tape.first, tape.slopes, tape.leaves
    # Operands have smaller numbers than results: all has arrived at a row when its turn comes.
    for r in range(root, leaves - 1, -1):
        if not arrived[r]:
            continue
        arrived[r] = 0
        g = G[r]
        G[r] = 0.0
        for j in range(first[r - leaves], first[r - leaves + 1]):
            t = operands[j]
            if not ways[t]:
                continue
            arrived[t] = 1
            s = slopes[j]
            if s == PLUS:
                G[t] += g
            elif s == MINUS:
                G[t] -= g
            else:
                part = V[s] * g
                if part == part or (g != 0.0 and (V[s] != 0.0 or g != g)):
                    G[t] += part
    return 0
