"""One full-batch training step of micrograd's own demo: 2-16-16-1 on 100 points of the two moons, hinge loss and L2."""

import importlib
import importlib.util
import random
import time
from collections.abc import Callable
from typing import Any

import autograd
import nn
from autograd import relu
from nn.datasets import moons

Step = Callable[[], tuple[float, float]]
RATE = 0.01


def data() -> tuple[list[list[float]], list[int]]:
    """100 points and labels -1, 1."""
    return moons(100, noise=0.1, seed=0, labels=(-1, 1))


def weights() -> list[float]:
    """337 numbers, the same for every engine."""
    rng = random.Random(1337)
    return [rng.uniform(-1, 1) for _ in range(337)]


def micrograd_step() -> Step:
    """As the demo notebook has it."""
    engine, network = importlib.import_module("micrograd.engine"), importlib.import_module("micrograd.nn")
    model = network.MLP(2, [16, 16, 1])
    return _scalar_step(model, engine.Value, lambda v: v.relu(), lambda terms: sum(terms))


def chaingrad_step(fused: bool) -> Step:
    """The same with one node a neuron, or with micrograd's small nodes."""
    model = nn.MLP(2, [16, 16, 1], fused=fused)
    return _scalar_step(model, autograd.Value, relu, autograd.sum if fused else lambda terms: sum(terms))


def _scalar_step(model: Any, kind: Any, rectify: Callable[[Any], Any], total: Callable[[list[Any]], Any]) -> Step:
    xs, ys = data()
    for p, w in zip(model.parameters(), weights(), strict=True):
        p.data = w

    def step() -> tuple[float, float]:
        scores = [model([kind(a) for a in x]) for x in xs]
        margins = [rectify(1 + -y * s) for y, s in zip(ys, scores, strict=True)]
        loss = total(margins) * (1.0 / len(margins)) + 1e-4 * total([p * p for p in model.parameters()])
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= RATE * p.grad
        return loss.data, model.parameters()[0].data

    return step


def main() -> None:
    """Print the milliseconds of a step of each, the loss before it, and the ratios; the control is plain floats."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; 2-16-16-1, 100 points, one full-batch step")
    rivals: dict[str, Step] = {"chaingrad": chaingrad_step(True), "chaingrad, small nodes": chaingrad_step(False)}
    if importlib.util.find_spec("micrograd"):
        rivals["micrograd 0.1.0"] = micrograd_step()
    best: dict[str, float] = {}
    losses = {name: step()[0] for name, step in rivals.items()}
    for round_ in range(9):
        for name, step in rivals.items():
            if name.startswith("micrograd") and round_ % 3:
                continue  # three rounds are enough for seconds
            start = time.perf_counter()
            step()
            best[name] = min(best.get(name, float("inf")), time.perf_counter() - start)
    control = _control()
    print(f"  {'plain floats, forward only':<26}  {control * 1e3:9.2f} ms")
    for name, spent in best.items():
        print(f"  {name:<26}  {spent * 1e3:9.2f} ms  {spent / best['chaingrad']:8.1f} x ours   loss {losses[name]!r}")
    if "micrograd 0.1.0" in best:
        print(f"  moons step: {best['micrograd 0.1.0'] / best['chaingrad']:.0f} times faster than micrograd")


def _control() -> float:
    xs, _ = data()
    w = weights()

    def forward(x: list[float]) -> float:
        place, values = 0, x
        for layer, width in enumerate((16, 16, 1)):
            outputs = []
            for _ in range(width):
                z = w[place + len(values)]
                for i, v in enumerate(values):
                    z += w[place + i] * v
                place += len(values) + 1
                outputs.append(max(z, 0.0) if layer < 2 else z)
            values = outputs
        return values[0]

    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for x in xs:
            forward(x)
        best = min(best, time.perf_counter() - start)
    return best


if __name__ == "__main__":
    main()
