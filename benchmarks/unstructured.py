"""How long does it take to compile a graph without structure, in microseconds a node?"""

import importlib
import random
import time
from itertools import product
from typing import Any

from rivals import installed
from timing import bar

import autograd
from autograd import Value

SIZES, WIDTHS = (1_000, 10_000, 100_000), (5, 50)


def graph(x: list[Any], count: int, width: int, tanh: Any) -> Any:
    """So many operations, each of two of the last few results, drawn at random."""
    rng = random.Random(0)
    recent = list(x)
    for k in range(count // 3):
        a, b = rng.sample(recent, 2)
        v = (a.__add__, a.__sub__, a.__mul__)[rng.randrange(3)](b)
        recent.append(tanh(v + x[k % len(x)]))
        del recent[:-width]
    total = recent[0]
    for v in recent[1:]:
        total = total + v
    return total


def ours(count: int, width: int) -> tuple[float, float, object]:
    """Seconds to record; to compile and to get a first gradient; the loss."""
    start = time.perf_counter()
    x = [Value(0.3), Value(-0.7), Value(1.1)]
    root = graph(x, count, width, lambda v: v.tanh())
    recorded = time.perf_counter()
    result = autograd.compile(root, x).value_and_grad([0.3, -0.7, 1.1], inputs=True)
    return recorded - start, time.perf_counter() - recorded, result[0]


def casadi_build(count: int, width: int) -> tuple[float, object]:
    """Seconds for CasADi to make the function and its gradient, and its first result."""
    casadi = importlib.import_module("casadi")
    x = [casadi.SX.sym(f"x{i}") for i in range(3)]
    root = graph(x, count, width, casadi.tanh)
    start = time.perf_counter()
    function = casadi.Function("f", x, [root, casadi.gradient(root, casadi.vertcat(*x))])
    result = function(0.3, -0.7, 1.1)
    return time.perf_counter() - start, float(result[0])


def main() -> None:
    """Print a line for each size; the control is the recording."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; to the first gradient")
    other = installed("casadi", "CasADi")
    ours(100, WIDTHS[0])  # what is imported at the first use
    for width, count in product(WIDTHS, SIZES):
        recorded, compiled, result = ours(count, width)
        spent = compiled / count * 1e6
        bar(
            f"{count:,} nodes, each of two of the last {width}: {spent:.1f} µs a node, recording "
            f"{recorded / count * 1e6:.2f}   result {result!r}",
            spent,
            at_most=20,
        )
        if other:
            seconds, result = casadi_build(count, width)
            print(f"  CasADi: {seconds / count * 1e6:.1f} µs a node   result {result!r}")


if __name__ == "__main__":
    main()
