"""The page's own arithmetic against the engine's: every row of the table, on a grid with kinks, ties, nan and inf."""

import itertools
import math
from typing import TYPE_CHECKING, Any

import pytest

from autograd import custom
from autograd.engine import ops
from autograd.page.document import parts

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
        return [([n, x], ()) for n in (0.0, 1.0, 2.0, 5.0) for x in GRID]
    grid = {1: GRID, 2: GRID, 3: SMALL}[op.arity]
    # Each nan an object of its own: `in` takes one and the same nan for equal to itself.
    return [([x * 1.0 for x in operands], ()) for operands in itertools.product(grid, repeat=op.arity)]


def same(a: float, b: float, tolerance: float) -> bool:
    """Equal to a tolerance that is relative for large numbers and absolute for small ones; nan and inf exactly."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= tolerance * max(1.0, abs(a), abs(b)))


def as_json(x: float) -> float | str:
    return "-0" if x == 0.0 and math.copysign(1.0, x) < 0 else x if math.isfinite(x) else str(x)


def as_float(x: float | str) -> float:
    return float(x)


@pytest.fixture(scope="module")
def arithmetic(browser: Any) -> Any:
    """A page that has the scripts of the page and starts nothing."""
    script = parts()[2].replace(
        "\nstart();\n", "\nwindow.OPERATIONS = OPERATIONS; window.formats = { plainNumber, show };\n"
    )
    assert "window.OPERATIONS" in script
    page = browser.new_page()
    page.set_content("<!DOCTYPE html>")
    page.evaluate(script)
    yield page
    page.close()


# Known to differ: these functions have no exact twin in JavaScript and are good to a few more digits less.
LOOSER = {"lgamma": 1e-13, "digamma": 1e-13, "polygamma": 1e-12}
BUILT_IN = sorted(set(ops.TABLE) - custom._OWN)  # what `operation` added since, the page need not know


def test_every_operation_of_the_engine_has_a_twin(arithmetic: "Page") -> None:
    known = arithmetic.evaluate("() => [...OPERATIONS.keys()]")
    assert sorted(known) == BUILT_IN


@pytest.mark.parametrize("name", BUILT_IN)
def test_values_slopes_and_kinks_are_those_of_the_engine(name: str, arithmetic: "Page") -> None:
    op, cases = ops.TABLE[name], cases_of(name)
    found = arithmetic.evaluate(COMPUTE, [name, [[[as_json(x) for x in xs], list(params)] for xs, params in cases]])
    assert len(found) == len(cases) > 5
    wrong = []
    for (xs, params), (y, slopes, kink) in zip(cases, found, strict=True):
        value = float(op.value(ops.FLOATS, xs, params))
        expected = [value, *(float(d) for d in op.local(ops.FLOATS, value, xs, params))]
        pairs = zip(expected, [as_float(x) for x in (y, *slopes)], strict=True)
        if not all(same(a, b, LOOSER.get(name, 2e-15)) for a, b in pairs) or kink != op.at_kink(xs):
            wrong.append((xs, params, "engine", expected, op.at_kink(xs), "page", y, slopes, kink))
    assert not wrong, "\n".join(map(str, wrong[:12]))
