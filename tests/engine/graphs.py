"""Random computation graphs as data, which any engine can evaluate: Hypothesis strategies, and an evaluator.

A graph is its leaves and its steps, each an operation and the positions of its operands: leaves are counted first,
then steps. Operands are picked among all that is there, so subexpressions are shared; whatever nothing else uses is
added up in the last step, so every node has a part in the result.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

Functions = Mapping[str, Callable[..., Any]]


class Graph(NamedTuple):
    """Numbers, then operations on what stands before them."""

    leaves: tuple[float, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]

    def __str__(self) -> str:
        lines = [f"v{i} = {x!r}" for i, x in enumerate(self.leaves)]
        for i, (name, operands) in enumerate(self.steps, len(self.leaves)):
            lines.append(f"v{i} = {name}({', '.join(f'v{k}' for k in operands)})")
        return "\n".join(lines)


def evaluate(
    graph: Graph, leaves: Sequence[Any], functions: Functions, each: Callable[[Any], Any] = lambda x: x
) -> list[Any]:
    """Every node of a graph over some engine's leaves and functions; `each` is applied to every one on the way."""
    nodes = [each(leaf) for leaf in leaves]
    for name, operands in graph.steps:
        nodes.append(each(functions[name](*[nodes[i] for i in operands])))
    return nodes


@st.composite
def graphs(
    draw: st.DrawFn,
    functions: Functions,
    arities: Mapping[str, int],
    numbers: st.SearchStrategy[float],
    *,
    instead: str = "",
    largest: float = math.inf,
    leaves: int = 4,
    steps: int = 10,
) -> Graph:
    """A graph of the operations in `arities` (-1 for any number of operands, and "sum" must be one of them).

    A step whose result on floats is larger than `largest`, infinite or nan becomes the unary operation `instead`;
    without one, such results stay.
    """
    given = draw(st.lists(numbers, min_size=1, max_size=leaves))
    found = list(given)
    recorded: list[tuple[str, tuple[int, ...]]] = []
    picks = st.lists(st.integers(0, 2**16), min_size=5, max_size=5)
    for name, picked in draw(st.lists(st.tuples(st.sampled_from(sorted(arities)), picks), min_size=1, max_size=steps)):
        # Counted from the newest on: what Hypothesis simplifies becomes a chain.
        count = arities[name] if arities[name] >= 0 else 2 + picked[3] % 2
        operands = tuple(len(found) - 1 - pick % len(found) for pick in picked[:count])
        try:
            y = functions[name](*[found[i] for i in operands])
        except (ZeroDivisionError, OverflowError):
            y = math.nan  # Python's operators on floats raise where a Value goes on
        if instead and not abs(y) <= largest:
            name, operands = instead, operands[:1]
            y = functions[name](found[operands[0]])
        found.append(y)
        recorded.append((name, operands))
    used = {i for _, operands in recorded for i in operands}
    unused = tuple(i for i in range(len(found)) if i not in used)
    if len(unused) > 1:
        recorded.append(("sum", unused))
    return Graph(tuple(given), tuple(recorded))
