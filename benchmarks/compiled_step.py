"""How fast is a training step that was written with scalars? Compiled, against NumPy by hand, PyTorch and JAX.

Every network is recorded scalar by scalar, as micrograd writes it, and compiled. A step is forward, backward and
gradient descent over one batch, in float64 on one thread. Rivals take turns within one run; a time is the median of
all steps after the warm-up. Their losses are printed: after the same number of steps from the same start they agree.
"""

import importlib
import importlib.util
import random
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from one_thread import restart_on_one_thread

import autograd
from autograd import Value, dot, logsumexp, topological_order
from autograd.program import Program, compile

Array = NDArray[np.float64]
Step = Callable[[], float]
LR = 0.01
ROUNDS, STEPS, WARM_UP = 12, 25, 25


class Setup(NamedTuple):
    """Layer sizes, weights (out, in) and biases to start from, and a batch: targets are ±1, or one class of several."""

    sizes: tuple[int, ...]
    weights: list[Array]
    biases: list[Array]
    X: Array
    Y: Array

    @property
    def hinge(self) -> bool:
        """Whether the loss is max(0, 1 − y·s); else it is the cross-entropy of the classes."""
        return self.sizes[-1] == 1


def setup(sizes: tuple[int, ...], batch: int) -> Setup:
    """The same start and the same batch for everybody."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(b, a)) * (2 / a) ** 0.5 for a, b in pairwise(sizes)]
    X = rng.random((batch, sizes[0]))
    Y = rng.choice([-1.0, 1.0], (batch, 1)) if sizes[-1] == 1 else np.eye(sizes[-1])[rng.integers(0, sizes[-1], batch)]
    return Setup(sizes, weights, [np.zeros(b) for b in sizes[1:]], X, Y)


def record(t: Setup) -> tuple[Value, list[Value]]:
    """The loss of one example, scalar by scalar, and its inputs: the numbers of the example, then its target."""
    x = [Value(v, f"x{i}") for i, v in enumerate(t.X[0])]
    y = [Value(v, f"y{i}") for i, v in enumerate(t.Y[0])]
    h: list[Any] = list(x)
    for k, (W, b) in enumerate(zip(t.weights, t.biases, strict=True)):
        neurons = [
            ([Value(w, role="parameter") for w in row], Value(v, role="parameter")) for row, v in zip(W, b, strict=True)
        ]
        h = [sum((w * v for w, v in zip(ws, h, strict=True)), bias) for ws, bias in neurons]
        if k < len(t.weights) - 1:
            h = [v.relu() for v in h]
    loss = (1.0 - y[0] * h[0]).relu() if t.hinge else logsumexp(h) - dot(y, h)
    return loss, [*x, *y]


def chaingrad(t: Setup) -> Step:
    """The recorded loss, compiled; the time that this takes is printed."""
    start = time.perf_counter()
    loss, inputs = record(t)
    recorded = time.perf_counter()
    program: Program = compile(loss, inputs)
    trainer = program.trainer()
    rows = np.hstack([t.X, t.Y])
    trainer.value_and_gradient(rows)
    spent = time.perf_counter() - start
    nodes = len(topological_order(loss))
    print(
        f"  {nodes:,} nodes: recorded in {recorded - start:.2f} s, recorded and compiled in {spent:.2f} s, "
        f"{spent / nodes * 1e6:.1f} µs a node"
    )
    return lambda: trainer.step(rows, LR)


def by_hand(t: Setup) -> Step:
    """What one would write with NumPy, a step of gradient descent at the end."""
    weights, biases = weights_by_hand(t)

    def step() -> float:
        loss, by_weights, by_biases = gradients_by_hand(t, weights, biases)
        for W, b, gW, gb in zip(weights, biases, by_weights, by_biases, strict=True):
            W -= LR * gW
            b -= LR * gb
        return loss

    return step


def weights_by_hand(t: Setup) -> tuple[list[Array], list[Array]]:
    """Weights as (in, out), for examples are rows, and biases."""
    return [W.T.copy() for W in t.weights], [b.copy() for b in t.biases]


def gradients_by_hand(t: Setup, weights: list[Array], biases: list[Array]) -> tuple[float, list[Array], list[Array]]:
    """The mean loss and its gradients, with NumPy."""
    X, Y, n = t.X, t.Y, len(t.X)
    hs = [X]
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        hs.append(np.maximum(hs[-1] @ W + b, 0.0))
    out = hs[-1] @ weights[-1] + biases[-1]
    if t.hinge:
        margin = 1.0 - Y * out
        loss = np.maximum(margin, 0.0).mean()
        g = (margin > 0.0) * Y * (-1.0 / n)
    else:
        shifted = out - out.max(axis=1, keepdims=True)
        e = np.exp(shifted)
        total = e.sum(axis=1, keepdims=True)
        loss = (np.log(total[:, 0]) - (Y * shifted).sum(axis=1)).mean()
        g = (e / total - Y) / n
    by_weights, by_biases = [], []
    for k in range(len(weights) - 1, -1, -1):
        by_weights.append(hs[k].T @ g)
        by_biases.append(g.sum(axis=0))
        if k:
            g = (g @ weights[k].T) * (hs[k] > 0.0)
    return float(loss), by_weights[::-1], by_biases[::-1]


def torch_eager(t: Setup) -> Step:
    """PyTorch's modules and its own optimizer."""
    return _torch(t, lambda loss: loss)


def torch_compiled(t: Setup) -> Step:
    """The same with the loss under torch.compile."""
    return _torch(t, importlib.import_module("torch").compile)


def torch_loss(t: Setup) -> tuple[Any, Callable[[], Any]]:
    """PyTorch's modules, and the loss of the batch."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    layers: list[Any] = []
    for W, b in zip(t.weights, t.biases, strict=True):
        layer = torch.nn.Linear(W.shape[1], W.shape[0], dtype=torch.float64)
        with torch.no_grad():
            layer.weight[:] = torch.tensor(W)
            layer.bias[:] = torch.tensor(b)
        layers += [layer, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    X, Y = torch.tensor(t.X), torch.tensor(t.Y)
    classes = Y.argmax(1)

    def loss() -> Any:
        out = model(X)
        return torch.relu(1.0 - Y * out).mean() if t.hinge else torch.nn.functional.cross_entropy(out, classes)

    return model, loss


def _torch(t: Setup, transform: Callable[[Any], Any]) -> Step:
    model, loss = torch_loss(t)
    optimizer = importlib.import_module("torch").optim.SGD(model.parameters(), lr=LR)
    compute = transform(loss)

    def step() -> float:
        optimizer.zero_grad()
        value = compute()
        value.backward()
        optimizer.step()
        return float(value.item())

    compute()  # what cannot run fails here
    return step


def jax_jitted(t: Setup) -> Step:
    """One jitted function from parameters to loss and new parameters."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    X, Y = jnp.array(t.X), jnp.array(t.Y)

    def loss(parameters: Any) -> Any:
        h = X
        for k, (W, b) in enumerate(parameters):
            h = h @ W.T + b
            h = jnp.maximum(h, 0.0) if k < len(parameters) - 1 else h
        if t.hinge:
            return jnp.maximum(1.0 - Y * h, 0.0).mean()
        return (jax.nn.logsumexp(h, axis=1) - (Y * h).sum(axis=1)).mean()

    # jax is imported by name, for it may be missing: to mypy it is Any.
    @jax.jit  # type: ignore[untyped-decorator]
    def update(parameters: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(parameters)
        return value, jax.tree.map(lambda p, g: p - LR * g, parameters, gradients)

    state = [[(jnp.array(W), jnp.array(b)) for W, b in zip(t.weights, t.biases, strict=True)]]

    def step() -> float:
        value, state[0] = update(state[0])
        return float(value)

    return step


RIVALS: dict[str, tuple[str, Callable[[Setup], Step]]] = {
    "NumPy by hand": ("numpy", by_hand),
    "chaingrad": ("autograd", chaingrad),
    "PyTorch eager": ("torch", torch_eager),
    "PyTorch compiled": ("torch", torch_compiled),
    "JAX jitted": ("jax", jax_jitted),
}


def field(t: Setup) -> dict[str, Step]:
    """A step of each rival that is here; the others are named."""
    found: dict[str, Step] = {}
    for name, (package, make) in RIVALS.items():
        if importlib.util.find_spec(package) is None:
            print(f"  {name}: not installed, left out")
            continue
        try:
            found[name] = make(t)
        except Exception as error:  # torch.compile needs a C++ compiler, and more
            print(f"  {name}: does not run here, left out ({type(error).__name__}: {str(error).splitlines()[0][:80]})")
    return found


def medians(steps: Mapping[str, Step]) -> tuple[dict[str, float], dict[str, float]]:
    """Median seconds of a step, and the last loss, of each; they take turns, in another order each round."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    losses: dict[str, float] = {}
    order = list(steps)
    for round_ in range(-1, ROUNDS):
        random.Random(round_).shuffle(order)
        for name in order:
            for _ in range(WARM_UP if round_ < 0 else STEPS):
                start = time.perf_counter()
                losses[name] = steps[name]()
                times[name].append(time.perf_counter() - start)
    return {name: float(np.median(spent[WARM_UP:])) for name, spent in times.items()}, losses


def main() -> None:
    """Print a table for each network."""
    engine = "compiled" if autograd.compiled else "plain Python"
    print(f"engine: {engine}; float64, one thread, {ROUNDS * STEPS} steps each")
    for sizes, batch in (((2, 16, 16, 1), 100), ((784, 16, 16, 10), 32), ((784, 128, 64, 10), 64)):
        t = setup(sizes, batch)
        print(f"\n{'-'.join(map(str, sizes))}, batch {batch}")
        seconds, losses = medians(field(t))
        control = seconds["NumPy by hand"]
        for name, spent in seconds.items():
            ratio = f"{spent / control:6.2f} x NumPy by hand"
            print(f"  {name:<17} {spent * 1e6:8.1f} µs  {ratio}   loss {losses[name]:.12f}")


if __name__ == "__main__":
    restart_on_one_thread()
    main()
