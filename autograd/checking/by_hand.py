"""Gradients by hand against the engine's; with the output known, what in its graph explains that they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograd.checking.diagnosis import Case, diagnose, is_rounded
from autograd.checking.mismatch import Mismatch, Row, hint, joined, same_factor
from autograd.checking.mistakes import Graph
from autograd.checking.sentences import sentence, zero
from autograd.engine.value import Value
from autograd.explanation.notation import Style
from autograd.graph import topological_order
from autograd.graph.snapshot import snapshot

MOST_NODES = 20_000  # graphs beyond are not searched for the mistake


@dataclass(frozen=True)
class Entry:
    """A Value, what it is called in the message, and its gradient by hand."""

    name: str
    value: Value
    by_hand: float


def compare_by_hand(entries: Sequence[Entry], output: Value | None, rtol: float, atol: float) -> Mismatch | None:
    """What is wrong with gradients by hand; None if nothing is."""
    order = topological_order(output) if output is not None else []
    places = {node: index for index, node in enumerate(order)}
    outside = [e for e in entries if output is not None and e.value not in places and e.by_hand != 0.0]
    rows = [
        Row(e.name, e.value.grad, e.by_hand, agrees(e.value.grad, e.by_hand, rtol, atol) and e not in outside)
        for e in entries
    ]
    wrong = [i for i, row in enumerate(rows) if not row.agrees]
    if not wrong:
        return None
    notes: list[str] = []
    explained: set[int] = set()
    zeros: dict[int, str] = {}
    if output is not None:
        name = Style().name(output.label) if output.label else "the output"
        if outside:
            explained |= {i for i in wrong if entries[i] in outside}
            notes.append(_outside(entries, outside, name))
        if len(order) <= MOST_NODES:
            inside = [i for i in wrong if i not in explained]
            graph = Graph(snapshot(output))
            found, more = _inside(entries, inside, places, graph, name, (rtol, atol), rows)
            explained |= found
            notes += more
            zeros = {i: zero(graph, places[entries[i].value], entries[i].name) for i in inside if i not in explained}
    left = [i for i in wrong if i not in explained]
    factor = same_factor([rows[i] for i in left])
    if factor == factor:
        notes.append(f"{'both' if len(left) == 2 else f'all {len(left)}'} are off by the same factor, {factor:.4g}")
    for i in left:
        if factor != factor:
            rows[i] = replace(rows[i], hint=zeros.get(i) or hint(rows[i].engine, rows[i].by_hand))
    return Mismatch(tuple(rows), tuple(notes))


def agrees(engine: float, hand: float, rtol: float, atol: float) -> bool:
    """Whether two gradients are the same within the tolerances; two nan are."""
    same = engine == hand or (engine != engine and hand != hand)
    return same or (math.isfinite(engine) and math.isfinite(hand) and abs(engine - hand) <= atol + rtol * abs(hand))


def _outside(entries: Sequence[Entry], outside: Sequence[Entry], name: str) -> str:
    """Why a node that no path joins to the output has no gradient."""
    what = joined(e.name for e in outside)
    isnt = "is not in the graph" if len(outside) == 1 else "are not in the graph"
    return (
        f"{what} {isnt} of {name}: no operation that leads there was recorded on "
        f"{'it' if len(outside) == 1 else 'them'}. `.data` and float() cut a graph, "
        "and a Value made anew is another one"
    )


def _inside(
    entries: Sequence[Entry],
    wrong: Sequence[int],
    places: dict[Value, int],
    graph: Graph,
    name: str,
    tolerance: tuple[float, float],
    rows: Sequence[Row],
) -> tuple[set[int], list[str]]:
    """Which of the wrong gradients are explained, and how; `rows` are all, with those that agree."""
    explained, notes = set[int](), []
    unlike: dict[str, list[int]] = {}
    for i in wrong:
        node, slope = entries[i].value, graph.derivative(places[entries[i].value])
        if reason := _unlike(node, slope, graph.sizes[places[node]], name):
            unlike.setdefault(reason, []).append(i)
    for reason, which in unlike.items():
        right = [i for i in which if agrees(graph.derivative(places[entries[i].value]), entries[i].by_hand, *tolerance)]
        praise = "; the numbers by hand are right" if len(right) == len(which) > 1 else ""
        praise = praise or ("; the number by hand is right" if len(right) == len(which) else "")
        notes.append(f"{joined(entries[i].name for i in which)}: {reason}{praise}")
        explained |= set(which)
    cases = {
        Case(entries[i].name, places[entries[i].value], entries[i].by_hand): i
        for i in wrong
        if i not in explained and math.isfinite(entries[i].by_hand)
        if math.isfinite(slope := graph.derivative(places[entries[i].value]))
        if not is_rounded(entries[i].by_hand, slope)
    }
    left = [i for i in wrong if i not in explained]
    factor = same_factor([rows[i] for i in left])
    number = sum(not row.agrees for row in rows)
    for finding in diagnose(graph, list(cases)):
        # What all are off by has one cause: names for some of them fit by chance.
        if factor == factor and len(finding.cases) < len(left):
            continue
        notes.append(sentence(graph, finding, number))
        explained |= {cases[case] for case in finding.cases}
    return explained, notes


def _unlike(node: Value, slope: float, size: float, name: str) -> str:
    """Why `.grad` is not the derivative by the recorded graph; "" if it is."""
    grad = node.grad
    if grad == slope or not math.isfinite(slope) or abs(grad - slope) <= 1e-9 * abs(slope) + 1e-13 * size:
        return ""
    if not node.requires_grad:
        return "its requires_grad is False, so the engine takes no gradient"
    if grad == 0.0:
        return f"`.grad` is 0: backward() was not called on {name}"
    times = grad / slope if slope else math.nan
    if times == times and round(times) > 1 and math.isclose(times, round(times), rel_tol=1e-9):
        return f"`.grad` holds the derivative of {name} {round(times)} times: set it to 0 before each backward()"
    return f"`.grad` is not the derivative of {name}: backward() was called on something else, or on more"
