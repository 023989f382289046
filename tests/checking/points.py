"""Sixty points for every row of the table: near the edges of its domain, and from ±1e-6 to ±1e6 inside of it."""

import math
import random
from collections.abc import Callable

from autograd.engine.operation import Op

Point = tuple[float, ...]

COUNT = 60
PI = math.pi


def _between(low: float, high: float) -> Callable[..., bool]:
    return lambda *xs: all(low < x < high for x in xs)


def _off_whole(x: float) -> bool:
    """Whether x is farther from a whole number than it can be moved by a step that still moves a float well."""
    return abs(x - round(x)) > 1e-9 * max(1.0, abs(x))


# Where a row has a derivative to check, beyond its kinks, which the table knows.
_OWN: dict[str, Callable[..., bool]] = {
    "**": lambda a, b: a > 0.0 and abs(b * math.log(a)) < 600.0,
    "%": lambda a, b: abs(a / b) < 1e6 and _off_whole(a / b),
    "//": lambda a, b: abs(a / b) < 1e6 and _off_whole(a / b),
    "xlogy": lambda x, y: y > 0.0,
    "polygamma": lambda n, x: x > -20.0 and (x > 0.0 or _off_whole(x)),
    "where": lambda c, a, b: c != 0.0,
    "softplus": lambda x, b: b > 0.0,
    "floor": _off_whole,
    "ceil": _off_whole,
    "round": lambda x: _off_whole(x - 0.5),
    "greater": lambda a, b: a != b,
    "greater_equal": lambda a, b: a != b,
    "equal": lambda a, b: a != b,
    "sign": lambda x: x != 0.0,
}
DOMAINS = _OWN | {
    name: _between(low, high)
    for names, low, high in (
        ("sqrt log log2 log10", 0.0, math.inf),
        ("log1p", -1.0, math.inf),
        ("acosh", 1.0, math.inf),
        ("asin acos atanh", -1.0, 1.0),
        ("exp expm1 sinh cosh", -700.0, 700.0),
        ("exp2", -1000.0, 1000.0),
        ("lgamma digamma", -20.0, math.inf),
    )
    for name in names.split()
}
EDGES: dict[str, Point] = {
    "log1p": (-1.0,),
    "acosh": (1.0,),
    "asin": (-1.0, 0.0, 1.0),
    "acos": (-1.0, 0.0, 1.0),
    "atanh": (-1.0, 0.0, 1.0),
    "tan": (-PI / 2, 0.0, PI / 2, 7 * PI / 2),
    "exp": (0.0, 700.0, -700.0),
    "expm1": (0.0, 700.0),
    "exp2": (0.0, 1000.0, -1000.0),
    "lgamma": (0.0, 1.0, 2.0, -1.0, -5.0),
    "digamma": (0.0, -1.0, -5.0),
    "softplus": (0.0, 20.0),
    "floor": (0.0, 1.0, -7.0),
    "ceil": (0.0, 1.0, -7.0),
    "round": (0.5, 1.5, -7.5),
}
PARAMS: dict[str, Point] = {"softmax": (1.0,), "log_softmax": (0.0,)}


def points(op: Op) -> list[Point]:
    """The points of a row, the same ones whenever they are asked for."""
    draw = random.Random(op.name)
    size = 5 if op.name == "dot" else 3 if op.variadic else op.arity
    found: list[Point] = []
    while len(found) < COUNT:
        point = tuple(_number(draw, EDGES.get(op.name, (0.0,))) for _ in range(size))
        if op.name == "polygamma":
            point = (float(draw.randrange(6)), point[1])
        if (op.name not in DOMAINS or DOMAINS[op.name](*point)) and not op.at_kink(point):
            found.append(point)
    return found


def _number(draw: random.Random, edges: Point) -> float:
    """As often beside an edge as anywhere between 1e-6 and 1e6."""
    sign = draw.choice((-1.0, 1.0))
    if draw.random() < 0.5:
        return draw.choice(edges) + sign * math.pow(10.0, draw.uniform(-6.0, 0.0))
    return sign * math.pow(10.0, draw.uniform(-6.0, 6.0))
