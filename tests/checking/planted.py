"""Networks, and gradients with a mistake planted in them: each a sum over paths, every path walked by itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from autograd import Value, dot, exp, label, log, mean, sigmoid, sqrt, tanh

Step = tuple[Value, int]  # a node, and which of its operands the path goes on to
Net = tuple[Value, dict[str, Value]]
Change = Callable[[Value, int, float], float]


def numbers(random: Random, names: str) -> dict[str, Value]:
    """Parameters of random numbers, none near 0, 1 or −1."""
    return {
        name: Value(random.choice((-1, 1)) * random.uniform(0.2, 0.9), name, role="parameter") for name in names.split()
    }


def two_layers(random: Random) -> Net:
    """2-2-2-1: L reaches the first layer's weights through O31, and then through O21 and O22."""
    p = numbers(random, "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 b1 b2 b3 b4 b5")
    x1, x2 = (Value(random.uniform(0.3, 0.9), name, requires_grad=False) for name in ("x1", "x2"))
    O11, O12 = sigmoid(p["w1"] * x1 + p["w2"] * x2 + p["b1"]), sigmoid(p["w3"] * x1 + p["w4"] * x2 + p["b2"])
    O21, O22 = sigmoid(p["w5"] * O11 + p["w6"] * O12 + p["b3"]), sigmoid(p["w7"] * O11 + p["w8"] * O12 + p["b4"])
    O31 = sigmoid(p["w9"] * O21 + p["w10"] * O22 + p["b5"])
    label(O11=O11, O12=O12, O21=O21, O22=O22, O31=O31, L=(L := (1.0 - O31) ** 2))
    return L, p


def shared(random: Random) -> Net:
    """One w1 feeds O11 and O12, which reach O31 by O21 and O22."""
    p = numbers(random, "w1 w2 w3 w4 w5")
    z11, z12 = p["w1"] * random.uniform(0.3, 0.8), p["w1"] * random.uniform(-0.8, -0.3)
    O11, O12 = sigmoid(z11), sigmoid(z12)
    z21, z22 = p["w2"] * O11, p["w3"] * O12
    O21, O22 = sigmoid(z21), tanh(z22)
    z31 = p["w4"] * O21 + p["w5"] * O22
    e = sigmoid(z31) - random.uniform(0.7, 0.95)
    label(z11=z11, z12=z12, O11=O11, O12=O12, z21=z21, z22=z22, O21=O21, O22=O22, z31=z31, e=e, L=(L := e * e))
    return L, p


def fused(random: Random) -> Net:
    """Fused sums of products, tanh inside, the cross-entropy of a sigmoid behind."""
    p = numbers(random, "u1 u2 u3 v1 v2 v3 c1 c2 a1 a2 d")
    x = [Value(random.uniform(0.3, 0.9), f"x{i}", requires_grad=False) for i in range(3)]
    h1 = tanh(z1 := dot([p["u1"], p["u2"], p["u3"]], x) + p["c1"])
    h2 = tanh(z2 := dot([p["v1"], p["v2"], p["v3"]], x) + p["c2"])
    q = sigmoid(s := dot([p["a1"], p["a2"]], [h1, h2]) + p["d"])
    label(z1=z1, z2=z2, h1=h1, h2=h2, s=s, q=q, loss=(loss := -log(q)))
    return loss, p


def formula(random: Random) -> Net:
    """No network: a formula with a in three places and b in two."""
    p = numbers(random, "a b c")
    a, b, c = p.values()
    f, g, k = exp(a * b), sqrt(c * c + 0.5), a**3
    r, t = f / g, k * b
    label(f=f, g=g, k=k, r=r, t=t, y=(y := r + t - a * 0.37))
    return y, p


def recurrent(random: Random) -> Net:
    """The same u, v and b at three steps; the loss is a mean over them."""
    p = numbers(random, "u v b h0")
    h, losses = p["h0"], []
    for i in range(3):
        h = tanh(p["u"] * h + p["v"] * random.uniform(0.3, 0.9) + p["b"])
        label(**{f"h{i + 1}": h})
        losses.append((h - random.uniform(-0.9, 0.9)) ** 2)
        label(**{f"l{i + 1}": losses[-1]})
    label(L=(L := mean(losses)))
    return L, p


NETS = {net.__name__: net for net in (two_layers, shared, fused, formula, recurrent)}


def paths(output: Value, source: Value) -> Iterator[list[Step]]:
    """Every path from the output down to the source."""
    if output is source:
        yield []
    for i, operand in enumerate(output.operands):
        for path in paths(operand, source):
            yield [(output, i), *path]


def nodes(path: list[Step], source: Value) -> list[str]:
    """The labels on a path."""
    return [node.label for node, _ in path] + [source.label]


@dataclass(frozen=True)
class Planted:
    """A mistake: other local derivatives, and how often each path counts."""

    change: Change = lambda node, i, d: d
    times: Callable[[list[str]], float] = lambda names: 1.0

    def gradient(self, output: Value, source: Value) -> float:
        """What comes of it."""
        return math.fsum(
            self.times(nodes(path, source)) * math.prod(self.change(node, i, node.local_grads[i]) for node, i in path)
            for path in paths(output, source)
        )


def at(name: str, written: Callable[[float], float], operand: str = "", op: str = "") -> Planted:
    """Another local derivative of the node of this label, by one operand or by all; or of every operation of a kind."""

    def change(node: Value, i: int, d: float) -> float:
        here = node.op == op if op else node.label == name and operand in ("", node.operands[i].label)
        return written(d) if here else d

    return Planted(change)


def through(names: str, times: float, others: float = 1.0) -> Planted:
    """The paths through all of these nodes count so many times."""
    return Planted(times=lambda path: times if set(names.split()) <= set(path) else others)


def forgotten(d: float) -> float:
    return 1.0


def squared(d: float) -> float:
    return d * d


def inverted(d: float) -> float:
    return 1.0 / d


def negated(d: float) -> float:
    return -d


def halved(d: float) -> float:
    return d / 2.0


def plus(d: float) -> float:
    """1 + h² in place of 1 − h²."""
    return 2.0 - d


def digits(x: float, number: int) -> float:
    """A number with so many significant digits; 17 are all."""
    return float(f"{x:.{number}g}")
