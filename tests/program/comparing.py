"""What the tests here share: a program beside the engine, on the same graph and the same numbers."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from autograd.program import Program, compile

Array = NDArray[np.float64]
Record = Callable[[Sequence[Value], Sequence[Value]], Value]


class Results(NamedTuple):
    """For each example: the value, the gradients by the parameters, the gradients by the inputs."""

    values: Array
    by_parameters: Array
    by_inputs: Array


def leaves(rows: Sequence[Sequence[float]], parameters: Sequence[float]) -> tuple[list[Value], list[Value]]:
    """Inputs with the numbers of the first example, and parameters."""
    inputs = [Value(x, f"x{i}") for i, x in enumerate(rows[0])]
    return inputs, [Value(w, f"w{i}", role="parameter") for i, w in enumerate(parameters)]


def recorded_results(record: Record, rows: Sequence[Sequence[float]], parameters: Sequence[float]) -> Results:
    """What the engine says: each example is recorded and walked back by itself."""
    found: list[tuple[float, list[float], list[float]]] = []
    for row in rows:
        inputs, weights = leaves([row], parameters)
        y = record(inputs, weights)
        if y.requires_grad:
            y.backward()
        found.append((y.data, [w.grad for w in weights], [x.grad for x in inputs]))
    values, by_parameters, by_inputs = zip(*found, strict=True)
    return Results(
        np.array(values),
        np.array(by_parameters).reshape(len(rows), len(parameters)),
        np.array(by_inputs).reshape(len(rows), len(rows[0])),
    )


def compiled(record: Record, rows: Sequence[Sequence[float]], parameters: Sequence[float]) -> tuple[Program, list[int]]:
    """The program for the first example, and where its parameters stood in the list."""
    inputs, weights = leaves(rows, parameters)
    program = compile(record(inputs, weights), inputs, parameters=weights)
    number = {w: i for i, w in enumerate(weights)}
    return program, [number[w] for w in program.parameters]


def compiled_results(program: Program, order: Sequence[int], rows: Sequence[Sequence[float]]) -> Results:
    """What the program says, example by example."""
    X = np.array(rows, dtype=np.float64).reshape(len(rows), len(rows[0]))
    values, by_parameters, by_inputs = program.value_and_grad(X, reduction="none", inputs=True)
    restored = np.zeros_like(by_parameters)
    restored[:, order] = by_parameters
    return Results(values, restored, by_inputs)


def flat(results: Results) -> Array:
    """All numbers in a row."""
    return np.concatenate([part.ravel() for part in results])


def check_same(got: Any, expected: Any, tolerance: Any = 1e-12, *, context: object = "") -> None:
    """Assert nan where nan is expected, infinities where these are, and finite numbers within a relative tolerance."""
    got, expected = np.asarray(got, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    assert got.shape == expected.shape
    finite = np.isfinite(expected)
    with np.errstate(invalid="ignore"):
        close = (
            np.abs(np.where(finite, got - expected, 0.0))
            <= tolerance * np.abs(np.where(finite, expected, 0.0)) + 1e-290
        )
    same = np.where(finite, np.isfinite(got) & close, (got == expected) | (np.isnan(got) & np.isnan(expected)))
    assert same.all(), f"expected {expected[~same]}, got {got[~same]}\n{context}"
