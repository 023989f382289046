"""`Watch`: measures the layers while they train: gradients, updates, dead and saturated neurons.

It looks at the last steps of an epoch only, so that it costs little. One step of a layer with parameters (3, 4),
gradient (0.6, 0.8) and rate 0.1:

    gradient_norm = √(0.6² + 0.8²) = 1        update_ratio = ‖0.1 · (0.6, 0.8)‖ / ‖(3, 4)‖ = 0.1 / 5 = 0.02
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value
from nn.layers import BatchNorm
from nn.module import Module
from nn.stages import activation_of, layers_of, plain, stages_of, through_stages
from nn.training.kept import stretches_of

EXAMPLES = 100  # how many of the last examples of an epoch are looked at
# An output this close to the end of the range: there the slope of a sigmoid is below 0.01, that of a tanh below 0.02.
SATURATED = {"sigmoid": (0.01, 0.99), "tanh": (-0.99, 0.99)}

MEASURED = ("steps", "gradient", "ratio", "fired", "saturated", "seen")  # attributes of a LayerLog in a checkpoint


class LayerLog:
    """The measurements of a layer of neurons, with the normalisation, activation and dropout that follow it.

    Its parameters are a stretch of `among`, those of the model as a rule: as a list of their own when asked for.
    """

    def __init__(self, name: str, among: list[Value], stretch: slice) -> None:
        self.name = name
        self.among, self.stretch = among, stretch
        self.activation = ""
        self.restart()

    @property
    def parameters(self) -> list[Value]:
        """The parameters, one after the other."""
        return self.among[self.stretch]

    def restart(self) -> None:
        """Begin a new epoch."""
        self.steps = 0
        self.gradient = self.ratio = 0.0
        self.fired: list[bool] = []
        self.saturated = self.seen = 0
        self.before: list[float] = []
        self.length = 0.0

    def see(self, outputs: Any) -> None:
        """Take note of the activation's outputs for a batch: a number for each example, or a row of them."""
        numbers = np.asarray(outputs, dtype=np.float64)
        rows = numbers.reshape(len(numbers), -1)
        if self.activation == "relu":
            # A neuron is dead if it fired for no example of the epoch: one that fires is enough to clear it.
            fired: list[bool] = np.atleast_1d((rows > 0.0).any(axis=0)).tolist()
            self.fired = [a or b for a, b in zip(self.fired, fired, strict=True)] if self.fired else fired
        elif self.activation in SATURATED:
            low, high = SATURATED[self.activation]
            self.seen += rows.size
            self.saturated += int(rows.size - np.count_nonzero((low < rows) & (rows < high)))

    def add_step(self, gradient: float, update: float, size: float) -> None:
        """Take note of a step by three lengths: of the gradient, of the update, and of the parameters before it."""
        self.gradient += gradient
        self.ratio += update / size if size else 0.0
        self.steps += 1

    def measured(self) -> dict[str, float]:
        """The measurements: means over steps, shares over neurons."""
        if not self.steps:
            return {}
        return {"gradient_norm": self.gradient / self.steps, "update_ratio": self.ratio / self.steps, **self.shares()}

    def shares(self) -> dict[str, float]:
        """What the outputs seen so far say: the share of neurons that are dead, that of outputs that are saturated."""
        numbers = {}
        if self.fired:
            numbers["dead"] = 1.0 - sum(self.fired) / len(self.fired)
        if self.seen:
            numbers["saturated"] = self.saturated / self.seen
        return numbers


class Watch:
    """The measurements of all layers of a model in one epoch; `measured()` gives the numbers by layer.

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

    def __init__(self, model: Module, parameters: list[Value] | None = None) -> None:
        """`parameters` are all of the model, in order, if they are known."""
        self.model, self.stages = model, list(stages_of(model))
        self.layers: list[LayerLog] = []
        self._layer_at: dict[int, LayerLog] = {}  # whose activation's outputs a stage gives
        if len(self.stages) == 1:
            # A module of the user's own: its parts have parameters to be measured, but their outputs are not seen.
            parts = [(name, module.parameters()) for name, module, _ in layers_of(model)]
            self.layers = [LayerLog(name, own, slice(len(own))) for name, own in parts if own]
            if len(self.layers) == 1:
                self._find_activation(0)
            return
        stretches = None if parameters is None else stretches_of(model, parameters)
        if parameters is None or stretches is None:  # layer by layer, each of which may have some that others have too
            parameters, stretches = [], []
            for _, module in self.stages:
                own = module.parameters()
                stretches.append(slice(len(parameters), len(parameters) + len(own)))
                parameters += own
        for i, ((name, module), stretch) in enumerate(zip(self.stages, stretches, strict=True)):
            # A normalisation belongs to the layer before it; dropout has neither parameters nor an activation.
            if isinstance(module, BatchNorm) and self.layers:
                self.layers[-1].stretch = slice(self.layers[-1].stretch.start, stretch.stop)
            elif stretch.start < stretch.stop:
                self.layers.append(LayerLog(name, parameters, stretch))
            self._find_activation(i)

    def _find_activation(self, stage: int) -> None:
        """Let the current layer see the outputs of this stage, and of no earlier one, if it ends with an activation."""
        activation = activation_of(self.stages[stage][1])
        if activation is not None and activation.name != "linear" and self.layers:
            layer = self.layers[-1]
            layer.activation = activation.name
            self._layer_at = {i: other for i, other in self._layer_at.items() if other is not layer}
            self._layer_at[stage] = layer

    def forward(self, xs: Sequence[Any]) -> list[Any]:
        """`model.batch(xs)`, with a look at the outputs of every layer."""
        for layer in self.layers:
            layer.before = [p.data for p in layer.parameters]
        return through_stages(self.model, xs, lambda stage, outputs: self.see(stage, [plain(x) for x in outputs]))

    def see(self, stage: int, outputs: Any) -> None:
        """Take note of the outputs of a stage for a batch, as floats."""
        if stage in self._layer_at:
            self._layer_at[stage].see(outputs)

    def gradients(self) -> None:
        """Measure the gradients of the parameters, after the backward pass."""
        for layer in self.layers:
            layer.length = math.hypot(*[p.grad for p in layer.parameters])

    def updates(self) -> None:
        """Measure the step, after it was made."""
        for layer in self.layers:
            after = [p.data for p in layer.parameters]
            update = math.hypot(*[a - b for a, b in zip(after, layer.before, strict=True)])
            layer.add_step(layer.length, update, math.hypot(*layer.before))

    def measured(self) -> dict[str, dict[str, float]]:
        """The numbers of each layer, by its name."""
        return {layer.name: layer.measured() for layer in self.layers}

    def restart(self) -> None:
        """Begin a new epoch."""
        for layer in self.layers:
            layer.restart()

    def stage_of(self, layer: LayerLog) -> int:
        """The stage whose outputs a layer sees, -1 if it sees none."""
        return next((stage for stage, other in self._layer_at.items() if other is layer), -1)

    def fresh(self) -> list[dict[str, Any]]:
        """The measurements of an epoch in which no step was done."""
        return [{name: getattr(LayerLog(layer.name, [], slice(0)), name) for name in MEASURED} for layer in self.layers]

    def state_dict(self) -> list[dict[str, Any]]:
        """The measurements of this epoch so far, for a checkpoint in the middle of it."""
        return [{name: getattr(layer, name) for name in MEASURED} for layer in self.layers]

    def load_state_dict(self, saved: Sequence[dict[str, Any]]) -> None:
        """Go on from measurements that `state_dict` gave."""
        for layer, state in zip(self.layers, saved, strict=True):
            for name in MEASURED:
                value = state[name]
                setattr(layer, name, list(value) if isinstance(value, list) else value)
