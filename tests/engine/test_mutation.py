"""Are the tests any good? Each rule of the table in turn is made a little wrong, and the check of its row must fail.

The checks are the very functions that `test_against_torch`, `test_orders` and `test_hot_operations` call, at the very
points. A factor of 1.001 is planted in every slope; where that changes nothing, because the slope is 0 or nan
everywhere, a constant. And a slope may be right as a number but forget its history, which only higher orders show.
"""

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, dot
from tests.engine.oracle import TWINS, Point, Twin, built_in_rows, check_orders, check_slopes, torch_partials
from tests.engine.planted import Change, frozen, wrong_slope, wrong_value
from tests.engine.test_hot_operations import BINARY, SHARING, UNARY, check_hot

pytestmark = pytest.mark.slow

ROWS = built_in_rows()
# Their functions never ask the forward rule of the row: the last test of this file does.
SPELLED_OUT_ONLY = ("dot", "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "maximum", "where", *SHARING)


def thousandth_more(x: Any) -> Any:
    return x * 1.001


def added(x: Any) -> Any:
    return x + 0.001


def zero(x: Any) -> Any:
    return 0.0


# Every derivative of the table; of a row with any number of operands, those that its points have.
SLOPES = [
    pytest.param(twin, index, id=f"{twin.name} by operand {index}")
    for twin in TWINS
    for index in range(max(len(point) for point in twin.points))
    if twin.name not in SHARING  # nor do these ask for its slopes
]


def fails(check: Callable[[Twin, Point], None], twin: Twin) -> bool:
    """Whether a check fails at one of the points that the ordinary tests try."""
    for point in twin.points:
        try:
            check(twin, point)
        except (AssertionError, RuntimeError):  # the engine itself refuses slopes that differ between two orders
            return True
    return False


def has_slope(twin: Twin, index: int) -> bool:
    """Whether the slope by an operand is a number other than 0 at one of the points: one that a factor changes."""
    slopes = [torch_partials(twin.torch, point, 1)[(index,)] for point in twin.points if index < len(point)]
    return any(slope == slope and slope != 0.0 for slope in slopes)


def has_curvature(twin: Twin, index: int) -> bool:
    """Whether the slope by an operand has a slope itself, so that it must be recorded."""
    found = [torch_partials(twin.torch, point, 2) for point in twin.points]
    return any(
        path[:1] == (index,) and len(path) == 2 and number == number and number != 0.0
        for partials in found
        for path, number in partials.items()
    )


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_right_rows_pass(twin: Twin) -> None:
    assert not fails(check_slopes, twin) and not fails(check_orders, twin)


@pytest.mark.parametrize("change", [thousandth_more, added])
@pytest.mark.parametrize(("twin", "index"), SLOPES)
def test_a_wrong_slope_is_caught(twin: Twin, index: int, change: Change) -> None:
    if not has_slope(twin, index):
        change = zero if (twin.name, index) == ("polygamma", 0) else added  # of nan; of 0
    with wrong_slope(ROWS[twin.name], index, change):
        assert fails(check_slopes, twin)
    assert not fails(check_slopes, twin)


@pytest.mark.parametrize("change", [thousandth_more, added])
@pytest.mark.parametrize(
    "twin", [twin for twin in TWINS if twin.name not in SPELLED_OUT_ONLY], ids=lambda twin: twin.name
)
def test_a_wrong_value_is_caught(twin: Twin, change: Change) -> None:
    if twin.name == "isnan" and change is thousandth_more:
        change = added  # 0 at every number
    with wrong_value(ROWS[twin.name], change):
        assert fails(check_slopes, twin)


@pytest.mark.parametrize(("twin", "index"), SLOPES)
def test_a_slope_that_is_not_recorded_is_caught(twin: Twin, index: int) -> None:
    with wrong_slope(ROWS[twin.name], index, frozen):
        assert not fails(check_slopes, twin)  # the numbers are right
        assert fails(check_orders, twin) == has_curvature(twin, index)


@pytest.mark.parametrize("name", [*BINARY, *UNARY, "dot"])
def test_a_row_that_is_not_what_value_py_spells_out_is_caught(name: str) -> None:
    row = ROWS[name]
    numbers = [1.25, 3.0, -2.0, 0.5, 7.0][: 5 if row.variadic else row.arity]
    node = _spelled(name, numbers)
    check_hot(name, node, numbers)
    slopes = node.local_grads
    plants = [wrong_slope(row, i, thousandth_more if slopes[i] else added) for i in range(len(numbers))]
    for plant in (*plants, wrong_value(row, thousandth_more)):
        with plant, pytest.raises(AssertionError, match="value and slopes"):
            check_hot(name, node, numbers)
    check_hot(name, node, numbers)


@pytest.mark.parametrize("name", SHARING)
def test_a_row_that_is_not_what_softmaxes_that_share_a_node_are_is_caught(name: str) -> None:
    numbers = [1.25, 3.0, -2.0]
    nodes = SHARING[name]([Value(x) for x in numbers])
    for k, node in enumerate(nodes):
        plants = [wrong_slope(ROWS[name], i, change) for i in range(3) for change in (thousandth_more, added)]
        for plant in (*plants, wrong_value(ROWS[name], thousandth_more)):
            with plant, pytest.raises(AssertionError, match="value and slopes"):
                check_hot(name, node, numbers, (float(k),))
        check_hot(name, node, numbers, (float(k),))


def _spelled(name: str, numbers: list[float]) -> Value:
    values = [Value(x) for x in numbers]
    if name == "dot":
        node: Value = dot(values[:2], values[2:4], values[4])
        return node
    spelled: Value = BINARY[name](*values) if name in BINARY else UNARY[name][0](values[0])
    return spelled
