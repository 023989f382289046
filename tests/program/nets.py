"""Networks and formulas as users write them, over lists of Values: what the tests of lifting compile."""

import builtins
import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from autograd import Value, dot, log_softmax, logsumexp, relu, sigmoid, softmax, tanh, where
from autograd import greater as is_greater
from autograd import maximum as larger
from autograd import sum as add_up

Layer = list[tuple[list[Value], Value]]
Record = Callable[[Sequence[Value], Sequence[Value]], Value]


class Net:
    """A formula of inputs and parameters, with how many it takes of both."""

    def __init__(self, inputs: int, parameters: int, record: Record) -> None:
        self.inputs, self.parameters, self.record = inputs, parameters, record

    def rows(self, examples: int, seed: int = 0) -> list[list[float]]:
        """Numbers for some examples."""
        rng = random.Random(seed)
        return [[rng.uniform(-2, 2) for _ in range(self.inputs)] for _ in range(examples)]

    def weights(self, seed: int = 1) -> list[float]:
        """Numbers for the parameters."""
        rng = random.Random(seed)
        return [rng.uniform(-1, 1) for _ in range(self.parameters)]


def layers_of(sizes: Sequence[int], weights: Sequence[Value]) -> list[Layer]:
    """Weights and biases in micrograd's order: neuron by neuron, the bias last."""
    left = iter(weights)
    return [[([next(left) for _ in range(a)], next(left)) for _ in range(b)] for a, b in pairwise(sizes)]


def count(sizes: Sequence[int]) -> int:
    """How many parameters these layers have."""
    return builtins.sum(b * (a + 1) for a, b in pairwise(sizes))


def expanded(w: Sequence[Value], x: Sequence[Any], b: Value) -> Any:
    """A neuron as micrograd writes it."""
    return builtins.sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)


def expanded_backwards(w: Sequence[Value], x: Sequence[Any], b: Value) -> Any:
    """The same sum, with the bias in front, the inputs in reverse and the factors exchanged."""
    pairs = list(zip(w, x, strict=True))
    return b + builtins.sum(xi * wi for wi, xi in reversed(pairs))


def forward(layers: list[Layer], x: Sequence[Any], neuron: Callable[..., Any] = expanded, act: Any = relu) -> list[Any]:
    """A network: an activation after each layer but the last."""
    h = list(x)
    for k, layer in enumerate(layers):
        h = [neuron(w, h, b) for w, b in layer]
        if k < len(layers) - 1:
            h = [act(v) for v in h]
    return h


def mlp(sizes: Sequence[int], loss: Callable[[list[Any], Sequence[Value]], Any], targets: int, **how: Any) -> Net:
    """A network with a loss on its outputs and some targets."""

    def record(x: Sequence[Value], w: Sequence[Value]) -> Value:
        outputs = forward(layers_of(sizes, w), x[: sizes[0]], **how)
        return loss(outputs, x[sizes[0] :])  # type: ignore[no-any-return]

    return Net(sizes[0] + targets, count(sizes), record)


def hinge(outputs: list[Any], y: Sequence[Value]) -> Any:
    return relu(1.0 - y[0] * outputs[0])


def squared(outputs: list[Any], y: Sequence[Value]) -> Any:
    return builtins.sum((o - t) ** 2 for o, t in zip(outputs, y, strict=True))


def cross_entropy(outputs: list[Any], y: Sequence[Value]) -> Any:
    return logsumexp(outputs) - dot(y, outputs)


def log_likelihood(outputs: list[Any], y: Sequence[Value]) -> Any:
    return -add_up([t * p for t, p in zip(y, log_softmax(outputs), strict=True)])


def of_softmax(outputs: list[Any], y: Sequence[Value]) -> Any:
    return -add_up([t * p.log() for t, p in zip(y, softmax(outputs), strict=True)])


def by_hand(outputs: list[Any], y: Sequence[Value]) -> Any:
    exponentials = [o.exp() for o in outputs]
    total = builtins.sum(exponentials)
    return -builtins.sum(t * (e / total).log() for t, e in zip(y, exponentials, strict=True))


def tied(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """An autoencoder that decodes with the transpose of the weights it encodes with."""
    rows = [list(w[4 * i : 4 * i + 4]) for i in range(3)]
    code = [tanh(expanded(row, x, w[12 + i])) for i, row in enumerate(rows)]
    back = [expanded([row[j] for row in rows], code, w[15 + j]) for j in range(4)]
    return squared(back, x)  # type: ignore[no-any-return]


def residual(x: Sequence[Value], w: Sequence[Value]) -> Value:
    layers = layers_of([4, 4, 4], w)
    h: list[Any] = list(x)
    for layer in layers:
        h = [v + relu(expanded(ws, h, b)) for v, (ws, b) in zip(h, layer, strict=True)]
    return add_up(h)  # type: ignore[no-any-return]


def recurrent(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Three steps of the same weights over inputs two by two."""
    h: list[Any] = [Value(0.0, role="constant")] * 3
    for t in range(3):
        h = [tanh(dot([*w[5 * i : 5 * i + 5]], [*x[2 * t : 2 * t + 2], *h], w[15 + i])) for i in range(3)]
    return h[0] * h[1] + h[2]  # type: ignore[no-any-return]


def convolution(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Two filters of three weights over windows of eight inputs."""
    filters = [list(w[3 * k : 3 * k + 3]) for k in range(2)]
    maps = [[relu(expanded(f, x[s : s + 3], w[6 + k])) for s in range(6)] for k, f in enumerate(filters)]
    return add_up([larger(a, b) for a, b in zip(*maps, strict=True)])  # type: ignore[no-any-return]


def attention(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Products of numbers that both differ between examples."""
    keys = [[dot(w[4 * i : 4 * i + 4], x[4 * t : 4 * t + 4]) for i in range(4)] for t in range(3)]
    scores = softmax([dot(keys[0], k) for k in keys])
    mixed = [dot(scores, [k[i] for k in keys]) for i in range(4)]
    return add_up([v * v for v in mixed])  # type: ignore[no-any-return]


def self_attention(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Every query with every key; weights of a softmax with all values."""
    words = [list(x[4 * t : 4 * t + 4]) for t in range(3)]
    queries, keys, values = [
        [[dot(w[12 * p + 4 * i : 12 * p + 4 * i + 4], word) for i in range(3)] for word in words] for p in range(3)
    ]
    scores = [softmax([dot(q, k) * 0.5 for k in keys]) for q in queries]
    mixed = [dot(row, [v[i] for v in values]) for row in scores for i in range(3)]
    return add_up([v * v for v in mixed])  # type: ignore[no-any-return]


def mixer(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Weights over the columns of a table of inputs, then other weights over its rows."""
    rows = [list(x[3 * i : 3 * i + 3]) for i in range(2)]
    mixed = [[tanh(expanded(w[3 * k : 3 * k + 3], row, w[12])) for row in rows] for k in range(4)]
    columns = [[tanh(expanded(w[13 + 2 * k : 15 + 2 * k], column, w[19])) for column in mixed] for k in range(3)]
    again = [
        expanded(w[20 + 3 * k : 23 + 3 * k], column, w[26]) for k in range(2) for column in zip(*columns, strict=True)
    ]
    return add_up([v * v for v in again])  # type: ignore[no-any-return]


def partly_shared(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Some weights meet two lists of operands, others one; one neuron has no operands at all."""
    lists = [list(x[:3]), list(x[1:4])]
    first = [expanded(w[:3], xs, w[9]) for xs in lists]
    second = [expanded(w[3:6], lists[0], w[9]), expanded(w[6:9], lists[1], w[9])]
    return add_up([tanh(v) for v in [*first, *second]]) + dot([], [], w[9]) * x[0]  # type: ignore[no-any-return]


def irregular(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Sums of results of many different operations, in pairs without an order."""
    made = [f(v) for v in [*x, *w] for f in (tanh, sigmoid, relu, lambda v: v.exp(), lambda v: v.sin(), lambda v: -v)]
    pairs = [(made[7 * i % len(made)], made[(5 * i + 3) % len(made)]) for i in range(40)]
    return add_up([a * b for a, b in pairs][::2]) - add_up([(a - b).cos() for a, b in pairs])  # type: ignore[no-any-return]


def penalised(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """A loss with both penalties on all parameters; the sum of squares comes in two spellings."""
    net = forward(layers_of([3, 4, 1], w), x[:3])
    penalty = 0.01 * add_up([v * v for v in w]) + 0.001 * add_up([abs(v) for v in w])
    return hinge(net, x[3:]) + penalty + 0.1 * builtins.sum(v**2 for v in w[:5])  # type: ignore[no-any-return]


def no_matrix(x: Sequence[Value], w: Sequence[Value]) -> Value:
    c = x[0] + x[1]
    d = x[0] * x[1] + x[1] ** 3
    e = c - d * w[0]
    return e**2 / 2.0 + sigmoid(e) * w[1]  # type: ignore[no-any-return]


def choices(x: Sequence[Value], w: Sequence[Value]) -> Value:
    kept: Value = where(is_greater(x[0], w[0]), x[1].log(), x[2] * w[1])
    return larger(kept, w[2]) + where(is_greater(x[1], 0.0), x[1].sqrt(), 0.0)  # type: ignore[no-any-return]


def weights_of_weights(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """A layer whose weights are computed from parameters: normalised rows."""
    rows = [list(w[3 * i : 3 * i + 3]) for i in range(4)]
    scaled = [[v / add_up([u * u for u in row]).sqrt() for v in row] for row in rows]
    return add_up([tanh(expanded(row, x, w[12])) for row in scaled])  # type: ignore[no-any-return]


def mixed_operands(x: Sequence[Value], w: Sequence[Value]) -> Value:
    """Neurons over inputs, features of them, literals and parameters all at once."""
    features: list[Any] = [x[0], tanh(x[1]), x[2], 2.0, w[0], x[0] * x[1]]
    neurons = [builtins.sum(w[1 + 6 * i + j] * f for j, f in enumerate(features)) for i in range(3)]
    return logsumexp([*neurons, x[0], 0.5, w[0]])  # type: ignore[no-any-return]


NETS: dict[str, Net] = {
    "micrograd's moons": mlp([2, 5, 5, 1], hinge, 1),
    "sums the other way round": mlp([3, 4, 4, 2], squared, 2, neuron=expanded_backwards, act=tanh),
    "one node a neuron": mlp([3, 4, 2], squared, 2, neuron=dot, act=sigmoid),
    "one input, one neuron": mlp([1, 3, 1], squared, 1),
    "cross-entropy of logsumexp": mlp([4, 5, 3], cross_entropy, 3),
    "cross-entropy of log_softmax": mlp([4, 5, 3], log_likelihood, 3, neuron=dot),
    "cross-entropy of softmax": mlp([4, 5, 3], of_softmax, 3),
    "cross-entropy by hand": mlp([4, 5, 3], by_hand, 3),
    "tied weights": Net(4, 19, tied),
    "residual sums": Net(4, 40, residual),
    "recurrent": Net(6, 18, recurrent),
    "convolution": Net(8, 8, convolution),
    "attention": Net(12, 16, attention),
    "self-attention": Net(12, 36, self_attention),
    "mixer": Net(6, 27, mixer),
    "partly shared": Net(4, 10, partly_shared),
    "irregular": Net(4, 4, irregular),
    "penalties": Net(4, 21, penalised),
    "no matrix": Net(2, 2, no_matrix),
    "choices": Net(3, 3, choices),
    "computed weights": Net(3, 13, weights_of_weights),
    "mixed operands": Net(3, 19, mixed_operands),
}
