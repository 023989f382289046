"""Numbers by themselves beside arrays: the same for all examples of a batch, and given once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from autograd import Value, dot, sqrt
from autograd.program import compile


@compile
def period(length: Any, angle: Any, g: Any) -> Any:
    return 6.283 * sqrt(length / g) * (1.0 + angle**2 / 16.0 + 11.0 * angle**4 / 3072.0)


def test_a_number_beside_arrays_is_no_column() -> None:
    length, angle = np.linspace(0.5, 2.0, 4000), np.linspace(0.0, 1.0, 4000)
    for g in (9.81, 1.62, 24.8):
        expected = 6.283 * np.sqrt(length / g) * (1.0 + angle**2 / 16.0 + 11.0 * angle**4 / 3072.0)
        assert period(length, angle, g) == pytest.approx(expected, rel=1e-14)
    program = period.program(length, angle, 9.81)
    assert [v.label for v in program.inputs] == ["length", "angle"]
    assert "GIVENS = 1 " in program.source
    assert program([[0.5, 0.0]]) == pytest.approx(period([0.5][0], 0.0, 9.81), rel=1e-14)
    assert program.source.count("np.square(angle, ") == 1


def test_weights_in_a_list_make_a_matrix_product() -> None:
    layer = compile(lambda x, rows: [dot(row, x).tanh() for row in rows])
    X, rows = np.random.default_rng(0).normal(size=(50, 4)), [[0.1, 0.2, 0.3, 0.4], [1.0, -1.0, 0.5, 2.0]]
    assert np.allclose(layer(X, rows), np.tanh(X @ np.array(rows).T), rtol=1e-13)
    assert "np.matmul" in layer.program(X, rows).source
    assert layer(X, [[1, 2, 3, 4], [5, 6, 7, 8]])[0] == pytest.approx(
        layer(X[0].tolist(), [[1, 2, 3, 4], [5, 6, 7, 8]])
    )


def test_gradients_by_inputs_have_a_column_for_each_number() -> None:
    w = Value(2.0)
    scaled = compile(lambda x, a: w * a * x[0] + x[1])
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert scaled.value_and_grad(X, 5.0) == (23.0, [10.0])
    value, gradients, by_inputs = scaled.value_and_grad(X, 5.0, inputs=True, reduction="sum")
    assert (value, gradients, by_inputs.tolist()) == (46.0, [20.0], [[10.0, 1.0, 2.0], [10.0, 1.0, 6.0]])
    values, gradients = scaled.value_and_grad(X, 7.0, reduction="none")
    assert (values.tolist(), gradients.tolist()) == ([16.0, 46.0], [[7.0], [21.0]])


def test_threads_with_numbers_of_their_own() -> None:
    scaled = compile(lambda x, a, b: x * a + b)
    x = np.arange(3000.0)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda k: scaled(x, float(k), 2.0 * k), range(200)))
    assert all(np.array_equal(part, x * k + 2.0 * k) for k, part in enumerate(found))


def test_a_result_of_numbers_alone() -> None:
    product = compile(lambda x, a: a * a)
    assert product(np.zeros(3), 4.0).tolist() == [16.0] * 3


def test_numbers_too_large_for_float32_are_inf() -> None:
    same = compile(lambda x, a: x * a, dtype=np.float32)
    assert same(np.array([1.0, 2.0]), 1e300).tolist() == [np.inf, np.inf]
    assert same(1e300, 1.0) == np.inf
    assert same(np.array([1e300, 1.0]), np.array([1.0, 1e300])).tolist() == [np.inf, np.inf]
