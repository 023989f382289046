"""Graphs to draw, and an SVG read back."""

import re
from xml.etree import ElementTree

from autograd import Value

SVG = "{http://www.w3.org/2000/svg}"


class Picture:
    """An SVG read back: the class and the texts of every element with an id."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        style = next(self.root.iter(f"{SVG}style")).text or ""
        self.looks = dict(re.findall(r"\.(k\d+){([^}]*)}", style))
        groups = [group for group in self.root.iter(f"{SVG}g") if group.get("id") != "graph0"]
        self.groups = {group.get("id", ""): group for group in groups}
        self.kinds = {group.get("id", ""): group.get("class", "") for group in groups}
        self.texts = {group.get("id", ""): [text.text for text in group.iter(f"{SVG}text")] for group in groups}
        self.titles = {group.get("id", ""): [text.text for text in group.iter(f"{SVG}title")] for group in groups}
        self.shapes = {group.get("id", ""): [child.tag.removeprefix(SVG) for child in group] for group in groups}

    def edges(self) -> list[str]:
        """The ids of all edges."""
        return [name for name, kind in self.kinds.items() if kind.startswith("edge")]


def neuron() -> Value:
    """A neuron with every role in it: tanh(x·w + b) · 2, where b takes no gradient."""
    x = Value(2.0, label="x")
    w = Value(-3.0, label="w", role="parameter")
    b = Value(6.5, label="b", requires_grad=False)
    o: Value = (x * w + b).tanh() * 2.0
    o.label = "o"
    o.backward()
    return o


def network(inputs: int, *widths: int) -> Value:
    """A network of the classic kind, one small operation at a time."""
    values = [Value(0.1 * i, label=f"x{i}") for i in range(inputs)]
    for layer, width in enumerate(widths):
        outputs = []
        for j in range(width):
            total = Value(0.01 * j, label=f"b{layer}.{j}", role="parameter")
            for i, value in enumerate(values):
                total = total + value * Value(0.1 - 0.02 * i, label=f"w{layer}.{j}.{i}", role="parameter")
            outputs.append(total.tanh())
        values = outputs
    loss: Value = (values[0] - 1.0) ** 2
    loss.label = "loss"
    loss.backward()
    return loss


def recurrence(steps: int) -> Value:
    """The same three weights in every step: edges that pass many levels."""
    w, u, b = (Value(0.5, label=name, role="parameter") for name in "wub")
    state = Value(0.0, label="h0")
    for step in range(steps):
        state = (state * w + Value(0.1 * step) * u + b).tanh()
    return state
