"""Programs where the platform's integers have 32 bits: wasm32, and Windows with NumPy 1. Every dtype is named."""

import ast
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import autograd
from autograd.program.build import build
from autograd.program.passes.graph import Graph, read_graph
from autograd.program.source.numpy_names import HELPERS
from autograd.program.source.patterns import find_pattern
from tests.program.comparing import leaves
from tests.program.nets import NETS

# What makes platform integers of Python's, and where in the call a dtype may stand.
MAKERS = {
    "arange": 3, "array": 1, "asarray": 1, "ascontiguousarray": 1, "full": 2, "fromiter": 1, "indices": 1, "sum": 2,
    "cumsum": 2, "prod": 2, "cumprod": 2, "count_nonzero": 99, "bincount": 99, "searchsorted": 99, "digitize": 99,
}  # fmt: skip
# Calls that may do without: file, text of the call, reason.
FREE = {
    ("program.py", "np.asarray(X)"): "the user's array, whose own kind is looked at",
    ("machine.py", "np.array(np.broadcast_to(results, examples))"): "of a program's results",
    ("numpy_names.py", "np.cumprod(np.concatenate([one, x[:-1]]), axis=0)"): "of factors",
    ("numpy_names.py", "np.cumprod(np.concatenate([one, x[:0:-1]]), axis=0)"): "of factors",
}


def calls_without_dtype(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKERS:
            of_numpy = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
            named = any(keyword.arg == "dtype" for keyword in node.keywords)
            if of_numpy and not named and len(node.args) <= MAKERS[node.func.attr]:
                yield ast.unparse(node)


PATHS = sorted((Path(autograd.__file__).parent / "program").rglob("*.py"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_integers_have_a_dtype(path: Path) -> None:
    free = {text for file, text in FREE if file == path.name}
    helpers = "\n".join(HELPERS.values()) if path.name == "numpy_names.py" else ""
    found = set(calls_without_dtype(path.read_text(encoding="utf-8"))) | set(calls_without_dtype(helpers))
    assert found == free


@pytest.mark.parametrize("text", ["np.arange(3)", "np.array([1, 2])", "np.cumsum(x)", "f(np.full(3, 1))", "np.sum(x)"])
def test_the_search_finds_calls_without_dtype(text: str) -> None:
    assert len(list(calls_without_dtype(text))) == 1
    assert not list(calls_without_dtype(text.replace(")", ", dtype=np.int64)", 1)))


@contextmanager
def small_integers() -> Iterator[None]:
    """A block in which NumPy makes 32-bit integers of Python's, as it does there; so are indices that it returns."""

    def small(function: Callable[..., Any], may_name_dtype: bool) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            result = function(*args, **keywords)
            if may_name_dtype and (keywords.get("dtype") is not None or isinstance(args[0], (np.ndarray, np.generic))):
                return result
            return result.astype(np.int32) if result.dtype == np.int64 else result

        return call

    with ExitStack() as stack:
        for names, may_name_dtype in (
            (("arange", "array", "asarray"), True),
            (("argsort", "flatnonzero", "lexsort"), False),
        ):
            for name in names:
                stack.enter_context(mock.patch.object(np, name, small(getattr(np, name), may_name_dtype)))
        yield


def graph_of(name: str) -> Graph:
    net = NETS[name]
    inputs, weights = leaves(net.rows(1), net.weights())
    return read_graph([net.record(inputs, weights)], inputs, weights).graph


@pytest.mark.parametrize("name", NETS)
def test_the_same_program_with_small_integers(name: str) -> None:
    graph = graph_of(name)
    columns, parameters = NETS[name].inputs, NETS[name].parameters
    expected = build(graph, columns, parameters)
    with small_integers():
        assert np.arange(3).dtype == np.array([1]).dtype == np.int32
        found = build(graph, columns, parameters)
    assert found.source == expected.source
    assert found.layout.position.dtype == found.layout.segment.dtype == np.int64
    np.testing.assert_array_equal(found.layout.position, expected.layout.position)
    for block in found.layout.blocks:
        assert {block.nodes.dtype, *[operand.dtype for operand in block.operands]} == {np.dtype(np.int64)}


FAR = 2**31
ROWS = [
    ([FAR, FAR + 1, FAR + 2], f"P[{FAR}:{FAR + 3}]"),
    ([FAR + 4, FAR + 2, FAR], f"P[{FAR + 4}:{FAR - 1}:-2]"),
    ([0, FAR, 2 * FAR], f"P[0:{2 * FAR + 1}:{FAR}]"),
    ([[FAR, FAR + 1], [FAR + 2, FAR + 3]], f"P[{FAR}:{FAR + 4}].reshape(2, 2)"),
    ([[FAR, FAR + 2], [FAR + 1, FAR + 3]], f"P[{FAR}:{FAR + 4}].reshape(2, 2).swapaxes(0, 1)"),
]


@pytest.mark.parametrize(("rows", "text"), ROWS)
def test_places_beyond_32_bits(rows: Any, text: str) -> None:
    with small_integers():
        pattern = find_pattern(np.array(rows, dtype=np.int64), "lk"[-np.ndim(rows) :])
    assert pattern.text("P", 2**40) == text


def test_emitted_indices_are_what_numpy_takes() -> None:
    with_indices = [name for name in NETS if " = np.array([" in build(graph_of(name), NETS[name].inputs).source]
    assert with_indices
    for name in with_indices:
        source = build(graph_of(name), NETS[name].inputs).source
        assert not list(calls_without_dtype(source.replace("np.cumprod", "cumprod")))
        assert all(line.endswith(", dtype=np.intp)") for line in source.splitlines() if " = np.array([" in line)
