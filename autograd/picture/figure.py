"""A snapshot as boxes and wires to lay out: how large everything is, and which text stands where.

A result is one box with its operation in front of it, so that both always stand together:

    across (left to right)                         down (top to bottom)

    ────  2 ─▶╭───╮    ╭─────────╮                    2 │     │ −3
              │ × │ ─▶ │ data −6 │                    ╭─▼─────▼─╮
    ─── −3 ─▶ ╰───╯    ╰─────────╯                    ╰────×────╯
                                                      ╭────▼────╮
                                                      │ data −6 │
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from math import inf

from autograd.graph.adjoints import contribution
from autograd.graph.snapshot import Snapshot
from autograd.picture.collapse import Folded
from autograd.picture.dot import role_of, value_lines
from autograd.picture.layout.layers import Link, Room
from autograd.picture.layout.measure import NAME, TYPE, text_width
from autograd.picture.layout.placing import Box
from autograd.picture.names import box_title, natural, numbered, shown_symbol
from autograd.support.text import clean, format_number, shorten

__all__ = ["ARROW", "LINE", "NEAR", "STEM", "Figure", "Part", "Way", "figure_of"]

LINE = 14.0  # pixels from line to line
SIDE, TOP = 8.0, 5.0  # between a border and its text
STEM = 12.0  # from an operation to its result
ARROW = 9.0
NEAR = 16.0  # between two wires from above with no number between them
MOST_CROSSING = 24  # ways between boxes that each lead to each, before they are bundled
LANE = "|back"  # of wires that carry gradients beside those that carry data

ACROSS = Room(gap=26.0)
DOWN = Room(gap=24.0, above=10.0, below=10.0, before=24.0, behind=12.0)


@dataclass(slots=True)
class Part:
    """What is drawn for a box: its kind, its lines of text, the size of its body, and the operation in front of it.

    A part that is `named` has its name as the first line, in larger type.
    """

    key: str
    kind: str
    lines: list[str]
    w: float = 0.0
    h: float = 0.0
    index: int = -1
    symbol: str = ""
    op_w: float = 0.0
    op_h: float = 0.0
    named: bool = False
    box: Box = field(default_factory=lambda: Box(""))


@dataclass(slots=True)
class Way:
    """An edge of the picture: its id, its ends, the edges of the graph that it stands for, and the number on it.

    `gradient` says that it is a second one, for what goes back beside the data; `has_gradient`, that any goes back.
    """

    name: str
    link: Link
    edges: tuple[int, ...]
    text: str = ""
    gradient: bool = False
    has_gradient: bool = True


@dataclass(slots=True)
class Figure:
    """Boxes inside `root`, the parts that they stand for, and the ways between them."""

    root: Box
    parts: dict[str, Part]
    ways: list[Way]
    across: bool
    page: float = inf
    row: float = inf

    @property
    def room(self) -> Room:
        """The distances for this direction; only what runs down is cut into pages, what runs across into rows."""
        return replace(ACROSS, row=self.row) if self.across else replace(DOWN, page=self.page)

    @property
    def links(self) -> list[Link]:
        """The ways as links."""
        return [way.link for way in self.ways]


def figure_of(
    picture: Snapshot, folded: Folded, *, across: bool, derivatives: bool = True, direction: str = "forward"
) -> Figure:
    """The boxes and ways of a picture, with their sizes."""
    ways = _ways(picture, folded, derivatives, direction)
    entering: defaultdict[str, list[str]] = defaultdict(list)
    ways, junctions = _bundled(ways, folded)
    for way in ways:
        entering[way.link.target].append(way.text)
    parts: dict[str, Part] = {}
    inside: dict[int, list[Box]] = {-1: []}
    for box in folded.boxes:
        part = _sized(Part(box.name, "box", box.shown(folded.title_around(box.name)), named=True))
        ends = len(entering[box.name]) * 9.0 + 16.0
        part.w, part.h = (part.w + 12, max(part.h + 6, min(ends, 260.0)))
        if not across:
            part.w, part.h = max(part.w, min(ends, 260.0)), part.h
        part.box = _box(box.name, part.w, part.h, across, numbered(box.title) and f"box {numbered(box.title)}")
        part.box.number = natural(box.title)
        parts[box.name] = part
        inside.setdefault(folded.around.get(box.name, -1), []).append(part.box)
    for index in folded.outside:
        node, key = picture.nodes[index], f"v{index}"
        frame = folded.around.get(key, -1)
        lines = value_lines(node, folded.frames[frame][0] if frame >= 0 else "")
        part = _sized(Part(key, role_of(node, picture), lines, index=index, named=bool(clean(node.label))))
        w, h, pitch = part.w, part.h, 0.0
        if not node.is_leaf and folded.maker_of(index) == f"o{index}":
            w, h, pitch = _with_operation(part, shorten(shown_symbol(picture, index)), entering[key], across)
        part.box = _box(key, w, h, across, numbered(node.label) and f"{node.role} {numbered(node.label)}")
        part.box.number, part.box.pitch = natural(node.label), pitch
        parts[key] = part
        inside.setdefault(frame, []).append(part.box)
    for key, text, frame in junctions:
        part = _sized(Part(key, "junction", ["each to each", text]))
        part.box = _box(key, part.w, part.h, across, "")
        parts[key] = part
        inside.setdefault(frame, []).append(part.box)
    root = Box("", items=inside[-1])
    shown = folded.shown_frames()
    # A frame comes after the one around it: from the last to the first, what is inside is there already.
    for number in reversed(shown):
        title, parent, _ = folded.frames[number]
        text = shorten(clean(box_title(title, folded.frames[parent][0] if parent >= 0 else "")))
        frame_box = Box(f"frame{number}", items=inside.get(number, []), title=text_width(text, TYPE) + 2 * SIDE + 4)
        frame_box.family, frame_box.number = numbered(title) and f"box {numbered(title)}", natural(title)
        parts[frame_box.key] = Part(frame_box.key, "frame", [text], index=number, box=frame_box)
        inside.setdefault(parent, []).insert(0, frame_box)
    return Figure(root, parts, ways, across)


def _box(key: str, w: float, h: float, across: bool, family: str) -> Box:
    return Box(key, w, h, family=family) if across else Box(key, h, w, family=family)


def _sized(part: Part) -> Part:
    """A part with room for its text; a round end needs more of it, and a second border, too."""
    side = SIDE + (3.0 if part.kind in ("input", "output") else 0.0)
    widths = [text_width(line, NAME if part.named and not i else TYPE) for i, line in enumerate(part.lines)]
    part.w = max(30.0, max(widths, default=0.0) + 2 * side)
    part.h = LINE * len(part.lines) + 2 * TOP + (2.0 if part.named else 0.0)
    if part.kind == "output":
        part.w, part.h = part.w + 2, part.h + 6
    return part


def _with_operation(part: Part, symbol: str, texts: list[str], across: bool) -> tuple[float, float, float]:
    """The size of a result with its operation in front of it, and the distance of the wires that enter."""
    part.symbol = symbol
    count, longest = len(texts), max((text_width(text, TYPE) for text in texts), default=0.0)
    part.op_w, part.op_h = max(24.0, text_width(symbol, TYPE) + 14), 22.0
    if across:
        part.op_h = max(part.op_h, (count - 1) * LINE + 16)
        numbers = (count - 1) * LINE + 2 * LINE + 2
        lead = longest + ARROW + 5
        return lead + part.op_w + STEM + part.w, max(part.h, part.op_h, numbers if longest else 0.0), LINE
    # Two numbers stand on the outer sides of their wires; of more, each is to the right of its own.
    pitch = NEAR if count <= 2 or not longest else longest + 8
    part.op_w = max(part.op_w, (count - 1) * pitch + 22)
    beside = (count - 1) * pitch + 2 * (longest + 6) if longest else 0.0
    lead = LINE + ARROW if longest else ARROW + 4
    return max(part.w, part.op_w, beside), lead + part.op_h + STEM + part.h, pitch


def _ways(picture: Snapshot, folded: Folded, derivatives: bool, direction: str) -> list[Way]:
    """All edges: one for each edge of the graph between values, one for all edges that a box hides."""
    ways: list[Way] = []
    slots: Counter[str] = Counter()

    def add(name: str, source: str, target: str, edges: tuple[int, ...], texts: tuple[str, str], takes: bool) -> None:
        slots[target] += 1
        said = texts[1] if direction == "backward" else texts[0]
        ways.append(Way(name, Link(source, target, slots[target]), edges, said, False, takes))
        if direction == "both" and takes and name[0] != "r":
            slots[target] += 1
            back = Link(source, target, slots[target], LANE)
            ways.append(Way("b" + name[1:] if name[0] == "e" else f"b{name}", back, edges, texts[1], True, takes))

    for index, box in folded.makers.items():
        edges = tuple(edge.index for edge in picture.incoming[index])
        add(f"r{index}", box, f"v{index}", edges, ("", ""), picture.nodes[index].requires_grad)
    for number, link in enumerate(folded.links):
        takes = any(picture.nodes[picture.edges[k].source].requires_grad for k in link.edges)
        if link.source[0] != "v" or link.target[0] != "o":
            add(f"m{number}", link.source, "v" + link.target[1:] if link.target[0] == "o" else link.target,
                link.edges, ("", ""), takes)  # fmt: skip
            continue
        for k in link.edges:
            edge, texts = picture.edges[k], ("", "")
            if derivatives and takes:
                passed_back = contribution(picture.nodes[edge.target].grad, edge)
                texts = (format_number(edge.local_grad), format_number(passed_back))
            add(f"e{k}", link.source, "v" + link.target[1:], (k,), texts, takes)
    return ways


def _bundled(ways: list[Way], folded: Folded) -> tuple[list[Way], list[tuple[str, str, int]]]:
    """Where every one of many boxes feeds every one of many others, all ways meet in one point between them.

    That is 16 + 10 ways for 16 · 10. With them come the points: key, text, and the frame that they stand in.
    """
    if any(way.gradient for way in ways):  # which keep beside the data
        return ways, []
    reached: defaultdict[str, dict[str, Way]] = defaultdict(dict)
    for way in ways:
        if way.link.target[0] == "g":
            reached[way.link.source][way.link.target] = way
    alike: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for source, by_target in reached.items():
        alike[frozenset(by_target)].append(source)
    junctions: list[tuple[str, str, int]] = []
    for targets, sources in alike.items():
        if len(targets) < 2 or len(sources) < 2 or len(targets) * len(sources) <= MOST_CROSSING:
            continue
        key = f"j{len(junctions)}"
        gone = [reached[source][target] for source in sources for target in targets]
        junctions.append((key, f"{len(sources)} × {len(targets)}", _frame_around(folded, [*sources, *targets])))
        names = {way.name for way in gone}
        ways = [way for way in ways if way.name not in names]
        for place, source in enumerate(sources):
            own = [*reached[source].values()]
            edges = tuple(k for way in own for k in way.edges)
            ways.append(Way(own[0].name, Link(source, key, place), edges, has_gradient=own[0].has_gradient))
        for place, target in enumerate(sorted(targets, key=lambda name: int(name[1:]))):
            into = [reached[source][target] for source in sources]
            edges = tuple(k for way in into for k in way.edges)
            takes = any(way.has_gradient for way in into)
            ways.append(Way(f"{into[-1].name}t", Link(key, target, place), edges, has_gradient=takes))
    return ways, junctions


def _frame_around(folded: Folded, names: list[str]) -> int:
    """The innermost frame around all of these; -1 if there is none."""
    common: list[int] | None = None
    for name in names:
        outwards, frame = [], folded.around.get(name, -1)
        while frame >= 0:
            outwards.append(frame)
            frame = folded.frames[frame][1]
        common = outwards if common is None else [frame for frame in common if frame in outwards]
    return common[0] if common else -1
