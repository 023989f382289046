"""What a program may be given, what it may go through: tables of any kind, copies, pickles, interruptions."""

import contextlib
import copy
import math
import pickle
import sys
from types import FrameType
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from autograd import Value, tanh
from autograd.program import compile
from nn.optim import SGD


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2], [3, 4], [5, 6]],
        np.arange(1, 7).reshape(3, 2),
        np.arange(1, 7, dtype=np.float32).reshape(3, 2),
        np.asfortranarray(np.arange(1.0, 7.0).reshape(3, 2)),
        np.arange(1.0, 13.0).reshape(3, 4)[:, ::2] * 0.5 + 0.5,
        np.arange(1.0, 7.0)[::-1].reshape(3, 2)[::-1, ::-1],
        np.array([[Value(1.0), Value(2.0)], [3, 4], [5, 6]], dtype=object),
    ],
    ids=["list", "whole", "float32", "Fortran", "spaced", "backwards", "objects"],
)
def test_tables_of_any_kind(rows: ArrayLike) -> None:
    w, x, y = Value(2.0), Value(0.0), Value(0.0)
    program = compile(w * x * y, [x, y])
    assert program(rows).tolist() == [4.0, 24.0, 60.0]
    value, gradients, by_inputs = program.value_and_grad(rows, reduction="sum", inputs=True)
    assert (value, gradients) == (88.0, [44.0])
    assert by_inputs.tolist() == [[4.0, 2.0], [8.0, 6.0], [12.0, 10.0]]


def test_numbers_too_large_for_float32_are_inf() -> None:
    x, w = Value(0.0), Value(1e300)
    program = compile(x + w, [x], dtype=np.float32)
    assert program(np.array([[1e300]])).tolist() == [math.inf]


def test_the_same_value_as_several_outputs() -> None:
    x, y = Value(0.0), Value(0.0)
    z = x * y
    rows = [[1.0, 2.0], [3.0, 4.0]]
    assert compile([z, x, z, z, x], [x, y])(rows).tolist() == [[2, 1, 2, 2, 1], [12, 3, 12, 12, 3]]
    assert compile([x, x], [x, y]).value_and_grad(rows, reduction="sum", inputs=True)[2].tolist() == [[1, 0], [1, 0]]


def test_copies_and_pickles() -> None:
    w, b, x = Value(2.0, "w"), Value(1.0, "b"), Value(0.0, "x")
    program = compile((w * x + b) ** 2, [x])
    again = copy.copy(program)
    assert again.parameters == program.parameters
    deep, own = copy.deepcopy((program, w))
    assert own in deep.parameters
    own.data = 3.0
    assert (program([1.0]), again([1.0]), deep([1.0])) == (9.0, 9.0, 16.0)
    loaded = pickle.loads(pickle.dumps(compile((w * x + b) ** 2, [x], dtype=np.float32)))
    value, gradients = loaded.value_and_grad([[1.0], [2.0]])
    assert (value, gradients.dtype) == (program.value_and_grad([[1.0], [2.0]])[0], np.float32)
    assert dict(zip(loaded.parameters, gradients.tolist(), strict=True)).keys() == set(loaded.parameters)
    assert loaded.dtype == np.float32
    assert repr(loaded) == "<Program of 1 input, 2 parameters, 1 output in float32: 3 operations>"
    trainer = program.trainer()
    trainer.parameters[:] = 5.0
    assert copy.deepcopy(trainer).values([[1.0]]).tolist() == [100.0]


def test_inputs_from_any_iterable() -> None:
    x, y = Value(0.0), Value(0.0)
    assert compile(x - y, iter([x, y]))([5.0, 1.0]) == 4.0  # type: ignore[call-overload]


def test_an_interrupted_call_leaves_the_next_one_right() -> None:
    """Wherever it was interrupted: the arrays are written anew by each call."""
    w, x, idle = Value(2.0), Value(0.0), Value(1.0)
    program = compile(tanh(w * x) * (w + x.exp()), [x], parameters=[idle])
    rows = np.linspace(-1.0, 1.0, 7)[:, None]
    expected = program.value_and_grad(rows, inputs=True)
    for stop in range(program.source.count("\n")):
        steps = 0

        def interrupt(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal steps
            if frame.f_code.co_filename.startswith("<program "):
                steps += event == "line"
                if steps > stop:  # noqa: B023
                    raise KeyboardInterrupt
            return interrupt

        before = sys.gettrace()
        sys.settrace(interrupt)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                program.value_and_grad(rows * 3.0, inputs=True)
        finally:
            sys.settrace(before)
        after = program.value_and_grad(rows, inputs=True)
        assert all(map(np.array_equal, after, expected))


def test_numbers_are_read_again_after_any_of_them_was_set() -> None:
    """By assignment, by an optimizer, by a trainer, by `__init__`, by loading: every door counts as a write."""
    w, x = Value(3.0, label="w", role="parameter"), Value(0.0)
    frozen = Value(10.0, requires_grad=False)
    program = compile(w * x + frozen, inputs=[x])
    assert program([1.0]) == 13.0
    w.data = 4.0
    assert program([1.0]) == 14.0
    frozen.data = 20.0
    assert program([1.0]) == 24.0
    w.__init__(5.0)  # type: ignore[misc]
    assert program([1.0]) == 25.0
    with program.trainer() as trainer:
        trainer.parameters[0] = 6.0
    assert program([1.0]) == 26.0
    w.grad = 1.0
    SGD([w], lr=1.0).step()
    assert program([1.0]) == 25.0
