"""The page's own arithmetic against the engine's: every row of the table, on a grid with kinks, ties, nan and inf.

Operations of the user's too: each primitive of the namespace, operators, kinks that branch, names of any kind.
"""

import itertools
import math
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

import autograd
from autograd import Value, custom, operation
from autograd.engine import ops
from autograd.engine.operation import register
from autograd.page import view
from autograd.page.document import script
from autograd.page.operations import operations
from tests.engine.planted import row_like

if TYPE_CHECKING:
    from playwright.sync_api import Page

INF, NAN = math.inf, math.nan
GRID = [
    -INF,
    -1e300,
    -30.5,
    -2.5,
    -2.0,
    -1.0,
    -0.5,
    -1e-9,
    -0.0,
    0.0,
    1e-9,
    0.3,
    0.5,
    1.0,
    1.5,
    2.0,
    3.0,
    21.0,
    800.0,
    INF,
    NAN,
]
# Next to zeros, poles and the ends of approximations, and any others; not all pairs of them.
_RANDOM = random.Random(1)
MORE = [
    1.0 - 1e-8, 1.0 + 1e-8, 2.0 - 1e-5, 2.0 + 1e-8, 1.4616321, -2.457024738, -0.49999, 0.84374, 1.2499, 2.8571, 5.999,
    *(_RANDOM.uniform(-6.0, 6.0) for _ in range(30)),
    *(_RANDOM.choice([-1.0, 1.0]) * 10.0 ** _RANDOM.uniform(-12.0, 12.0) for _ in range(30)),
]  # fmt: skip
# Of a polygamma: from the first one to the last, and where factorials and powers leave the range of a float.
ORDERS = [0.0, 1.0, 2.0, 5.0, 20.0, 79.0, 80.0, 170.0, 171.0, 500.0, 999.0, 1000.0]
SMALL = [-INF, -2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 2.5, INF, NAN]
LISTS = [
    [], [2.0], [0.0], [1.0, 1.0, 1.0], [3.0, -1.0, 3.0, 0.5], [0.0, 2.0, 0.0], [1000.0, 999.0, -1000.0],
    [NAN, 1.0, 2.0],
    [INF, 1.0, INF], [-INF, -INF], [0.25, -4.0, 1.5, 2.0, -0.5], [1e200, -1e200, 3.0, 1e-200],
]  # fmt: skip
SETTINGS = {
    "softmax": [(0.0,), (1.0,)],
    "log_softmax": [(0.0,), (1.0,)],
    "var": [(1.0,), (0.0,)],
    "std": [(1.0,), (0.0,)],
}

COMPUTE = """
([name, cases]) => {
  const read = (x) => typeof x === "string" ? {nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0}[x] : x;
  const named = (x) => Number.isNaN(x) ? "nan" : x === 0 ? "-0" : x > 0 ? "inf" : "-inf";
  const send = (x) => Number.isFinite(x) && !Object.is(x, -0) ? x : named(x);
  const row = OPERATIONS.get(name);
  return cases.map(([operands, settings]) => {
    const xs = operands.map(read);
    const y = row.value(xs, settings);
    return [send(y), row.slopes(y, xs, settings).map(send), Boolean(row.kink && row.kink(xs, settings))];
  });
}
"""


def cases_of(name: str) -> list[tuple[list[float], tuple[float, ...]]]:
    """Operands and settings to try an operation on."""
    op = ops.TABLE[name]
    if op.variadic:
        if name in ("max", "min", "logsumexp", "softmax", "log_softmax"):  # of several only
            lists = [xs for xs in LISTS if len(xs) > 1]
        else:
            lists = LISTS
        return [(xs, settings) for xs in lists for settings in SETTINGS.get(name, [()])]
    if name == "polygamma":
        ends = [5e-324, 1e-300, 137.0, 1e15, 1.7e308, -7.5, -99.5, -1e3 - 0.25]
        return [([n, x], ()) for n in ORDERS for x in GRID + MORE + ends]
    # Each nan an object of its own: `in` takes one and the same nan for equal to itself.
    grid = [
        [x * 1.0 for x in operands] for operands in itertools.product(SMALL if op.arity == 3 else GRID, repeat=op.arity)
    ]
    more = (
        [[_RANDOM.choice(MORE) for _ in range(op.arity)] for _ in range(200)] if op.arity > 1 else [[x] for x in MORE]
    )
    return [(operands, ()) for operands in grid + more]


def same(a: float, b: float, tolerance: float) -> bool:
    """Equal to a relative tolerance, however small the numbers; 0 with its sign, nan and infinities exactly."""
    if a == 0.0 or b == 0.0:
        return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=tolerance)


def as_json(x: float) -> float | str:
    return "-0" if x == 0.0 and math.copysign(1.0, x) < 0 else x if math.isfinite(x) else str(x)


def as_float(x: float | str) -> float:
    return float(x)


# The last digits of two libraries of functions; and where a difference of nearly equal numbers magnifies them.
TOLERANCE = 1e-14
LOOSER = {
    "lgamma": (1e-7, "next to its zeros at 1 and 2, where Python's own has only that many digits"),
}
BUILT_IN = sorted(set(ops.TABLE) - custom._OWN)  # what `operation` added since is printed where a graph has it

# ----- Operations of the user's -----

PRIMITIVES = {
    1: "abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh erf exp exp2 expm1 floor isfinite isnan "
    "lgamma log log10 log1p log2 rint sign sin sinh sqrt tan tanh sigmoid silu square relu digamma",
    2: "arctan2 copysign divide equal floor_divide greater greater_equal hypot maximum minimum power remainder "
    "softplus leaky_relu xlogy",
}
NAMES = [
    "constructor",
    "__proto__",
    "toString",
    'a "quoted" \\ one',
    "</script><script>alert(1)</script>",
    "a\nb",
    "σ\u2028",
]
OWN: list[str] = []


def own(forward: Any, *derivatives: Any, name: str, kink: Any = None) -> None:
    """An operation of the user's that is compared with the engine below."""
    operation(*derivatives, name=name, kink=kink)(forward)
    OWN.append(name)


def own_of_one(what: str) -> None:
    own(lambda xp, x: getattr(xp, what)(x), lambda xp, y, x: getattr(xp, what)(0.5 * x) * y, name=f"own {what}")


def own_of_two(what: str) -> None:
    def slope(xp: Any, y: Any, a: Any, b: Any) -> Any:
        return getattr(xp, what)(b, a) * 2

    own(lambda xp, a, b: getattr(xp, what)(a, b), slope, lambda xp, y, a, b: -y, name=f"own {what}")


for _what in PRIMITIVES[1].split():
    own_of_one(_what)
for _what in PRIMITIVES[2].split():
    own_of_two(_what)
for _name in NAMES:
    own(lambda xp, x: 0.1 * x - 3, lambda xp, y, x: 0.1, name=_name, kink=lambda x: x in (0.0, 1.0) or x > 2.5)


def _newton(xp: Any, x: Any) -> Any:
    """Every step takes the last one three times: written out, the text would be a million times as long."""
    root = xp.abs(x) + 1.0
    for _ in range(12):
        root = root - (root * root - x) / (2.0 * root)
    return root


def _smallest(xp: Any, a: Any, b: Any, c: Any) -> Any:
    return xp.min([a, xp.max([b, c])]) + xp.sum([a, b]) * xp.pi


# Operators and comparisons of Python's, where they do not raise for floats.
own(lambda xp, a, b: (a - (b - 1)) - -a * +b / 4.0 + abs(b) * (a >= b) + (a != b) - (a < 0.5) * (b <= a) + (2 > b),
    lambda xp, y, a, b: xp.where(a > b, y, xp.where((a == b) * (b < 1e300), xp.inf, -xp.inf)),
    lambda xp, y, a, b: -1.0 * -(a - b - y) - (a - (b + y)) + (a * b) * (y * -1e-7) * -0.0, name="operators",
    kink=lambda a, b: not (a < b or b == 0.0) and abs(a) != math.inf and -1e9 < a - b)  # fmt: skip
own(lambda xp, x: (1.5 + xp.exp(-abs(x))) ** 2 % 1.25 // 0.25 + 2.0 ** xp.minimum(x, 9.0) + 7.0 % (1.0 + x * x),
    lambda xp, y, x: 5 // (1.0 + x * x) + y, name="powers and remainders",
    kink=lambda x: x // 2.0 == 1 or x % 2.0 == 1)  # fmt: skip
own(_newton, lambda xp, y, x: 0.5 / y, name="newton")
own(_smallest, lambda xp, y, a, b, c: 1.0, lambda xp, y, a, b, c: b * 0.5, lambda xp, y, a, b, c: True, name="of three")
own(lambda xp, x: 2.0, lambda xp, y, x: 0, name="a constant", kink=lambda x: True)
own(lambda xp, x: x, lambda xp, y, x: xp.nan, name="nothing", kink=lambda x: x)

# In the table while the tests of this file run, and at no other time.
ROWS = {what: ops.TABLE.pop(what) for what in OWN}


@pytest.fixture(scope="module", autouse=True)
def own_rows() -> Iterator[None]:
    ops.TABLE.update(ROWS)
    yield
    for what in OWN:
        del ops.TABLE[what]


@pytest.fixture(scope="module")
def arithmetic(browser: Any, own_rows: None) -> Any:
    """A page that has the scripts of the page and starts nothing."""
    shared = " window.OPERATIONS = OPERATIONS; window.alike = alike; "
    code = script(operations([*BUILT_IN, *OWN])).replace(" start(); ", shared)
    assert "window.OPERATIONS" in code
    page = browser.new_page()
    page.set_content("<!DOCTYPE html>")
    page.evaluate(code)
    yield page
    page.close()


def test_every_operation_of_the_engine_has_a_twin(arithmetic: "Page") -> None:
    known = arithmetic.evaluate("() => [...OPERATIONS.keys()]")
    assert sorted(set(known) - set(OWN)) == BUILT_IN


def test_every_operation_of_the_users_is_there_by_its_name(arithmetic: "Page") -> None:
    assert set(OWN) <= set(arithmetic.evaluate("() => [...OPERATIONS.keys()]"))


def test_a_page_has_the_operations_of_its_graph_and_no_others() -> None:
    x = Value(2.0, label="x")
    html = view(autograd.mean([x, x]).tanh()).html
    assert html.count(", { value: ") == 2
    assert '["mean", { value: ' in html and '["tanh", { value: ' in html and "function total(xs)" in html


def test_names_cannot_end_the_script() -> None:
    text = operations(OWN)
    assert "<" not in text.replace(" < ", "").replace(" <= ", "")
    assert text.isascii()


def test_a_rule_that_doubles_its_text_at_every_step_stays_short() -> None:
    assert len(operations(["newton"])) < 2000


def test_what_is_not_in_the_table_or_loops_outside_of_it_is_left_out() -> None:
    op = ops.TABLE["sum"]
    several = register(row_like(op, name="several of a test", forward=lambda xp, xs: xs[0]))
    try:
        assert operations(["no such operation", several.name]) == operations([])
    finally:
        del ops.TABLE[several.name]


@pytest.mark.parametrize("name", [*BUILT_IN, *OWN])
def test_values_slopes_and_kinks_are_those_of_the_engine(name: str, arithmetic: "Page") -> None:
    op, cases = ops.TABLE[name], cases_of(name)
    found = arithmetic.evaluate(COMPUTE, [name, [[[as_json(x) for x in xs], list(params)] for xs, params in cases]])
    assert len(found) == len(cases) > 5
    wrong = []
    for (xs, params), (y, slopes, kink) in zip(cases, found, strict=True):
        value = float(op.value(ops.FLOATS, xs, params))
        expected = [value, *(float(d) for d in op.local(ops.FLOATS, value, xs, params))]
        pairs = zip(expected, [as_float(x) for x in (y, *slopes)], strict=True)
        tolerance, _ = LOOSER.get(name.removeprefix("own "), (TOLERANCE, ""))
        if not all(same(a, b, tolerance) for a, b in pairs) or kink != op.at_kink(xs):
            wrong.append((xs, params, "engine", expected, op.at_kink(xs), "page", y, slopes, kink))
    assert not wrong, "\n".join(map(str, wrong[:12]))
