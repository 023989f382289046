"""How long does it take to learn real digits, by one call of `fit` and by what a learner writes with other libraries?

784-32-10 on MNIST, Adam with 0.001, batches of 32, ten epochs over 8,000 digits, tested on 2,000 others, one thread.
The whole training is timed, from NumPy arrays to the trained network: `fit` with its checks and whatever it compiles,
the others with their conversions. All start from the same weights and see the batches in the same order, so the losses
in float64 must agree; scikit-learn has a start and an order of its own. The others have done a few steps before, which
spares them what is done once in a process; `fit` has not. Rivals take turns; a time is the median.

    python benchmarks/digits.py --data DIR
"""

import argparse
import importlib
import importlib.util
import math
import random
import statistics
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from one_thread import restart_on_one_thread

import autograd
import nn
from nn.digits import Pictures, read
from nn.training import ENGINES
from nn.training.loop import order_of

Array = NDArray[np.float64]
LR, BATCH, HIDDEN, SEED = 1e-3, 32, 32, 0


class Task(NamedTuple):
    """The pictures, the number of epochs, and the engine for `fit`."""

    p: Pictures
    epochs: int
    engine: str

    def network(self) -> nn.MLP:
        """The start of everybody."""
        return nn.MLP(self.p.X.shape[1], [HIDDEN, self.p.classes], init="he_normal", seed=SEED)

    def orders(self) -> list[list[int]]:
        """The order of the pictures in each epoch, that of `fit`."""
        return [order_of(len(self.p.y), epoch, SEED, True) for epoch in range(self.epochs)]


class Result(NamedTuple):
    """Seconds of the training, mean loss of the last epoch, and the answers for the pictures held out."""

    seconds: float
    loss: float
    answers: NDArray[np.int64]


def chaingrad(t: Task) -> Result:
    """One call of `fit`."""
    model = t.network()
    start = time.perf_counter()
    history = model.fit(
        t.p.X, t.p.y, loss="cross_entropy", optimizer="adam", lr=LR, epochs=t.epochs, batch_size=BATCH, seed=SEED,
        engine=t.engine, progress=False,
    )  # fmt: skip
    spent = time.perf_counter() - start
    return Result(spent, history.history["loss"][-1], np.array(model.predict_classes(t.p.X_held)))


def by_hand(t: Task) -> Result:
    """The control, NumPy: forward, backward and Adam written out, in float64."""
    (W1, b1), (W2, b2) = arrays(t.network())
    orders = t.orders()
    X, y, one_hot = t.p.X, t.p.y, np.eye(t.p.classes)
    start = time.perf_counter()
    parameters = [W1, b1, W2, b2]
    means, squares = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    step, total = 0, 0.0
    for order in orders:
        Xs, ys, total = X[order], y[order], 0.0
        for i in range(0, len(ys), BATCH):
            x, labels = Xs[i : i + BATCH], ys[i : i + BATCH]
            h = np.maximum(x @ W1.T + b1, 0.0)
            z = h @ W2.T + b2
            z -= z.max(axis=1, keepdims=True)
            e = np.exp(z)
            sums = e.sum(axis=1, keepdims=True)
            total += float((np.log(sums[:, 0]) - z[np.arange(len(labels)), labels]).sum())
            g = (e / sums - one_hot[labels]) / len(labels)
            gh = (g @ W2) * (h > 0.0)
            step += 1
            rate, scale = LR / (1 - 0.9**step), 1 / math.sqrt(1 - 0.999**step)
            for p, m, v, d in zip(
                parameters, means, squares, (gh.T @ x, gh.sum(axis=0), g.T @ h, g.sum(axis=0)), strict=True
            ):
                m += 0.1 * (d - m)
                v += 0.001 * (d * d - v)
                p -= rate * m / (np.sqrt(v) * scale + 1e-8)
    spent = time.perf_counter() - start
    scores = np.maximum(t.p.X_held @ W1.T + b1, 0.0) @ W2.T + b2
    return Result(spent, total / len(y), scores.argmax(axis=1))


def torch_eager(t: Task, kind: str) -> Result:
    """PyTorch as a learner writes it: a Sequential, Adam, and batches sliced from a shuffled tensor."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    dtype = getattr(torch, kind)
    model = torch.nn.Sequential(
        torch.nn.Linear(t.p.X.shape[1], HIDDEN, dtype=dtype),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, t.p.classes, dtype=dtype),
    )
    with torch.no_grad():
        for layer, (W, b) in zip((model[0], model[2]), arrays(t.network()), strict=True):
            layer.weight[:], layer.bias[:] = torch.tensor(W), torch.tensor(b)
    orders = t.orders()
    start = time.perf_counter()
    X, y = torch.tensor(t.p.X, dtype=dtype), torch.tensor(t.p.y)
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    cross_entropy = torch.nn.CrossEntropyLoss()
    total = 0.0
    for order in orders:
        Xs, ys, total = X[order], y[order], 0.0
        for i in range(0, len(ys), BATCH):
            x, labels = Xs[i : i + BATCH], ys[i : i + BATCH]
            optimizer.zero_grad()
            loss = cross_entropy(model(x), labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
    spent = time.perf_counter() - start
    with torch.no_grad():
        answers = model(torch.tensor(t.p.X_held, dtype=dtype)).argmax(1).numpy()
    return Result(spent, total / len(y), answers)


def scikit_learn(t: Task) -> Result:
    """Its MLPClassifier with the same settings, in float64."""
    sklearn = importlib.import_module("sklearn.neural_network")
    model = sklearn.MLPClassifier(
        (HIDDEN,), alpha=0.0, batch_size=BATCH, learning_rate_init=LR, max_iter=t.epochs, tol=0.0,
        n_iter_no_change=t.epochs + 1, random_state=SEED,
    )  # fmt: skip
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it could go on learning
        model.fit(t.p.X, t.p.y)
    spent = time.perf_counter() - start
    return Result(spent, model.loss_curve_[-1], model.predict(t.p.X_held))


def arrays(model: nn.MLP) -> list[tuple[Array, Array]]:
    """Weights (out, in) and biases of each layer."""
    return [
        (np.array([[w.data for w in n.w] for n in layer.neurons]), np.array([n.b.data for n in layer.neurons]))
        for layer in model.layers
        if isinstance(layer, nn.Layer)
    ]


OURS = "chaingrad, fit"
CONTROL = "PyTorch eager, float32"
RIVALS: dict[str, tuple[str, Callable[[Task], Result]]] = {
    OURS: ("autograd", chaingrad),
    "NumPy by hand": ("numpy", by_hand),
    CONTROL: ("torch", partial(torch_eager, kind="float32")),
    "PyTorch eager, float64": ("torch", partial(torch_eager, kind="float64")),
    "scikit-learn": ("sklearn", scikit_learn),
}


def field() -> dict[str, Callable[[Task], Result]]:
    """The rivals that are here; the others are named."""
    found = {}
    for name, (package, train) in RIVALS.items():
        if importlib.util.find_spec(package) is None:
            print(f"  {name}: not installed, left out")
        else:
            found[name] = train
    return found


def main() -> None:
    """Print for each rival the accuracy, the loss, the median of the seconds and its ratio to PyTorch's in float32."""
    parser = argparse.ArgumentParser(description="The same training on real digits, by chaingrad and by others.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder with MNIST's files")
    parser.add_argument("--engine", choices=ENGINES, default="auto", help="for fit (default auto)")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--train", type=int, default=8000, help="pictures to learn from (default 8000)")
    parser.add_argument("--test", type=int, default=2000, help="pictures held out (default 2000)")
    parser.add_argument("--repeats", type=int, default=3, help="trainings of each (default 3)")
    given = parser.parse_args()
    if min(given.epochs, given.repeats) < 1:
        parser.error(f"--epochs and --repeats must be at least 1, got {given.epochs} and {given.repeats}")
    if given.data is None:
        print("  left out: it needs MNIST's files, python benchmarks/digits.py --data DIR")
        return
    try:
        t = Task(read(given.data, given.train, given.test, SEED), given.epochs, given.engine)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; fit(engine={t.engine!r}); one thread")
    sizes = f"{t.p.X.shape[1]}-{HIDDEN}-{t.p.classes}"
    print(f"{sizes}, {len(t.p.y):,} digits, {t.epochs} epochs, {len(t.p.y_held):,} others to test")
    rivals = field()
    few = t._replace(p=t.p._replace(X=t.p.X[:BATCH], y=t.p.y[:BATCH]), epochs=1)
    for name, train in rivals.items():
        if name != OURS:
            train(few)
    results: dict[str, list[Result]] = {name: [] for name in rivals}
    for round_ in range(given.repeats):
        order = list(rivals)
        random.Random(round_).shuffle(order)
        for name in order:
            results[name].append(rivals[name](t))
    medians = {name: statistics.median(r.seconds for r in rounds) for name, rounds in results.items()}
    for name, rounds in results.items():
        right = float(np.mean(rounds[-1].answers == t.p.y_held))
        ratio = f"{medians[name] / medians[CONTROL]:6.2f} x float32" if CONTROL in medians else ""
        times = " ".join(f"{r.seconds:.2f}" for r in rounds)
        print(f"  {name:<22}  {right:6.2%}  loss {rounds[-1].loss:.10f}  {medians[name]:7.2f} s  {ratio}  ({times})")


if __name__ == "__main__":
    restart_on_one_thread()
    main()
