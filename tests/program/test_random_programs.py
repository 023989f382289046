"""Random programs over whole batches: reductions, residual sums, means over the batch, several outputs, any labels.

The engine records all examples of a batch side by side, so that a mean over the batch is one too. Numbers are small
and mostly halves and quarters: what two orders of summation differ by is far below the tolerance, and ties are ties.
"""

import builtins
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, dot, greater, maximum, minimum, relu, topological_order, where
from autograd import max as largest
from autograd import mean as average
from autograd import min as smallest
from autograd import prod as product
from autograd import sum as add_up
from autograd.program import batch_mean, compile
from autograd.program.source import emit

OverBatch = Callable[[list[Value]], list[Value]]


class Step(NamedTuple):
    """`names[0]` says what is made; of the last results, or of those that `picks` count back to."""

    name: str
    picks: list[list[int]]


class Recipe(NamedTuple):
    """Numbers for inputs (a row an example), parameters, givens and literals; steps; outputs; labels, used in turns."""

    rows: list[list[float]]
    parameters: list[float]
    givens: list[float]
    literals: list[float]
    steps: list[Step]
    outputs: list[int]
    labels: list[str]


EACH: dict[str, Callable[[Any], Any]] = {
    "abs": autograd.abs,
    "neg": lambda v: -v,
    "relu": relu,
    "square": lambda v: v**2,
    "double": lambda v: v * 2.0,
    "shift": lambda v: 1.5 - v,
    "residual": lambda v: v + relu(v),
}
PAIRS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "maximum": maximum,
    "minimum": minimum,
    "where": lambda a, b: where(greater(a, b), a, b * 0.5),
}
OVER: dict[str, Callable[[Sequence[Any]], Any]] = {
    "sum": add_up, "mean": average, "max": largest, "min": smallest, "product": product,
}  # fmt: skip
# Whose results are no halves: with infinities and nan, where sizes do not matter.
EACH_TOO: dict[str, Callable[[Any], Any]] = {
    "exp": autograd.exp, "log": autograd.log, "sqrt": autograd.sqrt, "tanh": autograd.tanh,
    "sigmoid": autograd.sigmoid, "inverse": lambda v: 1.0 / v, "cube": lambda v: v**3, "fourth": lambda v: v**4,
}  # fmt: skip
PAIRS_TOO: dict[str, Callable[[Any, Any], Any]] = {"/": lambda a, b: a / b, "**": lambda a, b: a**b}
OVER_TOO: dict[str, Callable[[Sequence[Any]], Any]] = {
    "logsumexp": autograd.logsumexp, "std": lambda vs: autograd.std([*vs, 1.0]), "norm": autograd.norm,
    "var": lambda vs: autograd.var([*vs, 0.5]), "softmax": lambda vs: autograd.softmax([*vs, 0.0])[0],
    "softmax twice": lambda vs: autograd.softmax([*vs, 0.0])[0] * autograd.softmax([*vs, 0.0])[-1],
    "log_softmax": lambda vs: autograd.log_softmax(vs)[-1],
}  # fmt: skip
NAMES = [*EACH, *PAIRS, *OVER, "dot", "layer", "layer", "layer", "batch mean"]
NAMES_TOO = [*NAMES, *EACH_TOO, *PAIRS_TOO, *OVER_TOO]
# Words that the source uses for something else, above all where arrays are kept in one list.
LABELS = (
    "g g_rows rows plus1 z1 g_z1 add matmul T reduce clip kb b e300 t index A X np part_rows copy1 W1 p x one g_x own "
    "fill reshape top total swapaxes where column copyto shape a b.c 2"
).split()

TAME = st.sampled_from([0.0, 1.0, -1.0, 0.5, -1.5, 2.0])
WILD = st.sampled_from([0.0, 0.0, 1.0, -1.0, 0.5, 2.0, math.inf, -math.inf, math.nan])
picks = st.integers(0, 40)


def steps_of(names: Sequence[str]) -> st.SearchStrategy[Step]:
    of = st.integers(1, 4).flatmap(lambda k: st.lists(st.lists(picks, min_size=k, max_size=k), min_size=1, max_size=4))
    return st.builds(Step, st.sampled_from(names), of)


@st.composite
def recipes(draw: st.DrawFn, numbers: st.SearchStrategy[float], steps: st.SearchStrategy[Step]) -> Recipe:
    inputs = draw(st.integers(0, 4))
    row = st.lists(numbers, min_size=inputs, max_size=inputs)
    return Recipe(
        draw(st.sampled_from([1, 2, 4]).flatmap(lambda n: st.lists(row, min_size=n, max_size=n))),
        draw(st.lists(numbers, min_size=1, max_size=8)),
        draw(st.lists(numbers, max_size=2)),
        draw(st.lists(numbers, max_size=2)),
        draw(st.lists(steps, min_size=1, max_size=5)),
        [0, *draw(st.lists(picks, max_size=3))],
        draw(st.lists(st.sampled_from(["", *LABELS]), min_size=1, max_size=8)),
    )


def record(recipe: Recipe, examples: list[list[Value]], over_batch: OverBatch) -> list[list[Value]]:
    """The outputs, for each of the examples: lists of Values, of the leaves of each."""
    known = [list(leaves) for leaves in examples]
    last = len(known[0])
    for step in recipe.steps:
        made: list[list[Value]] = [[] for _ in known]
        if step.name == "batch mean":
            for j in range(1, min(last, 3) + 1):
                means = over_batch([values[-j] for values in known])
                for values, new, m in zip(known, made, means, strict=True):
                    new.append((values[-j] - m) * values[-j])
        else:
            for values, new in zip(known, made, strict=True):
                new.extend(_made(step, values, values[-last:]))
        last = len(made[0])
        for values, new in zip(known, made, strict=True):
            values.extend(new)
    return [[add_up(v[-last:]), *[v[-1 - k % len(v)] for k in recipe.outputs[1:]]] for v in known]


def _made(step: Step, known: list[Value], last: list[Value]) -> list[Any]:
    chosen = [[known[-1 - k % len(known)] for k in some] for some in step.picks]
    each, pairs, over = EACH | EACH_TOO, PAIRS | PAIRS_TOO, OVER | OVER_TOO
    if step.name in each:
        return [each[step.name](v) for v in last]
    if step.name in pairs:
        return [pairs[step.name](v, some[0]) for v, some in zip(last, chosen * len(last), strict=False)]
    if step.name in over:
        return [over[step.name](some) for some in chosen]
    if step.name == "dot":
        return [dot(some, (last * len(some))[: len(some)]) for some in chosen]
    start = [some[0] for some in step.picks]
    weights = [[known[(s + j) % len(known)] for j in range(len(last))] for s in start]
    return [builtins.sum((w * v for w, v in zip(ws, last, strict=True)), chosen[0][0]) for ws in weights]


def leaves(recipe: Recipe) -> tuple[list[Value], list[Value], list[Value]]:
    """Parameters, givens, literals."""
    return (
        [Value(x, role="parameter") for x in recipe.parameters],
        [Value(x, requires_grad=False) for x in recipe.givens],
        [Value(x, role="constant") for x in recipe.literals],
    )


def check(recipe: Recipe) -> None:
    weights, *others = leaves(recipe)
    shared = [*weights, *[v for part in others for v in part]]
    inputs = [[Value(x) for x in row] for row in recipe.rows]
    results = record(recipe, [[*row, *shared] for row in inputs], lambda found: [average(found)] * len(found))
    total = add_up([found[0] for found in results])
    if total.requires_grad:
        total.backward()
    # What is too large to be exact, or overflows, depends on the order of summation.
    numbers = [abs(x) for v in topological_order(total) for x in (v.data, v.grad) if math.isfinite(x)]
    size = max([1.0, *numbers])
    assume(size < 2.0**30)

    again, *others = leaves(recipe)
    fed = [Value(0.0) for _ in inputs[0]]
    leaf_values = [*fed, *again, *[v for part in others for v in part]]
    (outputs,) = record(recipe, [leaf_values], lambda found: [batch_mean(found[0])])
    for k, v in enumerate([v for output in outputs for v in topological_order(output)]):
        v.label = recipe.labels[k % len(recipe.labels)]
    for many in (0, 400):
        with mock.patch.object(emit, "MANY_NAMES", many), mock.patch("autograd.program.code._CACHE", _Forgetful()):
            program = compile(outputs, fed, parameters=again)
        rows = np.array(recipe.rows).reshape(len(inputs), len(fed))
        values = program(rows).reshape(len(rows), -1)
        value, gradients, by_inputs = program.value_and_grad(rows, reduction="sum", inputs=True)
        order = [program.parameters.index(w) for w in again]
        for got, expected in (
            (values, [[v.data for v in found] for found in results]),
            (value, total.data),
            (np.array(gradients)[order], [w.grad for w in weights]),
            (np.array(program.value_and_grad(rows, reduction="sum")[1])[order], [w.grad for w in weights]),
            (by_inputs, np.array([[v.grad for v in row] for row in inputs]).reshape(rows.shape)),
        ):
            np.testing.assert_allclose(
                got, expected, rtol=0.0, atol=1e-9 * size, err_msg=f"{recipe}\n{program.source}{program.careful_source}"
            )


class _Forgetful(dict):  # type: ignore[type-arg]
    """A cache for one program."""

    def move_to_end(self, key: object) -> None:
        pass


SHARED_MEANS = Recipe([[]], [2.0, 1.0], [1.0, 0.5], [], [Step("mean", [[1, 3], [0, 3]])], [0, 3], [""])
LABELLED_G = Recipe(
    [[1.0, 2.0]], [1.0, 0.5, 2.0], [1.0, -1.0], [],
    [Step("abs", []), Step("layer", [[7]]), Step("sum", [[0, 3], [9, 12]]), Step("dot", [[12, 6, 9]])], [0], ["g"],
)  # fmt: skip


tame, wild = recipes(TAME, steps_of(NAMES)), recipes(WILD, steps_of(NAMES_TOO))


@given(tame)
@example(SHARED_MEANS)
@example(LABELLED_G)
def test_random_programs(recipe: Recipe) -> None:
    check(recipe)


@pytest.mark.slow
@settings(max_examples=1500)
@given(tame)
def test_many_random_programs(recipe: Recipe) -> None:
    check(recipe)


# Of what a batch shares: Σ (g·∞) over examples whose g are 1 and −1 is nan, and (Σ g)·∞ is 0.
SHARED_SQUARE = Recipe(
    [[0.0], [0.0], [0.0], [-math.inf]], [math.inf], [], [], [Step("layer", [[0]]), Step("layer", [[0]])], [0], [""]
)


@given(wild)
@example(SHARED_SQUARE)
def test_random_programs_with_infinities(recipe: Recipe) -> None:
    check(recipe)


@pytest.mark.slow
@settings(max_examples=1000)
@given(wild)
def test_many_random_programs_with_infinities(recipe: Recipe) -> None:
    check(recipe)
