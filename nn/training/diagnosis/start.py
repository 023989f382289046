"""What is known before the first step, for a diagnosis afterwards: the examples, the weights, and what they make of it.

    {"loss": 8.2, "chance": 2.30, "reach": 0.4, "inputs": {...}, "layers": {"layers.0": {"weights": 11.4, ...}}, ...}

It costs one forward pass over a hundred examples, fewer for a large model, and is the same for both engines, as the
model itself is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from autograd.support.text import short
from nn import losses
from nn.module import Evaluating, Module, unrecorded
from nn.stages import is_known, output_activation, plain, through_stages
from nn.training.diagnosis.baseline import baseline, loss_of
from nn.training.diagnosis.recall import Found, recalled
from nn.training.diagnosis.weights import weights_of_layers
from nn.training.engine import Look, Objective, unwrapped
from nn.training.examples import Examples, by_target
from nn.training.judge import OF_CLASSES
from nn.training.keeper import Keeper
from nn.training.kept import key_of_loss
from nn.training.watch import EXAMPLES, Watch

SAMPLE = 500  # of the examples, for what is known of them; their distances to each other are computed
UNLIKE = 100.0  # times smaller: the weights of such a column need a hundred times the steps of those of the other
LEAST, WORK = 20, 3_000_000  # examples that are looked at in a large model, products of a look: about 0.3 s
EXPECTED = 3.0  # examples of a class that a mixed validation set should have; that it has none happens once in twenty
RAW = frozenset((losses.cross_entropy, losses.binary_cross_entropy_with_logits))  # they take raw scores
NUMERIC = (losses.mse, losses.squared_error, losses.half_squared_error, losses.mae, losses.huber)


def start_of(
    model: Module,
    objective: Objective,
    training: Examples,
    validation: Examples | None,
    watch: Watch,
    batch_size: int,
    look: Callable[[Examples], Look | None] | None = None,
    parameters: list[Value] | None = None,
) -> dict[str, Any]:
    """The state of affairs before a training, as numbers, lists and dicts; the model, in training mode, stays as it is.

    `look` is that of an engine, `parameters` are those of the model.

    - loss, chance, reach: the first loss, and what to hold it against (see `baseline`), if the loss is known.
    - inputs: the number of columns; the largest and the smallest size of one, and which that is.
    - targets: mean, deviation, lowest and highest, where the loss is a distance.
    - missing: classes that the validation examples lack.
    - mixed: how often the class changes from one example to the next, over how often it would in a mixed order.
    - output: the activation at the end; scores: the name of the loss, if it takes raw scores.
    - layers: weights, their size over that of default ones; bias, the size of the biases; neurons; dead; saturated;
      alike, 1 if nothing tells the neurons of a layer apart.

    >>> from nn import MLP
    >>> model, examples = MLP(1, [4, 1], init="zeros"), Examples([[3.0], [3.0]], [1.0, 3.0])
    >>> start = start_of(model, Objective(losses.mse), examples, None, Watch(model), batch_size=2)
    >>> start["loss"], start["chance"], start["inputs"]["largest"], start["layers"]["layers.0"]["dead"]
    (5.0, 1.0, 3.0, 1.0)
    """
    some, loss = evenly(training, SAMPLE), key_of_loss(objective.loss)
    line, inputs = recalled(
        None if loss is None else (loss, batch_size),
        some,
        lambda: Found(baseline(objective.loss, some, batch_size), sizes_of(some.X)),
    )
    start: dict[str, Any] = {
        "loss": None,
        "chance": line and line.chance,
        "reach": line and line.reach,
        "inputs": dict(inputs),
        "targets": _targets(objective, some),
        "missing": [] if validation is None else missing_classes(objective, training, validation),
        "mixed": mixed(training.y) if unwrapped(objective.loss) in OF_CLASSES else None,
        "output": output_activation(model),
        "scores": unwrapped(objective.loss).__name__ if unwrapped(objective.loss) in RAW else "",
        "layers": {},
    }
    few = _looked_at(model, parameters, training)
    keeper = Keeper(model, parameters=False)
    before = keeper.take()
    known = None
    try:
        known = None if look is None else look(few)
        if known is None:
            outputs = _seen(model, watch, few)
        else:
            outputs = known.outputs
            for stage, seen in known.activations.items():
                watch.see(stage, seen)
    except Exception:  # the first step meets it too, and says more about it
        outputs = []
    finally:
        keeper.put_back(before)  # a forward pass draws dropout and moves running means on
    in_order = known is not None and all(layer.among is parameters for layer in watch.layers)
    start["layers"] = weights_of_layers(model, watch, known.numbers if known is not None and in_order else None)
    for layer in watch.layers:
        if outputs:
            start["layers"].setdefault(layer.name, {}).update(layer.shares())
    watch.restart()
    if outputs and line is not None:
        start["loss"] = loss_of(objective.loss, outputs, few, batch_size)
    return start


def end_of(
    model: Module,
    objective: Objective,
    training: Examples,
    batch_size: int,
    known: Callable[[Examples], list[Any] | None] | None = None,
    parameters: list[Value] | None = None,
) -> float | None:
    """The loss after the last step, in evaluation mode, on the examples that the first loss is of; None if not known.

    >>> from nn import MLP
    >>> end_of(MLP(1, [1], init="zeros"), Objective(losses.mse), Examples([[1.0]], [3.0]), batch_size=1)
    9.0
    """
    if unwrapped(objective.loss) not in losses.LOSSES.values():
        return None
    few = _looked_at(model, parameters, training)
    try:
        outputs = None if known is None else known(few)
        if outputs is None:
            with Evaluating(model):
                outputs = unrecorded(lambda: [plain(x) for x in model.batch(few.X)])
        return loss_of(objective.loss, outputs, few, batch_size)
    except Exception:  # of a module of the user's own, which was asked for nothing but a diagnosis here
        return None


def evenly(examples: Examples, n: int) -> Examples:
    """At most n of the examples, at equal distances: so there are some of every class if they are sorted.

    >>> evenly(Examples([[0.0], [1.0], [2.0], [3.0]], [0, 1, 2, 3]), 2).y
    [0, 2]
    """
    total = len(examples.X)
    return examples if total <= n else examples.select([i * total // n for i in range(n)])


def _looked_at(model: Module, parameters: list[Value] | None, examples: Examples) -> Examples:
    """The examples of a look, fewer where a model has many parameters."""
    count = len(model.parameters() if parameters is None else parameters)
    return evenly(examples, max(LEAST, min(EXAMPLES, WORK // max(1, count))))


def sizes_of(X: Sequence[Sequence[float]]) -> dict[str, Any]:
    """The largest and the smallest size of a column, the median of |x|, and which columns these are.

    `unlike` is the share of columns that are a hundred times smaller than the largest. `spread` is the largest
    deviation of a column over its root mean square: 1 around 0, 0 if no two inputs differ, None for a single one.

    A column that is mostly 0 has no size: in pictures there are many, and nothing is wrong with them.

    >>> sizes_of([[1000.0, 0.5, 0.0], [3000.0, 0.25, 0.0], [2000.0, 0.75, 0.0]])
    {'columns': 3, 'spread': 0.378, 'largest': 2000.0, 'of': 0, 'smallest': 0.5, 'from': 1, 'unlike': 0.5}
    """
    rows = np.asarray(X, dtype=np.float64)
    ordered = np.sort(np.abs(np.ascontiguousarray(rows.T)), axis=1)  # which takes half the time of `np.median`
    sizes = ordered[:, (len(rows) - 1) // 2 : len(rows) // 2 + 1].mean(axis=1)
    known = {"columns": len(sizes), "spread": _spread(rows)}
    filled = np.flatnonzero(sizes > 0.0)
    if not len(filled):
        return {**known, "largest": 0.0, "of": 0, "smallest": 0.0, "from": 0, "unlike": 0.0}
    high, low = filled[np.argmax(sizes[filled])], filled[np.argmin(sizes[filled])]
    return {
        **known,
        "largest": float(sizes[high]),
        "of": int(high),
        "smallest": float(sizes[low]),
        "from": int(low),
        "unlike": float(np.mean(sizes[filled] < sizes[high] / UNLIKE)),
    }


def _spread(rows: NDArray[np.float64]) -> float | None:
    if len(rows) < 2:
        return None
    differ = rows[:, (rows != rows[0]).any(axis=0)]
    differ = differ / np.abs(differ).max(axis=0)  # so that no square overflows
    ratios = differ.std(axis=0) / np.sqrt((differ**2).mean(axis=0))
    return float(f"{ratios.max(initial=0.0):.3g}")


def missing_classes(objective: Objective, training: Examples, validation: Examples) -> list[str]:
    """The classes that the validation examples have none of, where a mixed set of their number should have some.

    >>> objective = Objective(losses.binary_cross_entropy)
    >>> X = [[0.0]] * 8
    >>> missing_classes(objective, Examples(X, [0, 1] * 4), Examples(X, [1] * 8))
    ['0']
    """
    if unwrapped(objective.loss) not in OF_CLASSES:
        return []
    there, n = by_target(validation.y), len(validation.y)
    share = n / len(training.y)
    counts = {target: len(places) for target, places in by_target(training.y).items()}
    return [short(target) for target in sorted(counts) if target not in there and counts[target] * share >= EXPECTED]


def mixed(y: Sequence[Any]) -> float | None:
    """Changes of the target from one example to the next over those of a mixed order, (n - 1)(1 - sum of p^2).

    About 1 in a mixed order, near 0 in a sorted one; None if there is one target only.

    >>> mixed([0] * 50 + [1] * 50), mixed([0, 1] * 50), mixed([1, 1])
    (0.0202..., 2.0, None)
    """
    shares = [len(places) / len(y) for places in by_target(y).values()]
    expected = (len(y) - 1) * (1.0 - math.fsum([p * p for p in shares]))
    return sum([a != b for a, b in pairwise(y)]) / expected if len(shares) > 1 else None


def _targets(objective: Objective, examples: Examples) -> dict[str, float] | None:
    if unwrapped(objective.loss) not in NUMERIC:
        return None
    y = np.asarray(examples.y, dtype=np.float64)
    numbers = {"mean": y.mean(), "deviation": y.std(), "low": y.min(), "high": y.max()}
    return {name: float(x) for name, x in numbers.items()} if np.isfinite(list(numbers.values())).all() else None


def _seen(model: Module, watch: Watch, examples: Examples) -> list[Any]:
    """The outputs, while the watch sees those of every layer.

    A module of the user's own may keep statistics in training mode that nobody could put back: it is asked in
    evaluation mode, as for its width.
    """

    def see(stage: int, outputs: Sequence[Any]) -> None:
        watch.see(stage, [plain(x) for x in outputs])

    with nullcontext() if is_known(model) else Evaluating(model):
        return unrecorded(lambda: [plain(x) for x in through_stages(model, examples.X, see)])
