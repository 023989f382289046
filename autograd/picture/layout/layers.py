"""Where everything in a picture stands: columns from left to right, operands before results, boxes inside of boxes.

An open box is laid out by itself first and is then one large thing in the box around it. A wire that crosses the border
of a box runs through a port on the border, so that it never runs over what is inside; between two columns it is a curve
in the gap, and in a column that it passes it is level and has a place of its own. So no wire crosses a box.

A box with p and q inside, between x and y, is first laid out as columns [in port], [p], [q], [out port]; its size is
then that of one vertex between x and y, and in the end its inside moves to where the box stands (`_place`).

    >>> boxes = [Box("x", 40, 20), Box("f", items=[Box("p", 30, 20), Box("q", 30, 20)]), Box("y", 40, 20)]
    >>> routes = lay_out(Box("", items=boxes), [Link("x", "p"), Link("p", "q"), Link("q", "y")], Room())
    >>> [(box.key, box.x) for box in boxes], boxes[1].w
    ([('x', 4.0), ('f', 79.0), ('y', 241.0)], 127.0)
    >>> routes[1]  # out of p, level to the end of its column, a curve through the gap, and level into q
    [(125.0, 38.0), (125.0, 38.0), (160.0, 38.0), (160.0, 38.0)]
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from autograd.picture.layout.placing import Box, Segment, Vertex, Wire, best_order, set_heights, set_ports, span
from autograd.picture.layout.rows import Rows, cut, into_rows

__all__ = ["Link", "Room", "circular", "flow_size", "lay_out"]

Point = tuple[float, float]
MOST_GAP = 110.0
REACH = 30.0  # of the turns at both ends of a row; of higher rows it is more


@dataclass(frozen=True, slots=True)
class Link:
    """A wire from one box to another; `slot` tells several of them apart, and says in which order they come.

    Wires of one source run together, and branch, but for those in another `lane`, which keep beside them.
    """

    source: str
    target: str
    slot: int = 0
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """Distances: between columns, from a border to the first column behind it, and inside of open boxes.

    `above` and `below`, `before` and `behind` are between an open box's border and what is inside; one of them holds
    the title. `gap` grows where many wires run between two columns. No column of the outermost box is in two pages,
    which follow each other in the direction of the columns. What is wider than `row` stands in several rows.
    """

    gap: float = 35.0
    border: float = 14.0
    above: float = 24.0
    below: float = 10.0
    before: float = 10.0
    behind: float = 10.0
    margin: float = 4.0
    page: float = float("inf")
    row: float = float("inf")


@dataclass(slots=True, eq=False)
class _Inside:
    """An open box while it is laid out."""

    box: Box
    parent: _Inside | None
    vertices: dict[str, Vertex]
    wires: dict[tuple[str, str, str, int], Wire]
    columns: list[list[Vertex]]
    spans: list[Point]  # where each column begins and ends
    rows: Rows | None = None

    def vertex(self, key: str, source: Box | None) -> Vertex:
        """The vertex of this name; a port that is new is numbered as what it leads to is."""
        if key not in self.vertices:
            port = Vertex(key, None)
            if source is not None and source.family:
                port.family, port.number = f"port {source.family}", source.number
            self.vertices[key] = port
        return self.vertices[key]


def lay_out(root: Box, links: list[Link], room: Room, seconds: float = 30.0) -> list[list[Point]]:
    """Give every box inside of `root` its place, and every link its points.

    Between the points of a link, level runs and curves take turns; it begins and ends with a level run.

    Raises TimeoutError when it takes longer than so many seconds.
    """
    deadline = time.monotonic() + seconds
    insides, parents, boxes = _insides(root)
    routes = [_threaded(link, parents, boxes) for link in links]
    for inside in insides:
        _into_columns(inside)
        _into_segments(inside)
        best_order(inside.columns, deadline)
        set_ports(inside.columns, [*inside.wires.values()])
        set_heights(inside.columns)
        _set_size(inside, room)
    _wrap(insides[-1], room)
    _place(root, 0.0, 0.0, insides)
    return [_points(route) for route in routes]


def flow_size(root: Box, links: list[Link], room: Room) -> tuple[float, float]:
    """How wide the picture will be, and how high it is at least: before anything is sorted, and in little time."""
    insides, parents, boxes = _insides(root)
    for link in links:
        _threaded(link, parents, boxes)
    for inside in insides:
        _into_columns(inside)
        for column in inside.columns:
            y = 0.0
            for v in column:
                v.y = y
                y += v.h + 14.0
        _set_size(inside, room)
    return root.w, root.h


def circular(root: Box, links: list[Link]) -> list[str]:
    """The boxes that something leaves only to come back: they cannot be drawn as one thing between two columns.

    What is named is both ends of every wire that runs back, open boxes first.
    """
    insides, parents, boxes = _insides(root)
    for link in links:
        _threaded(link, parents, boxes)
    wrong: list[Vertex] = []
    for inside in insides:
        _into_columns(inside)
        for wire in inside.wires.values():
            if wire.back:
                wrong += [v for v in (wire.a, wire.b) if v.box is not None]
    return [v.key for v in sorted(wrong, key=lambda v: v.box is None or v.box.items is None)]


def _insides(root: Box) -> tuple[list[_Inside], dict[str, _Inside], dict[str, Box]]:
    """All open boxes, inner ones first; the open box around each thing; and every thing by its key."""
    insides: list[_Inside] = []
    parents: dict[str, _Inside] = {}
    boxes: dict[str, Box] = {}

    def enter(box: Box, parent: _Inside | None) -> None:
        inside = _Inside(box, parent, {}, {}, [], [])
        for item in box.items or ():
            parents[item.key], boxes[item.key] = inside, item
            vertex = Vertex(item.key, item, w=item.w, h=item.h, family=item.family, number=item.number)
            inside.vertices[item.key] = vertex
            if item.items is not None:
                enter(item, inside)
        insides.append(inside)

    enter(root, None)
    return insides, parents, boxes


def _threaded(link: Link, parents: dict[str, _Inside], boxes: dict[str, Box]) -> list[tuple[_Inside, Wire]]:
    """The wires of a link, from the box of its source out to the common box and in to its target."""
    above: set[int] = set()
    at: _Inside | None = parents[link.target]
    while at is not None:
        above.add(id(at))
        at = at.parent
    wires = []
    lane = link.source + link.lane
    inside, key = parents[link.source], link.source
    while id(inside) not in above:
        wires.append(_wire(inside, key, f"out {lane}", link, 0, boxes))
        key = inside.box.key
        assert inside.parent is not None
        inside = inside.parent
    way = [link.target]
    while parents[way[-1]] is not inside:
        way.append(parents[way[-1]].box.key)
    for number, step in enumerate(reversed(way)):
        start = key if number == 0 else f"in {lane}"
        slot = link.slot if step == link.target else 0
        wires.append(_wire(parents[step], start, step, link, slot, boxes))
    return wires


def _wire(inside: _Inside, a: str, b: str, link: Link, slot: int, boxes: dict[str, Box]) -> tuple[_Inside, Wire]:
    key = (a, link.source + link.lane, b, slot)
    if key not in inside.wires:
        origin = boxes[link.source]
        inside.wires[key] = Wire(inside.vertex(a, origin), inside.vertex(b, origin), key[1], slot, bool(link.lane))
    return inside, inside.wires[key]


def _into_columns(inside: _Inside) -> None:
    """Columns as far right as the results allow, so that a leaf stands next to its first use; ports on the borders."""
    for v in inside.vertices.values():
        if v.box is not None and v.box.items is not None:
            v.w, v.h = v.box.w, v.box.h
    ahead: dict[str, list[Wire]] = {key: [] for key in inside.vertices}
    waiting = dict.fromkeys(inside.vertices, 0)
    for w in inside.wires.values():
        ahead[w.a.key].append(w)
        waiting[w.b.key] += 1
    # Topological order; where closed boxes run in a circle, the first of them is taken and its wires run back.
    ready = [key for key, count in waiting.items() if not count][::-1]
    left = dict.fromkeys(inside.vertices)
    order: dict[str, int] = {}
    while left:
        key = ready.pop() if ready else next(iter(left))
        if key not in left:
            continue
        del left[key]
        order[key] = len(order)
        for w in ahead[key]:
            waiting[w.b.key] -= 1
            if not waiting[w.b.key] and w.b.key in left:
                ready.append(w.b.key)
    for w in inside.wires.values():
        w.back = order[w.a.key] >= order[w.b.key]
    has_exits = any(key.startswith("out ") for key in inside.vertices)
    for key in reversed(order):
        v = inside.vertices[key]
        least = 1 if has_exits and v.box is not None else 0
        v.rank = max([least, *(w.b.rank + 1 for w in ahead[key] if not w.back)])
    inner = [v.rank for v in inside.vertices.values() if v.box is not None]
    most = max(inner, default=0)
    for v in inside.vertices.values():
        if v.key.startswith("in ") and v.box is None:
            v.rank = most + 1
    last = max((v.rank for v in inside.vertices.values()), default=0)
    inside.columns = [[] for _ in range(last + 1)]
    for v in inside.vertices.values():
        v.rank = last - v.rank
        inside.columns[v.rank].append(v)


def _into_segments(inside: _Inside) -> None:
    """Cut wires into pieces from column to column, with a bend in every column that they pass."""
    # Wires from one source to several targets share their bends as long as they run together: one line that branches.
    shared: dict[tuple[str, int], Vertex] = {}
    joined: set[tuple[int, int]] = set()
    for w in inside.wires.values():
        if w.back:
            continue
        at = w.a
        for rank in range(w.a.rank + 1, w.b.rank + 1):
            if rank == w.b.rank:
                to = w.b
            else:
                key = (f"{w.a.key} {w.source}", rank)
                to = shared.get(key) or Vertex("", None, rank, family=w.a.family and f"port {w.a.family}",
                                               number=w.a.number)  # fmt: skip
                if key not in shared:
                    shared[key] = to
                    inside.columns[rank].append(to)
                w.bends.append(to)
            if to is w.b or (id(at), id(to)) not in joined:
                joined.add((id(at), id(to)))
                piece = Segment(at, to, w)
                at.after.append(piece)
                to.before.append(piece)
            at = to


def _set_size(inside: _Inside, room: Room) -> None:
    """Columns as wide as their widest member, further apart where many wires run; then the size of the box itself."""
    box, is_root = inside.box, inside.parent is None
    low, high = span(inside.columns)
    above, below = (room.margin, room.margin) if is_root else (room.above, room.below)
    back = 10.0 * sum(w.back for w in inside.wires.values())
    for column in inside.columns:
        for v in column:
            v.y += above + back - low
    before, behind = (room.margin, room.margin) if is_root else (room.before, room.behind)
    x, inside.spans = before, []
    for rank, column in enumerate(inside.columns):
        border = bool(column) and all(v.box is None and v.key for v in column)
        if border and rank == 0:
            x = 0.0
        wide = max((v.w for v in column), default=0.0)
        if is_root and x % room.page + wide + room.margin > room.page > wide + 2 * room.margin:
            x += room.page - x % room.page + room.margin
        for v in column:
            v.x = x + (wide - v.w) / 2
            if not v.key:
                v.w, v.x = wide, x
        inside.spans.append((x, x + wide))
        x += wide
        if rank + 1 == len(inside.columns):
            x += 0.0 if border and rank else behind
        else:
            runs = sum(len(v.after) for v in column)
            following = inside.columns[rank + 1]
            if border or all(v.box is None and v.key for v in following):
                # A port's wire has a border and the room for a title in front of it.
                x += max(room.border, before if rank == 0 else behind) + min(48.0, 2.0 * runs)
            else:
                x += min(MOST_GAP, room.gap + 1.5 * max(0, runs - 4))
    box.w, box.h = max(x, box.title if room.before <= room.above else 0.0), high - low + above + below + back
    if room.before > room.above:
        box.h = max(box.h, box.title)
    box.ports = {v.key: v.y for v in inside.vertices.values() if v.box is None}
    # A box that was made wider for its title keeps its exits on the border.
    if box.w > x and inside.spans:
        for v in inside.columns[-1]:
            if v.box is None and v.key.startswith("out "):
                v.x = box.w
        start, end = inside.spans[-1]
        if start == end:
            inside.spans[-1] = (box.w, box.w)


def _wrap(inside: _Inside, room: Room) -> None:
    """Put what is too wide into several rows, unless something runs back or one column alone is too wide."""
    around = 2 * (room.margin + REACH)
    if inside.box.w <= room.row or any(w.back for w in inside.wires.values()):
        return
    cuts = cut(inside.columns, inside.spans, room.row - around)
    if cuts:
        inside.rows = into_rows(inside.columns, inside.spans, cuts, room.margin)
        _, low = span(inside.columns)
        inside.box.w, inside.box.h = inside.rows.right + inside.rows.left, low + room.margin


def _place(root: Box, x: float, y: float, insides: list[_Inside]) -> None:
    """From positions in the boxes to positions on the page: outer boxes first."""
    root.x, root.y = x, y
    for inside in reversed(insides):
        for v in inside.vertices.values():
            if v.box is not None:
                v.box.x, v.box.y = inside.box.x + v.x, inside.box.y + v.y


def _points(route: list[tuple[_Inside, Wire]]) -> list[Point]:
    """The points of a route: level, curve, level, curve, ..., level."""
    points: list[Point] = []
    for inside, w in route:
        x, y, spans = inside.box.x, inside.box.y, inside.spans
        leave, enter = y + w.a.y + w.leave, y + w.b.y + w.enter
        start, end = x + w.a.x + w.a.w, x + w.b.x
        out, into = x + spans[w.a.rank][1], x + spans[w.b.rank][0]
        run = [(start, leave), (out, leave)]
        if w.back:  # over the top of everything
            top = y + min(v.y for column in inside.columns for v in column) - 9.0
            run += [(out + 8, (leave + top) / 2), (out + 8, (leave + top) / 2), (out, top), (into, top)]
            run += [(into - 8, (enter + top) / 2), (into - 8, (enter + top) / 2)]
        levels = [((x + spans[bend.rank][0], x + spans[bend.rank][1]), y + bend.y) for bend in w.bends]
        for rank, ((begin, finish), height) in enumerate([*levels, ((into, end), enter)], w.a.rank):
            lane = None if inside.rows is None else inside.rows.lane(rank, run[-1][1])
            if inside.rows is not None and lane is not None:  # to the next row
                run[-1] = (inside.rows.right, run[-1][1])
                run += [(inside.rows.right, lane), (inside.rows.left, lane)]
                begin = inside.rows.left
            run += [(begin, height), (finish, height)]
        # The first level run of a wire goes on the last one of the wire before.
        points = [*points[:-1], *run[1:]] if points else run
    return points
