"""Every operation against its twin in PyTorch: value and slopes at smooth points, to the last few digits."""

import math

import pytest

from tests.engine.oracle import TWINS, Point, Twin, agree, built_in_rows, check_slopes, torch_partials

CASES = [
    pytest.param(twin, point, id=f"{twin.name} at {', '.join(f'{x:g}' for x in point)}")
    for twin in TWINS
    for point in twin.points + twin.first_only
]


def test_every_row_of_the_table_has_a_twin() -> None:
    assert [twin.name for twin in TWINS] == list(built_in_rows())


@pytest.mark.parametrize(("twin", "point"), CASES)
def test_value_and_slopes(twin: Twin, point: Point) -> None:
    check_slopes(twin, point)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_no_slope_is_zero_at_every_point(twin: Twin) -> None:
    op = built_in_rows()[twin.name]
    expected = [torch_partials(twin.torch, point, 1) for point in twin.points]
    for i in range(min(len(point) for point in twin.points)):
        vanishing = all(slopes[(i,)] == 0.0 for slopes in expected)
        assert vanishing == (not op.differentiable or (op.name, i) == ("where", 0))


@pytest.mark.parametrize("expected", [1.0, -1e-270, 1e300])
def test_what_counts_as_agreement(expected: float) -> None:
    assert agree(expected, expected, 1e-14) and agree(expected * (1 + 2e-15), expected, 1e-14)
    for wrong in (0.0, -expected, expected * (1 + 1e-13), math.inf, math.nan):
        assert not agree(wrong, expected, 1e-14)
    assert agree(math.nan, math.nan, 0.0) and agree(math.inf, math.inf, 0.0)
    assert not agree(1.0, math.nan, 1.0) and not agree(-math.inf, math.inf, 1.0) and not agree(1e308, math.inf, 1.0)


def test_points_where_zero_would_pass_are_refused() -> None:
    exp = next(twin for twin in TWINS if twin.name == "exp")
    with pytest.raises(ValueError, match=r"exp at \(-700.0,\): value is 9.85968e-305, so small that 0 would pass"):
        check_slopes(exp, (-700.0,))
