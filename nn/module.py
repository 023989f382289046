"""`Module`: anything that holds parameters, from one neuron to a whole network.

A module's parts are its attributes. A Value, or a list of Values, is a parameter; another Module, or a list of Modules,
is a part with parameters of its own. A parameter is named by its place: `layers.0.neurons.1.w2` is entry 2 of `w`, in
entry 1 of `neurons`, in entry 0 of `layers`. The same name is its label in pictures and explanations.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from threading import RLock
from types import MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from autograd import enable_grad, no_grad
from autograd.engine.many.numbers import fill_gradients, write_numbers
from autograd.engine.state import NoHistoryError
from autograd.support import answers
from autograd.support.settings import check_flag, check_list
from autograd.support.text import got, short
from nn.columns import named_number
from nn.keywords import suggest_settings
from nn.places import Parts, are_named, each_once, named_numbers, values_of

if TYPE_CHECKING:
    from nn.summary import Summary

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class _FirstUse:
    """A method that is a function of another module, which is imported when the method is first looked up.

    So a module of neurons knows nothing of training and files, and `help(model.fit)` shows all of `nn.training.fit`.
    """

    def __init__(self, module: Callable[[], ModuleType], name: str) -> None:
        self._module, self._name = module, name

    def __get__(self, model: Module | None, owner: type) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(self._module(), self._name)
        return function if model is None else MethodType(function, model)


def _method_of(module: Callable[[], ModuleType]) -> Callable[[F], F]:
    """Put the function of the same name in a module in the place of a method; to a type checker it stays as written."""

    def replace(method: F) -> F:
        return cast("F", _FirstUse(module, method.__name__))

    return replace


def _training() -> ModuleType:
    from nn import training

    return training


def _io() -> ModuleType:
    from nn import io

    return io


class Module(Parts):
    """The base of all parts of a network. A subclass sets its parts as attributes and defines `__call__`.

    What counts as a parameter is said in `nn.places`; a subclass may also list its `parameters()` by hand, as in
    micrograd.

    >>> from autograd import Value
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.shift = Value(2.0, role="parameter"), Value(1.0, role="parameter")
    ...     def __call__(self, x):
    ...         return self.slope * x + self.shift
    >>> line = Line()
    >>> line(3.0).data, line.state_dict()
    (7.0, {'slope': 2.0, 'shift': 1.0})
    """

    training = True
    """Whether the module is being trained: dropout drops and batch normalisation measures only then."""

    _fitted_loss = ""

    def __call__(self, x: Any) -> Any:
        """The output for one example."""
        remedy = "call its forward(self, x) __call__(self, x)" if "forward" in dir(self) else "define __call__(self, x)"
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: {remedy}")

    def batch(self, xs: Sequence[Any]) -> list[Any]:
        """The outputs for a list of examples, as training asks for them; `BatchNorm` needs them all at once."""
        return [self(x) for x in check_list(type(self).__name__, "xs", xs, "a list of examples")]

    if not TYPE_CHECKING:  # which would take every attribute for one that is there

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):  # a property that failed inside: say what failed there
                return object.__getattribute__(self, name)
            raise answers.missing("Module", self, name, dir(self))

    # ----- State -----

    @suggest_settings
    def zero_grad(self) -> None:
        """Set every parameter's grad to 0: leaves add up over `backward()` calls."""
        fill_gradients(list(self.parameters()), 0.0)

    def train(self, mode: bool = True) -> Self:
        """Switch to training, here and in all parts; returns self."""
        mode = check_flag("train", "mode", mode)
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation, here and in all parts; returns self."""
        return self.train(False)

    def freeze(self) -> Self:
        """Let no parameter take a gradient from now on; returns self. `model.layers[0].freeze()` freezes one layer.

        Raises ValueError for a Value that was not made with role="parameter": frozen, it would look like an input.
        """
        named = list(self.named_parameters())
        for name, p in named:
            if p.role != "parameter":
                raise ValueError(f'{name} cannot be frozen: make it with Value({p.data:g}, role="parameter")')
        for _, p in named:
            p.requires_grad = False
        return self

    def unfreeze(self) -> Self:
        """Let every parameter take a gradient again; returns self."""
        for p in self.parameters():
            p.requires_grad = True
        return self

    def state_dict(self) -> dict[str, float]:
        """Every number that makes the model what it is, by name: the parameters in order, then the buffers.

        Raises ValueError where two of them have one name, as entry 1 of `w` and an attribute `w1` have.
        """
        places, buffers = self._places(), list(self.named_buffers())
        state = named_numbers(places)
        state.update(buffers)
        if len(state) != len(values_of(places)) + len(buffers):
            each_once([name for name, _ in (*self.named_parameters(), *buffers)])
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the numbers of a `state_dict()`.

        Raises ValueError for missing or unexpected names and for two numbers of one name, TypeError for what is not a
        number; then nothing changed.

        >>> from nn import Neuron
        >>> n = Neuron(2)
        >>> n.load_state_dict({"w0": 1.0, "w1": 2.0})
        Traceback (most recent call last):
        ValueError: the state does not fit Neuron: missing b
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"the state is what state_dict() gives, a dict, got {got(state)}")
        places, buffers = self._places(), dict(self.named_buffers())
        values = values_of(places)
        numbers = dict(state)
        names = list(numbers)  # and not of the state, whose own keys may come in another order
        # Nearly always the names are in the order of `state_dict`: then none is missing, and none is there twice.
        if not are_named(names, places) or names[len(values) :] != [*buffers]:
            listed = list(self.named_parameters())
            named = dict(listed)
            expected = each_once([*[name for name, _ in listed], *buffers])
            missing = [name for name in expected if name not in state]
            unexpected = [str(name) for name in state if name not in named and name not in buffers]
            if missing or unexpected:
                problems = {"missing": missing, "unexpected": unexpected}
                parts = "; ".join(f"{what} {_some(names)}" for what, names in problems.items() if names)
                raise ValueError(f"the state does not fit {type(self).__name__}: {parts}")
            values = list(named.values())
            numbers = {name: state[name] for name in expected}
        if not {float}.issuperset(map(type, numbers.values())):
            numbers = {name: named_number(f"state[{short(name)}]", x) for name, x in numbers.items()}
        write_numbers(values, array("d", list(numbers.values())[: len(values)]))
        for prefix, module in self.named_modules():
            for attribute in module.buffers:
                buffer = getattr(module, attribute)
                name = f"{prefix}.{attribute}" if prefix else attribute
                buffer[:] = [numbers[f"{name}{i}"] for i in range(len(buffer))]

    # ----- Questions -----

    def summary(self) -> Summary:
        """A table of the layers: output width, number of parameters and how it comes about, and the totals."""
        from nn.summary import summarise

        return summarise(self)

    def activations(self, x: Any) -> list[list[float]]:
        """The output of every neuron for one input, by layer, in evaluation mode; nothing is recorded.

        A normalisation or activation that is a layer of its own counts to the layer of neurons before it. A module that
        is no `Sequential`, or one with a `__call__` of its own, is one layer, whatever it does inside.

        >>> from nn import MLP
        >>> [len(layer) for layer in MLP(3, [4, 2]).activations([1.0, 2.0, 3.0])]
        [4, 2]
        """
        from nn.summary import activations_by_layer

        with Evaluating(self):
            return unrecorded(lambda: activations_by_layer(self, x))

    @property
    def fitted_loss(self) -> str:
        """The name of the loss that `fit` last trained with, "" before; it says what raw scores are."""
        return self._fitted_loss

    # ----- Training and files: functions of the rooms above, imported when a model is first asked for one -----

    @_method_of(_training)
    def fit(self, X: Any, y: Any, *args: Any, **settings: Any) -> Any:
        """Train on examples."""

    @_method_of(_training)
    def predict(self, X: Any, **settings: Any) -> Any:
        """The outputs for a list of examples."""

    @_method_of(_training)
    def predict_proba(self, X: Any, **settings: Any) -> Any:
        """The probability of each class for a list of examples."""

    @_method_of(_training)
    def predict_classes(self, X: Any, **settings: Any) -> Any:
        """The classes for a list of examples."""

    @_method_of(_training)
    def evaluate(self, X: Any, y: Any, **settings: Any) -> Any:
        """Loss and metrics on examples."""

    @_method_of(_io)
    def save(self, path: str | Path) -> None:
        """Write architecture and numbers to a safetensors file, all or nothing."""

    @_method_of(_io)
    def load_weights(self, path: str | Path) -> None:
        """Take over the numbers in a file that a model of the same shape saved."""


# The parts that keep a mode of their own in the blocks around: a block inside of another one cannot tell them any more.
_KEPT: ContextVar[frozenset[int]] = ContextVar("nn_kept_modes", default=frozenset())


def check_module(owner: str, model: Any) -> Any:
    """A module; a class of one, or a model of another package, is none.

    >>> check_module("fit", Module)
    Traceback (most recent call last):
    TypeError: fit: model must be a module of this package, got <class 'nn.module.Module'> (type)
    """
    if not isinstance(model, Module):
        raise TypeError(f"{owner}: model must be a module of this package, got {got(model)}")
    return model


class InMode:
    """A `with` block in which a module is in training mode, or not; afterwards every part is as it was.

    A part whose mode is not that of the whole was put into it by hand, and keeps it: a frozen normalisation in
    training (`model.layers[1].eval()`), a dropout that goes on in evaluation (`model.eval(); model.layers[2].train()`).

    >>> from nn import MLP
    >>> model = MLP(1, [2, 1], batch_norm=True)
    >>> norm = model.layers[1].eval()
    >>> with InMode(model, training=True):
    ...     model.training, norm.training
    (True, False)
    """

    def __init__(self, module: Module, training: bool) -> None:
        self._mode = training
        self._before = [(part, part.training) for part in module.modules()]
        own = {id(part) for part, mode in self._before if mode != module.training}
        self._kept = _KEPT.get() | own

    def __enter__(self) -> None:
        self._outer = _KEPT.get()
        try:
            _KEPT.set(self._kept)
            for part, _ in self._before:
                if id(part) not in self._kept:
                    part.training = self._mode
        except BaseException:  # Ctrl-C: a part left in the other mode would keep it in every later block, as if frozen
            self._restore()
            raise

    def __exit__(self, *_: object) -> None:
        try:
            self._restore()
        except BaseException:
            self._restore()
            raise

    def _restore(self) -> None:
        for part, mode in self._before:
            part.training = mode
        _KEPT.set(self._outer)


# Held by whoever asks a model in evaluation for outputs: modes are attributes, and one thread at a time changes them.
ASKING = RLock()


class Evaluating(InMode):
    """A `with` block in which a module is in evaluation mode; afterwards every part is as it was. See `InMode`.

    >>> from nn import Dropout
    >>> dropout = Dropout(0.5)
    >>> with Evaluating(dropout):
    ...     dropout([1.0, 2.0])
    [1.0, 2.0]
    >>> dropout.training
    True
    """

    def __init__(self, module: Module) -> None:
        super().__init__(module, training=False)


def unrecorded(compute: Callable[[], T]) -> T:
    """What a function gives under `no_grad()`; recorded all the same if it asks for derivatives of what it computed.

    That is a model whose forward pass returns a slope, `grad(energy, q, create_graph=True)`: it needs the graph of the
    energy, and without one would be refused. What it did until then is done again.

    >>> from autograd import Value, grad
    >>> def slope():
    ...     x = Value(2.0)
    ...     return grad(x**3, x, create_graph=True).data
    >>> unrecorded(slope)
    12.0
    """
    try:
        with no_grad():
            return compute()
    except NoHistoryError:
        with enable_grad():
            return compute()


def _some(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
