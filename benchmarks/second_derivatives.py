"""What do a Jacobian and a Hessian cost, asked again for a function that was asked before, beside JAX jitted?"""

from collections.abc import Callable

import numpy as np
from one_thread import restart_on_one_thread
from rivals import installed, jax_in_float64
from timing import held, one_by_one

import autograd
from autograd import dot, hessian, jacobian, tanh

SIZE = 200
Runs = dict[str, Callable[[], object]]


def corner(rows: object) -> tuple[float, float]:
    """What is printed of a matrix: its first number and the sum of all."""
    matrix = np.array(rows, float)
    return float(matrix[0, 0]), float(matrix.sum())


def table(name: str, runs: Runs, most: float) -> None:
    """Print one table."""
    print(name)
    medians = one_by_one(runs, "chaingrad", rounds=10, text=corner)
    held(name, medians, "chaingrad", "JAX jitted", at_most=most)


def main() -> None:
    """Print two tables; the control is the matrix by hand, with NumPy."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; {SIZE} x {SIZE}, float64, one thread")
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(SIZE, SIZE)) * SIZE**-0.5, rng.normal(size=SIZE)
    rows, numbers = W.tolist(), x.tolist()
    slopes = jacobian(lambda x: [tanh(dot(row, x)) for row in rows])
    runs: Runs = {
        "NumPy by hand": lambda: (1.0 - np.tanh(W @ x) ** 2)[:, None] * W,
        "chaingrad": lambda: slopes(numbers),
    }
    curves = hessian(lambda x: sum(100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in zip(x, x[1:], strict=False)))

    def by_hand() -> object:
        H = np.zeros((SIZE, SIZE))
        k = np.arange(SIZE - 1)
        H[k, k] = 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
        H[k + 1, k + 1] += 200.0
        H[k, k + 1] = H[k + 1, k] = -400.0 * x[:-1]
        return H

    second: Runs = {"NumPy by hand": by_hand, "chaingrad": lambda: curves(numbers)}
    if installed("jax", "JAX jitted"):
        jax = jax_in_float64()
        jnp, point = jax.numpy, jax.numpy.array(x)
        jac = jax.jit(jax.jacrev(lambda x: jnp.tanh(jnp.array(W) @ x)))
        hes = jax.jit(jax.hessian(lambda x: (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()))
        runs["JAX jitted"] = lambda: jax.block_until_ready(jac(point))
        second["JAX jitted"] = lambda: jax.block_until_ready(hes(point))
    table("Jacobian of tanh(Wx)", runs, 100)
    table("Hessian of Rosenbrock's function", second, 30)


if __name__ == "__main__":
    restart_on_one_thread()
    main()
