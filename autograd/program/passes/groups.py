"""Pass: level and group. Nodes of one level that apply the same operation to operands of the same kinds go together."""

from __future__ import annotations

from dataclasses import dataclass

from autograd.program.passes.alike import FAMILIES, is_wide
from autograd.program.passes.graph import INPUT, Graph
from autograd.program.passes.graph import LITERAL as LITERAL_LEAF

# Where the number behind a node is found when the program runs.
LITERAL, INPUTS, SHARED, ROWS = "literal", "inputs", "shared", "rows"
ANY_NUMBER = ("+", "-", "*", "/")  # with a literal operand, these take a vector of literals just as well


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes of one level with the same operation; `homes` says where each operand is found."""

    level: int
    op: str
    nodes: tuple[int, ...]
    homes: tuple[str, ...]
    batched: bool
    settings: tuple[float, ...] = ()

    def describe(self) -> str:
        """One line."""
        kind = "per example" if self.batched else "shared by the batch"
        return f"level {self.level}: {len(self.nodes)} × {self.op} of {', '.join(self.homes)}, {kind}"


def homes_of(graph: Graph) -> list[str]:
    """For each node, where its number is found: in the source text, in X, in the vector P or in rows per example."""
    homes = [ROWS if batched else SHARED for batched in graph.batched()]
    of_kind = {INPUT: INPUTS, LITERAL_LEAF: LITERAL}
    for i, leaf in graph.leaves.items():
        homes[i] = of_kind.get(leaf.kind, SHARED)
    return homes


def levels_of(graph: Graph) -> list[int]:
    """How many operations lie between each node and the leaves, at most."""
    level = [0] * len(graph)
    for i in graph.order:
        level[i] = 1 + max([level[a] for a in graph.operands[i]])
    return level


def group(graph: Graph) -> list[Group]:
    """All computed nodes in groups, lowest level first.

    >>> from autograd import Value, relu
    >>> from autograd.program.passes.walk import read_graph
    >>> x, y = Value(1.0), Value(2.0)
    >>> for found in group(read_graph([relu(x) + relu(y) * 2.0], [x, y]).graph):
    ...     print(found.describe())
    level 1: 2 × relu of inputs, per example
    level 2: 1 × * of rows, literal, per example
    level 3: 1 × + of rows, rows, per example
    """
    homes, level = homes_of(graph), levels_of(graph)
    found: dict[tuple[object, ...], list[int]] = {}
    for i in graph.order:
        found.setdefault((level[i], *_alike(graph, homes, i)), []).append(i)
    groups = []
    for key in sorted(found, key=lambda key: (key[0], found[key][0])):
        nodes = found[key]
        i = nodes[0]
        settings = () if graph.ops[i] in FAMILIES else graph.settings.get(i, ())
        of = _homes_in_short(graph, homes, i)
        groups.append(Group(level[i], graph.ops[i], tuple(nodes), of, homes[i] == ROWS, settings))
    return groups


def _homes_in_short(graph: Graph, homes: list[str], i: int) -> tuple[str, ...]:
    operands = graph.operands[i]
    if graph.ops[i] == "dot":
        k = int(graph.settings[i][0])
        operands = (operands[0], operands[k], *operands[2 * k :])
    elif is_wide(graph, i):
        operands = operands[:1]
    else:
        return tuple([homes[a] for a in operands])
    return tuple([SHARED if homes[a] == LITERAL else homes[a] for a in operands])


def _alike(graph: Graph, homes: list[str], i: int) -> tuple[object, ...]:
    """What two nodes of one level must have in common to be computed together."""
    op, operands = graph.ops[i], graph.operands[i]
    short = _homes_in_short(graph, homes, i)
    if op == "dot":
        return (op, graph.settings[i], short)
    if is_wide(graph, i):
        settings = () if op in FAMILIES else graph.settings.get(i, ())
        return (op, settings, len(operands), homes[i], short)
    if op not in ANY_NUMBER:  # x**2 and x**3 are different code
        short = tuple([str(a) if home == LITERAL else home for a, home in zip(operands, short, strict=True)])
    return (op, graph.settings.get(i, ()), short, homes[i])
