"""Why backward() sorts the graph first: the recursion without sorting beside it, on the same frozen graph.

For y = b + c with b = 2 · a and c = 5 · b, the right gradient of b is 1 + 5 = 6. What the recursion does:

    call   of   passes on   grads after it
    1      y    1           b = 1, c = 1
    2      b    1           a = 2            too early: 5 is still to come from c
    3      c    1           b = 6
    4      b    6           a = 14           a second time: the first 1 is among the 6

The sorted pass calls y, c, b, and a gets 12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from autograd.engine.value import Value
from autograd.explanation.notation import Style, format_count, html_table
from autograd.graph import count_between
from autograd.graph.adjoints import chain, gradients
from autograd.graph.snapshot import Snapshot, snapshot
from autograd.support.settings import check_count

__all__ = ["OrderComparison", "Parting", "why_order"]
from autograd.support.text import plural

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Parting:
    """The first call that passes on a wrong amount: which node, at which call, what it held and what is right.

    `again` tells the two ways to go wrong apart: False, too early, before everything had arrived; True, a second time.
    """

    call: int
    node: int
    held: float
    right: float
    again: bool
    waiting: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class OrderComparison:
    """Both passes over one graph: `sorted_grads` and `naive_grads` by node, and where they part first."""

    snapshot: Snapshot
    sorted_grads: tuple[float, ...]
    naive_grads: tuple[float, ...]
    calls: tuple[int, ...]
    all_calls: int
    parting: Parting | None

    @property
    def complete(self) -> bool:
        """Whether the recursion came to its end within the budget."""
        return sum(self.calls) == self.all_calls

    @property
    def same(self) -> bool:
        """Whether both passes give the same gradients."""
        return self.complete and not self.differing

    @property
    def differing(self) -> tuple[int, ...]:
        """The nodes whose gradients differ, from the output down."""
        pairs = zip(self.sorted_grads, self.naive_grads, strict=True)
        apart = [index for index, (right, naive) in enumerate(pairs) if not _close(right, naive)]
        return tuple([index for index in reversed(apart) if self.snapshot.nodes[index].requires_grad])

    @property
    def visits(self) -> int:
        """How many computed nodes the sorted pass visits, each once."""
        return sum(node.requires_grad and not node.is_leaf for node in self.snapshot.nodes)

    @property
    def html(self) -> str:
        """The comparison as HTML: a table and the sentences below it."""
        columns, *rows = [[escape(cell) for cell in row] for row in self._table()]
        table = [html_table("Gradients that differ", columns, rows)] if rows else []
        return "\n".join([*table, *(f"<p>{escape(line)}</p>" for line in self._sentences())])

    def _table(self) -> list[tuple[str, str, str, str]]:
        style = Style()
        rows = [("node", "sorted pass", "naive recursion", "calls")]
        for index in self.differing[:MOST_ROWS] if self.complete else ():
            numbers = style.number(self.sorted_grads[index]), style.number(self.naive_grads[index])
            leaf = self.snapshot.nodes[index].is_leaf
            rows.append((self._name(index), *numbers, "" if leaf else format_count(self.calls[index])))
        return rows

    def _name(self, index: int) -> str:
        return Style().name(self.snapshot.nodes[index].name)

    def _sentences(self) -> Iterator[str]:
        if self.complete and len(self.differing) > MOST_ROWS:
            yield f"{len(self.differing) - MOST_ROWS:,} more nodes differ."
        yield (
            f"The sorted pass visits {plural(self.visits, 'computed node')} once each; "
            f"the naive recursion makes {format_count(self.all_calls)} {'call' if self.all_calls == 1 else 'calls'}."
        )
        if not self.complete:
            yield f"It was stopped after {sum(self.calls):,} of them, so there are no final numbers to compare."
        if self.parting is not None:
            yield self._parting_text(self.parting)
        if self.same:
            yield "Both give the same gradients here: no computed node passes anything on too early or twice."

    def _parting_text(self, parting: Parting) -> str:
        name, style = self._name(parting.node), Style()
        # As many digits as it takes to see the difference.
        while style.number(parting.held) == style.number(parting.right) and style.precision < 17 and not parting.again:
            style = Style(style.precision + 1)
        call = f"They part at call {format_count(parting.call)}, of {name}"
        if parting.again:
            return f"{call}: it passes on its {style.number(parting.held)} again, after all of it was passed on before."
        users = ", ".join(self._name(index) for index in parting.waiting[:5])
        return (
            f"{call}: it passes on {style.number(parting.held)} at once, but in the end {style.number(parting.right)} "
            f"arrives there, for {users or 'another use'} comes later. Called again, it passes on all that it holds by "
            "then, so the first part goes down twice."
        )

    def __str__(self) -> str:
        rows = self._table()
        first, *others = (max(map(len, column)) for column in zip(*rows, strict=True))
        lines = ["  ".join([row[0].ljust(first), *map(str.rjust, row[1:], others)]) for row in rows]
        table = [*(line.rstrip() for line in lines), ""] if len(rows) > 1 else []
        return "\n".join([*table, *self._sentences()])

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        result = "the same gradients" if self.same else f"{len(self.differing)} gradients differ"
        return f"<OrderComparison: {result}; print it>"


def why_order(output: Value | Snapshot, *, max_calls: int = 100_000) -> OrderComparison:
    """Run the naive recursion beside the sorted pass, and show where they part and by how much.

    The naive recursion is what one writes first: a node adds to the grad of its operands, then calls backward of each
    operand at once. A node with two uses is then called before all of its gradient has arrived, and called again later.
    The number of calls is the number of paths, so it is counted beforehand, and the recursion stops after `max_calls`.
    Both run on a frozen copy: `.grad` is neither read nor changed.

    Raises TypeError if output is not a Value, ValueError if max_calls is below 1.

    >>> from autograd import Value
    >>> a = Value(3.0, label="a")
    >>> b = a * 2.0
    >>> c = b * 5.0
    >>> b.label, c.label = "b", "c"
    >>> print(why_order(b + c))
    node  sorted pass  naive recursion  calls
    a              12               14
    <BLANKLINE>
    The sorted pass visits 3 computed nodes once each; the naive recursion makes 4 calls.
    They part at call 2, of b: it passes on 1 at once, but in the end 6 arrives there, for c comes later. ...
    """
    check_count("why_order", "max_calls", max_calls)
    picture = output if isinstance(output, Snapshot) else snapshot(output)
    nodes, incoming = picture.nodes, picture.incoming
    called = [node.requires_grad and not node.is_leaf for node in nodes]
    right = gradients(picture, range(picture.root + 1))
    naive, passed, calls = [0.0] * len(nodes), [0.0] * len(nodes), [0] * len(nodes)
    naive[picture.root] = 1.0
    parting: Parting | None = None
    # The operands of a call are called after everything it does itself, so a stack gives the order of the recursion.
    stack = [picture.root] if called[picture.root] else []
    number = 0
    while stack and number < max_calls:
        index = stack.pop()
        grad = naive[index]
        number += 1
        calls[index] += 1
        # A node passes on all it holds at every call, so what it has passed on in all is the sum of these.
        passed[index] += grad
        if parting is None and grad != 0.0 and not _close(passed[index], right[index]):
            # It holds what is right, and has been called: then all of it was passed on before. Else more is to come,
            # from the results that have not been called.
            again = calls[index] > 1 and _close(grad, right[index])
            waiting = tuple([e.target for e in picture.outgoing[index] if called[e.target] and not calls[e.target]])
            parting = Parting(number, index, grad, right[index], again, waiting)
        for edge in incoming[index]:
            if nodes[edge.source].requires_grad:
                naive[edge.source] += chain(grad, edge.local_grad)
        stack.extend(edge.source for edge in reversed(incoming[index]) if called[edge.source])
    all_calls = _count_calls(picture, called)
    return OrderComparison(picture, tuple(right), tuple(naive), tuple(calls), all_calls, parting)


def _count_calls(picture: Snapshot, called: list[bool]) -> int:
    """How many calls the recursion makes: one for each path from the output to a node that is called."""
    if not called[picture.root]:
        return 0

    # With one more node below every node that is called, -1, each call is a path from the output down to it.
    def operands(index: int) -> list[int]:
        return [-1, *[edge.source for edge in picture.incoming[index] if called[edge.source]]]

    return count_between([*filter(called.__getitem__, range(picture.root, -1, -1))], operands, -1, picture.root)


def _close(a: float, b: float) -> bool:
    """Equal but for rounding; infinities and nan are close to themselves."""
    return a == b or abs(a - b) <= 1e-12 * max(abs(a), abs(b)) or (a != a and b != b)
