"""`Watch`: what the layers do while they train: gradients, updates, dead and saturated neurons.

It looks at the last steps of an epoch only, so that it costs little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd import Value
from nn.layers import BatchNorm
from nn.module import Module
from nn.stages import activation_of, plain, stages_of, through_stages
from nn.summary import layers_of

EXAMPLES = 100  # how many of the last examples of an epoch are looked at
# An output this close to the end of the range: there the slope of a sigmoid is below 0.01, that of a tanh below 0.02.
SATURATED = {"sigmoid": (0.01, 0.99), "tanh": (-0.99, 0.99)}


class Group:
    """A layer of neurons with the normalisation, activation and dropout that follow it: one line of the log."""

    def __init__(self, name: str, parameters: list[Value]) -> None:
        self.name = name
        self.parameters = parameters
        self.activation = ""
        self.restart()

    def restart(self) -> None:
        """Forget what was seen."""
        self.steps = 0
        self.gradient = self.ratio = 0.0
        self.fired: list[bool] = []
        self.saturated = self.seen = 0
        self.before: list[float] = []
        self.length = 0.0

    def see(self, outputs: Sequence[Any]) -> None:
        """Take note of what the activation gives for a batch."""
        if self.activation == "relu":
            self.fired = self.fired or [False] * len(_row(outputs[0]))
            for x in outputs:
                for i, v in enumerate(_row(x)):
                    if v > 0.0:
                        self.fired[i] = True
        elif self.activation in SATURATED:
            low, high = SATURATED[self.activation]
            for x in outputs:
                row = _row(x)
                self.seen += len(row)
                self.saturated += sum([not low < v < high for v in row])

    def stepped(self, gradient: float, moved: float, size: float) -> None:
        """Take note of a step: the lengths of the gradient, of the step and of the parameters before it."""
        self.gradient += gradient
        self.ratio += moved / size if size else 0.0
        self.steps += 1

    def measured(self) -> dict[str, float]:
        """What was seen: means over steps, shares over neurons."""
        if not self.steps:
            return {}
        found = {"gradient_norm": self.gradient / self.steps, "update_ratio": self.ratio / self.steps}
        if self.fired:
            found["dead"] = 1.0 - sum(self.fired) / len(self.fired)
        if self.seen:
            found["saturated"] = self.saturated / self.seen
        return found


class Watch:
    """The layers of a model under observation in one epoch; `measured()` gives the numbers by layer.

    - gradient_norm: √(Σ g²) over the parameters of a layer, before clipping.
    - update_ratio: ‖step‖ / ‖parameters‖; about 0.001 is healthy.
    - dead: the share of ReLU neurons that gave 0 for every example; for ReLU layers.
    - saturated: the share of outputs at the ends of their range; for sigmoid and tanh layers.

    >>> from nn import MLP
    >>> model = MLP(1, [4, 1], init="zeros")
    >>> watch = Watch(model)
    >>> [y] = watch.forward([[1.0]])
    >>> y.backward()
    >>> watch.gradients()
    >>> watch.updates()
    >>> watch.measured()["layers.0"]["dead"]
    1.0
    """

    def __init__(self, model: Module) -> None:
        self.stages = list(stages_of(model))
        self.groups: list[Group] = []
        self._group_of: dict[int, Group] = {}
        if len(self.stages) == 1:  # a module of the user's own: its parts are seen, what they give is not
            parts = [(name or type(module).__name__, module.parameters()) for name, module in layers_of(model)]
            self.groups = [Group(name, own) for name, own in parts if own]
        for i, (name, module) in enumerate(self.stages if len(self.stages) > 1 else ()):
            own = module.parameters()
            if isinstance(module, BatchNorm) and self.groups:
                self.groups[-1].parameters += own
            elif own:
                self.groups.append(Group(name, own))
            self._see_at(i, module)
        if len(self.stages) == 1 and len(self.groups) == 1:
            self._see_at(0, self.stages[0][1])

    def _see_at(self, stage: int, module: Module) -> None:
        """Let the current group see what this stage gives, if it ends with an activation."""
        activation = activation_of(module)
        if activation is not None and activation.name != "linear" and self.groups:
            self.groups[-1].activation = activation.name
            self._group_of = {i: g for i, g in self._group_of.items() if g is not self.groups[-1]}
            self._group_of[stage] = self.groups[-1]

    def forward(self, xs: Sequence[Any]) -> list[Any]:
        """`model.batch(xs)`, with a look at what every layer gives."""
        for group in self.groups:
            group.before = [p.data for p in group.parameters]
        return through_stages(self.stages, xs, self._see)

    def _see(self, stage: int, outputs: list[Any]) -> None:
        if stage in self._group_of:
            self.see(stage, [plain(x) for x in outputs])

    def see(self, stage: int, outputs: Sequence[Any]) -> None:
        """Take note of what a stage gives for a batch, as floats."""
        group = self._group_of.get(stage)
        if group is not None:
            group.see(outputs)

    def gradients(self) -> None:
        """Look at the gradients that the parameters hold; called after the walk back."""
        for group in self.groups:
            group.length = math.hypot(*[p.grad for p in group.parameters])

    def updates(self) -> None:
        """Take note of the step that was made; called after it."""
        for group in self.groups:
            after = [p.data for p in group.parameters]
            moved = math.hypot(*[a - b for a, b in zip(after, group.before, strict=True)])
            group.stepped(group.length, moved, math.hypot(*group.before))

    def measured(self) -> dict[str, dict[str, float]]:
        """The numbers of each layer, by its name."""
        return {group.name: group.measured() for group in self.groups}

    def restart(self) -> None:
        """Begin a new epoch."""
        for group in self.groups:
            group.restart()

    def state_dict(self) -> list[dict[str, Any]]:
        """What was seen so far in this epoch, for a checkpoint in the middle of it."""
        return [{name: getattr(group, name) for name in SEEN} for group in self.groups]

    def load_state_dict(self, saved: Sequence[dict[str, Any]]) -> None:
        """Go on from what `state_dict` gave."""
        for group, seen in zip(self.groups, saved, strict=True):
            for name in SEEN:
                value = seen[name]
                setattr(group, name, list(value) if isinstance(value, list) else value)


SEEN = ("steps", "gradient", "ratio", "fired", "saturated", "seen")


def _row(x: Any) -> list[float]:
    return x if isinstance(x, list) else [x]
