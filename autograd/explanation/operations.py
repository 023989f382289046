"""What a node computes, in the names of its operands: `v2 = w · x`, `h = tanh(v2)`."""

from __future__ import annotations

from collections.abc import Callable

from autograd.explanation.notation import Style
from autograd.graph.snapshot import Snapshot
from autograd.support.text import clean

_BETWEEN = {
    "+": " + ", "-": " − ", "*": " · ", "/": " / ", "//": " // ", "%": " mod ",
    "greater": " > ", "greater_equal": " ≥ ", "equal": " = ",
}  # fmt: skip
_BEFORE = {"neg": "−", "sqrt": "√", "cbrt": "∛"}
MOST_OPERANDS = 8


def spelled(picture: Snapshot, index: int, style: Style, named: Callable[[int], str]) -> str:
    """The operation of a computed node; operands by `named`, plain numbers as numbers, long lists cut in the middle.

    >>> from autograd import Value, dot
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(2.0, label="a")
    >>> picture = snapshot((a - 1.0) ** 2)
    >>> [spelled(picture, i, Style(), lambda j: picture.nodes[j].name) for i in (2, 4)]
    ['a − 1', 'v2^2']
    """
    from autograd.engine.ops import TABLE

    node = picture.nodes[index]
    words = []
    for edge in picture.incoming[index]:
        operand = picture.nodes[edge.source]
        plain = operand.role == "constant" and not operand.label
        words.append(style.factor(operand.data) if plain else named(edge.source))
    if node.op == "dot":
        n = len(words) // 2
        return _listed([*map("·".join, zip(words[:n], words[n : 2 * n], strict=True)), *words[2 * n :]], " + ")
    if node.op == "sum" and words:
        return _listed(words, " + ")
    if node.op in _BETWEEN and len(words) == 2:
        return style.words(_BETWEEN[node.op]).join(words)
    if node.op in ("**", "square"):
        return style.power(words[0], words[1] if node.op == "**" else "2")
    if node.op in _BEFORE:
        return _BEFORE[node.op] + words[0]
    if node.op == "abs":
        return f"|{words[0]}|"
    row = TABLE.get(node.op)
    short = row is not None and row.symbol.isalpha() and not row.variadic
    return f"{style.words(clean(node.symbol if short else node.op))}({_listed(words, ', ')})"


def _listed(words: list[str], joint: str) -> str:
    if len(words) > MOST_OPERANDS:
        words = [*words[: MOST_OPERANDS // 2], "…", *words[-MOST_OPERANDS // 4 :]]
    return joint.join(words)
