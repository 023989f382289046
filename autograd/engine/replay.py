"""`Replay`: the numbers of a tape, forward and back, for one example or for blocks of them.

One example runs over rows of one number and gives the bits that recording gives; but not by a softmax of several, whose
sums recording adds up in another order. A batch runs in blocks of examples, a row of numbers side by side for each,
so that a step is dispatched once for the whole block.

Rules that are not spelled out here are called as the table has them, once for each example.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.fingerprint import Fingerprint
from autograd.engine.flags import REQUIRES
from autograd.engine.node import Node
from autograd.engine.tape import Tape
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from replay.pxd
    from autograd.engine.kernels import (
        base_slope,
        exponent_slope,
        floor_quotient,
        larger,
        larger_slope,
        log_slope,
        logistic,
        power,
        quotient,
        rectified,
        rectified_slope,
        remainder,
    )  # fmt: skip
    from autograd.engine.tape import (
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
    from autograd.engine.value import number

BLOCK_BYTES = 128 * 1024  # what the rows of one block may take, to stay in the processor's cache
WIDEST = 256  # examples in a block; more gain nothing
NARROWEST = 8


def takes_gradient(v: Node) -> bool:
    return v._flags & REQUIRES != 0


def over(a: float, b: float) -> float:
    return a / b if cython.compiled else quotient(a, b)  # in line, unlike what another module compiles


def start(numbers: Any) -> Any:
    """Where the numbers of an array begin, in C a pointer."""
    return cython.address(numbers[0]) if cython.compiled else numbers


@cython.final
@cython.auto_pickle(False)
@cython.cclass
class Replay:
    """The numbers of a tape: `numbers` and `adjoints` hold those of one example, inputs and parameters first.

    >>> from autograd.engine.ops import TABLE
    >>> from autograd.engine.tape import Tape
    >>> tape = Tape(1, 1, [], [(TABLE["*"], [0, 1], ()), (TABLE["+"], [2, 1], ())], [True] * 4, [3])  # y = w·x + w
    >>> replay = Replay(tape)
    >>> replay.numbers[1] = 3.0
    >>> replay.load([2.0]), replay.gradient(1.0, True), replay.adjoints[:2].tolist()
    (True, 9.0, [3.0, 3.0])
    """

    tape: Any
    numbers: Any
    adjoints: Any
    V: Any  # the same, in C a pointer
    G: Any
    blocks: Any
    has_blocks: bool
    width: int

    def __init__(self, tape: Tape) -> None:
        if self.tape is not None or not isinstance(tape, Tape):
            raise TypeError(f"a Replay takes a Tape, once, got {short(tape)}")
        self._start(tape)

    def _start(self, tape: Tape) -> None:
        if not tape.ready:
            raise TypeError("a Replay takes a Tape that has its steps: make it as Tape(...)")
        self.kinds, self.first, self.operands, self.own = tape.kinds, tape.first, tape.operands, tape.own
        self.numbers = array("d", bytes(8 * max(tape.rows, 1)))
        self.adjoints = array("d", bytes(8 * max(tape.leaves + tape.count, 1)))
        at = tape.inputs + tape.parameters
        for i in range(len(tape.numbers)):
            self.numbers[at + i] = tape.numbers[i]
        self.kept, self.kept_too = self.numbers, self.adjoints
        self.V, self.G = start(self.kept), start(self.kept_too)
        room = BLOCK_BYTES // (8 * (tape.rows + tape.leaves + tape.count))
        self.width = NARROWEST
        while self.width * 2 <= min(room, WIDEST):
            self.width *= 2
        self.tape = tape

    def load(self, x: Any) -> bool:
        """Set the inputs to the numbers of one example; False if x is no list of so many (then some may be set)."""
        self._check()
        if not isinstance(x, (list, tuple)) or len(x) != self.tape.inputs:
            return False
        for i in range(self.tape.inputs):
            if i >= len(x):
                return False
            item = x[i]
            if type(item) is float:
                self.V[i] = item
            elif type(item) is int:
                self.V[i] = number(item)
            else:
                return False
        return True

    def load_arguments(self, shapes: tuple[Any, ...], arguments: tuple[Any, ...]) -> bool:
        """The same from the arguments of a call, if they have these shapes: a number, a Value, lists of such.

        A shape is "number", ("list", shape, ...), ("tuple", shape, ...), ("value", id, whether it takes a gradient),
        ("constant", type, object), or the `Fingerprint` of a module.
        """
        self._check()
        self.loaded = 0
        if shapes is None or arguments is None or len(shapes) != len(arguments):
            return False
        for i in range(len(shapes)):
            if not self._load_argument(shapes[i], arguments[i], 0):
                return False
        return bool(self.loaded == self.tape.inputs)

    def _load_argument(self, shape: Any, x: Any, depth: int) -> bool:
        if type(x) is float:
            if shape != "number" or self.loaded >= self.tape.inputs:
                return False
            self.V[self.loaded] = x
            self.loaded += 1
            return True
        if isinstance(shape, Fingerprint):
            return bool(shape.fits(x))
        if not isinstance(shape, tuple) or not shape or depth > 20:
            return False
        if shape[0] == "constant":
            return bool(len(shape) == 3 and x is shape[2])
        if isinstance(x, Node):
            return bool(len(shape) == 3 and shape[0] == "value" and shape[1] == id(x) and shape[2] is takes_gradient(x))
        if type(x) is list or type(x) is tuple:
            if shape[0] != type(x).__name__ or len(shape) != len(x) + 1:
                return False
            for i in range(1, len(shape)):
                if i > len(x) or not self._load_argument(shape[i], x[i - 1], depth + 1):
                    return False
            return True
        return False

    def value(self) -> float:
        """The first output at the numbers that are there."""
        self._check()
        self._forward(self.V, 1, 1, False)
        y: float = self.V[self.tape.outputs[0]]
        return y

    def gradient(self, seed: float, inputs: bool) -> float:
        """The same, with seed · its gradient in the rows of parameters, and those of inputs if asked for."""
        self._check()
        self._forward(self.V, 1, 1, True)
        for i in range(self.tape.leaves + self.tape.count):
            self.G[i] = 0.0
        root = self.tape.outputs[0]
        self.G[root] = seed
        self._backward(self.V, self.G, 1, 1, inputs, True)
        y: float = self.V[root]
        return y

    def jacobian(self, inputs: bool, into: Any) -> None:
        """∂output/∂input or ∂output/∂parameter at the numbers that are there: a row of `into` for each output.

        Going back from one output, only steps that it is made of are looked at: rows that nothing arrived at are
        skipped, a byte each. So 200 outputs of a dot each take the time of one walk over all, and not of 200.
        """
        self._check()
        start = 0 if inputs else self.tape.inputs
        columns = self.tape.inputs if inputs else self.tape.parameters
        if into.shape[0] != len(self.tape.outputs) or into.shape[1] != columns:
            raise ValueError(
                f"into is ({into.shape[0]}, {into.shape[1]}): it takes a row for each of {len(self.tape.outputs)} "
                f"outputs, of {columns} numbers"
            )
        ways = self.tape.to_inputs if inputs else self.tape.to_parameters
        self._forward(self.V, 1, 1, True)
        arrived = array("b", bytes(self.tape.leaves + self.tape.count))
        for i in range(self.tape.leaves + self.tape.count):
            self.G[i] = 0.0
        for o in range(len(self.tape.outputs)):
            root = self.tape.outputs[o]
            if ways[root]:
                self.G[root] = 1.0
                arrived[root] = 1
                self._back_from(root, ways, arrived)
            for c in range(columns):
                into[o, c] = self.G[start + c]
                self.G[start + c] = 0.0

    def _back_from(self, root: int, ways: Any, arrived: Any) -> int:
        """The chain rule from one row down, over rows at which something arrived; their adjoints are 0 again then."""
        operands, first, slopes = self.operands, self.first, self.tape.slopes
        leaves = self.tape.leaves
        # Operands have smaller numbers than results: all has arrived at a row when its turn comes.
        for r in range(root, leaves - 1, -1):
            if not arrived[r]:
                continue
            arrived[r] = 0
            g = self.G[r]
            self.G[r] = 0.0
            for j in range(first[r - leaves], first[r - leaves + 1]):
                t = operands[j]
                if not ways[t]:
                    continue
                arrived[t] = 1
                s = slopes[j]
                if s == PLUS:
                    self.G[t] += g
                elif s == MINUS:
                    self.G[t] -= g
                else:
                    part = self.V[s] * g
                    if part == part or (g != 0.0 and (self.V[s] != 0.0 or g != g)):
                        self.G[t] += part
        return 0

    def _check(self) -> None:
        if self.tape is None:
            raise TypeError("this Replay has no tape: make it as Replay(tape)")

    # ----- Batches -----

    def values(self, X: Any, into: Any) -> None:
        """The outputs for each row of X, (examples, inputs), written to `into`, (examples, outputs)."""
        self._check()
        self._check_shapes(X.shape[0], X.shape[1], into.shape[0], into.shape[1], len(self.tape.outputs))
        self._make_blocks()
        for at in range(0, X.shape[0], self.width):
            w = min(self.width, X.shape[0] - at)
            self._read(X, at, w)
            self._forward(self.blocks, self.width, w, False)
            for j in range(len(self.tape.outputs)):
                row = self.tape.outputs[j] * self.width
                for e in range(w):
                    into[at + e, j] = self.blocks[row + e]

    def gradients(self, X: Any, seed: float, inputs: bool, into: Any, outputs: Any) -> float:
        """seed · Σ of the first output over the rows of X; seed · its gradient is in the rows of parameters.

        Gradients by inputs go to `into`, (examples, inputs), if asked for; all outputs to `outputs`.
        """
        self._check()
        self._check_shapes(X.shape[0], X.shape[1], outputs.shape[0], outputs.shape[1], len(self.tape.outputs))
        if inputs:
            self._check_shapes(X.shape[0], X.shape[1], into.shape[0], into.shape[1], self.tape.inputs)
        self._make_blocks()
        width = self.width
        leaves = self.tape.inputs + self.tape.parameters
        root = self.tape.outputs[0]
        total = 0.0
        G = self.G_blocks
        V = self.blocks
        for k in range(self.tape.parameters):
            self.G[self.tape.inputs + k] = 0.0
        for at in range(0, X.shape[0], width):
            w = min(width, X.shape[0] - at)
            self._read(X, at, w)
            self._forward(V, width, w, True)
            for j in range(len(self.tape.outputs)):
                row = self.tape.outputs[j] * width
                for e in range(w):
                    outputs[at + e, j] = V[row + e]
            for e in range(w):
                total += V[root * width + e]
            # Plainly first: what is finite then would not be otherwise with care.
            for careful in range(2):
                for i in range((self.tape.leaves + self.tape.count) * width):
                    G[i] = 0.0
                for e in range(w):
                    G[root * width + e] = seed
                self._backward(V, G, width, w, inputs, careful == 1)
                odd = 0.0
                for i in range(0 if inputs else self.tape.inputs * width, leaves * width):
                    odd += G[i] * 0.0
                if odd == 0.0:
                    break
            for k in range(self.tape.parameters):
                row = (self.tape.inputs + k) * width
                part = 0.0
                for e in range(w):
                    part += G[row + e]
                self.G[self.tape.inputs + k] += part
            if inputs:
                for k in range(self.tape.inputs):
                    for e in range(w):
                        into[at + e, k] = G[k * width + e]
        return seed * total

    def _check_shapes(self, examples: int, columns: int, rows: int, width: int, wanted: int) -> None:
        if columns != self.tape.inputs or rows != examples or width != wanted:
            raise ValueError(
                f"X is ({examples}, {columns}) and the results ({rows}, {width}): there are {self.tape.inputs} inputs"
            )

    def _make_blocks(self) -> None:
        """Rows for blocks of examples, with the numbers of parameters and of what stays in each."""
        if not self.has_blocks:
            self.has_blocks = True
            self.block_rows = array("d", bytes(8 * self.tape.rows * self.width))
            self.block_adjoints = array("d", bytes(8 * (self.tape.leaves + self.tape.count) * self.width))
            self.blocks, self.G_blocks = start(self.block_rows), start(self.block_adjoints)
        width = self.width
        for i in range(self.tape.inputs, self.tape.leaves):
            for e in range(width):
                self.blocks[i * width + e] = self.V[i]

    def _read(self, X: Any, at: int, w: int) -> None:
        for k in range(self.tape.inputs):
            row = k * self.width
            for e in range(w):
                self.blocks[row + e] = X[at + e, k]

    # ----- Both ways -----

    def _forward(self, V: Any, width: int, w: int, slopes: bool) -> int:
        """Run the steps for w examples, whose numbers lie side by side in rows that are `width` apart."""
        operands, own, first, kinds = self.operands, self.own, self.first, self.kinds
        leaves = self.tape.leaves
        for k in range(self.tape.count):
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
                    y = power(V[a + e], V[b + e])
                    V[r + e] = y
                    if sa >= 0:
                        V[sa + e] = base_slope(V[a + e], V[b + e])
                    if sb >= 0:
                        V[sb + e] = exponent_slope(V[a + e], V[b + e], y)
            elif kind == CUBE:
                # C's pow takes 20 ns, and gives the bits that recording gives: one example has them.
                for e in range(w):
                    V[r + e] = power(V[a + e], 3.0) if w == 1 else V[a + e] * V[a + e] * V[a + e]
                    if sa >= 0:
                        V[sa + e] = 3.0 * (V[a + e] * V[a + e])
            elif kind == MOD:
                for e in range(w):
                    V[r + e] = remainder(V[a + e], V[b + e])
                    if sa >= 0:
                        V[sa + e] = 1.0
                    if sb >= 0:
                        V[sb + e] = -floor_quotient(V[a + e], V[b + e])
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
                        V[sa + e] = log_slope(V[a + e])
            elif kind == SQRT:
                for e in range(w):
                    y = c_sqrt(V[a + e])
                    V[r + e] = y
                    if sa >= 0:
                        V[sa + e] = quotient(0.5, y)
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
                    y = logistic(V[a + e])
                    V[r + e] = y
                    if sa >= 0:
                        V[sa + e] = y * (1.0 - y)
            elif kind == RELU:
                for e in range(w):
                    V[r + e] = rectified(V[a + e])
                    if sa >= 0:
                        V[sa + e] = rectified_slope(V[a + e])
            elif kind == MAXIMUM:
                for e in range(w):
                    V[r + e] = larger(V[a + e], V[b + e])
                    if sa >= 0:
                        V[sa + e] = larger_slope(V[a + e], V[b + e])
                    if sb >= 0:
                        V[sb + e] = larger_slope(V[b + e], V[a + e])
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
                    V[r + e] = (
                        1.0 if y != y and (V[a + e] == 0.0 or (V[b + e] == 0.0 and V[a + e] == V[a + e])) else 0.0
                    )
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
                self._apply(V, k, width, w, slopes)
        return 0

    def _apply(self, V: Any, k: int, width: int, w: int, slopes: bool) -> int:
        """A step by the rules of the table."""
        op, params = self.tape.rules[k]
        start, end = self.first[k], self.first[k + 1]
        for e in range(w):
            numbers = [V[self.operands[j] * width + e] for j in range(start, end)]
            y = number(op.value(ops.FLOATS, numbers, params))
            V[(self.tape.leaves + k) * width + e] = y
            if slopes:
                local = op.local(ops.FLOATS, y, numbers, params)
                for j in range(start, end):
                    if self.own[j] >= 0:
                        V[self.own[j] * width + e] = number(local[j - start])
        return 0

    def _backward(self, V: Any, G: Any, width: int, w: int, inputs: bool, careful: bool) -> int:
        """The chain rule over all edges. With care, an adjoint or slope of exactly 0 stops what is infinite or nan."""
        tape = self.tape
        if inputs:
            source, slope, target = tape.all_sources, tape.all_by, tape.all_targets
        else:
            source, slope, target = tape.sources, tape.by, tape.targets
        for j in range(len(source)):
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


if not cython.compiled:  # in C, fields are 0 and None from the start
    Replay.tape = None
    Replay.has_blocks = False
