"""What the page knows: one snapshot as JSON, in columns, safe inside a `<script>` element.

JSON has no NaN and no infinity, so these travel as strings. Labels are text and stay text: they pass through JSON, and
the page only ever writes them as text nodes.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from autograd.engine.ops import TABLE
from autograd.graph.adjoints import backward_order
from autograd.graph.boxes import Box
from autograd.graph.folding import Folding, initial_folding
from autograd.graph.snapshot import Node, Snapshot
from autograd.graph.stale import stale
from autograd.picture.names import box_title, shown_name
from autograd.support.text import clean

ROLES = ("input", "parameter", "constant", "result")


def payload(
    picture: Snapshot,
    title: str,
    params: Sequence[Sequence[float]] | None = None,
    places: Sequence[str] | None = None,
    theme: str = "auto",
) -> dict[str, Any]:
    """Everything the page needs, in columns: entry i of each belongs to node i of the snapshot.

    `params` are the settings of each node's operation, such as the k of a softmax, and `places` the line that recorded
    it, where they are known.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> page = payload(snapshot(Value(2.0, label="a") * 0.5), "")
    >>> page["labels"], page["data"], page["operands"], page["slopes"]
    (['a', '', ''], [2.0, 0.5, 1.0], [[], [], [0, 1]], [[], [], [0.5, 2.0]])
    """
    nodes, incoming = picture.nodes, picture.incoming
    settings = params or [()] * len(nodes)
    names = sorted({node.op for node in nodes if node.op})
    folding = initial_folding(picture)
    return {
        "theme": theme,
        "title": clean(title) or clean(picture.output.label) or "output",
        "output": picture.root,
        "labels": [clean(node.label) for node in nodes],
        "shown": _shown(picture, folding),
        "ops": [names.index(node.op) if node.op else -1 for node in nodes],
        "roles": [ROLES.index(node.role) for node in nodes],
        "takes": [int(node.requires_grad) for node in nodes],
        "data": numbers(node.data for node in nodes),
        "stored": numbers(node.grad for node in nodes),
        "operands": [[edge.source for edge in edges] for edges in incoming],
        "slopes": [numbers(edge.local_grad for edge in edges) for edges in incoming],
        "settings": {str(i): numbers(own) for i, own in enumerate(settings) if own},
        "places": {str(i): clean(place) for i, place in enumerate(places or ()) if place},
        "backward": backward_order(picture),
        "table": [_row(name) for name in names],
        "kinks": _kinks(picture),
        "stale": stale(picture),
        "groups": [
            {"title": clean(box.title), "name": _box_name(folding, box), "parent": box.parent, "kind": box.kind}
            for box in folding.boxes
        ],
        "member": folding.innermost,
        "folded": folding.closed,
    }


def numbers(xs: Iterable[float]) -> list[float | str]:
    """Floats for JSON: "nan", "inf" and "-inf" as text, all others as they are.

    >>> numbers([1.5, float("inf"), float("nan")])
    [1.5, 'inf', 'nan']
    """
    return [x if x - x == 0.0 else str(x) for x in xs]


def as_script(data: dict[str, Any]) -> str:
    r"""JSON that can stand inside a `<script>` element: nothing in it can end the element or open a comment.

    >>> as_script({"label": "</script><!--"})
    '{"label":"\\u003c/script>\\u003c!--"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _shown(picture: Snapshot, folding: Folding) -> list[str]:
    """The labels as a picture shows them: w₂₁ inside of the box layers.0.neurons.2."""
    titles = [_module_around(folding, box) for box in range(len(folding.boxes))]
    around = [titles[box] if box >= 0 else "" for box in folding.innermost]
    return [clean(shown_name(node.label, title)) for node, title in zip(picture.nodes, around, strict=True)]


def _box_name(folding: Folding, box: Box) -> str:
    around = _module_around(folding, box.parent)
    if box.kind == "leaves":  # "x₀ … x₇₈₃"
        return clean("".join(shown_name(part, around) for part in re.split("( … |, )", box.title)))
    return clean(box_title(box.title, around))


def _module_around(folding: Folding, box: int) -> str:
    """The title of the innermost module at or around a box; "" if there is none."""
    return next((folding.boxes[i].title for i in folding.outwards(box) if folding.boxes[i].kind == "module"), "")


def _row(name: str) -> dict[str, str]:
    """What the page says about an operation, from its row of the table."""
    op = TABLE.get(name)
    if op is None:  # an operation of the user's that has been taken out of the table since
        return {"name": name, "symbol": name, "rule": "", "formula": "", "convention": ""}
    texts = {"symbol": op.symbol, "rule": op.rule, "formula": op.formula, "convention": op.convention}
    return {"name": name, **{key: clean(text) for key, text in texts.items()}}


def _kinks(picture: Snapshot) -> list[int]:
    """The nodes whose operands sit exactly where the derivative is a convention."""
    known = [node for node in picture.nodes if node.op in TABLE]
    return [node.index for node in known if TABLE[node.op].at_kink(_operands(picture, node))]


def _operands(picture: Snapshot, node: Node) -> list[float]:
    return [picture.nodes[edge.source].data for edge in picture.incoming[node.index]]
