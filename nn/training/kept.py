"""Programs that stay with a model: what was recorded for one call of `fit`, `predict` or `evaluate` serves the next.

A program holds for a model of one structure: its layers, the Values in them, their activations, and which of them are
frozen. Numbers do not count, as a program reads them. The structure of a model is compared at each call, in C for the
most part; where it is another one, the programs of the old one are dropped.

>>> from nn import MLP
>>> model = MLP(2, [3, 1])
>>> programs = programs_of(model)
>>> model.layers[0].neurons[0].b.data = 3.0
>>> programs_of(model) is programs
True
>>> model.layers[0].activation = "tanh"
>>> programs_of(model) is programs
False

They are kept beside the model and not in it: copies and files of it know nothing of them. What is kept holds Values and
no module, so that a model is freed with its programs.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, pairwise
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from autograd import Value
from autograd.engine.many.lists import all_parameters, taking_gradients
from autograd.engine.tape.fingerprint import Fingerprint
from autograd.support.collector import no_collection
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.losses import LOSSES, Loss
from nn.mlp import MLP
from nn.module import Module
from nn.neuron import Layer, Neuron
from nn.perceptron import Perceptron
from nn.regularization import weights_of
from nn.stages import Sequential, stages_of

# Attributes that any module may have without a change of what it computes.
PLAIN = {"training", "init", "_labelled", "_fitted_loss"}
OWN: dict[type[Module], set[str]] = {
    Sequential: {"layers"},
    MLP: {"layers"},
    Layer: {"activation", "neurons"},
    Neuron: {"activation", "w", "b", "fused"},
    Perceptron: {"activation", "w", "b", "fused", "threshold", "mistakes"},
    BatchNorm: {"momentum", "eps", "gamma", "beta", "running_mean", "running_var"},
    Dropout: {"p", "rng"},
    ActivationLayer: {"activation"},
}
KNOWN = {kind: PLAIN | names for kind, names in OWN.items()}


class Structure(NamedTuple):
    """All that decides what a model computes but for numbers, modes and who is frozen; its parameters are in lists."""

    entries: list[Any]
    groups: list[list[Value]]
    weights: list[int]  # the places of those groups that are weights of neurons

    def trained(self) -> list[bytes]:
        """Who of the parameters takes a gradient."""
        return list(map(taking_gradients, self.groups))


SMALL = 5000  # parameters: of more, a fingerprint takes longer to make than it saves
MOST = 16  # programs of a model, each a megabyte or more; a training with validation and a penalty needs four


class Programs:
    """What was recorded for a model of one structure, by what it was recorded for.

    `asked` counts the examples whose outputs were computed without a program. `as_is` is the program that gave outputs
    last, for as long as nothing about the model changes but numbers, its mode included: `fingerprint` tells that in a
    microsecond, where to compare structures takes a hundred.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure, self.trained = structure, structure.trained()
        self.parameters: list[Value] = []  # as the model lists them, once it was asked
        self.recorded: dict[Hashable, Any] = {}
        self.asked = 0
        self.fingerprint: Fingerprint | None = None
        self.as_is: Any = None

    def fit(self, structure: Structure) -> bool:
        """Whether they are those of a model of this structure: the same Values in the same lists, and no other frozen.

        Who of these counted as a parameter does so still.
        """
        return self.structure == structure and self.structure.trained() == self.trained

    def parameters_of(self, model: Module) -> list[Value]:
        """`model.parameters()`, for which thousands of lists are gone through once; the list is not to be changed."""
        self.parameters = self.parameters or model.parameters()
        return self.parameters

    def weights_of(self, model: Module) -> list[Value]:
        """`nn.regularization.weights_of(model)`: list by list, where none is in two places."""
        groups = self.structure.groups
        if sum(map(len, groups)) != len(self.parameters_of(model)):
            return weights_of(model)
        return list(chain.from_iterable([groups[k] for k in self.structure.weights]))

    def keep(self, key: Hashable, program: Any) -> None:
        """Keep a program, and of `MOST` the oldest no longer: a penalty may have another strength in every training."""
        recorded = dict(list(self.recorded.items())[1 - MOST :])
        self.recorded = {**recorded, key: program}  # and not in its place: another thread may be going through them

    def serve_as_is(self, model: Module, recorded: Any) -> None:
        """Let `program_as_is` find a program, if the model is small and can be told by its references."""
        self.fingerprint = None
        if sum(map(len, self.trained)) <= SMALL:
            with suppress(TypeError):  # a generator of random numbers is in it
                self.fingerprint, self.as_is = Fingerprint(vars(model)), recorded


_KEPT: WeakKeyDictionary[Module, Programs] = WeakKeyDictionary()


def program_as_is(model: Module) -> Any:
    """The program for the outputs of a model that is what it was at the last call; None if that is not known."""
    programs = _KEPT.get(model)
    if programs is None or programs.fingerprint is None or not programs.fingerprint.fits(vars(model)):
        return None
    return programs.as_is


def programs_of(model: Module) -> Programs | None:
    """The programs of a model as it is now; None for one that has code or attributes of the user's own.

    >>> from nn import Dropout
    >>> programs_of(Dropout(0.5)).structure
    Structure(entries=[(<class 'nn.layers.Dropout'>, False)], groups=[], weights=[])
    >>> programs_of(Layer(1, 1, lambda z: z * z))
    """
    now = Structure([], [], [])
    if not _read(model, now):
        return None
    programs = _KEPT.get(model)
    if programs is None or not programs.fit(now):
        if not all(map(all_parameters, now.groups)):
            return None
        with no_collection():  # of which a walk through all these lists would take longer than making them
            programs = _KEPT[model] = Programs(now._replace(groups=[list(group) for group in now.groups]))
    return programs


def stretches_of(model: Module, parameters: Sequence[Value]) -> list[slice] | None:
    """Which of the model's `parameters` each stage has, without a look at them; None where that takes one.

    Those of known layers are counted: if there are as many as parameters, none is in two places.

    >>> model = MLP(2, [3, 1])
    >>> stretches_of(model, model.parameters())
    [slice(0, 9, None), slice(9, 13, None)]
    >>> shared = Layer(2, 2)
    >>> stretches_of(Sequential(shared, shared), shared.parameters())
    """
    if not _read(model, Structure([], [], [])):
        return None
    ends = [0]
    for _, stage in stages_of(model):
        own = Structure([], [], [])
        _read(stage, own)
        ends.append(ends[-1] + sum(map(len, own.groups)))
    return [slice(a, b) for a, b in pairwise(ends)] if ends[-1] == len(parameters) else None


def _read(module: Module, structure: Structure) -> bool:
    """Append what a module is made of, and its parameters; False if something is unknown."""
    entries, groups, weights = structure
    kind, names = type(module), vars(module)
    if kind not in KNOWN or not names.keys() <= KNOWN[kind]:
        return False
    activation = names.get("activation")
    if activation is not None and not activation.named:
        return False
    if isinstance(module, Sequential):
        return type(module.layers) is list and all(_read(part, structure) for part in module)
    if isinstance(module, Layer):
        entries.append((kind, activation, len(module.neurons)))
        return type(module.neurons) is list and all(_read(part, structure) for part in module)
    if isinstance(module, Neuron):
        if type(module.w) is not list:
            return False
        entries.append((kind, activation, module.fused, names.get("threshold"), len(module.w)))
        weights.append(len(groups))
        groups += [module.w, [module.b]]
    elif isinstance(module, BatchNorm):
        entries.append((kind, module.eps, len(module.gamma)))
        groups += [[*module.gamma], [*module.beta]]
    elif isinstance(module, Dropout):
        entries.append((kind, module.p == 0.0))
    else:
        entries.append((kind, activation))
    return True


def modes_of(model: Module) -> tuple[bool, ...]:
    """The modes of the parts whose outputs depend on it."""
    return tuple([part.training for part in model.modules() if isinstance(part, (BatchNorm, Dropout))])


def key_of_loss(loss: Loss) -> Hashable | None:
    """What tells a loss of this package with its options from others; None for any other one.

    >>> from nn.losses import huber
    >>> key_of_loss(partial(huber, delta=2.0)) == key_of_loss(partial(huber, delta=2.0)), key_of_loss(print)
    (True, None)
    """
    options: list[Hashable] = []
    while isinstance(loss, partial):
        if loss.args:
            return None
        for name, option in loss.keywords.items():
            entries = tuple(option) if type(option) in (list, tuple) else option
            if not {type(x) for x in (entries if isinstance(entries, tuple) else [entries])} <= ATOMS:
                return None
            options.append((name, repr(entries)))
        loss = loss.func
    return (loss, *options) if loss in LOSSES.values() else None


ATOMS = {bool, int, float, str, type(None)}
