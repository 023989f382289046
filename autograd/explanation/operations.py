"""Operations in words: what a node computes (`v2 = w · x`, `h = tanh(v2)`), and why its local derivatives are so."""

from __future__ import annotations

from collections.abc import Callable

from autograd.engine.ops import TABLE
from autograd.explanation.notation import Style
from autograd.graph.snapshot import Edge, Snapshot
from autograd.support.text import clean

_BETWEEN = {
    "+": " + ", "-": " − ", "*": " · ", "/": " / ", "//": " // ", "%": " mod ",
    "greater": " > ", "greater_equal": " ≥ ", "equal": " = ",
}  # fmt: skip
_BEFORE = {"neg": "−", "sqrt": "√", "cbrt": "∛"}
MOST_OPERANDS = 8
# Rows of the table that give one rule for several operands, told apart by the operand.
_RULE_BY_OPERAND = {
    ("-", 0): "sum rule: slope 1",
    ("-", 1): "sum rule: slope −1",
    ("neg", 0): "sum rule: slope −1",
    ("/", 0): "quotient rule: 1/b",
    ("/", 1): "quotient rule: −(a/b)/b",
    ("**", 0): "power rule: b·a^(b−1)",
    ("**", 1): "exponential rule: a^b·ln a",
    ("where", 0): "where: slope 0, the condition only chooses",
}


def write_operation(picture: Snapshot, index: int, style: Style, name: Callable[[int], str]) -> str:
    """The operation of a computed node, operands by `name`, plain numbers as numbers, long lists cut in the middle.

    >>> from autograd import Value, dot
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(2.0, label="a")
    >>> picture = snapshot((a - 1.0) ** 2)
    >>> [write_operation(picture, i, Style(), lambda j: picture.nodes[j].name) for i in (2, 4)]
    ['a − 1', 'v2²']
    """
    node = picture.nodes[index]
    words = []
    for edge in picture.incoming[index]:
        operand = picture.nodes[edge.source]
        plain = operand.role == "constant" and not operand.label
        words.append(style.factor(operand.data) if plain else name(edge.source))
    if node.op == "dot":
        # The operands are n factors, n more, and at times a bias.
        n = len(words) // 2
        return _join([*map("·".join, zip(words[:n], words[n : 2 * n], strict=True)), *words[2 * n :]], " + ")
    if node.op == "sum" and words:
        return _join(words, " + ")
    if node.op in _BETWEEN and len(words) == 2:
        return style.words(_BETWEEN[node.op]).join(words)
    if node.op in ("**", "square"):
        return style.power(words[0], words[1] if node.op == "**" else "2")
    if node.op in _BEFORE:
        return _BEFORE[node.op] + words[0]
    if node.op == "abs":
        return f"|{words[0]}|"
    # All others are calls, by the symbol where it is a word: ReLU for relu.
    row = TABLE.get(node.op)
    by_symbol = row is not None and row.symbol.isalpha() and not row.variadic
    return f"{style.words(clean(node.symbol if by_symbol else node.op))}({_join(words, ', ')})"


def _join(words: list[str], joint: str) -> str:
    if len(words) > MOST_OPERANDS:
        words = [*words[: MOST_OPERANDS // 2], "…", *words[-MOST_OPERANDS // 4 :]]
    return joint.join(words)


def rule(picture: Snapshot, edge: Edge) -> str:
    """Why an edge has the local derivative it has, in the words of the table of operations.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> picture = snapshot(Value(0.0).relu())
    >>> rule(picture, picture.edges[0])
    'ReLU: slope 0 at exactly 0, by convention'
    """
    node = picture.nodes[edge.target]
    row = TABLE.get(node.op)
    if row is None:  # an operation of the user's that has been taken out of the table since
        return f"{node.op}: its own rule"
    if row.at_kink([picture.nodes[e.source].data for e in picture.incoming[node.index]]):
        return f"{row.symbol}: {row.convention}"
    text = _RULE_BY_OPERAND.get((row.name, edge.position), row.rule)
    if row.name == "dot":
        last = len(picture.incoming[node.index]) - 1
        bias = edge.position == last and last % 2 == 0
        text = "sum rule: the bias has slope 1" if bias else "product rule: the other factor"
    # A rule that does not name its operation gets the symbol in front.
    return text if "rule" in text or "′" in text or text.startswith(row.symbol) else f"{row.symbol}: {text}"
