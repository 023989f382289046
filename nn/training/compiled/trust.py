"""What a recording depends on beside the numbers in it: the parts of a model, how they hang together, how they are set.

A callback may change all that between two steps: an activation, the rate of a dropout, which weights are shared.
"""

from __future__ import annotations

from operator import is_
from typing import Any

from autograd import Value
from nn.module import Module
from nn.stages import stages_of
from nn.training.engine import CompilationError

PLAIN = frozenset((int, float, str, bool, type(None)))
SIMPLE = frozenset((int, float, Value))
NOT_ASKED = ("training", "_labelled")  # the mode has a check of its own


class Circumstances:
    """How a model is at one moment, but for the numbers of its parameters and buffers.

    >>> from nn import Dropout, Layer, Sequential
    >>> model = Sequential(Layer(2, 1), Dropout(0.5))
    >>> before = Circumstances(model)
    >>> model.layers[0].neurons[0].b.data = 3.0
    >>> before.last(model)
    True
    >>> model.layers[1].p = 0.25
    >>> before.last(model)
    False
    """

    def __init__(self, model: Module) -> None:
        self.held = _held_by(model)
        self.copies = _copies(model)

    def last(self, model: Module) -> bool:
        """Whether the model is still so."""
        try:
            if self.copies == _copies(model):  # which compares identities first, all in C
                return True
        except ValueError:
            pass  # arrays are not simply equal
        one, other = self.held, _held_by(model)
        if len(one) != len(other):
            return False
        return all(map(is_, one, other)) or all(map(_same, one, other))


class Beginning:
    """The layers and parameters that a training began with: what steps, clips and watches keeps to these.

    >>> from nn import MLP
    >>> model = MLP(1, [2, 1])
    >>> beginning = Beginning(model)
    >>> beginning.check(model.eval())
    Traceback (most recent call last):
    nn.training.engine.CompilationError: MLP is in evaluation mode; engine="eager" trains it all the same
    """

    def __init__(self, model: Module) -> None:
        self.stages = [module for _, module in stages_of(model)]
        self.parameters = set(model.parameters())

    def check(self, model: Module) -> None:
        """Raise CompilationError if a part of the model is in evaluation mode."""
        for name, part in model.named_modules():
            if not part.training:
                raise CompilationError(f"{name or type(part).__name__} is in evaluation mode")

    def check_parts(self, model: Module) -> None:
        """Raise CompilationError for other layers or parameters."""
        if [module for _, module in stages_of(model)] != self.stages or set(model.parameters()) != self.parameters:
            raise CompilationError("the model has other layers or parameters than at the beginning of the training")


def _copies(model: Module) -> list[Any]:
    """All modules, and what their attributes hold, lists and dicts as copies: one comparison tells if they changed."""
    return [
        (id(module), {
            name: id(held) if name in module.buffers else _copied(held)
            for name, held in vars(module).items() if name not in NOT_ASKED
        })
        for module in model.modules()
    ]  # fmt: skip


def _copied(held: Any) -> Any:
    if isinstance(held, (list, tuple)):
        return tuple(held) if SIMPLE.issuperset(map(type, held)) else tuple([_copied(x) for x in held])
    if isinstance(held, dict):
        return {key: _copied(x) for key, x in held.items()}
    return id(held) if isinstance(held, Module) else held


def _held_by(model: Module) -> list[Any]:
    """What the attributes of all modules hold, in a row."""
    found: list[Any] = []
    for module in model.modules():
        found.append(module)
        for name, held in vars(module).items():
            if name in module.buffers:
                found += (name, held)  # the list itself: it must be the one whose numbers are kept
            elif name not in NOT_ASKED:
                found.append(name)
                _add(held, found)
    return found


def _add(held: Any, found: list[Any]) -> None:
    if isinstance(held, (list, tuple)):
        found.append(len(held))
        for x in held:
            if type(x) is Value:  # as below, without a call for each of thousands of weights
                found.append(x if x.is_leaf else None)
            else:
                _add(x, found)
    elif isinstance(held, dict):
        found.append(len(held))
        for key, x in held.items():
            found.append(key)
            _add(x, found)
    elif isinstance(held, Value):
        found.append(held if held.is_leaf else None)  # a result is what a module remembers of its last call
    else:
        found.append(held)


def _same(x: Any, y: Any) -> bool:
    return x is y or (type(x) is type(y) and type(x) in PLAIN and bool(x == y))
