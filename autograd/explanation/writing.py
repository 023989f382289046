"""An explanation as text, LaTeX and HTML: the formula, then the paths, the factors and what the unnamed nodes are.

The formula is a list of right-hand sides, each equal to the next; a right-hand side is a sum of products, so a list of
lists of pieces, and each style joins the pieces in its own way:

    >>> from autograd import Value, explain
    >>> x = Value(3.0, label="x")
    >>> why = explain((x * 2.0) * x, x, "all")
    >>> for row in rows(why, Style()):
    ...     print(row)
    [['∂v3/∂v2', '∂v2/∂x'], ['∂v3/∂x']]
    [['3', '2'], ['6']]
    [['6'], ['6']]
    [['12']]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from autograd.explanation.factors import Factor, Path, PathSum
from autograd.explanation.notation import Html, Latex, Style, format_count, html_table
from autograd.explanation.operations import write_operation
from autograd.graph.snapshot import Node
from autograd.graph.stale import stale, stale_note

MOST_FACTORS = 16  # of one product; beyond, the middle is left out
MOST_LINES = 24  # of a list of factors or nodes
LATEX_BREAK = 5  # factors on one line of LaTeX

ARROW = " ← "

Row = list[list[str]]  # a sum of products
Item = TypeVar("Item")


# ----- The formula: the same for every style -----


def _ends(items: Sequence[Item]) -> tuple[Sequence[Item], int, Sequence[Item]]:
    """The beginning of a path or product, how many items are left out, and its end."""
    if len(items) <= MOST_FACTORS:
        return items, 0, ()
    half = MOST_FACTORS // 2
    return items[:half], len(items) - 2 * half, items[-half:]


def _and_more(items: Sequence[object]) -> list[str]:
    """The line below a list that shows `MOST_LINES` of these."""
    return [f"and {len(items) - MOST_LINES:,} more"] if len(items) > MOST_LINES else []


def _symbol(factor: Factor, style: Style) -> str:
    return style.derivative(factor.of.name, factor.by.name, factor.slot)


def _number(factor: Factor, style: Style, alone: bool) -> str:
    if factor.shape != (1, 1):
        return style.words(f"[{factor.shape[0]}×{factor.shape[1]}]")
    return style.number(factor.value) if alone else style.factor(factor.value)


def _product(path: Path, style: Style, symbols: bool, first: bool) -> list[str]:
    head, left_out, tail = _ends(path.factors)
    alone = first and len(path.factors) == 1
    shown = [[_symbol(f, style) if symbols else _number(f, style, alone) for f in part] for part in (head, tail)]
    middle = [style.words(f"… {left_out:,} more factors …")] if left_out else []
    return [*shown[0], *middle, *shown[1]]


def rows(why: PathSum, style: Style) -> list[Row]:
    """The right-hand sides, each equal to the next: symbols, numbers, the product of each path, and the sum."""
    if not why.count or not why.paths[0].factors:
        return [[[style.number(why.total)]]]
    several = len(why.paths) > 1 or why.hidden > 0
    more = [[style.words(f"… {format_count(why.hidden)} more …")]] if why.hidden else []
    deep = any(len(path.factors) > 1 for path in why.paths)
    result: list[Row] = []
    # A single path of a single factor is its own value already.
    if several or deep:
        for symbols in (True, False):
            result.append([_product(path, style, symbols, i == 0) for i, path in enumerate(why.paths)] + more)
    # Products of one factor each would be the row of numbers once more, and one product would be the total.
    if several and deep:
        first, *others = (path.product for path in why.paths)
        products = [[style.number(first)], *([style.factor(x)] for x in others)]
        result.append(products + ([[style.factor(why.rest)]] if more and why.rest == why.rest else more))
    return [*result, [[style.number(why.total)]]]


def notes(why: PathSum) -> Iterator[str]:
    """What the formula does not say: numbers changed since, why there is no path, how `.grad` compares."""
    output, wrt = Style().name(why.output), Style().name(why.wrt)
    picture = why.snapshot
    node = why.source
    if older := stale_note([Style().name(picture.nodes[i].name) for i in stale(picture)]):
        yield older
    if node.index == why.target.index:
        yield f"{wrt} is the output itself, which changes as much as it changes: the derivative is 1."
        return
    if not why.count:
        yield (
            f"No path leads from {wrt} to {output}: {output} was computed without {wrt}, so it does not depend on it. "
            f"(A detached copy, .data and no_grad() also cut the path.)"
        )
        return
    if not node.requires_grad:
        kind = "a constant" if node.role == "constant" else "frozen (requires_grad is False)"
        yield f"{wrt} is {kind}: backward() stores no gradient in it, though the derivative exists."
    elif why.target.index == picture.root:
        # Rounding is measured against what the sum is made of: products that cancel leave the error of the largest.
        error = abs(node.grad - why.total)
        if error <= 1e-12 * why.size or node.grad == why.total:
            yield f"{wrt}.grad is the same number."
        elif node.grad == 0.0:
            yield f"{wrt}.grad is still 0: call {output}.backward() to have this number there."
        elif node.grad == node.grad or why.total == why.total:
            origin = (
                "calls of backward() add up until it is set to 0"
                if node.is_leaf
                else "another backward() left it there"
            )
            yield f"{wrt}.grad holds {Style(why.settings.precision).number(node.grad)} instead: {origin}."


# ----- Text -----


def text(why: PathSum) -> str:
    """Plain text: the formula, the notes, the paths, the factors."""
    style, width = why.settings.style(Style), why.settings.width
    parts = [_lines(why, style, width), notes(why)]
    if why.count > 1:
        parts.append(_path_list(why, style, width))
    if why.factors:
        parts.append(_factor_list(why, style, width))
    if unnamed := _unnamed(why):
        parts.append(iter(["The nodes without a name:", *(f"  {line}" for line in _meanings(why, style, unnamed))]))
    return "\n\n".join(filter(None, map("\n".join, parts)))


def _lines(why: PathSum, style: Style, width: int) -> Iterator[str]:
    left = style.derivative(why.output, why.wrt)
    indent = " " * min(len(left), 12)
    for i, row in enumerate(rows(why, style)):
        terms = [style.times.join(term) for term in row]
        start = left if i == 0 else indent
        whole = f"{start} = {' + '.join(terms)}"
        if len(whole) <= width:
            yield whole
            continue
        # Too long for a line: each product begins a line, and goes on over as many as it needs.
        if i == 0 and len(f"{left} = {row[0][0]}") > width:
            yield left
            start = indent
        for j, term in enumerate(row):
            yield from _wrap(f"{indent} + " if j else f"{start} = ", term, style.times, f"{indent}     ", width)


def _wrap(start: str, pieces: Sequence[str], joint: str, indent: str, width: int) -> Iterator[str]:
    """Pieces on as many lines as they need, each line after the first beginning with the joint."""
    line = start
    for i, piece in enumerate(pieces):
        addition = joint + piece if i else piece
        if i and len(line) + len(addition) > width:
            yield line
            line = indent + addition.lstrip()
        else:
            line += addition
    yield line


def _way(path: Path, style: Style) -> list[str]:
    head, left_out, tail = _ends([style.name(name) for name in path.names])
    return [*head, *([f"… {left_out:,} more …"] if left_out else []), *tail]


def _heading(why: PathSum, style: Style) -> str:
    every = f" ({format_count(why.every)} through every node)" if why.every != why.count else ""
    order = ", the strongest first" if why.hidden else ""
    return f"{format_count(why.count)} paths lead from {style.name(why.wrt)} to {style.name(why.output)}{every}{order}:"


def _path_list(why: PathSum, style: Style, width: int) -> Iterator[str]:
    yield _heading(why, style)
    numbers = [style.number(path.product) for path in why.paths]
    room = max(map(len, numbers))
    for path, number in zip(why.paths, numbers, strict=True):
        yield from _wrap(f"  {number:>{room}}  ", _way(path, style), ARROW, " " * (room + 4), width)
    if why.hidden:
        together = f", together {style.number(why.rest)}" if why.rest == why.rest else ""
        yield f"  and {format_count(why.hidden)} more{together}"


def _factor_list(why: PathSum, style: Style, width: int) -> Iterator[str]:
    factors = why.factors
    yield "The factors:"
    names = [_symbol(factor, style) for factor in factors[:MOST_LINES]]
    room = min(max(map(len, names)), 40)
    for factor, name in zip(factors, names, strict=False):
        line = f"  {name:<{room}} = {_value(factor, style)}"
        reasons = _reasons(factor)
        reason = "; ".join(reasons)
        if len(line) + len(reason) + 3 <= width:
            yield f"{line}   {reason}"
        else:
            yield line
            yield from _wrap("      ", [*(f"{r};" for r in reasons[:-1]), reasons[-1]], " ", "      ", width)
    yield from (f"  {line}" for line in _and_more(factors))


def _value(factor: Factor, style: Style) -> str:
    if factor.shape != (1, 1):
        return f"a matrix of {factor.shape[0]} by {factor.shape[1]} derivatives"
    steps = factor.steps
    value = style.number(factor.value)
    if not 1 < len(steps) <= MOST_FACTORS:
        return value
    return f"{style.times.join(style.factor(x) for x, _ in steps)} = {value}"


def _reasons(factor: Factor) -> list[str]:
    rules = list(factor.rules)
    rules = rules if len(rules) <= 8 else [*rules[:8], f"and {len(rules) - 8} more rules"]
    if factor.count > 1 and factor.shape == (1, 1):
        return [f"the sum over {format_count(factor.count)} paths between them, which .open() shows", *rules]
    return rules


def _unnamed(why: PathSum) -> list[Node]:
    """The computed nodes among the stops that have no name but a number, from the output down."""
    stops = {stop.name: stop.nodes[0] for path in why.paths for stop in path.nodes if len(stop.nodes) == 1}
    nodes = [node for name, node in stops.items() if not node.is_leaf and name == f"v{node.index}"]
    return sorted(nodes, key=lambda node: -node.index)


def _meanings(why: PathSum, style: Style, nodes: Sequence[Node]) -> Iterator[str]:
    picture = why.snapshot
    for node in nodes[:MOST_LINES]:
        operation = write_operation(picture, node.index, style, lambda i: style.name(picture.nodes[i].name))
        yield f"{style.name(node.name)} = {operation} = {style.number(node.data)}"
    yield from _and_more(nodes)


# ----- LaTeX -----


def latex(why: PathSum) -> str:
    """The formula as an `aligned` block."""
    style = why.settings.style(Latex)
    lines: list[str] = []
    for row in rows(why, style):
        # A long sum has each product on lines of its own, and a long product breaks after every few factors.
        break_terms = sum(len(term) for term in row) > LATEX_BREAK
        lines.append("&= ")
        for j, term in enumerate(row):
            if j and break_terms:
                lines.append(r"&\quad {} + ")
            elif j:
                lines[-1] += " + "
            for i, piece in enumerate(term):
                if i and i % LATEX_BREAK == 0:
                    lines.append(r"&\qquad\quad ")
                lines[-1] += (style.times.lstrip() if i else "") + piece + (" " if i + 1 < len(term) else "")
    left = style.derivative(why.output, why.wrt)
    return "\\begin{aligned}\n" + left + " " + " \\\\\n".join(lines) + "\n\\end{aligned}"


# ----- HTML -----


def html(why: PathSum) -> str:
    """The formula as paragraphs, the paths and the factors as tables."""
    style = why.settings.style(Html)
    left = style.derivative(why.output, why.wrt)
    parts = ['<div class="chaingrad-explanation">']
    for i, row in enumerate(rows(why, style)):
        sides = " + ".join(style.times.join(term) for term in row)
        parts.append(f"<p>{left if i == 0 else ''} = {sides}</p>")
    parts += [f"<p>{escape(note)}</p>" for note in notes(why)]
    if why.count > 1:
        body = [(ARROW.join(_way(path, style)), style.number(path.product)) for path in why.paths]
        body += [(f"and {format_count(why.hidden)} more, together", style.number(why.rest))] if why.hidden else []
        parts.append(html_table(_heading(why, style).rstrip(":"), ("Path", "Product"), body))
    if why.factors:
        shown = why.factors[:MOST_LINES]
        lines = [(_symbol(f, style), _value(f, style), escape("; ".join(_reasons(f)))) for f in shown]
        parts.append(html_table("The factors", ("Factor", "Value", "Rule"), lines))
        parts += [f"<p>{line}</p>" for line in _and_more(why.factors)]
    if unnamed := _unnamed(why):
        parts.append(f"<p>The nodes without a name: {'; '.join(_meanings(why, style, unnamed))}</p>")
    return "\n".join([*parts, "</div>"])


# ----- The update rule -----


@dataclass(frozen=True)
class Update:
    """One step of gradient descent on the source of an explanation: `value` is the number after it."""

    why: PathSum
    lr: float

    @property
    def value(self) -> float:
        """w − η · ∂L/∂w."""
        return self.why.source.data - self.lr * self.why.total

    def _write(self, style: Style, arrow: str, eta: str) -> str:
        name, times = style.name(self.why.wrt), style.times
        minus = f" {style.minus} "
        derivative = style.derivative(self.why.output, self.why.wrt)
        data = style.number(self.why.source.data)
        step = f"{style.factor(self.lr)}{times}{style.factor(self.why.total)}"
        result = style.number(self.value)
        return f"{name} {arrow} {name}{minus}{eta}{times}{derivative} = {data}{minus}{step} = {result}"

    @property
    def latex(self) -> str:
        """The line as LaTeX, without the dollar signs around it."""
        return self._write(self.why.settings.style(Latex), r"\leftarrow", r"\eta")

    @property
    def html(self) -> str:
        """The line as HTML."""
        return f"<p>{self._write(self.why.settings.style(Html), '←', 'η')}</p>"

    def __str__(self) -> str:
        return self._write(self.why.settings.style(Style), "←", "η")

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"
