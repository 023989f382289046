"""Compiled programs with structure over a batch: attention, and a Runge-Kutta method for an equation with parameters.

Rivals: NumPy with derivatives by hand, JAX jitted. All give the mean loss and its gradient by all parameters.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from one_thread import restart_on_one_thread
from rivals import installed, jax_in_float64
from timing import held, one_by_one

import autograd
from autograd import Value, dot, softmax

Array = NDArray[np.float64]
Runs = dict[str, Callable[[], object]]
TOKENS, WIDTH = 8, 8  # of attention
RATES, H = (1.1, 0.4, 0.1, 0.4), 0.01  # of Lotka and Volterra's equations: x′ = ax − bxy, y′ = cxy − dy


def shown(result: Any) -> tuple[float, float]:
    """The loss and the norm of its gradient."""
    value, gradients = result
    return round(float(value), 12), round(float(np.sqrt(sum(float((np.asarray(g) ** 2).sum()) for g in gradients))), 12)


# ----- Attention: the mean square of what 8 tokens get, by the three matrices -----


def attention_data() -> tuple[Array, Array]:
    """32 examples of 8 tokens of 8 numbers; three matrices (out, in)."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(32, TOKENS, WIDTH)), rng.normal(size=(3, WIDTH, WIDTH)) * WIDTH**-0.5


def attention_ours(X: Array, W: Array) -> Callable[[], object]:
    """Recorded scalar by scalar and compiled."""
    x = [[Value(v) for v in token] for token in X[0].tolist()]
    w = [[[Value(v, role="parameter") for v in row] for row in matrix] for matrix in W.tolist()]
    q, k, v = ([[dot(row, token) for row in matrix] for token in x] for matrix in w)
    squares = []
    for query in q:
        weights = softmax([dot(query, key) * WIDTH**-0.5 for key in k])
        attended = [dot(weights, [row[i] for row in v]) for i in range(WIDTH)]
        squares.append(dot(attended, attended))
    program = autograd.compile(autograd.sum(squares) * (1.0 / (TOKENS * WIDTH)), [v for token in x for v in token])
    rows = X.reshape(len(X), -1)

    def run() -> object:
        value, gradient = program.value_and_grad(rows)
        return value, [gradient]

    return run


def attention_by_hand(X: Array, W: Array) -> Callable[[], object]:
    """Forward and backward with NumPy's products of stacked matrices."""

    def run() -> object:
        q, k, v = (X @ matrix.T for matrix in W)
        scores = (q @ k.transpose(0, 2, 1)) * WIDTH**-0.5
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        attended = weights @ v
        g = attended * (2.0 / attended.size)
        by_weights = g @ v.transpose(0, 2, 1)
        by_scores = weights * (by_weights - (by_weights * weights).sum(axis=2, keepdims=True)) * WIDTH**-0.5
        each = by_scores @ k, by_scores.transpose(0, 2, 1) @ q, weights.transpose(0, 2, 1) @ g
        flat = X.reshape(-1, WIDTH)
        return (attended**2).mean(), [part.reshape(-1, WIDTH).T @ flat for part in each]

    return run


def attention_jax(X: Array, W: Array) -> Callable[[], object]:
    """The same formula under jit."""
    jax = jax_in_float64()

    def loss(W: Any, X: Any) -> Any:
        q, k, v = X @ W[0].T, X @ W[1].T, X @ W[2].T
        weights = jax.nn.softmax(q @ k.transpose(0, 2, 1) * WIDTH**-0.5, axis=2)
        return ((weights @ v) ** 2).mean()

    both, w, x = jax.jit(jax.value_and_grad(loss)), jax.numpy.array(W), jax.numpy.array(X)

    def run() -> object:
        value, gradient = jax.block_until_ready(both(w, x))
        return value, [gradient]

    return run


# ----- Runge-Kutta of order 4: the distance of the end from (1, 1), by the four rates -----


def flow(x: Any, y: Any, rates: Any) -> tuple[Any, Any]:
    """The right-hand side of the equations."""
    a, b, c, d = rates
    xy = x * y
    return a * x - b * xy, c * xy - d * y


def stepped(x: Any, y: Any, rates: Any) -> tuple[Any, Any]:
    """A step of the method."""
    k1, l1 = flow(x, y, rates)
    k2, l2 = flow(x + k1 * (H / 2), y + l1 * (H / 2), rates)
    k3, l3 = flow(x + k2 * (H / 2), y + l2 * (H / 2), rates)
    k4, l4 = flow(x + k3 * H, y + l3 * H, rates)
    return x + (k1 + 2.0 * (k2 + k3) + k4) * (H / 6), y + (l1 + 2.0 * (l2 + l3) + l4) * (H / 6)


def starts() -> Array:
    """100 points to start from."""
    return np.random.default_rng(1).uniform(0.5, 3.0, (100, 2))


def runge_kutta_ours(steps: int) -> Callable[[], object]:
    """Recorded step by step and compiled."""
    x0, y0, X = Value(1.0), Value(2.0), starts()
    rates = [Value(v, role="parameter") for v in RATES]
    x, y = x0, y0
    for _ in range(steps):
        x, y = stepped(x, y, rates)
    program = autograd.compile((x - 1.0) ** 2 + (y - 1.0) ** 2, [x0, y0])

    def run() -> object:
        value, gradient = program.value_and_grad(X)
        return value, [gradient]

    return run


def runge_kutta_by_hand(steps: int) -> Callable[[], object]:
    """Forward with all points kept, and back through them: the adjoint of each stage, written out."""
    X = starts()
    a, b, c, d = RATES

    def back(x: Array, y: Array, gk: Array, gl: Array, by: Array) -> tuple[Array, Array]:
        """From the gradients of the slopes at a point to those of the point; those of the rates are added to `by`."""
        xy = x * y
        by += (gk * x).sum(), -(gk * xy).sum(), (gl * xy).sum(), -(gl * y).sum()
        gxy = c * gl - b * gk
        return gk * a + gxy * y, gxy * x - gl * d

    def run() -> object:
        x, y = X[:, 0], X[:, 1]
        kept = []
        for _ in range(steps):
            k1, l1 = flow(x, y, RATES)
            x2, y2 = x + k1 * (H / 2), y + l1 * (H / 2)
            k2, l2 = flow(x2, y2, RATES)
            x3, y3 = x + k2 * (H / 2), y + l2 * (H / 2)
            k3, l3 = flow(x3, y3, RATES)
            x4, y4 = x + k3 * H, y + l3 * H
            k4, l4 = flow(x4, y4, RATES)
            kept.append((x, y, x2, y2, x3, y3, x4, y4))
            x, y = x + (k1 + 2.0 * (k2 + k3) + k4) * (H / 6), y + (l1 + 2.0 * (l2 + l3) + l4) * (H / 6)
        loss = ((x - 1.0) ** 2 + (y - 1.0) ** 2).mean()
        gx, gy, by = (x - 1.0) * (2.0 / len(X)), (y - 1.0) * (2.0 / len(X)), np.zeros(4)
        for x, y, x2, y2, x3, y3, x4, y4 in reversed(kept):
            u4, v4 = back(x4, y4, gx * (H / 6), gy * (H / 6), by)
            u3, v3 = back(x3, y3, gx * (H / 3) + u4 * H, gy * (H / 3) + v4 * H, by)
            u2, v2 = back(x2, y2, gx * (H / 3) + u3 * (H / 2), gy * (H / 3) + v3 * (H / 2), by)
            u1, v1 = back(x, y, gx * (H / 6) + u2 * (H / 2), gy * (H / 6) + v2 * (H / 2), by)
            gx, gy = gx + u1 + u2 + u3 + u4, gy + v1 + v2 + v3 + v4
        return loss, [by]

    return run


def runge_kutta_jax(steps: int) -> Callable[[], object]:
    """The same steps under `lax.scan` and jit."""
    jax = jax_in_float64()

    def loss(rates: Any, X: Any) -> Any:
        (x, y), _ = jax.lax.scan(
            lambda p, _: (stepped(p[0], p[1], rates), None), (X[:, 0], X[:, 1]), None, length=steps
        )
        return ((x - 1.0) ** 2 + (y - 1.0) ** 2).mean()

    both, rates, X = jax.jit(jax.value_and_grad(loss)), jax.numpy.array(RATES), jax.numpy.array(starts())

    def run() -> object:
        value, gradient = jax.block_until_ready(both(rates, X))
        return value, [gradient]

    return run


def table(
    title: str, by_hand: Callable[[], object], ours: Callable[[], object], jax: Callable[[], Any], n: int
) -> None:
    """Print one table."""
    print(title)
    runs: Runs = {"NumPy by hand": by_hand, "chaingrad": ours}
    if installed("jax", "JAX jitted"):
        runs["JAX jitted"] = jax()
    medians = one_by_one(runs, "chaingrad", rounds=n, text=shown)
    held(title, medians, "chaingrad", "NumPy by hand", at_most=1.5)
    held(title, medians, "chaingrad", "JAX jitted", at_most=2)


def main() -> None:
    """Print a table for each."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; float64, one thread, loss and gradient")
    X, W = attention_data()
    table("attention, 8 x 8, batch 32", attention_by_hand(X, W), attention_ours(X, W), lambda: attention_jax(X, W), 200)
    for steps in (100, 1000):
        title = f"Runge-Kutta, {steps:,} steps, batch 100"
        ours, by_hand = runge_kutta_ours(steps), runge_kutta_by_hand(steps)
        # mypy cannot infer a lambda that holds its loop variable in a default.
        table(title, by_hand, ours, lambda steps=steps: runge_kutta_jax(steps), 3000 // steps + 7)  # type: ignore[misc]


if __name__ == "__main__":
    restart_on_one_thread()
    main()
