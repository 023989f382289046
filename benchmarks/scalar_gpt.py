"""One training step of a small GPT whose numbers are scalars: embeddings, attention with two heads, softmax, an MLP.

All engines run the same code: a block of width 16 over 8 tokens, without fused operations, and then a step of gradient
descent.
"""

import random
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import tuple_scheme
from rivals import installed
from timing import compare

import autograd

Row = list[Any]
VOCABULARY, WIDTH, HEADS, LAYERS, RATE = 27, 16, 2, 1, 0.1
TOKENS = [0, 5, 13, 13, 1, 18, 9, 5, 0]
sys.setrecursionlimit(50_000)  # the rivals walk by recursion


def matrix(rng: random.Random, rows: int, columns: int) -> list[list[float]]:
    """Small random numbers."""
    return [[rng.gauss(0.0, 0.08) for _ in range(columns)] for _ in range(rows)]


def weights() -> dict[str, list[list[float]]]:
    """The same for every engine."""
    rng = random.Random(3)
    shapes = {"token": (VOCABULARY, WIDTH), "place": (len(TOKENS), WIDTH), "out": (VOCABULARY, WIDTH)}
    for layer in range(LAYERS):
        shapes |= {f"{name}{layer}": (WIDTH, WIDTH) for name in ("query", "key", "value", "mix")}
        shapes |= {f"up{layer}": (4 * WIDTH, WIDTH), f"down{layer}": (WIDTH, 4 * WIDTH)}
    return {name: matrix(rng, *shape) for name, shape in shapes.items()}


def weighted(w: Row, x: Row) -> Any:
    """Σ w·x, spelled out."""
    total = w[0] * x[0]
    for a, b in zip(w[1:], x[1:], strict=True):
        total = total + a * b
    return total


def linear(rows: list[Row], x: Row) -> Row:
    """A matrix times a vector."""
    return [weighted(row, x) for row in rows]


def normalised(x: Row) -> Row:
    """Divided by the root of the mean square."""
    scale = (weighted(x, x) * (1.0 / len(x)) + 1e-5) ** -0.5
    return [v * scale for v in x]


def softmax(x: Row) -> Row:
    """e^x, divided by the sum; the largest number is taken off first."""
    top = max(v.data for v in x)
    powers = [(v - top).exp() for v in x]
    total = powers[0]
    for power in powers[1:]:
        total = total + power
    return [power / total for power in powers]


def loss_of(p: dict[str, list[Row]]) -> Any:
    """The mean surprise at the next token, for each of the tokens."""
    keys: list[list[Row]] = [[] for _ in range(LAYERS)]
    values: list[list[Row]] = [[] for _ in range(LAYERS)]
    loss: Any = 0.0
    for at, (token, target) in enumerate(pairwise(TOKENS)):
        x = [a + b for a, b in zip(p["token"][token], p["place"][at], strict=True)]
        for layer in range(LAYERS):
            h = normalised(x)
            query = linear(p[f"query{layer}"], h)
            keys[layer].append(linear(p[f"key{layer}"], h))
            values[layer].append(linear(p[f"value{layer}"], h))
            attended: Row = []
            size = WIDTH // HEADS
            for start in range(0, WIDTH, size):
                part = slice(start, start + size)
                weight = softmax([weighted(query[part], key[part]) * size**-0.5 for key in keys[layer]])
                attended += [weighted(weight, [v[i] for v in values[layer]]) for i in range(start, start + size)]
            x = [a + b for a, b in zip(x, linear(p[f"mix{layer}"], attended), strict=True)]
            hidden = [v.relu() for v in linear(p[f"up{layer}"], normalised(x))]
            x = [a + b for a, b in zip(x, linear(p[f"down{layer}"], hidden), strict=True)]
        loss = loss - softmax(linear(p["out"], normalised(x)))[target].log()
    return loss * (1.0 / (len(TOKENS) - 1))


def step_of(kind: Any) -> Callable[[], float]:
    """A training step."""
    p = {name: [[kind(v) for v in row] for row in rows] for name, rows in weights().items()}
    flat = [v for rows in p.values() for row in rows for v in row]

    def step() -> float:
        loss = loss_of(p)
        loss.backward()
        for v in flat:
            v.data -= RATE * v.grad
            v.grad = 0.0
        return float(loss.data)

    return step


def main() -> None:
    """Print seconds of a step, the first loss, and the ratios; the first is the control."""
    nodes = len(autograd.topological_order(_recorded()))
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; a scalar GPT, {nodes:,} nodes, one step")
    rivals: dict[str, Callable[[], object]] = {
        "tuples of local derivatives": step_of(tuple_scheme.Value),
        "chaingrad": step_of(autograd.Value),
    }
    if installed("micrograd", "micrograd 0.1.0"):
        print("  micrograd 0.1.0: has no exp and no log, left out")
    best = compare(rivals, "chaingrad", rounds=5)
    print(f"  scalar GPT: {best['tuples of local derivatives'] / best['chaingrad']:.1f} times as fast as tuples")


def _recorded() -> autograd.Value:
    loss: autograd.Value = loss_of({n: [[autograd.Value(v) for v in r] for r in rows] for n, rows in weights().items()})
    return loss


if __name__ == "__main__":
    main()
