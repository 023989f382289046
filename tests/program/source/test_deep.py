"""Graphs deeper than Python's calls, and rules that run in loops: no function calls itself that deep."""

import ast
import inspect
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import autograd
from autograd import Value, dot, greater, mean, operation, softmax, tanh, where
from autograd.program import compile
from autograd.program.code import Code
from autograd.program.passes.graph import read_graph
from autograd.program.source import emit
from tests.counting import calls

STEPS: dict[str, Callable[[Any, Value, Value], Any]] = {
    "product": lambda y, w, x: y * w,
    "scale": lambda y, w, x: y * 1.001,
    "part": lambda y, w, x: y / 1.001,
    "quotient": lambda y, w, x: y / w,
    "sum": lambda y, w, x: y + w,
    "difference": lambda y, w, x: w - y,
    "negative": lambda y, w, x: -y,
    "sine": lambda y, w, x: autograd.sin(y),
    "square": lambda y, w, x: (y - 0.3) ** 2,
    "power": lambda y, w, x: y**w,
    "neuron": lambda y, w, x: tanh(y * w + x),
    "dot": lambda y, w, x: dot([y, w], [w, x]),
    "mean": lambda y, w, x: mean([y, w]),
    "largest": lambda y, w, x: autograd.max([y * 0.5, w]),
    "softmax": lambda y, w, x: softmax([y, w])[0],
    "choice": lambda y, w, x: where(greater(y, 0.3), y * w, y),
}
DEPTH, CALLS = 150, 100


@contextmanager
def shallow() -> Iterator[None]:
    """A block in which functions may call each other only 100 deep."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + CALLS)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def chain(step: Callable[[Any, Value, Value], Any], depth: int, of_input: bool) -> tuple[Value, Value, Value]:
    x, w = Value(0.5), Value(0.999)
    y = x if of_input else w
    for _ in range(depth):
        y = step(y, w, x)
    return y, w, x


@pytest.mark.parametrize("of_input", [False, True])
@pytest.mark.parametrize("name", STEPS)
def test_chains_deeper_than_the_recursion_limit(name: str, of_input: bool) -> None:
    y, w, x = chain(STEPS[name], DEPTH, of_input)
    y.backward()
    with shallow():
        program = compile(y, [x], parameters=[w])
        value, by_parameters, by_inputs = program.value_and_grad([[0.5], [0.5]], inputs=True)
        program.value_and_grad([[0.5], [0.5]], reduction="none")
        program.value_and_grad([[np.inf]])  # the careful source
        str(program.stages), program.report()
    expected = [y.data, w.grad, x.grad / 2.0]
    np.testing.assert_allclose([value, *by_parameters, by_inputs[1, 0]], expected, rtol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scale", "sine", "neuron"])
def test_chains_of_many_thousands(name: str) -> None:
    y, w, x = chain(STEPS[name], 20_000, True)
    y.backward()
    value, by_parameters = compile(y, [x], parameters=[w]).value_and_grad([0.5])
    np.testing.assert_allclose([value, *by_parameters], [y.data, w.grad], rtol=1e-10)


@pytest.mark.parametrize("name", STEPS)
def test_work_is_linear_in_depth(name: str) -> None:
    """Counted in calls of functions, not in seconds; both sources."""
    counts = []
    for depth in (40, 80, 120):
        y, w, x = chain(STEPS[name], depth, False)
        graph = read_graph([y], [x], [w]).graph
        sources: list[str] = []

        def work(graph: Any = graph, sources: list[str] = sources) -> None:
            code = Code(graph, 1, 1)
            sources += [code.compilation.source, code.careful_compilation.source]

        with mock.patch.object(emit, "MANY_NAMES", 0):  # for all depths, or for none
            counts.append((calls(work), sum(map(len, sources))))
    (a, s), (b, t), (c, u) = counts
    assert c - b <= 1.1 * (b - a) + 200 and u - t <= 1.1 * (t - s) + 500


# ----- Rules that run in loops -----


def looped(steps: int) -> Any:
    """√x by Newton's steps: as one formula without temporaries, it would have 2ⁿ parts."""

    def newton(xp: Any, x: Any) -> Any:
        y = x
        for _ in range(steps):
            y = 0.5 * (y + xp.divide(x, y))
        return y

    return operation(lambda xp, y, x: xp.divide(0.5, y), name=f"newton{steps}")(newton)


def nested(steps: int, function: str) -> Any:
    """A function of a function of ..., and a slope that is a product of as many factors."""

    def forward(xp: Any, x: Any) -> Any:
        for _ in range(steps):
            x = getattr(xp, function)(x) if function else -(x * 1.01)
        return x

    def slope(xp: Any, y: Any, x: Any) -> Any:
        result = 1.0
        for _ in range(steps):
            result = result * (x * 0.5 + 1.0) if function else -result * x
        return result

    return operation(slope, name=f"nested_{function}{steps}")(forward)


@pytest.mark.parametrize(
    "own", [looped(10), looped(60), nested(2, "sin"), nested(1000, "sin"), nested(1000, ""), nested(400, "isfinite")]
)
def test_rules_of_any_length(own: Any) -> None:
    x = Value(0.75)
    y = own(x) * 2.0
    y.backward()
    with shallow():
        program = compile(y, [x])
        value, _, by_inputs = program.value_and_grad([[0.75]], inputs=True)
    np.testing.assert_allclose([value, by_inputs[0, 0]], [y.data, x.grad], rtol=1e-12)
    assert max(map(len, program.source.splitlines())) < 400


def test_newtons_rule_is_array_code() -> None:
    x = Value(2.0)
    program = compile(looped(60)(x), [x])
    assert "one number at a time" not in program.report()
    np.testing.assert_allclose(program([[2.0], [9.0]]), np.sqrt([2.0, 9.0]))


# ----- No recursion -----

# The functions that call themselves, by themselves or by way of others, and what bounds how deep.
BOUNDED = {
    "program/arguments.py": {
        "_read": "lists within lists, in one argument",
        "argument": "lists within lists, in one argument",
        "_row": "axes of an array, at most 64",
    },
    "program/trace.py": dict.fromkeys(
        ("_copied", "_quick_shape", "_still_fits"), "lists within lists, in one argument"
    ),
    "program/compiling.py": {"compile": "once more, for @compile(dtype=...)"},
    "program/jax/trees.py": {"tree_of": "modules within modules, of one model"},
    "program/source/adjoints.py": {"renamed": "a formula of at most LONGEST operations"},
    "program/source/buffers.py": {"_split_line": "a formula of DEEPEST levels, and the few that a product adds"},
    "program/source/formula.py": {"written": "a formula of DEEPEST levels, and the few that a product adds"},
    "graph/nested.py": {
        "values_like": "lists within lists, in one argument",
        "leaves_of": "lists within lists, in one argument",
        "like": "lists within lists, in one argument",
    },
}
ROOT = Path(autograd.__file__).parent


def references(function: ast.AST, owner: str) -> set[str]:
    """Names that a function mentions, and attributes of self: what it may call, or hand to somebody who does."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            found.add(f"{owner}.{node.attr}")
    return found


def recursive(tree: ast.Module) -> set[str]:
    """The functions of a module on a cycle of references."""
    calls: dict[str, set[str]] = defaultdict(set)

    def collect(body: list[ast.stmt], owner: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                collect(node.body, node.name)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                calls[f"{owner}.{node.name}" if owner else node.name] |= references(node, owner) - arguments_of(node)
                inner = [n for n in ast.walk(node) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
                for function in inner[1:]:  # the first is the function itself
                    calls[function.name] |= references(function, owner) - arguments_of(function)

    collect(tree.body, "")
    reached = {name: called & calls.keys() for name, called in calls.items()}
    for _ in calls:
        reached = {name: below.union(*[reached[other] for other in below]) for name, below in reached.items()}
    return {name.rpartition(".")[2] for name, below in reached.items() if name in below}


def arguments_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Its parameters and local names, which hide functions of these names."""
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}


def test_functions_that_call_themselves_say_why_not_deep() -> None:
    found = {}
    for path in [*ROOT.glob("program/**/*.py"), *ROOT.glob("graph/**/*.py")]:
        names = recursive(ast.parse(path.read_text(encoding="utf-8")))
        if names:
            found[path.relative_to(ROOT).as_posix()] = names
    assert found == {file: set(names) for file, names in BOUNDED.items()}


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): return f(x - 1)",
        "def f(x): return list(map(f, x))",
        "def f(x): return g(x)\ndef g(x): return f(x)",
        "def outer(x):\n    def f(x): return f(x - 1)\n    return f(x)",
        "def outer(x):\n    def f(x): return g(x)\n    def g(x): return outer(x)\n    return f(x)",
        "class A:\n    def f(self, x): return self.g(x)\n    def g(self, x): return self.f(x)",
    ],
)
def test_the_search_finds_recursion(source: str) -> None:
    assert "f" in recursive(ast.parse(source))
