"""One full-batch training step of micrograd's own demo: 2-16-16-1 on 100 points of the two moons, hinge loss and L2."""

import gc
import importlib
import random
import sys
from collections.abc import Callable
from typing import Any

import tuple_scheme
from rivals import installed
from timing import compare, held

import autograd
import nn
from autograd import relu
from nn.datasets import moons

Step = Callable[[], tuple[float, float]]
RATE = 0.01
sys.setrecursionlimit(20_000)  # the rivals walk by recursion


POINTS, LABELS = moons(100, noise=0.1, seed=0, labels=(-1, 1))


def weights() -> list[float]:
    """337 numbers, the same for every engine."""
    rng = random.Random(1337)
    return [rng.uniform(-1, 1) for _ in range(337)]


def micrograd_step() -> Step:
    """As the demo notebook has it."""
    engine, network = importlib.import_module("micrograd.engine"), importlib.import_module("micrograd.nn")
    model = network.MLP(2, [16, 16, 1])
    return _model_step(model, engine.Value, lambda v: v.relu(), lambda terms: sum(terms))


def without_collector(step: Step) -> Step:
    """The same step, and nobody goes through its objects in search of cycles."""

    def run() -> tuple[float, float]:
        gc.disable()
        result = step()
        gc.enable()
        return result

    return run


def chaingrad_step() -> Step:
    """The same with `nn`, one node a neuron."""
    return _model_step(nn.MLP(2, [16, 16, 1]), autograd.Value, relu, autograd.sum)


def _model_step(model: Any, kind: Any, rectify: Callable[[Any], Any], total: Callable[[list[Any]], Any]) -> Step:
    for p, w in zip(model.parameters(), weights(), strict=True):
        p.data = w

    def step() -> tuple[float, float]:
        scores = [model([kind(a) for a in x]) for x in POINTS]
        margins = [rectify(1 + -y * s) for y, s in zip(LABELS, scores, strict=True)]
        loss = total(margins) * (1.0 / len(margins)) + 1e-4 * total([p * p for p in model.parameters()])
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= RATE * p.grad
        return loss.data, model.parameters()[0].data

    return step


def layers_of(w: list[Any]) -> list[list[tuple[list[Any], Any]]]:
    """The network on plain lists: of each neuron the weights, and the bias, which stands behind them."""
    numbers, layers = iter(w), []
    for inputs, width in ((2, 16), (16, 16), (16, 1)):
        layers.append([([next(numbers) for _ in range(inputs)], next(numbers)) for _ in range(width)])
    return layers


def loss_of(w: list[Any], rectify: Callable[[Any], Any]) -> Any:
    """The loss of plain lists."""
    layers = layers_of(w)
    total: Any = 0.0
    for point, y in zip(POINTS, LABELS, strict=True):
        x: list[Any] = point
        for k, layer in enumerate(layers):
            outputs = []
            for weights, z in layer:
                for a, v in zip(weights, x, strict=True):
                    z = z + a * v
                outputs.append(rectify(z) if k < 2 else z)
            x = outputs
        total = total + rectify(1.0 - x[0] * y)
    squares: Any = 0.0
    for p in w:
        squares = squares + p * p
    return total * (1.0 / len(POINTS)) + squares * 1e-4


def lists_step(kind: Any) -> Step:
    """One step on plain lists of Values."""
    numbers = weights()
    w = [kind(number) for number in numbers]

    def step() -> tuple[float, float]:
        loss = loss_of(w, lambda v: v.relu())
        for p in w:
            p.grad = 0.0
        loss.backward()
        for p in w:
            p.data -= RATE * p.grad
        return loss.data, w[0].data

    return step


def xad_step() -> Step:
    """One step on plain lists, on one tape that is recorded anew."""
    adjoint, rectify = importlib.import_module("xad.adj_1st"), importlib.import_module("xad.math").max
    numbers, tape = weights(), adjoint.Tape()

    def step() -> tuple[float, float]:
        tape.activate()
        tape.clearAll()
        w = [adjoint.Real(number) for number in numbers]
        tape.registerInputs(w)
        tape.newRecording()
        loss = loss_of(w, lambda v: rectify(v, 0.0))
        tape.registerOutput(loss)
        loss.derivative = 1.0
        tape.computeAdjoints()
        numbers[:] = [p.value - RATE * p.derivative for p in w]
        result = loss.value, numbers[0]
        tape.deactivate()
        return result

    return step


def main() -> None:
    """Print the milliseconds of a step of each, the loss before it, and the ratios; the control is plain floats."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; 2-16-16-1, 100 points, one full-batch step")
    numbers = weights()
    rivals: dict[str, Callable[[], object]] = {
        "plain floats, forward only": lambda: loss_of(numbers, lambda v: max(v, 0.0)),
        "chaingrad, nn": chaingrad_step(),
        "chaingrad, plain lists": lists_step(autograd.Value),
        "tuples of local derivatives": without_collector(lists_step(tuple_scheme.Value)),
    }
    if installed("micrograd", "micrograd 0.1.0"):
        rivals["micrograd 0.1.0"] = micrograd_step()
        rivals["micrograd, no collector"] = without_collector(micrograd_step())
    if installed("xad", "XAD"):
        rivals["XAD, plain lists"] = xad_step()
    best = compare(rivals, "chaingrad, plain lists", rounds=7)
    held("moons step", best, "chaingrad, plain lists", "micrograd, no collector", faster=30)
    held("moons step", best, "chaingrad, plain lists", "XAD, plain lists", faster=9)


if __name__ == "__main__":
    main()
