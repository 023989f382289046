"""Do reductions over n numbers take time in proportion to n? Value and gradients, and a product with the Hessian.

Each stands beside a control of as many numbers: softmax beside the same written out in small nodes, max, var and the
like beside sum. The exponent is that of n in the time, between the smallest and the largest n: 1 is in proportion.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from timing import seconds

import autograd
from autograd import Value, dot, hvp, log_softmax, softmax
from nn import BatchNorm
from nn.losses import cross_entropy

SIZES = (1000, 4000, 16_000)
HESSIAN_SIZES = (500, 2000, 4000)
Function = Callable[[Sequence[Any]], Any]


def numbers(n: int) -> list[float]:
    """n numbers about 1."""
    rng = random.Random(n)
    return [rng.uniform(0.9, 1.1) for _ in range(n)]


def written_out(xs: Sequence[Any]) -> list[Any]:
    """A softmax in small nodes, shifted by the largest."""
    top = max(x.data for x in xs)
    terms = [(x - top).exp() for x in xs]
    whole = autograd.sum(terms)
    return [term / whole for term in terms]


def log_likelihood(xs: Sequence[Any]) -> Any:
    """The cross-entropy of class 0 in small nodes."""
    top = max(x.data for x in xs)
    return top - xs[0] + autograd.sum([(x - top).exp() for x in xs]).log()


def normalised(xs: Sequence[Any]) -> Any:
    """The batch norm of n rows of one number, weighted and added up."""
    return weighted([row[0] for row in BatchNorm(1).batch([[x] for x in xs])])


def weighted(xs: Sequence[Any]) -> Any:
    """One number of many."""
    return dot(numbers(len(xs)), xs)


BESIDE_SMALL_NODES: dict[str, tuple[Function, Function]] = {
    "softmax": (lambda xs: weighted(written_out(xs)), lambda xs: weighted(softmax(xs))),
    "log_softmax": (lambda xs: weighted([p.log() for p in written_out(xs)]), lambda xs: weighted(log_softmax(xs))),
    "cross-entropy": (log_likelihood, lambda xs: cross_entropy([xs], [0])),
}
BESIDE_SUM: dict[str, tuple[Function, Function]] = {
    name: (autograd.sum, getattr(autograd, name))
    for name in ("mean", "prod", "norm", "max", "min", "var", "std", "logsumexp")
} | {"batch norm": (autograd.sum, normalised)}


def walked_back(f: Function, n: int) -> Callable[[], object]:
    """Record f of n Values and walk back."""
    xs = [Value(x) for x in numbers(n)]

    def run() -> float:
        y = f(xs)
        y.backward()
        return float(y.data)

    return run


def hessian_product(f: Function, n: int) -> Callable[[], object]:
    """The Hessian of f times a vector, from the numbers on."""
    xs = numbers(n)
    return lambda: hvp(f)(xs, xs)


def table(
    rivals: dict[str, tuple[Function, Function]],
    sizes: Sequence[int],
    task: Callable[[Function, int], Callable[[], object]],
    rounds: int = 5,
) -> None:
    """Time control and ours in turn, and print both, the ratio at each size, and the exponents."""
    for name, (control, ours) in rivals.items():
        runs = [[task(f, n) for n in sizes] for f in (control, ours)]
        best = [[math.inf] * len(sizes) for _ in runs]
        for _ in range(rounds):
            for i, of_one in enumerate(runs):
                for k, run in enumerate(of_one):
                    best[i][k] = min(best[i][k], seconds(run, 0.02))
        growth = math.log(sizes[-1] / sizes[0])
        exponents = [math.log(of_one[-1] / of_one[0]) / growth for of_one in best]
        times = "".join(f"{b * 1e3:9.2f} /{a * 1e3:8.2f} ={b / a:6.2f}" for a, b in zip(best[0], best[1], strict=True))
        print(f"  {name:<14}{times}   n^{exponents[1]:.2f} (control n^{exponents[0]:.2f})")


def main() -> None:
    """Print the tables."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; ms of ours / of the control = ratio")
    print(f"value and gradients beside small nodes, n = {', '.join(map(str, SIZES))}")
    table(BESIDE_SMALL_NODES, SIZES, walked_back)
    print("value and gradients beside sum")
    table(BESIDE_SUM, SIZES, walked_back)
    print(f"Hessian times a vector beside small nodes, n = {', '.join(map(str, HESSIAN_SIZES))}")
    table(BESIDE_SMALL_NODES, HESSIAN_SIZES, hessian_product, 2)
    print("Hessian times a vector beside that of sum")
    table(BESIDE_SUM, HESSIAN_SIZES, hessian_product, 2)


if __name__ == "__main__":
    main()
