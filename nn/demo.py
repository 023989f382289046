"""The main job from end to end, as `make demo` shows it: a chain rule by hand, a network trained, three pictures."""

from pathlib import Path
from textwrap import indent
from typing import Any

import autograd
import nn
from autograd import Value, draw, relu, sigmoid
from nn.datasets import moons
from nn.training.progress import stream

STUDENT = {"IQ": 95.0, "study": 4.0, "play": 4.0}
WEIGHTS = {"w1": 0.01, "w2": 0.02, "w3": 0.03, "b1": 0.001, "w4": 0.02, "b2": 0.03}


def student() -> tuple[dict[str, Value], Value]:
    """Will the student pass? Three inputs, a hidden sigmoid O1, an output sigmoid O2, and the loss (1 − O2)².

    Returns the parameters by name, and the loss.

    >>> p, loss = student()
    >>> round(loss.data, 4)
    0.2388
    """
    x = {name: Value(number, name, requires_grad=False) for name, number in STUDENT.items()}
    p = {name: Value(number, name, role="parameter") for name, number in WEIGHTS.items()}
    z1 = p["w1"] * x["IQ"] + p["w2"] * x["study"] + p["w3"] * x["play"] + p["b1"]
    o1 = sigmoid(z1)
    z2 = p["w4"] * o1 + p["b2"]
    o2 = sigmoid(z2)
    loss = (1 - o2) ** 2
    for node, name in ((z1, "z1"), (o1, "O1"), (z2, "z2"), (o2, "O2"), (loss, "L")):
        node.label = name
    return p, loss


def two_paths() -> tuple[Value, Value]:
    """One weight w1 that reaches the loss through O21 and through O22; returns it and the loss L.

    >>> w1, loss = two_paths()
    >>> autograd.count_paths(loss, w1)
    2
    """
    w1 = Value(0.5, "w1", role="parameter")
    o11, o12 = sigmoid(w1 * 0.8), sigmoid(w1 * -0.4)
    o21, o22 = sigmoid(-0.7 * o11), sigmoid(0.9 * o12)
    o31 = sigmoid(1.1 * o21 - 1.3 * o22)
    loss = (1 - o31) ** 2
    for node, name in ((o11, "O11"), (o12, "O12"), (o21, "O21"), (o22, "O22"), (o31, "O31"), (loss, "L")):
        node.label = name
    return w1, loss


def show_student(out: Path, rate: float = 0.1) -> list[tuple[Path, str]]:
    """Print the student's forward pass, chain rule and one update; draw the graph into `out`."""
    p, loss = student()
    loss.backward()
    named = {v.label: v for v in autograd.topological_order(loss) if v.label}
    print("A student: IQ 95, 4 hours of study, 4 of play; the target is 1 (passes).")
    for name in ("z1", "O1", "z2", "O2", "L"):
        print(f"  {name:<3} = {named[name].data:.6f}")
    print("\nThe chain rule, factor by factor:")
    for name in ("w4", "w1"):
        print(f"\n{indent(str(autograd.explain(loss, p[name])), '  ')}")
    print(f"\nOne step down the gradient, w <- w - {rate} * dL/dw:")
    for name, v in p.items():
        print(f"  {name}: {v.data:.6f} - {rate} * {v.grad:+.6f} = {v.data - rate * v.grad:.6f}")
    return [
        (draw(loss).save(out / "student-graph.svg"), "the student's computation graph, numbers and local derivatives")
    ]


def train_moons(epochs: int, seed: int) -> tuple[nn.MLP, list[list[float]], list[int], list[float]]:
    """Train 2-16-16-1 on 100 points of the two moons, with the weights, hinge loss, L2 and rate of micrograd's demo.

    Returns the model, the points, their labels −1 and 1, and the loss of each epoch.
    """
    from tqdm import tqdm

    X, y = moons(100, noise=0.1, seed=seed, labels=(-1, 1))
    model = nn.MLP(2, [16, 16, 1], init="uniform", seed=seed)
    losses = []
    with tqdm(range(epochs), desc="two moons", unit="epoch", disable=stream() is None) as bar:
        for epoch in bar:
            scores = [model(x) for x in X]
            margins = autograd.mean([relu(1 - label * score) for label, score in zip(y, scores, strict=True)])
            loss = margins + 1e-4 * autograd.sum([p * p for p in model.parameters()])
            model.zero_grad()
            loss.backward()
            nn.sgd(model.parameters(), 1.0 - 0.9 * epoch / epochs)
            right = sum((score.data > 0) == (label > 0) for label, score in zip(y, scores, strict=True))
            losses.append(loss.data)
            bar.set_postfix(loss=f"{loss.data:.4f}", accuracy=f"{right / len(y):.0%}", refresh=False)
    return model, X, y, losses


def show_moons(out: Path, epochs: int, seed: int) -> list[tuple[Path, str]]:
    """Train, then plot the loss curve and the decision boundary into `out`."""
    model, X, y, losses = train_moons(epochs, seed)
    with autograd.no_grad():
        right = sum((model(x).data > 0) == (label > 0) for x, label in zip(X, y, strict=True))
    print(
        f"\n{len(model.parameters())} parameters, {epochs} epochs: loss {losses[0]:.4f} -> {losses[-1]:.4f}, "
        f"{right} of {len(y)} right"
    )
    return [
        (_plotted(out / "loss.png", lambda ax: nn.plots.loss_curve(losses, ax=ax)), "the loss of every epoch"),
        (
            _plotted(out / "boundary.png", lambda ax: nn.plots.decision_boundary(model, X, y, ax=ax)),
            "the points and where the network draws the line between them",
        ),
    ]


def _plotted(path: Path, plot: Any) -> Path:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.5), layout="constrained")
    plot(figure.add_subplot())
    figure.savefig(path, dpi=120, bbox_inches="tight")
    return path


def run(out: Path, epochs: int = 100, seed: int = 1337) -> None:
    """Everything, with the files that were written named at the end.

    Raises ValueError for fewer epochs than 1.
    """
    if epochs < 1:
        raise ValueError(f"epochs must be at least 1, got {epochs}")
    out.mkdir(parents=True, exist_ok=True)
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}\n")
    written = show_student(out)
    print()
    written += show_moons(out, epochs, seed)
    print("\nWritten:")
    for path, what in written:
        print(f"  {path}: {what}")
