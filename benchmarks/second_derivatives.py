"""What do a Jacobian and a Hessian cost, asked again for a function that was asked before, beside JAX jitted?"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from one_thread import restart_on_one_thread
from rivals import installed, jax_in_float64
from timing import held, one_by_one

import autograd
from autograd import dot, hessian, jacobian, tanh

SIZE = 200
Array = NDArray[np.float64]
Runs = dict[str, Callable[[], object]]


def corner(rows: object) -> tuple[float, float]:
    """What is printed of a matrix: its first number and the sum of all."""
    matrix = np.array(rows, float)
    return float(matrix[0, 0]), float(matrix.sum())


def table(name: str, runs: Runs, most: float) -> None:
    """Print one table."""
    print(name)
    medians = one_by_one(runs, "chaingrad, function", rounds=10, text=corner)
    for ours in ("chaingrad, function", "chaingrad, program"):
        held(name, medians, ours, "JAX jitted", at_most=most)


def rosenbrock(x: Any) -> Any:
    """Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²."""
    return sum(100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x))


def rosenbrock_by_hand(x: Array) -> Array:
    """Its second derivatives."""
    H, k = np.zeros((SIZE, SIZE)), np.arange(SIZE - 1)
    H[k, k] = 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
    H[k + 1, k + 1] += 200.0
    H[k, k + 1] = H[k + 1, k] = -400.0 * x[:-1]
    return H


def main() -> None:
    """Print two tables; the control is the matrix by hand, with NumPy."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; {SIZE} x {SIZE}, float64, one thread")
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(SIZE, SIZE)) * SIZE**-0.5, rng.normal(size=SIZE)
    rows, numbers = W.tolist(), x.tolist()

    def layer(x: Any) -> list[Any]:
        return [tanh(dot(row, x)) for row in rows]

    first: Runs = {
        "NumPy by hand": lambda: (1.0 - np.tanh(W @ x) ** 2)[:, None] * W,
        "chaingrad, function": partial(jacobian(layer), numbers),
        "chaingrad, program": partial(autograd.compile(layer).jacobian, numbers),
    }
    second: Runs = {
        "NumPy by hand": lambda: rosenbrock_by_hand(x),
        "chaingrad, function": partial(hessian(rosenbrock), numbers),
        "chaingrad, program": partial(autograd.compile(rosenbrock).hessian, numbers),
    }
    if installed("jax", "JAX jitted"):
        jax = jax_in_float64()
        matrix, point = jax.numpy.array(W), jax.numpy.array(x)
        slopes = jax.jit(jax.jacrev(lambda x: jax.numpy.tanh(matrix @ x)))
        curves = jax.jit(jax.hessian(lambda x: (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()))
        first["JAX jitted"] = lambda: jax.block_until_ready(slopes(point))
        second["JAX jitted"] = lambda: jax.block_until_ready(curves(point))
    table("Jacobian of tanh(Wx)", first, 100)
    table("Hessian of Rosenbrock's function", second, 30)


if __name__ == "__main__":
    restart_on_one_thread()
    main()
