"""How does a training step grow with the batch and the width, on NumPy, on JAX, and on JAX written by hand?

A network 64-w-10 with ReLU and cross-entropy, recorded scalar by scalar and compiled, makes steps of gradient descent
on one batch. Steps are chained and waited for once at the end; rivals take turns, a ratio is the median of those of all
rounds. The time that XLA takes to compile is told apart. Where there is a graphics card, it all runs there but NumPy;
else everybody has one thread on one core, because threads that wait for each other on a busy machine say nothing.
"""

import glob
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from one_thread import restart_on_one_thread
from rivals import installed
from timing import bar

from autograd import Value, dot, logsumexp
from autograd.program import Program, compile
from nn import MLP

INPUTS, CLASSES, LR, ROUNDS, LEAST = 64, 10, 1e-3, 15, 0.05
WIDTHS, BATCHES = (16, 64, 128, 256, 1024), (32, 256, 2048, 16_384, 65_536)
BAR, FROM_WIDTH = 1.1, 128


class Point(NamedTuple):
    """One place of the two curves."""

    width: int
    batch: int
    dtype: Any

    def __str__(self) -> str:
        return f"width {self.width:>5,}, batch {self.batch:>6,}, {np.dtype(self.dtype).name}"


Run = Callable[[int], object]  # makes so many steps, and waits for the last of them


def record(model: MLP, dtype: Any) -> Program:
    """The loss of one example as a program."""
    x, y = [[Value(0.0, f"{name}{i}", requires_grad=False) for i in range(n)] for name, n in (("x", 64), ("y", 10))]
    scores: Any = model(x)
    return compile(logsumexp(scores) - dot(y, scores), [*x, *y], parameters=model.parameters(), dtype=dtype)


def numpy_steps(program: Program, X: Any, Y: Any) -> Run:
    """Steps of the program itself."""
    trainer, rows = program.trainer(), np.hstack([X, Y])

    def run(steps: int) -> float:
        loss = 0.0
        for _ in range(steps):
            loss = trainer.step(rows, LR)
        return loss

    return run


def jax_steps(loss: Callable[..., Any], parameters: Any, X: Any, Y: Any) -> tuple[Run, float]:
    """Jitted, donated steps on the device, and the seconds until the first of them was done."""
    import jax
    import jax.numpy as jnp

    @partial(jax.jit, donate_argnums=0)
    def step(parameters: Any, X: Any, Y: Any) -> Any:
        value, gradient = jax.value_and_grad(loss)(parameters, X, Y)
        return jax.tree.map(lambda p, g: p - LR * g, parameters, gradient), value

    state = [jax.tree.map(jnp.array, parameters)]
    rows = jnp.asarray(X), jnp.asarray(Y)

    def run(steps: int) -> float:
        value: Any = 0.0
        for _ in range(steps):
            state[0], value = step(state[0], *rows)
        jax.block_until_ready(state[0])
        return float(value)

    start = time.perf_counter()
    run(1)
    return run, time.perf_counter() - start


def by_hand(parameters: Any, X: Any, Y: Any) -> Any:
    """The loss as one writes it with JAX."""
    import jax

    (W1, b1), (W2, b2) = parameters
    scores = jax.nn.relu(X @ W1.T + b1) @ W2.T + b2
    return (jax.scipy.special.logsumexp(scores, axis=1) - (scores * Y).sum(axis=1)).mean()


def measure(point: Point) -> None:
    """Time one place and print it."""
    rng = np.random.default_rng(0)
    model = MLP(INPUTS, [point.width, CLASSES], seed=0)
    program = record(model, point.dtype)
    X = rng.normal(size=(point.batch, INPUTS)).astype(point.dtype)
    Y = np.eye(CLASSES, dtype=point.dtype)[rng.integers(0, CLASSES, point.batch)]
    f = program.jax(model)
    parameters = f.parameters()
    runs: dict[str, Run] = {"numpy": numpy_steps(program, X, Y)}
    runs["numpy"](1)  # as that of JAX, which compiles
    runs["jax"], compiling = jax_steps(lambda p, X, Y: f(p, (X, Y)).mean(), parameters, X, Y)
    layers = [(layer.weight, layer.bias) for layer in parameters.layers]
    runs["by hand"], by_hand_compiling = jax_steps(by_hand, layers, X, Y)
    times: dict[str, list[float]] = {name: [] for name in runs}
    losses = {name: run(1) for name, run in runs.items()}
    # Both of JAX make as many steps between two waits, NumPy as many as it can meanwhile.
    each = {name: min(_seconds(run, 3) for _ in range(5)) for name, run in runs.items()}
    counts = {name: max(int(LEAST / each["by hand" if name == "jax" else name]), 3) for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            times[name].append(_seconds(run, counts[name]))
    micro = {name: statistics.median(spent) * 1e6 for name, spent in times.items()}
    ratio = statistics.median([a / b for a, b in zip(times["jax"], times["by hand"], strict=True)])
    print(
        f"{point}: NumPy {micro['numpy']:>9,.0f} µs, JAX {micro['jax']:>9,.0f}, by hand {micro['by hand']:>9,.0f}; "
        f"{ratio:.2f} x by hand; XLA {compiling:.2f} s, by hand {by_hand_compiling:.2f} s; "
        f"losses {', '.join([f'{loss:.6f}' for loss in losses.values()])}; load {os.getloadavg()[0]:.0f}"
    )
    if point.width >= FROM_WIDTH:
        bar(f"{point}: JAX {ratio:.2f} x by hand", ratio, BAR)


def _seconds(run: Run, steps: int) -> float:
    start = time.perf_counter()
    run(steps)
    return (time.perf_counter() - start) / steps


def main() -> None:
    """Both curves, in both types."""
    if not installed("jax", "JAX"):
        return
    if not glob.glob("/dev/nvidia[0-9]*"):
        restart_on_one_thread()
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import jax

    jax.config.update("jax_enable_x64", True)
    print(f"JAX {jax.__version__} on {jax.devices()[0].device_kind}")
    if jax.default_backend() == "cpu":
        print("no graphics card here: JAX runs on the CPU")
    for dtype in (np.float32, np.float64):
        for width in WIDTHS:
            measure(Point(width, 256, dtype))
        for batch in BATCHES:
            measure(Point(128, batch, dtype))


if __name__ == "__main__":
    main()
