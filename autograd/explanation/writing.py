"""An explanation as text, LaTeX and HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from autograd.explanation.notation import Html, Latex, Style, counted, html_table
from autograd.explanation.operations import spelled
from autograd.graph.snapshot import Node

if TYPE_CHECKING:
    from autograd.explanation.explanation import Explanation
    from autograd.explanation.factors import Factor, Path

MOST_FACTORS = 16  # of one product; beyond, the middle is left out
MOST_LINES = 24  # of a list of factors or nodes
LATEX_BREAK = 5  # factors on one line of LaTeX

ARROW = " ← "

Row = list[list[str]]  # a sum of products


# ----- The formula: the same for every style -----


def _ends(factors: Sequence[Factor]) -> tuple[Sequence[Factor], int, Sequence[Factor]]:
    """The beginning of a product, how many factors are left out, and its end."""
    if len(factors) <= MOST_FACTORS:
        return factors, 0, ()
    half = MOST_FACTORS // 2
    return factors[:half], len(factors) - 2 * half, factors[-half:]


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


def rows(why: Explanation, style: Style) -> list[Row]:
    """The right-hand sides, each equal to the next: symbols, numbers, the product of each path, and the sum."""
    if not why.count or not why.paths[0].factors:
        return [[[style.number(why.total)]]]
    several = len(why.paths) > 1 or why.hidden > 0
    more = [[style.words(f"… {counted(why.hidden)} more …")]] if why.hidden else []
    deep = any(len(path.factors) > 1 for path in why.paths)
    found: list[Row] = []
    if several or deep:
        found.append([_product(path, style, True, i == 0) for i, path in enumerate(why.paths)] + more)
        found.append([_product(path, style, False, i == 0) for i, path in enumerate(why.paths)] + more)
    if several and deep:
        products = [
            [style.factor(path.product) if i else style.number(path.product)] for i, path in enumerate(why.paths)
        ]
        found.append(products + ([[style.factor(why.rest)]] if more and why.rest == why.rest else more))
    return [*found, [[style.number(why.total)]]]


def notes(why: Explanation) -> Iterator[str]:
    """What the formula does not say: see `Explanation.notes`."""
    output, wrt = Style().name(why.output), Style().name(why.wrt)
    picture = why.snapshot
    node = why.source
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


def text(why: Explanation) -> str:
    """Plain text: the formula, the notes, the paths, the factors."""
    style, width = why.settings.style(Style), why.settings.width
    parts = ["\n".join(_lines(why, style, width))]
    if why.notes:
        parts.append("\n".join(why.notes))
    if why.count > 1:
        parts.append("\n".join(_path_list(why, style, width)))
    if why.factors:
        parts.append("\n".join(_factor_list(why, style, width)))
    unnamed = _unnamed(why)
    if unnamed:
        lines = [f"  {line}" for line in _meanings(why, style, unnamed)]
        parts.append("\n".join(["The nodes without a name:", *lines]))
    return "\n\n".join(parts)


def _lines(why: Explanation, style: Style, width: int) -> Iterator[str]:
    left = style.derivative(why.output, why.wrt)
    indent = " " * min(len(left), 12)
    for i, row in enumerate(rows(why, style)):
        terms = [style.times.join(term) for term in row]
        start = left if i == 0 else indent
        whole = f"{start} = {' + '.join(terms)}"
        if len(whole) <= width:
            yield whole
            continue
        if i == 0 and len(f"{left} = {row[0][0]}") > width:
            yield left
            start = indent
        for j, term in enumerate(row):
            yield from _wrapped(f"{indent} + " if j else f"{start} = ", term, style.times, f"{indent}     ", width)


def _wrapped(start: str, pieces: Sequence[str], joint: str, indent: str, width: int) -> Iterator[str]:
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
    names = [stop.name for stop in path.nodes]
    if len(names) <= MOST_FACTORS:
        return [*map(style.name, names)]
    half = MOST_FACTORS // 2
    left_out = f"… {len(names) - 2 * half:,} more …"
    return [*map(style.name, names[:half]), left_out, *map(style.name, names[-half:])]


def _heading(why: Explanation, style: Style) -> str:
    every = f" ({counted(why.every)} through every node)" if why.every != why.count else ""
    order = ", the strongest first" if why.hidden else ""
    return f"{counted(why.count)} paths lead from {style.name(why.wrt)} to {style.name(why.output)}{every}{order}:"


def _path_list(why: Explanation, style: Style, width: int) -> Iterator[str]:
    yield _heading(why, style)
    numbers = [style.number(path.product) for path in why.paths]
    room = max(map(len, numbers))
    for path, number in zip(why.paths, numbers, strict=True):
        yield from _wrapped(f"  {number:>{room}}  ", _way(path, style), ARROW, " " * (room + 4), width)
    if why.hidden:
        yield f"  {_rest(why, style)}"


def _rest(why: Explanation, style: Style) -> str:
    together = f", together {style.number(why.rest)}" if why.rest == why.rest else ""
    return f"and {counted(why.hidden)} more{together}"


def _factor_list(why: Explanation, style: Style, width: int) -> Iterator[str]:
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
            yield from _wrapped("      ", [*(f"{r};" for r in reasons[:-1]), reasons[-1]], " ", "      ", width)
    if len(factors) > MOST_LINES:
        yield f"  and {len(factors) - MOST_LINES:,} more"


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
        return [f"the sum over {counted(factor.count)} paths between them, which .open() shows", *rules]
    return rules


def _unnamed(why: Explanation) -> list[Node]:
    """The computed nodes among the stops that have no name but a number, from the output down."""
    stops = {stop.name: stop.nodes[0] for path in why.paths for stop in path.nodes if len(stop.nodes) == 1}
    found = {node.index: node for name, node in stops.items() if not node.is_leaf and name == f"v{node.index}"}
    return sorted(found.values(), key=lambda node: -node.index)


def _meanings(why: Explanation, style: Style, nodes: Sequence[Node]) -> Iterator[str]:
    picture = why.snapshot
    for node in nodes[:MOST_LINES]:
        operation = spelled(picture, node.index, style, lambda i: style.name(picture.nodes[i].name))
        yield f"{style.name(node.name)} = {operation} = {style.number(node.data)}"
    if len(nodes) > MOST_LINES:
        yield f"and {len(nodes) - MOST_LINES:,} more"


# ----- LaTeX -----


def latex(why: Explanation) -> str:
    """The formula as an `aligned` block."""
    style = why.settings.style(Latex)
    lines: list[str] = []
    for row in rows(why, style):
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


def html(why: Explanation) -> str:
    """The formula as paragraphs, the paths and the factors as tables."""
    style = why.settings.style(Html)
    left = style.derivative(why.output, why.wrt)
    parts = ['<div class="chaingrad-explanation">']
    for i, row in enumerate(rows(why, style)):
        sides = " + ".join(style.times.join(term) for term in row)
        parts.append(f"<p>{left if i == 0 else ''} = {sides}</p>")
    parts += [f"<p>{escape(note)}</p>" for note in why.notes]
    if why.count > 1:
        body = [(ARROW.join(_way(path, style)), style.number(path.product)) for path in why.paths]
        body += [(f"and {counted(why.hidden)} more, together", style.number(why.rest))] if why.hidden else []
        parts.append(html_table(_heading(why, style).rstrip(":"), ("Path", "Product"), body))
    if why.factors:
        shown = why.factors[:MOST_LINES]
        lines = [(_symbol(f, style), _value(f, style), escape("; ".join(_reasons(f)))) for f in shown]
        parts.append(html_table("The factors", ("Factor", "Value", "Rule"), lines))
        if len(why.factors) > len(shown):
            parts.append(f"<p>and {len(why.factors) - len(shown):,} more</p>")
    if unnamed := _unnamed(why):
        parts.append(f"<p>The nodes without a name: {'; '.join(_meanings(why, style, unnamed))}</p>")
    return "\n".join([*parts, "</div>"])


# ----- The update rule -----


@dataclass(frozen=True)
class Update:
    """One step of gradient descent on the source of an explanation: `value` is the number after it."""

    why: Explanation
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
