"""Where a picture is cut into rows, and how wires go from one to the next."""

import itertools
from math import inf

import pytest

from autograd.picture.layout.layers import Link, Room, lay_out
from autograd.picture.layout.placing import Box
from autograd.picture.layout.rows import turn


def laid(
    keys: str, pairs: str, row: float, size: float = 40.0
) -> tuple[dict[str, Box], list[list[tuple[float, float]]]]:
    """Boxes by name, and the routes between them; "ab bc" says what leads to what."""
    boxes = {key: Box(key, size, 20.0) for key in keys}
    links = [Link(pair[0], pair[1], slot) for slot, pair in enumerate(pairs.split())]
    return boxes, lay_out(Box("", items=[*boxes.values()]), links, Room(row=row))


def test_what_fits_stays_in_one_row() -> None:
    boxes, _ = laid("abcd", "ab bc cd", inf)
    whole = laid("abcd", "ab bc cd", boxes["d"].x + 44.0)[0]
    assert {key: (box.x, box.y) for key, box in whole.items()} == {key: (box.x, box.y) for key, box in boxes.items()}


@pytest.mark.parametrize("row", [200.0, 300.0, 500.0])
def test_rows_follow_each_other_and_begin_on_the_left(row: float) -> None:
    boxes, routes = laid("abcdefgh", "ab bc cd de ef fg gh", row)
    tops = sorted({box.y for box in boxes.values()})
    assert len(tops) > 1
    rows = [[box for box in boxes.values() if box.y == top] for top in tops]
    assert [box.key for boxes_of in rows for box in boxes_of] == [*"abcdefgh"]
    for boxes_of in rows:
        assert boxes_of[0].x == pytest.approx(rows[0][0].x)
        assert boxes_of[-1].x + boxes_of[-1].w <= row
    assert all(above[0].y + above[0].h < below[0].y for above, below in itertools.pairwise(rows))
    turned = [route for route in routes if len(route) > 4]
    assert len(turned) == len(rows) - 1
    for route in turned:
        # Level to the right, a turn, level back to the left between two rows, a turn, level to the right.
        (x0, _), (x1, y1), (x2, y2), (x3, y3), (x4, y4), (x5, y5) = route
        assert x0 < x1 + 0.01 and x1 == x2 > x3 == x4 < x5 + 0.01 and y1 < y2 == y3 < y4 == y5


def test_a_cut_is_where_few_wires_cross_it() -> None:
    # Three wires between b and c, one between c and d.
    boxes, _ = laid("apqcdxyz", "ac pc qc cd dx xy yz", 420.0)
    assert boxes["a"].y < boxes["c"].y + 60 and boxes["c"].y < boxes["x"].y


def test_turns_lie_inside_of_each_other() -> None:
    _, routes = laid("abcdef", "ac bd ce df", 190.0)
    turned = sorted(route for route in routes if len(route) > 4)
    right = sorted((route[1][1], route[2][1]) for route in turned)  # from the wire to its lane
    assert all(out[0] < inner[0] and inner[1] < out[1] for out, inner in itertools.pairwise(right))
    assert turn(100.0) > turn(50.0) > turn(0.0) > 0


def test_one_column_that_is_too_wide_stays_where_it_is() -> None:
    boxes, _ = laid("abc", "ab bc", 100.0, size=120.0)
    assert len({box.y for box in boxes.values()}) == 1


def test_what_runs_in_a_circle_stays_in_one_row() -> None:
    boxes, _ = laid("abcd", "ab bc cd ca", 150.0)
    assert boxes["a"].x < boxes["b"].x < boxes["c"].x < boxes["d"].x
