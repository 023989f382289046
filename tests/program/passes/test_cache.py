"""The same structure is compiled once, and another structure never gets its code; nothing is kept for ever."""

import gc
import linecache
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import Value, relu, tanh
from autograd import sum as add_up
from autograd.program import code as cache
from autograd.program import compile
from tests.program.comparing import check_same


def line(power: float = 2.0) -> tuple[Value, Value]:
    """A result and its input."""
    x = Value(0.0, "x")
    return (Value(2.0, "w") * x + Value(1.0, "b")) ** power, x


def layer(n: int) -> tuple[Value, list[Value]]:
    x = [Value(0.1, f"x{i}") for i in range(20)]
    rows = [[Value(0.5, role="parameter") for _ in x] for _ in range(n)]
    return add_up([relu(add_up([w * v for w, v in zip(row, x, strict=True)])) for row in rows]), x


def test_the_same_structure_is_compiled_once() -> None:
    (first, x), (second, other), (third, last) = line(), line(), line(3.0)
    one, two = compile(first, [x]), compile(second, [other])
    assert one._code is two._code
    assert one.parameters[0] is not two.parameters[0]
    assert compile(third, [last])._code is not one._code


def test_a_second_compilation_reads_the_graph_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = layer(50), layer(50)
    code = compile(*first)._code
    monkeypatch.setattr(cache, "build", None)
    assert compile(*second)._code is code


@pytest.mark.parametrize(
    "numbers",
    [(5.0, 7.0, 7.0), (7.0, 5.0, 5.0), (7.0, 5.0, 7.0), (0.0, -0.0, 0.0), (-0.0, 0.0, 0.0), (math.inf, 5.0, math.inf)],
)
def test_other_numbers_in_a_formula_are_another_program(numbers: tuple[float, float, float]) -> None:
    """Also where the same numbers occur, only at other places."""

    def formula(a: float, b: float, c: float) -> tuple[Value, list[Value]]:
        x = Value(0.3, "x")
        return (x * a).sin() + (x * b).cos() + tanh(x * c) + 1.0 / (x * a), [x]

    kept = [compile(*formula(5.0, 7.0, 5.0)), compile(*formula(0.0, 0.0, -0.0))]
    y, x = formula(*numbers)
    program = compile(y, x)
    assert program._code not in [other._code for other in kept]
    check_same(program([0.3]), y.data)


def test_the_same_formula_of_inputs_in_another_order() -> None:
    x, y = Value(0.0, "x"), Value(0.0, "y")
    z = x - 2.0 * y
    programs = [compile(z, [x, y]), compile(z, [y, x]), compile(z, [x]), compile(z, [y])]
    assert [programs[0]([10.0, 1.0]), programs[1]([10.0, 1.0]), programs[2]([10.0]), programs[3]([1.0])] == [
        8.0, -19.0, 10.0, -2.0,
    ]  # fmt: skip
    again = [compile(z, [x, y]), compile(z, [y, x]), compile(z, [x]), compile(z, [y])]
    assert [program._code for program in again] == [program._code for program in programs], "all of them are kept"


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_CACHE", type(cache._CACHE)())
    monkeypatch.setattr(cache, "KEPT", 3)
    x = Value(1.0)
    for k in range(6):
        compile(x * (k + 2.0), [x])
    assert len(cache._CACHE) == 3


def test_large_graphs_leave_the_cache_first_come_first_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_CACHE", type(cache._CACHE)())
    monkeypatch.setattr(cache, "NODES_KEPT", 3000)
    for n in (40, 41, 42, 43):
        compile(*layer(n))
    kept = [len(code.graph) for code in cache._CACHE.values()]
    assert sum(kept) <= 3000 or len(kept) == 1
    assert kept[-1] == len(compile(*layer(43))._code.graph)


def test_sources_of_programs_that_are_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_CACHE", type(cache._CACHE)())
    monkeypatch.setattr(cache, "KEPT", 1)
    gc.collect()
    before = {name for name in linecache.cache if name.startswith("<program ")}
    x = Value(1.0)
    for k in range(20):
        compile(x * (k + 2.25), [x]).value_and_grad([math.inf])  # the careful source too
    gc.collect()
    assert len({name for name in linecache.cache if name.startswith("<program ")} - before) <= 2


def test_batch_sizes_of_all_kinds_keep_few_arrays() -> None:
    y, x = line()
    program = compile(y, [x])
    for n in range(1, 60):
        program.value_and_grad(np.zeros((n, 1)))
    arrays = program._loaded().arrays
    assert len(arrays._prepared) <= 8
    assert arrays._ones.size < 60


def test_threads_that_compile_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_CACHE", type(cache._CACHE)())
    monkeypatch.setattr(cache, "KEPT", 2)

    def work(k: int) -> float:
        y, x = line(2.0 + k % 5)
        found: float = compile(y, [x])([1.0])
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(200))) == [3.0 ** (2 + k % 5) for k in range(200)]
