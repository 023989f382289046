"""What do the doors of training cost: predict, evaluate and fit, first call and second, beside NumPy by hand?

    python benchmarks/training_doors.py

The same formulas by hand, on arrays that are there already, are the control of each table.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from one_thread import restart_on_one_thread
from timing import bar, one_by_one

from nn import MLP, optim
from nn.training import kept

Array = NDArray[np.float64]
COUNTS = (1, 2, 10, 11, 100, 101, 255, 256, 300, 10_000)
WIDE = (784, 256, 128, 10)
EXAMPLES, BATCH = 512, 32


def layers_of(model: Any) -> list[tuple[Array, Array]]:
    """The weights and biases as arrays."""
    return [
        (np.array([[w.data for w in n.w] for n in layer.neurons]), np.array([n.b.data for n in layer.neurons]))
        for layer in model.layers
    ]


def forward(layers: Sequence[tuple[Array, Array]], X: Array) -> list[Array]:
    """The outputs of all layers, relu between them."""
    outputs = [X]
    for k, (W, b) in enumerate(layers):
        z = outputs[-1] @ W.T + b
        outputs.append(np.maximum(z, 0.0) if k + 1 < len(layers) else z)
    return outputs


def once(run: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def check(what: str, figure: float, at_most: float) -> None:
    """Print a figure, and whether it is at most its bar."""
    bar(f"{what}: {figure:.3g}", figure, at_most)


def predict() -> None:
    """`predict` again, for few examples and for many."""
    model, X = MLP(2, [16, 16, 1], seed=1), np.random.default_rng(0).normal(size=(max(COUNTS), 2))
    layers = layers_of(model)
    print(f"predict, 2-16-16-1: the first call with 100 examples takes {once(lambda: model.predict(X[:100])):.3f} s")
    spent: dict[int, float] = {}
    for n in COUNTS:
        some = X[:n]
        print(f"{n} examples")
        runs = {
            "NumPy by hand": lambda some=some: float(forward(layers, some)[-1].sum()),
            "predict": lambda some=some: float(model.predict(some).sum()),
        }
        best = one_by_one(runs, "predict", 300)
        spent[n] = best["predict"]
        if n >= 100:
            check(f"predict of {n} over NumPy", best["predict"] / best["NumPy by hand"], 5.0)
    for n in (1, 10, 100, 255):
        check(f"predict of {n + 1} over {n}", spent[n + 1] / spent[n], 1.5)


def evaluate_runs(model: Any, X: Array, y: Any) -> dict[str, Callable[[], object]]:
    """Both calls for a model."""
    return {"predict": lambda: float(model.predict(X).sum()), "evaluate": lambda: model.evaluate(X, y)["loss"]}


def evaluate() -> None:
    """`evaluate` beside `predict`."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 20))
    for name, outputs, y in (("mse", 1, rng.normal(size=100_000)), ("cross_entropy", 3, rng.integers(0, 3, 100_000))):
        model = MLP(20, [16, 16, outputs], seed=1)
        runs = evaluate_runs(model, X, y)
        print(f"evaluate, 20-16-16-{outputs}, {name}, 100,000 examples")
        best = one_by_one(runs, "evaluate", 9)
        check(f"evaluate over predict, {name}", best["evaluate"] / best["predict"], 2.0)


class ByHand:
    """The wide net under softmax cross-entropy and Adam, as arrays."""

    def __init__(self, model: Any, X: Array, y: NDArray[np.int64]) -> None:
        self.layers, self.X, self.Y = layers_of(model), X, np.eye(model.layers[-1].nout)[y]
        self.parts = [part for layer in self.layers for part in layer]
        self.m, self.v = [[np.zeros_like(part) for part in self.parts] for _ in range(2)]
        self.steps = 0

    def epoch(self) -> float:
        """One epoch; the loss of the last batch."""
        loss = 0.0
        for start in range(0, len(self.X), BATCH):
            X, Y = self.X[start : start + BATCH], self.Y[start : start + BATCH]
            outputs = forward(self.layers, X)
            shifted = outputs[-1] - outputs[-1].max(axis=1, keepdims=True)
            e = np.exp(shifted)
            total = e.sum(axis=1, keepdims=True)
            loss = float(-((shifted - np.log(total)) * Y).sum() / len(X))
            g = (e / total - Y) / len(X)
            gradients: list[Array] = []
            for k in reversed(range(len(self.layers))):
                gradients = [g.T @ outputs[k], g.sum(axis=0), *gradients]
                g = (g @ self.layers[k][0]) * (outputs[k] > 0.0)
            self.steps += 1
            c, d = 1.0 - 0.9**self.steps, 1.0 - 0.999**self.steps
            for part, m, v, gradient in zip(self.parts, self.m, self.v, gradients, strict=True):
                m += 0.1 * (gradient - m)
                v += 0.001 * (gradient * gradient - v)
                part -= 0.001 * (m / c) / (np.sqrt(v / d) + 1e-8)
        return loss


def fit() -> None:
    """`fit` of a wide net for one epoch: the first call, and later ones."""
    rng = np.random.default_rng(0)
    X, y = rng.random((EXAMPLES, WIDE[0])), rng.integers(0, WIDE[-1], EXAMPLES)
    model = MLP(WIDE[0], list(WIDE[1:]), seed=1)
    MLP(3, [2, 1]).fit([[0.0] * 3] * 4, [0.0] * 4, progress=False)  # imports

    def train(model: MLP = model, l2: float = 0.0) -> float:
        history = model.fit(X, y, epochs=1, batch_size=BATCH, seed=1, l2=l2, progress=False).history
        return float(history["loss"][-1])

    print(f"fit, {'-'.join(map(str, WIDE))}, {EXAMPLES} examples, one epoch")
    first = once(train)
    hand = ByHand(model, X, y)
    best = one_by_one({"NumPy by hand": hand.epoch, "fit again": train}, "fit again", 9)
    check("first fit over NumPy", first / best["NumPy by hand"], 20.0)
    check("second fit over NumPy", best["fit again"] / best["NumPy by hand"], 3.0)
    print("the first fit of new models of this kind, plain and with l2=1e-4, in turn")
    spent: dict[float, list[float]] = {0.0: [], 1e-4: []}
    for _ in range(4):
        for l2, seconds in spent.items():
            fresh = MLP(WIDE[0], list(WIDE[1:]), seed=1)
            seconds.append(once(partial(train, fresh, l2)))
    plain, with_l2 = map(min, spent.values())
    print(f"{plain:.3f} s, {with_l2:.3f} s")
    check("first fit with l2 over plain", with_l2 / plain, 1.5)


def first_call(name: str, call: Callable[[Any, Array], object]) -> None:
    """The first call of a large net: seconds, and memory on top of the model's own."""
    X = np.random.default_rng(0).random((32, 784))
    model = MLP(784, [1024, 10], seed=1)
    MLP(3, [2, 1]).fit([[0.0] * 3] * 4, [0.0] * 4, progress=False)  # imports
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent = once(lambda: call(model, X))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"784-1024-10, the first {name}: {spent:.2f} s, {more:.0f} MB more")
    check(f"seconds of the first {name}", spent, 1.0)
    check(f"MB of the first {name}", more, 300.0)


def one_predict() -> None:
    """The first `predict` of a large net."""
    first_call("predict", lambda model, X: model.predict(X))


def one_step() -> None:
    """The first step of the first fit of a large net."""
    y = np.random.default_rng(0).integers(0, 10, 32)
    first_call("step", lambda model, X: model.fit(X, y, epochs=1, batch_size=32, seed=1, progress=False))


def large_model() -> None:
    """What a large model costs to make, to list and to step, in nanoseconds a parameter."""
    model = MLP(WIDE[0], list(WIDE[1:]), seed=1)
    parameters, state = model.parameters(), model.state_dict()
    adam = optim.Adam(parameters)
    runs = {
        "a list of floats": lambda: len([float(k) for k in range(len(parameters))]),
        "make": lambda: len(MLP(WIDE[0], list(WIDE[1:]), seed=1).layers),
        "parameters": lambda: len(model.parameters()),
        "state_dict": lambda: len(model.state_dict()),
        "load_state_dict": lambda: model.load_state_dict(state),
        "Adam's step": lambda: adam.step(),
        "the structure": lambda: kept.programs_of(model) is not None,
    }
    print(f"{len(parameters):,} parameters")
    one_by_one(runs, "a list of floats", 5)


if __name__ == "__main__":
    restart_on_one_thread()
    doors = {f.__name__: f for f in (one_predict, one_step, predict, evaluate, fit, large_model)}
    names = sys.argv[1:] or [*doors]
    for name in names:
        if len(names) == 1:
            doors[name]()
        else:  # each in a process of its own, whose memory is that of one door
            subprocess.run([sys.executable, __file__, name], check=True)
