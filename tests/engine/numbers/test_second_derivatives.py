"""Second derivatives of every row, mixed ones in both orders, against mpmath: smooth points, both tails, edges.

Each is right to a relative 1e-9 out to where the function, its slopes or they themselves leave the range of floats. The
points where they are not stand in `EXCEPTIONS`, each with its reason; there, too, PyTorch is no better. Special points,
where a convention decides, are in the tables of `test_edges`, `test_edges_choices` and `test_edges_better`.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from autograd import Value, abs, detect_anomaly, hessian, hypot, norm, sqrt, square
from autograd.engine.state import AnomalyError
from tests.engine.numbers.exact_hessian import FORMULAS, hessian_of
from tests.engine.oracle import TWINS, Point, Twin, built_in_rows, partials, torch_partials

TOLERANCE = 1e-9
SMALLEST, LARGEST = 1e-290, 1e300  # beyond, a product on the way may leave the range of floats

SIZES = (1e-300, 1e-150, 1e-60, 1e-20, 1e-9, 1e-3, 0.25, 0.75, 1.25, 2.0, 3.5, 6.0, 9.0, 14.0, 19.0, 25.0, 30.0, 36.0,
         40.0, 60.0, 100.0, 300.0, 700.0, 1e8, 1e60, 1e100, 1e140, 1e200, 1e300)  # fmt: skip
SHARES = (1e-3, 1e-6, 1e-9, 1e-12, 2.0**-52)  # distances from the edge of a domain
PAIR = (1e-150, 1e-50, 1e-3, 0.7, 3.0, 40.0, 1e50, 1e150)
LISTS: list[Point] = [
    (1.5, 2.0, 6.0), (-0.5, 3.25, -2.0, 0.125), (1e-100, 2e-100, 5e-100), (1e100, 2e100, -5e100), (1e3, 1.0),
    (3.0, 0.0, 4.0), (1e8, 1.0, 2.0),
]  # fmt: skip
LOGITS: list[Point] = [
    (1.5, 2.0, 4.0), (0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 30.0), (60.0, 0.0, -1.0), (0.0, 700.0), (700.0, 0.0, 0.0),
    (-700.0, 1.0, 2.0), (1000.0, 999.0, 1000.0),
]  # fmt: skip


def _one(numbers: Iterable[float]) -> list[Point]:
    return [(x,) for x in numbers]


def _up_to(largest: float) -> list[Point]:
    """0 and both tails, to where nothing changes any more."""
    return _one([0.0, *[way * x for x in SIZES if x <= largest for way in (1.0, -1.0)]])


def _pairs(*, positive: bool = False) -> list[Point]:
    pairs = itertools.product(PAIR, [b if positive or i % 2 == 0 else -b for i, b in enumerate(PAIR)])
    return [*pairs, (0.0, 2.0), (2.0, 0.5)]


POSITIVE = _one(SIZES)
STEPS: list[Point] = _one([2.75, -0.25, 1e300])
CHOICES: list[Point] = [(1.0, 2.0), (-1e300, 1e-300)]
QUOTIENTS: list[Point] = [(7.5, 3.0), (-7.5, 3.0), (7.5, -3.0), (0.4, -1.7), (1e300, 1e290)]
WITHOUT_TIES = [xs for xs in LISTS if len(set(xs)) == len(xs)]
BOUNDED: list[Point] = [(0.5, -1.0, 1.0), (-2.0, -1.0, 1.0), (2.0, -1.0, 1.0), (0.0, 2.0, -2.0)]
LINEAR: list[Point] = [(1.5, 2.0, 6.0, -3.0, 0.4), (-1e150, 1e-150, 7.0, 2.0, 1.0)]

POINTS: dict[str, list[Point]] = {
    **dict.fromkeys(("+", "-", "*", "/"), _pairs()),
    **dict.fromkeys(("neg", "square", "asinh", "atan"), _up_to(1e300)),
    **dict.fromkeys(("reciprocal", "cbrt", "abs", "relu", "softsign"), _up_to(1e300)[1:]),
    **dict.fromkeys(("sqrt", "log", "log2", "log10"), POSITIVE),
    **dict.fromkeys(("exp", "exp2", "expm1", "sinh", "cosh", "tanh", "erf", "sigmoid", "logsigmoid"), _up_to(700.0)),
    **dict.fromkeys(("silu", "gelu", "gelu_tanh", "mish"), _up_to(700.0)),
    **dict.fromkeys(("sin", "cos", "tan"), _up_to(100.0)),
    **dict.fromkeys(("asin", "acos", "atanh"), _up_to(0.75) + _one(way * (1.0 - d) for d in SHARES for way in (1, -1))),
    **dict.fromkeys(("floor", "ceil", "round", "sign", "isnan"), STEPS),
    **dict.fromkeys(("greater", "greater_equal", "equal", "maximum", "minimum"), CHOICES),
    **dict.fromkeys(("%", "//"), QUOTIENTS),
    **dict.fromkeys(("clamp", "hardtanh"), BOUNDED),
    **dict.fromkeys(("sum", "prod", "mean", "var", "norm"), LISTS),
    **dict.fromkeys(("max", "min"), WITHOUT_TIES),
    **dict.fromkeys(("logsumexp", "softmax", "log_softmax"), LOGITS),
    "atan2": [*_pairs(), (2.0, 0.0), (-3.0, 4.0)],
    "hypot": [*_pairs(), (2.0, 0.0), (-3.0, 4.0)],
    "std": [xs for xs in LISTS if len(xs) > 2],  # that of two numbers is straight: rounding alone
    "selu": _up_to(700.0)[1:],
    "**": list(itertools.product((1e-60, 1e-3, 0.7, 1.0, 2.0, 1e50), (-3.0, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0))),
    "log1p": _one([x for (x,) in _up_to(1e300) if x > -1.0] + [d - 1.0 for d in SHARES]),
    "acosh": _one([x for x in SIZES if x > 1.0] + [1.0 + d for d in SHARES]),
    "xlogy": _pairs(positive=True),
    "logaddexp": list(itertools.product((0.0, 1.0, -30.0, 700.0, -700.0, 1e5), (0.0, 1.5, -30.5, 31.0, 700.0, -690.0))),
    "lgamma": [], "digamma": [], "polygamma": [],  # in test_polygamma
    "where": [(1.0, 2.0, 3.0), (0.0, 1e300, 3.0)],
    "leaky_relu": [(x, 0.01) for (x,) in _up_to(1e300)[1:]],
    "elu": [(x, a) for (x,) in _up_to(700.0)[1:] for a in (1.0, 1.5)],
    "softplus": [(x / b, b) for x in (-700.0, -60.0, -9.0, -1.0, 0.0, 1e-9, 1.0, 8.0, 15.0, 19.0, 19.9, 21.0, 100.0)
                 for b in (1.0, 2.0, 0.5)],
    "dot": LINEAR,
}  # fmt: skip

# Why the second derivatives of a row are not all right, and where. There each is as near as PyTorch's, or right to
# 1e-9 of the largest one at that point.
EXCEPTIONS: dict[str, tuple[str, Callable[..., bool]]] = {
    "tanh": ("1 − y², the first derivative, keeps no digits where y rounds to ±1", lambda x: not -8.0 < x < 8.0),
    "sigmoid": (
        "y(1 − y) keeps no digits where y rounds to 1; nor does its slope, 1 − 2y, where y rounds to ½",
        lambda x: x > 15.0 or -1e-6 < x < 1e-6,
    ),
    "softplus": ("(xσ − y)/β, the slope in β, cancels as βx nears 20", lambda x, b: 8.0 < b * x < 20.0),
    "hypot": ("1/r − a²/r³ cancels where |a| is by far the larger", lambda a, b: lopsided(a, b)),
    "norm": ("1/r − a²/r³ cancels where |a| is by far the largest", lambda *xs: lopsided(*xs)),
    "std": ("as norm, with the distances from the mean", lambda *xs: lopsided(*xs)),
    "atan2": ("the mixed one, (b² − a²)/r⁴, passes through 0", lambda b, a: math.fabs(a) == math.fabs(b)),
}  # fmt: skip
CASES = [(twin, point) for twin in TWINS for point in POINTS[twin.name]]


def lopsided(*xs: float) -> bool:
    sizes = sorted(math.fabs(x) for x in xs if x)
    return sizes[-1] > 900.0 * sizes[0]


def is_exception(name: str, point: Point) -> bool:
    return name in EXCEPTIONS and EXCEPTIONS[name][1](*point)


def wrong_entries(twin: Twin, point: Point, ours: Callable[..., Any]) -> list[str]:
    """What is not right to the tolerance; where numbers leave the range, both have to."""
    exact = hessian_of(FORMULAS[twin.name], point)
    got = partials(ours, point, 2)
    wrong = []
    for (i, j), expected in exact.items():
        for path in {(i, j), (j, i)}:
            size = math.fabs(expected)
            if size > LARGEST:
                right = got[path] == expected or math.fabs(got[path]) > LARGEST / 10.0
            else:
                right = math.fabs(got[path] - expected) <= (TOLERANCE * size if size > SMALLEST else SMALLEST)
            if not right:
                wrong.append(f"{twin.name} at {point} by {path}: {got[path]!r}, mpmath says {expected!r}")
    return wrong


def test_every_row_is_tried() -> None:
    assert POINTS.keys() == built_in_rows().keys() == FORMULAS.keys() | {"lgamma", "digamma", "polygamma"}


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_second_derivatives_are_right(twin: Twin) -> None:
    points = [point for point in POINTS[twin.name] if not is_exception(twin.name, point)]
    wrong = [line for point in points for line in wrong_entries(twin, point, twin.ours)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_where_they_are_not_pytorch_is_no_better(name: str) -> None:
    (twin,) = [twin for twin in TWINS if twin.name == name]
    points = [point for point in POINTS[name] if is_exception(name, point)]
    assert any(wrong_entries(twin, point, twin.ours) for point in points), "all are right: strike the exception out"
    for point in points:
        exact, got = hessian_of(FORMULAS[name], point), partials(twin.ours, point, 2)
        theirs = torch_partials(twin.torch, point, 2)
        largest = max(math.fabs(x) for x in exact.values())
        for path, expected in exact.items():
            allowed = max(1.01 * math.fabs(theirs[path] - expected), TOLERANCE * largest)
            assert math.fabs(got[path] - expected) <= allowed, (point, path, got[path], theirs[path], expected)


PLANTED: dict[str, Point] = {
    "exp": (-600.0,),
    "logsigmoid": (-25.0,),
    "hypot": (-3.0, 4.0),
    "silu": (40.0,),
    "dot": LINEAR[0],
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_second_derivative_is_seen(name: str) -> None:
    """Ten times the tolerance too much, in a term whose value and slope are 0."""
    (twin,), point = [twin for twin in TWINS if twin.name == name], PLANTED[name]
    second = hessian_of(FORMULAS[name], point)[0, 0] or 1.0

    def planted(*xs: Value) -> Any:
        return twin.ours(*xs) + 0.5e-8 * second * square(xs[0] - xs[0].data)

    assert not wrong_entries(twin, point, twin.ours)
    assert len(wrong_entries(twin, point, planted)) == 1


# ----- Where the rule "a factor of exactly 0 stops inf" decides, or a convention does -----

LENGTHS: dict[str, Callable[[Sequence[Value]], Any]] = {
    "norm": lambda v: square(norm(v)),
    "hypot": lambda v: square(hypot(v[0], v[1])),
    "sqrt": lambda v: square(sqrt(v[0] * v[0] + v[1] * v[1])),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_the_square_of_a_length_at_the_origin_is_named_under_detect_anomaly(name: str) -> None:
    """Its Hessian is 2·I, and 0 comes out: the path over 1/r counts as 0 there."""
    assert hessian(LENGTHS[name])([0.0, 0.0]) == [[0.0, 0.0], [0.0, 0.0]]
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"inf|nan"):
        hessian(LENGTHS[name])([0.0, 0.0])
    off = hessian(LENGTHS[name])([3e-200, 4e-200]) if name != "sqrt" else hessian(LENGTHS[name])([3e-100, 4e-100])
    assert [x for row in off for x in row] == pytest.approx([2.0, 0.0, 0.0, 2.0], abs=1e-15)


def test_the_square_of_an_absolute_value_at_the_kink() -> None:
    """The slope of |x| is 0 at 0 by convention, and its square 0 where that of ±1 is 1; PyTorch: the same."""
    assert hessian(lambda x: square(abs(x)))(0.0) == [[0.0]]
