"""A wide model is not recorded: a narrow one of the same layers is, and its code is widened.

    784-256-128-10, 235,146 parameters   ->   67-71-73-10, 10,945 of them: recorded, compiled   ->   `widening`

The layers are all known: those of this package, with activations that have names. What the two models have in common is
a list of `Part`s; that it is the same program as a recording of the wide model would give is shown by tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, chain, pairwise
from typing import Any

import numpy as np

from autograd import Value
from autograd.engine.many.lists import taking_gradients
from autograd.program.passes.graph import GIVEN, RecordedGraph
from autograd.program.widening import LEAST, Group, NotWidened, WideCode, WideProgram, Widths
from nn import activations
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import InMode, Module
from nn.neuron import Layer
from nn.stages import Sequential, stages_of
from nn.stand_in import StandIn
from nn.training.compiled.example import RecordedProgram, record
from nn.training.compiled.rows import Columns
from nn.training.compiled.vectors import Order
from nn.training.engine import Objective

MANY = 10_000  # parameters: fewer are recorded in less time than a second model would take
# Narrow widths, in place of which a source has no other number: primes, so that few products and sums are alike.
NARROW = (67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163)


@dataclass(frozen=True, slots=True)
class Part:
    """A stage of a model without its numbers: how many of them it takes and gives, and what it does to them."""

    kind: type[Module]
    nin: int
    nout: int
    training: bool
    settings: tuple[Any, ...] = ()
    weights: bool = False  # whether its weights take gradients, or its scales
    biases: bool = False

    def made(self) -> Module:
        """A module like it."""
        if self.kind is Layer:
            activation, fused = self.settings
            module: Module = Layer(self.nin, self.nout, activation, init="zeros", fused=fused)
        else:
            module = self.kind(*([self.nin] if self.kind is BatchNorm else []), **dict(self.settings))
        for values, trained in zip(_values(module), (self.weights, self.biases), strict=False):
            for v in () if trained else values:
                v.requires_grad = False
        module.training = self.training
        return module


def wide_program(
    model: Module,
    objective: Objective | None,
    columns: Columns,
    row: Sequence[float],
    training: bool,
    parameters: list[Value],
) -> RecordedProgram | None:
    """The program of a model of many parameters, from that of a narrow one; None where it has to be recorded itself."""
    parts = parts_of(model, columns.inputs, training, len(parameters))
    if parts is None or (parts[-1].nout == 1 and not isinstance(model, Sequential)):  # it gives a list of one
        return None
    if objective is not None:
        if columns.targets > LEAST or parts[-1].nout > LEAST:
            return None
        objective = Objective(objective.loss)
    for start in range(len(NARROW)):
        try:
            names = _Leaves(model, parts, parameters)
            return _widened(names, parts, objective, columns, row, training, NARROW[start:])
        except NotWidened:  # two places of one number: other primes may do
            if start == 4:
                break
    return None


def parts_of(model: Module, inputs: int, training: bool, parameters: int) -> list[Part] | None:
    """The stages of a model of known layers; None if it has few parameters, or some that are unlike others of a layer.

    `parameters` says how many there are, each counted once.

    >>> from nn import MLP
    >>> [(part.nin, part.nout) for part in parts_of(MLP(784, [16, 10]), 784, True, 12_730)]
    [(784, 16), (16, 10)]
    >>> parts_of(MLP(2, [16, 10]), 2, True, 218)
    """
    parts: list[Part] = []
    width, count = inputs, 0
    with InMode(model, training):
        for _, module in stages_of(model):
            mode = module.training
            if type(module) is Layer:
                fused = {neuron.fused for neuron in module.neurons}
                own = {neuron.activation for neuron in module.neurons}
                if len(fused) != 1 or own != {
                    activations.get("linear") if module.activation.over_layer else module.activation
                }:
                    return None
                settings: tuple[Any, ...] = (module.activation, fused.pop())
                part = Part(Layer, module.nin, module.nout, mode, settings)
            elif type(module) is BatchNorm:
                part = Part(BatchNorm, width, width, mode, (("momentum", module.momentum), ("eps", module.eps)))
            elif type(module) is Dropout:
                part = Part(Dropout, width, width, mode, (("p", module.p), ("seed", 0)))
            elif type(module) is ActivationLayer:
                part = Part(ActivationLayer, width, width, mode, (("activation", module.activation),))
            else:
                return None
            lists: tuple[list[list[Value]], ...] = ()
            if isinstance(module, Layer):
                lists = [neuron.w for neuron in module.neurons], [[neuron.b for neuron in module.neurons]]
            elif isinstance(module, BatchNorm):
                lists = [module.gamma], [module.beta]
            flags = [list(map(taking_gradients, group)) for group in lists]
            if any(flag.count(group[0][0]) != len(flag) for group in flags for flag in group):
                return None
            if flags:
                part = replace(part, weights=bool(flags[0][0][0]), biases=bool(flags[1][0][0]))
            parts.append(part)
            width, count = part.nout, count + sum([len(flag) for group in flags for flag in group])
    if count < MANY or count != parameters:  # a shared layer is one group in two places
        return None
    return parts


def _values(module: Module) -> list[list[Value]]:
    """The parameters of a stage in two groups."""
    if isinstance(module, Layer):
        return [list(chain.from_iterable([neuron.w for neuron in module.neurons])), [n.b for n in module.neurons]]
    return [module.gamma, module.beta] if isinstance(module, BatchNorm) else []


def _with_widths(parts: Sequence[Part], narrow: dict[int, int]) -> list[Part]:
    return [replace(part, nin=narrow.get(part.nin, part.nin), nout=narrow.get(part.nout, part.nout)) for part in parts]


def _widened(
    names: _Leaves,
    parts: list[Part],
    objective: Objective | None,
    columns: Columns,
    row: Sequence[float],
    training: bool,
    primes: Sequence[int],
) -> RecordedProgram:
    # A narrow width for each wide one.
    used = {width for part in parts for width in (part.nin, part.nout)}
    wide = sorted(width for width in used if width > LEAST)
    narrow = dict(zip(wide, [p for p in primes if p not in used], strict=False))
    if len(narrow) < len(wide):
        raise NotWidened("too many widths")
    narrow = {w: n for w, n in narrow.items() if n < w}
    # The narrow model, recorded and compiled.
    own = copy(columns)
    own.inputs = narrow.get(columns.inputs, columns.inputs)
    own_row = [*row[: own.inputs], *row[columns.inputs :]]
    own_parts = _with_widths(parts, narrow)
    twin = _model(own_parts, training)
    recorded = record(twin, objective, own, own_row, training)
    graph = recorded.program._recorded
    number = {v: k for values in (graph.parameters, graph.givens) for k, v in enumerate(values)}
    # Its leaves in groups, beside those of the wide model.
    groups: tuple[list[Group], list[Group]] = ([], [])
    moments = iter(recorded.stand_in.running_moments)
    for part, (_, module), places in zip(own_parts, stages_of(twin), names.places, strict=True):
        values = _values(module)
        if part.kind is BatchNorm and not part.training:
            own_moments = next(moments).moments
            values = [*values, [m for m, _ in own_moments], [s for _, s in own_moments]]
        for group, (given, wide_numbers) in zip(values, places, strict=True):
            own_numbers = np.array([number[v] for v in group], dtype=np.intp)
            groups[given].append(Group(own_numbers, wide_numbers))
    # Columns of X: inputs, target and weight, then the factors of each dropout.
    dropped = [(len(request.factors), parts[request.stage].nout) for request in recorded.stand_in.dropouts]
    sizes = [(own.inputs, columns.inputs), *_target_columns(columns), *dropped]
    inputs = [Value(0.0, label, requires_grad=False) for label in columns.labels()]
    stand_in, names.stand_in = names.stand_in, StandIn()  # which knows layers, and what records must not hold one
    for request in recorded.stand_in.dropouts:
        factors = [Value(1.0, f"kept{k}", requires_grad=False) for k in range(parts[request.stage].nout)]
        stand_in.dropouts.append(request._replace(factors=factors))
        inputs += factors
    for moments_of in recorded.stand_in.batch_moments:
        some = [moments_of.moments[0]] * parts[moments_of.stage].nout  # only their number counts
        stand_in.batch_moments.append(moments_of._replace(moments=some))
    # Results: the loss, the outputs, those of activations, means and variances of batches.
    single = recorded.single
    counts = [
        0 if objective is None else 1,
        1 if single else parts[-1].nout,
        *[parts[i].nout for i in recorded.activations],
    ]
    counts.append(
        sum([2 * parts[request.stage].nout for request in recorded.stand_in.batch_moments]) if training else 0
    )
    slices = [slice(a, b) for a, b in pairwise(accumulate([0, *counts]))]
    # The program.
    back = {narrow.get(w, w): w for w in wide}
    norms = [(o.nin, part.nin) for o, part in zip(own_parts, parts, strict=True) if part.kind is BatchNorm]
    if len(norms) > 1:  # whose 1/√(variance + eps) may be one block for all
        back[sum([few for few, _ in norms])] = sum([many for _, many in norms])
    lazily = partial(_record_wide, parts, objective, columns, list(row), training, names)
    code = WideCode(recorded.program._code, Widths(back, sizes, *groups, norms), lambda: lazily().graph)
    program = WideProgram(code, inputs, names.parameters, names.givens, sum(counts), lazily)
    seen = dict(zip(recorded.activations, slices[2:-1], strict=True))
    order = Order(program.parameters, names.parameters, code.parameters)
    return RecordedProgram(program, stand_in, single, slices[1], seen, slices[-1], {"by the tests"}, order)


def _target_columns(columns: Columns) -> list[tuple[int, int]]:
    return [(columns.targets, columns.targets), *([(1, 1)] if columns.weighted else [])]


def _model(parts: Sequence[Part], training: bool) -> Sequential:
    model = Sequential(*[part.made() for part in parts])
    model.training = training
    return model


class _Leaves:
    """The leaves of the wide model by number: `parameters` as `record` would list them, `givens` group by group.

    `places` has for each part its groups, each as (given, numbers). `stand_in` has the moments that givens stand for.
    """

    def __init__(self, model: Module, parts: Sequence[Part], listed: list[Value]) -> None:
        self.parameters: list[Value] = []
        self.givens: list[Value] = []
        self.places: list[list[tuple[bool, Any]]] = []
        self.stand_in = StandIn()
        for stage, (part, (_, module)) in enumerate(zip(parts, stages_of(model), strict=True)):
            if isinstance(module, Layer):
                self.places.append(self._of_layer(module, part))
                continue
            groups = [
                self._group(values, not trained)
                for values, trained in zip(_values(module), (part.weights, part.biases), strict=False)
            ]
            if isinstance(module, BatchNorm) and not part.training:
                self.stand_in.stage = stage
                moments = self.stand_in.running_moments_for(module)
                groups += [self._group([m for m, _ in moments], True), self._group([s for _, s in moments], True)]
            self.places.append(groups)
        if self.parameters == listed:  # nobody is frozen: one list of hundreds of thousands less
            self.parameters = listed

    def _group(self, values: list[Value], given: bool) -> tuple[bool, Any]:
        into = self.givens if given else self.parameters
        into += values
        return given, np.arange(len(into) - len(values), len(into), dtype=np.intp)

    def _of_layer(self, layer: Layer, part: Part) -> list[tuple[bool, Any]]:
        """Neuron by neuron, as `parameters()` has them: its weights, then its bias, as far as they are trained."""
        if part.weights and part.biases:
            start, row = len(self.parameters), part.nin + 1
            for neuron in layer.neurons:
                self.parameters += neuron.w
                self.parameters.append(neuron.b)
            places = start + np.arange(part.nout * row, dtype=np.intp).reshape(part.nout, row)
            return [(False, places[:, :-1].ravel()), (False, places[:, -1])]
        weights, biases = _values(layer)
        return [self._group(weights, not part.weights), self._group(biases, not part.biases)]


def _record_wide(
    parts: Sequence[Part],
    objective: Objective | None,
    columns: Columns,
    row: Sequence[float],
    training: bool,
    names: _Leaves,
) -> RecordedGraph:
    """The graph of the wide model, from one of the same layers, with the leaves in the order of their numbers."""
    twin = _model(parts, training)
    recorded = record(twin, objective, columns, row, training)
    graph = recorded.program._recorded
    number: dict[Value, int] = {}
    moments = iter(recorded.stand_in.running_moments)
    for part, (_, module), places in zip(parts, stages_of(twin), names.places, strict=True):
        values = _values(module)
        if part.kind is BatchNorm and not part.training:
            own = next(moments).moments
            values = [*values, [m for m, _ in own], [s for _, s in own]]
        for group, (_, numbers) in zip(values, places, strict=True):
            number.update(zip(group, numbers.tolist(), strict=True))
    renumbered = graph.graph.copy()
    for i, leaf in renumbered.leaves.items():
        if leaf.kind == GIVEN:
            renumbered.leaves[i] = leaf._replace(position=number[graph.givens[leaf.position]])
    return RecordedGraph(renumbered, graph.inputs, names.parameters, names.givens)
