"""What does an evaluation of a tiny graph cost, gradients included, when there are 100,000 of them?

The graph is the first experiment of BurTorch (Burlachenko and Richtárik 2025): c = a + b, d = ab + b³, e = c − d,
f = e², g = f/2. It is recorded once, compiled, and run over a batch of values for a and b in float64 on one thread;
the gradients by a and b come out for every example. Rivals take turns, and each prints a result.
"""

import importlib
import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from one_thread import restart_on_one_thread
from timing import held

import autograd
from autograd import Value
from autograd.program import compile

Array = NDArray[np.float64]
Run = Callable[[], tuple[float, Any]]  # the sum of all results, and the gradients by a and b of every example
EXAMPLES = 100_000
ROUNDS = 30


def formula(a: Any, b: Any) -> Any:
    """g, over numbers of any kind."""
    c = a + b
    d = a * b + b**3
    e = c - d
    f = e**2
    return f / 2


def batch() -> Array:
    """The numbers of the experiment, and others around them."""
    X = np.array([-41.0, 2.0]) + np.random.default_rng(0).normal(size=(EXAMPLES, 2))
    X[0] = -41.0, 2.0
    return X


def chaingrad(X: Array) -> Run:
    """Recorded as scalars, compiled."""
    a, b = Value(-41.0, "a"), Value(2.0, "b")
    program = compile(formula(a, b), inputs=[a, b])

    def run() -> tuple[float, Any]:
        value, _, gradients = program.value_and_grad(X, reduction="sum", inputs=True)
        return value, gradients

    return run


def forward_only(X: Array) -> Run:
    """The control: the formula on NumPy's columns, without gradients."""
    return lambda: (float(formula(X[:, 0], X[:, 1]).sum()), X)


def by_hand(X: Array) -> Run:
    """The formula and its derivatives, written out with NumPy."""

    def run() -> tuple[float, Any]:
        a, b = X[:, 0], X[:, 1]
        e = a + b - (a * b + b**3)
        return float((e**2 / 2).sum()), np.stack([e * (1 - b), e * (1 - a - 3 * b**2)], axis=1)

    return run


def torch_eager(X: Array) -> Run:
    """PyTorch on two tensors of 100,000."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    a, b = (torch.tensor(X[:, k].copy(), requires_grad=True) for k in (0, 1))

    def run() -> tuple[float, Any]:
        a.grad = b.grad = None
        total = formula(a, b).sum()
        total.backward()
        return total.item(), np.stack([a.grad.numpy(), b.grad.numpy()], axis=1)

    return run


def jax_jitted(X: Array) -> Run:
    """JAX, jitted before."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    a, b = (jax.numpy.array(X[:, k]) for k in (0, 1))
    both = jax.jit(jax.value_and_grad(lambda a, b: formula(a, b).sum(), argnums=(0, 1)))

    def run() -> tuple[float, Any]:
        total, gradients = jax.block_until_ready(both(a, b))
        return float(total), np.stack([np.asarray(g) for g in gradients], axis=1)

    return run


def jax_call_alone(X: Array) -> Run:
    """The same without stacking what comes out; the result is left where JAX has it."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    a, b = (jax.numpy.array(X[:, k]) for k in (0, 1))
    both = jax.jit(jax.value_and_grad(lambda a, b: formula(a, b).sum(), argnums=(0, 1)))

    def run() -> tuple[float, Any]:
        total, gradients = jax.block_until_ready(both(a, b))
        return total, gradients

    return run


def recorded_one_by_one(X: Array) -> Run:
    """chaingrad without compiling, on the first thousand; the time is scaled up."""
    rows = X[: EXAMPLES // 100].tolist()

    def run() -> tuple[float, Any]:
        total, gradients = 0.0, []
        for x, y in rows:
            a, b = Value(x), Value(y)
            g = formula(a, b)
            g.backward()
            total += g.data
            gradients.append((a.grad, b.grad))
        return total, np.array(gradients)

    return run


RIVALS: dict[str, tuple[str, Callable[[Array], Run], int]] = {
    "NumPy, forward only": ("numpy", forward_only, 1),
    "chaingrad, compiled": ("autograd", chaingrad, 1),
    "NumPy by hand": ("numpy", by_hand, 1),
    "PyTorch eager, batched": ("torch", torch_eager, 1),
    "JAX jitted, stacked": ("jax", jax_jitted, 1),
    "JAX, the call alone": ("jax", jax_call_alone, 1),
    "chaingrad, one by one": ("autograd", recorded_one_by_one, 100),
}


def main() -> None:
    """Print nanoseconds for one evaluation, the median of all rounds, and the first example's gradients."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; {EXAMPLES:,} examples, float64, one thread")
    X = batch()
    runs: dict[str, Run] = {}
    for name, (package, make, _) in RIVALS.items():
        if importlib.util.find_spec(package) is None:
            print(f"  {name}: not installed, left out")
        else:
            runs[name] = make(X)
    times: dict[str, list[float]] = {name: [] for name in runs}
    results = {name: run() for name, run in runs.items()}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    medians = {name: float(np.median(times[name])) * RIVALS[name][2] / EXAMPLES * 1e9 for name in runs}
    for name, spent in medians.items():
        total, gradients = results[name]
        ratio = spent / medians["chaingrad, compiled"]
        first = np.asarray(gradients if name != "JAX, the call alone" else np.stack(gradients, axis=1))[0].tolist()
        print(f"  {name:<23} {spent:8.1f} ns  {ratio:7.2f} x ours   sum {total:.6e}  first {first}")
    held("tiny graph", medians, "chaingrad, compiled", "JAX, the call alone", at_most=2)


if __name__ == "__main__":
    restart_on_one_thread()
    main()
