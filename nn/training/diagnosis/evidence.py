"""The numbers that the rules of a diagnosis ask for, each worked out from the log in one place.

losses 0.69, 0.66, 0.65 with a chance of 0.69 and neighbours at 0.08
->  level 0.94 of chance, where 0.23 would be good: poor; 3 epochs of 8 steps
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nn.training.history import History

# What a share of chance must be to be good: twice that of the neighbours, or this much above it, as they only guess.
BETTER_THAN_NEIGHBOURS = 2.0
MARGIN = 0.15
UNKNOWN_REACH = 0.25  # as if there were neighbours at that level, for fewer examples than neighbours need
FINISHED = 0.05  # a level below which nothing is said of what cost steps, but did not stop the training
NOTHING_LEARNT = 0.9  # a level from which on the inputs might as well not be there, whatever neighbours say
THROWING = 0.1  # share of a layer's weights that a step changes: ten of them, and nothing of what it was is left


class Evidence:
    """The log of a training, as rules read it.

    >>> from nn.training.history import History
    >>> history = History({"lr": 0.1, "steps": 8})
    >>> history.start = {"loss": 0.69, "chance": 0.69, "reach": 0.06}
    >>> for loss in (0.66, 0.65):
    ...     history.append({"loss": loss}, {})
    >>> evidence = Evidence(history)
    >>> round(evidence.level, 2), evidence.poor, evidence.steps
    (0.94, True, 16)
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.start, self.settings = history.start, history.settings
        self.loss = self.finite("loss")
        self.first: float | None = self.start.get("loss")
        self.chance: float | None = self.start.get("chance")

    def finite(self, name: str) -> list[float]:
        """The finite numbers of an entry of the log."""
        return [x for x in self.history.history.get(name, []) if math.isfinite(x)]

    # ----- How good the loss is -----

    @cached_property
    def level(self) -> float:
        """The last loss as a share of chance, the best of training, validation, and training in evaluation mode.

        Where chance is not known, as a share of the first loss.
        """
        unit = self.chance or (self.loss[0] if self.loss else 0.0)
        ends = [numbers[-1] for numbers in (self.loss, self.finite("val_loss")) if numbers]
        # That of the last epoch is a mean over its steps, with dropout and normalisation at work.
        ends = ends if self.start.get("end") is None else [self.start["end"], *ends]
        return min(ends, default=0.0) / unit if unit > 0.0 else 0.0

    @property
    def good(self) -> float:
        """The level below which a training is let alone."""
        reach = self.start.get("reach")
        level = UNKNOWN_REACH if reach is None or not self.chance else reach / self.chance
        return min(max(BETTER_THAN_NEIGHBOURS * level, level + MARGIN), NOTHING_LEARNT)

    @property
    def poor(self) -> bool:
        """Whether the loss is well above what would be good; True as well where nothing can be said about that."""
        return bool(self.loss) and (self.chance is None or self.level > self.good)

    @property
    def behind(self) -> bool:
        """Whether the loss is not even as good as that of neighbours: where a cause is certain, that is enough."""
        if self.chance is None or not self.loss:
            return bool(self.loss)
        return self.level > max(FINISHED, (self.start.get("reach") or 0.0) / self.chance)

    @property
    def fallen(self) -> float:
        """The share of the loss of the first epoch that is gone in the end; below 0 if it rose."""
        return 1.0 - self.loss[-1] / self.loss[0] if len(self.loss) > 1 and self.loss[0] > 0.0 else 0.0

    @cached_property
    def pace(self) -> float:
        """How much the loss fell in the last tenth of the training, at least an epoch, as a share of what it was.

        >>> from nn.training.history import History
        >>> history = History()
        >>> history.history["loss"] = [1.0, 0.5, 0.4]
        >>> round(Evidence(history).pace, 2)
        0.2
        """
        curve = self.loss if self.first is None else [self.first, *self.loss]
        if len(curve) < 2:
            return 0.0
        # Medians of a few epochs, so that small batches do not look like a trend.
        width = max(1, len(self.loss) // 10)
        before, last = median(curve[-2 * width : -width]), median(curve[-width:])
        return (before - last) / before if before > 0.0 else 0.0

    # ----- How far it went -----

    @property
    def steps(self) -> int:
        """The number of steps; 0 if it is not known how many an epoch had."""
        return int(self.settings.get("steps", 0)) * self.history.epochs

    @property
    def step(self) -> float | None:
        """How much of its weights a step changes, of the layer that moves most; None if no layer was watched."""
        return max([median(ratios) for _, ratios in self.of_layers("update_ratio")], default=None)

    def threw(self, name: str) -> bool:
        """Whether steps of some epoch were so large as to throw the neurons of a layer out of their range."""
        ratios = self.history.layers[name].get("update_ratio", ())
        return max(ratios, default=math.inf) > THROWING

    @property
    def path(self) -> float:
        """The length of all steps together, over that of the weights: below 1, they are still near where they began."""
        each = int(self.settings.get("steps", 0))
        return max([math.fsum(ratios) * each for _, ratios in self.of_layers("update_ratio")], default=math.inf)

    # ----- Layers -----

    def of_layers(self, measurement: str) -> Iterator[tuple[str, Sequence[float]]]:
        """The numbers of every layer that has them, by its name."""
        for name, numbers in self.history.layers.items():
            if numbers.get(measurement):
                yield name, numbers[measurement]

    def at_start(self, name: str, measurement: str) -> float | None:
        """The number of a layer before the first step."""
        value = self.start.get("layers", {}).get(name, {}).get(measurement)
        return None if value is None else float(value)

    def place(self, name: str) -> str:
        """A layer by place and name: "layer 1 (layers.0)"."""
        return f"layer {list(self.history.layers).index(name) + 1} ({name})"

    def activation(self, name: str) -> str:
        """The activation of a layer, as it is called in a sentence."""
        return str(self.settings.get("layers", {}).get(name) or "")

    @property
    def widths(self) -> list[int]:
        """The widths of the layers of neurons, inputs first; [] if they are not known."""
        layers = self.start.get("layers", {}).values()
        columns = self.start.get("inputs", {}).get("columns")
        nouts = [int(layer["neurons"]) for layer in layers if "neurons" in layer]
        return [columns, *nouts] if columns and nouts else []

    # ----- Remedies -----

    @property
    def lr(self) -> float | None:
        """The rate that the training began with."""
        return self.settings.get("lr")

    def rate(self, factor: float) -> str:
        """Another rate, as an argument: "lr=0.001 (it was 0.01)"."""
        if not self.lr:
            return f"a rate {factor:g} times as large" if factor > 1.0 else "a smaller learning rate"
        return f"lr={self.lr * factor:.3g} (it was {self.lr:g})"


Rule = Callable[[Evidence], Iterator[str]]


def percent(share: float) -> str:
    """A share in a sentence.

    >>> percent(0.625), percent(0.0004)
    ('62 %', '0.04 %')
    """
    return f"{100.0 * share:.0f} %" if share >= 0.01 or share == 0.0 else f"{100.0 * share:.1g} %"


def times(ratio: float) -> str:
    """A ratio above 1 in a sentence, with two digits.

    >>> times(3.571), times(1234.5)
    ('3.6 times', '1,200 times')
    """
    return f"{about(ratio)} times"


def about(number: float) -> str:
    """A number in a sentence, with two digits.

    >>> about(2000.0), about(-0.0351)
    ('2,000', '-0.035')
    """
    return f"{float(f'{number:.2g}'):,g}"


def mlp(widths: Sequence[Any]) -> str:
    """A network in code.

    >>> mlp([2, 16, 1])
    'nn.MLP(2, [16, 1])'
    """
    return f"nn.MLP({widths[0]}, {list(widths[1:])})"
