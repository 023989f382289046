"""Random layers: shared and tied weights, shared and own operands, inputs, literals and parameters, in any spelling.

All numbers are small and whole, so every sum is exact in whatever order: compiled and recorded must be equal.
"""

import builtins
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, dot, maximum, relu
from autograd import sum as add_up
from tests.program.comparing import compiled, compiled_results, flat, recorded_results


class Neuron(NamedTuple):
    """Which weights, which operands (by how far back they were made), which terms to add, and how it is written."""

    weights: tuple[int, ...]
    operands: tuple[int, ...]
    terms: tuple[int, ...]
    spelling: str
    activation: str


class Recipe(NamedTuple):
    """Numbers for inputs (one row an example) and parameters, and layers of neurons."""

    rows: list[list[float]]
    parameters: list[float]
    layers: list[list[Neuron]]


SPELLINGS = ("expanded", "reversed", "from 0", "dot", "tree")
ACTIVATIONS = ("none", "relu", "abs", "max", "none", "relu")
small = st.integers(-2, 2).map(float)
picks = st.integers(0, 2**16)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Layers whose neurons mostly share their operands and spelling, as layers do, and sometimes do not."""
    inputs, parameters = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    layers = []
    for _ in range(draw(st.integers(1, 3))):
        width = draw(st.integers(1, 5))
        common = draw(st.lists(picks, min_size=width, max_size=width))
        usual = draw(st.tuples(st.sampled_from(SPELLINGS), st.sampled_from(ACTIVATIONS), st.lists(picks, max_size=2)))
        layer = []
        for k in range(draw(st.integers(1, 4))):
            own = draw(st.integers(0, 5)) == 0
            operands = draw(st.lists(picks, min_size=width, max_size=width)) if own else common
            start = draw(picks) if own else k * width
            weights = [start + j for j in range(width)]
            terms = [t + k for t in usual[2]]
            spelling = draw(st.sampled_from(SPELLINGS)) if own else usual[0]
            layer.append(Neuron(tuple(weights), tuple(operands), tuple(terms), spelling, usual[1]))
        layers.append(layer)
    row = st.lists(small, min_size=inputs, max_size=inputs)
    examples = draw(st.lists(row, min_size=1, max_size=3))
    return Recipe(examples, draw(st.lists(small, min_size=parameters, max_size=parameters)), layers)


def weighted(spelling: str, w: Sequence[Any], x: Sequence[Any], terms: Sequence[Any]) -> Any:
    """Σ w·x + Σ terms."""
    if spelling == "dot":
        return builtins.sum(terms, dot(w, x))
    products = [a * b for a, b in zip(w, x, strict=True)]
    if spelling == "reversed":
        return builtins.sum([b * a for a, b in zip(w, x, strict=True)][::-1], builtins.sum(terms))
    if spelling == "tree":
        half = len(products) // 2
        return (add_up(products[:half]) + add_up([*terms, 0.0])) + builtins.sum(products[half:])
    if spelling == "from 0":
        return builtins.sum(terms, builtins.sum(products))
    return builtins.sum([*products[1:], *terms], products[0])


def activated(name: str, v: Any, x: Sequence[Value]) -> Any:
    if name == "max":
        return maximum(v, x[0])
    return {"relu": relu, "abs": autograd.abs, "none": lambda v: v}[name](v)


def record(recipe: Recipe, inputs: Sequence[Value], weights: Sequence[Value]) -> Value:
    """The layers over Values; operands may be any inputs, any results so far, a parameter or a number."""
    known: list[Any] = [2.0, weights[-1], *inputs]
    for layer in recipe.layers:
        made = []
        for neuron in layer:
            w = [weights[k % len(weights)] for k in neuron.weights]
            x = [known[len(known) - 1 - k % len(known)] for k in neuron.operands]
            terms = [known[k % len(known)] for k in neuron.terms]
            made.append(activated(neuron.activation, weighted(neuron.spelling, w, x, terms), inputs))
        known += made
    total: Value = add_up([v for v in known if isinstance(v, Value)])
    return total


def check(recipe: Recipe) -> None:
    expected = recorded_results(lambda x, w: record(recipe, x, w), recipe.rows, recipe.parameters)
    assume(np.abs(flat(expected)).max(initial=0.0) < 2.0**30)
    program, order = compiled(lambda x, w: record(recipe, x, w), recipe.rows, recipe.parameters)
    got = compiled_results(program, order, recipe.rows)
    assert np.array_equal(flat(got), flat(expected)), f"{recipe}\n{program.source}"
    together = program.value_and_grad(recipe.rows, reduction="sum", inputs=True)
    assert together[0] == expected.values.sum()
    assert np.array_equal(together[1], expected.by_parameters.sum(axis=0)[order])
    assert np.array_equal(together[2], expected.by_inputs)


@given(recipes())
def test_random_layers(recipe: Recipe) -> None:
    check(recipe)


@pytest.mark.slow
@settings(max_examples=1500)
@given(recipes())
def test_many_random_layers(recipe: Recipe) -> None:
    check(recipe)
