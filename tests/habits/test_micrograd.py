"""Programs for micrograd run with their imports changed: its own checks, and the lessons of its lecture.

Written anew after its test_engine.py, its demonstration on two moons, and both halves of the lecture notebook. What a
closed Value refuses is refused with the way out.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import graphviz
import pytest
import torch

from autograd import Value, operation, softmax, topological_order
from autograd.engine import ops
from nn import MLP, Layer, Module, Neuron

# ----- The two comparisons with PyTorch that micrograd is tested by -----


def small(x: Any) -> Any:
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    return h + q + q * x


def many_operations(a: Any, b: Any) -> Any:
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    return g + 10.0 / f


@pytest.mark.parametrize(
    ("f", "at"), [(small, (-4.0,)), (many_operations, (-4.0, 2.0)), (many_operations, (1.5, -0.25))]
)
def test_as_pytorch(f: Callable[..., Any], at: tuple[float, ...]) -> None:
    ours = [Value(x) for x in at]
    theirs = [torch.tensor([x], dtype=torch.float64, requires_grad=True) for x in at]
    result, expected = f(*ours), f(*theirs)
    result.backward()
    expected.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-14)
    for mine, tensor in zip(ours, theirs, strict=True):
        assert tensor.grad is not None
        assert mine.grad == pytest.approx(tensor.grad.item(), rel=1e-14)


# ----- The first half: expressions, pictures, the walk by hand -----


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    """Nodes and edges by micrograd's names, as people's drawing helpers collect them."""
    nodes: set[Value] = set()
    edges: set[tuple[Value, Value]] = set()

    def build(v: Value) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def draw_dot(root: Value) -> graphviz.Digraph:
    dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    nodes, edges = trace(root)
    for n in nodes:
        uid = str(id(n))
        dot.node(name=uid, label=f"{{ {n.label} | data {n.data:.4f} | grad {n.grad:.4f} }}", shape="record")
        if n._op:
            dot.node(name=uid + n._op, label=n._op)
            dot.edge(uid + n._op, uid)
    for child, parent in edges:
        dot.edge(str(id(child)), str(id(parent)) + parent._op)
    return dot


def expression() -> dict[str, Value]:
    v = {name: Value(x, label=name) for name, x in {"a": 2.0, "b": -3.0, "c": 10.0, "f": -2.0}.items()}
    v["e"] = v["a"] * v["b"]
    v["d"] = v["e"] + v["c"]
    v["L"] = v["d"] * v["f"]
    for name in "edL":
        v[name].label = name
    return v


def neuron() -> dict[str, Value]:
    """Two inputs, two weights and a bias that makes the slopes come out even."""
    numbers = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    v = {name: Value(x, label=name) for name, x in numbers.items()}
    v["x1w1"], v["x2w2"] = v["x1"] * v["w1"], v["x2"] * v["w2"]
    v["sum"] = v["x1w1"] + v["x2w2"]
    v["n"] = v["sum"] + v["b"]
    v["o"] = v["n"].tanh()
    return v


SLOPES = {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5}


def test_an_expression_its_picture_and_its_slopes() -> None:
    v = expression()
    assert v["L"].data == -8.0 and v["d"]._prev == {v["e"], v["c"]} and v["d"]._op == "+"
    nodes, edges = trace(v["L"])
    assert len(nodes) == 7 and len(edges) == 6
    assert draw_dot(v["L"]).source.count("data -8.0000") == 1
    v["L"].backward()
    assert {name: x.grad for name, x in v.items()} == {
        "a": 6.0, "b": -4.0, "c": -2.0, "f": 4.0, "e": -2.0, "d": -2.0, "L": 1.0,
    }  # fmt: skip


def test_slopes_by_a_small_step() -> None:
    h = 1e-4
    for name in "abcf":
        base, moved = expression(), expression()
        base["L"].backward()
        moved[name].data += h
        again = moved["a"] * moved["b"] + moved["c"]
        assert ((again * moved["f"]).data - base["L"].data) / h == pytest.approx(base[name].grad, rel=1e-6)


def test_a_step_along_the_slopes_raises_the_output() -> None:
    v = expression()
    v["L"].backward()
    for name in "abcf":
        v[name].data += 0.01 * v[name].grad
    assert ((v["a"] * v["b"] + v["c"]) * v["f"]).data == pytest.approx(-7.286496)


def test_the_walk_by_hand_one_node_after_another() -> None:
    v = neuron()
    v["o"].grad = 1.0
    for name in ("o", "n", "b", "sum", "x2w2", "x1w1"):
        v[name]._backward()
    assert {name: v[name].grad for name in SLOPES} == pytest.approx(SLOPES)


def test_the_walk_by_hand_over_a_topological_order() -> None:
    v = neuron()
    order: list[Value] = []
    seen: set[Value] = set()

    def build(x: Value) -> None:
        if x not in seen:
            seen.add(x)
            for child in x._prev:
                build(child)
            order.append(x)

    build(v["o"])
    v["o"].grad = 1.0
    for node in reversed(order):
        node._backward()
    by_hand = {name: x.grad for name, x in v.items()}
    again = neuron()
    again["o"].backward()
    assert by_hand == {name: x.grad for name, x in again.items()}  # to the last bit


def random_graph(seed: int) -> tuple[list[Value], Value]:
    rng = random.Random(seed)
    values = [Value(rng.uniform(0.5, 2.0), requires_grad=i != 1) for i in range(4)]
    for _ in range(30):
        a, b = rng.choice(values), rng.choice(values)
        make: Callable[[Value, Value], Any] = rng.choice(
            [
                lambda a, b: a * b,
                lambda a, b: a - b,
                lambda a, b: a / (b * b + 1.0),
                lambda a, b: a.tanh(),
                lambda a, b: (a - 0.5).relu(),
                lambda a, b: 2.0 - a,
                lambda a, b: a.arctan2(b),
            ]
        )
        values.append(make(a, b))
    return values, sum(values[4:], Value(0.0))


@pytest.mark.parametrize("seed", range(30))
def test_the_walk_by_hand_is_backward(seed: int) -> None:
    values, total = random_graph(seed)
    root = softmax([total, values[5], values[6]])[0] * total  # with wide nodes, too
    root.backward()
    expected = [v.grad for v in topological_order(root)]
    order = topological_order(root)
    for v in order:
        v.grad = 0.0
    root.grad = 1.0
    for v in reversed(order):
        v._backward()
    # In this order the parts of a sum arrive in another one: the last bit may differ.
    assert [v.grad for v in order] == pytest.approx(expected, rel=1e-13, abs=1e-13)


def test_a_leaf_walks_nowhere_and_a_frozen_operand_gets_nothing() -> None:
    x, w = Value(2.0, requires_grad=False), Value(3.0)
    x._backward()
    y = x * w
    y.grad = 1.0
    y._backward()
    y._backward()
    assert (x.grad, w.grad, y.grad) == (0.0, 4.0, 1.0)


def test_a_value_used_twice() -> None:
    a = Value(3.0)
    b = a + a
    b.backward()
    assert (b.data, a.grad) == (6.0, 2.0)
    a, b = Value(-2.0), Value(3.0)
    d, e = a * b, a + b
    f = d * e
    f.backward()
    assert (a.grad, b.grad) == (-3.0, -8.0)


def test_tanh_in_its_parts() -> None:
    v = neuron()
    e = (2 * v["n"]).exp()
    o = (e - 1) / (e + 1)
    o.backward()
    assert o.data == pytest.approx(v["o"].data) and {n: v[n].grad for n in SLOPES} == pytest.approx(SLOPES)


def test_the_same_neuron_in_pytorch() -> None:
    x1, x2, w1, w2 = (torch.tensor([x], dtype=torch.float64, requires_grad=True) for x in (2.0, 0.0, -3.0, 1.0))
    b = torch.tensor([6.8813735870195432], dtype=torch.float64, requires_grad=True)
    o = torch.tanh(x1 * w1 + x2 * w2 + b)
    o.backward()  # type: ignore[no-untyped-call]
    v = neuron()
    v["o"].backward()
    assert v["o"].item() == pytest.approx(o.item(), rel=1e-14)
    for name, tensor in {"x1": x1, "x2": x2, "w1": w1, "w2": w2}.items():
        assert tensor.grad is not None
        assert v[name].grad == pytest.approx(tensor.grad.item(), abs=1e-14)


# ----- What a closed Value refuses, and the way that the error names -----


def test_an_operation_written_as_in_the_lecture_names_the_way() -> None:
    x = Value(0.5)
    t = math.tanh(x.data)
    with pytest.raises(TypeError, match=r"@autograd\.operation"):
        Value(t, (x,), "tanh")  # type: ignore[arg-type]
    out = x.tanh()
    with pytest.raises(AttributeError):
        out._backward = lambda: None  # type: ignore[method-assign]


def test_the_way_that_is_named() -> None:
    @operation(lambda xp, y, x: 1.0 - y * y)
    def lecture_tanh(xp: Any, x: Any) -> Any:
        """The hyperbolic tangent, from exponentials."""
        power = xp.exp(2.0 * x)
        return (power - 1.0) / (power + 1.0)

    try:
        x = Value(0.8813735870195432)
        o = lecture_tanh(x)
        o.grad = 1.0
        o._backward()
        assert o.data == pytest.approx(math.sqrt(0.5)) and x.grad == pytest.approx(0.5) and o._op == "lecture_tanh"
    finally:
        del ops.TABLE["lecture_tanh"]


# ----- The second half: neurons, layers, training by hand -----


class OwnNeuron:
    """As the lecture builds it, from Values alone."""

    def __init__(self, nin: int) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(random.uniform(-1, 1))

    def __call__(self, x: Any) -> Value:
        act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return act.tanh()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]


class OwnLayer:
    def __init__(self, nin: int, nout: int) -> None:
        self.neurons = [OwnNeuron(nin) for _ in range(nout)]

    def __call__(self, x: Any) -> Any:
        outs = [n(x) for n in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self) -> list[Value]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class OwnMLP:
    def __init__(self, nin: int, nouts: list[int]) -> None:
        sizes = [nin, *nouts]
        self.layers = [OwnLayer(sizes[i], sizes[i + 1]) for i in range(len(nouts))]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        return [p for layer in self.layers for p in layer.parameters()]


XS = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
YS = [1.0, -1.0, -1.0, 1.0]


@pytest.mark.parametrize("make", [OwnMLP, lambda nin, nouts: MLP(nin, nouts, "tanh", "tanh", seed=1)])
def test_training_by_hand(make: Callable[[int, list[int]], Any]) -> None:
    state = random.getstate()
    random.seed(1337)
    try:
        net = make(3, [4, 4, 1])
    finally:
        random.setstate(state)
    assert len(net.parameters()) == 41
    losses = []
    for _ in range(60):
        ypred = [net(x) for x in XS]
        loss: Any = sum((yout - ygt) ** 2 for ygt, yout in zip(YS, ypred, strict=True))
        for p in net.parameters():
            p.grad = 0.0
        loss.backward()
        for p in net.parameters():
            p.data += -0.05 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.1 * losses[0]
    assert all((net(x).data > 0) == (y > 0) for x, y in zip(XS, YS, strict=True))


def test_modules_by_micrograds_names() -> None:
    n, layer, net = Neuron(2), Layer(2, 3), MLP(2, [16, 16, 1])
    assert isinstance(net, Module) and len(n.parameters()) == 3 and len(layer.parameters()) == 9
    assert len(net.parameters()) == 337 and [len(part.neurons) for part in net.layers] == [16, 16, 1]  # type: ignore[attr-defined]
    net([1.0, -2.0]).backward()
    net.zero_grad()
    assert not any(p.grad for p in net.parameters())
    assert isinstance(n([Value(1.0), -2.0]), Value)


def test_the_moons_demonstration() -> None:
    """A max-margin loss with a penalty, its accuracy, and a rate that falls along a line."""
    from nn.datasets import moons

    X, y = moons(40, noise=0.1, seed=1337, labels=(-1, 1))
    model = MLP(2, [8, 8, 1], seed=1337)

    def loss() -> tuple[Value, float]:
        inputs = [list(map(Value, row)) for row in X]
        scores = list(map(model, inputs))
        margins = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        data_loss = sum(margins) * (1.0 / len(margins))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        right = [(yi > 0) == (score.data > 0) for yi, score in zip(y, scores, strict=True)]
        total: Any = data_loss + reg_loss
        return total, sum(right) / len(right)

    for k in range(30):
        total, _ = loss()
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 30) * p.grad
    assert loss()[1] >= 0.85 and len(trace(total)[0]) > 1000
