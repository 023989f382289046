"""`Neuron` and `Layer`: weighted sums, biases and activations."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, SupportsIndex

from autograd import Value
from autograd.engine.many.numbers import new_parameters
from autograd.engine.several import dot_node
from autograd.support.settings import check_flag
from autograd.support.text import got, plural, short
from nn import activations
from nn.activations import Activation
from nn.columns import is_column
from nn.init import InitRule, drawn, generator, name_of
from nn.init import get as get_init
from nn.keywords import suggest_settings
from nn.module import Module

ActivationLike = str | Callable[..., Any] | Activation | bool | None


class Inputs(list[Value]):
    """One example that has been checked: as many Values as the layer that made it takes inputs."""


def as_inputs(x: Any, width: int, taker: object) -> Inputs:
    """One example as a list of Values; plain numbers become input leaves `x0`, `x1`, ... that take no gradient.

    Raises TypeError for anything but a list of numbers and Values, ValueError for another width; `taker` says in the
    message what the example was given to.

    >>> [v.label for v in as_inputs([0.5, 2], 2, "this layer")]
    ['x0', 'x1']
    """
    if type(x) is Inputs and len(x) == width:
        return x
    if not is_column(x):
        raise TypeError(f"{_described(taker)} takes a list of {plural(width, 'number')}, got {got(x)}")
    entries = list(x)
    if entries and is_column(entries[0]):
        raise TypeError(
            f"{_described(taker)} takes one example, a list of {plural(width, 'number')}, got a list of "
            f"{len(entries)}: call model.predict(X) for plain numbers, or model.batch(X) for Values"
        )
    if len(entries) != width:
        raise ValueError(f"{_described(taker)} takes {plural(width, 'input')}, got {len(entries)}: {short(x)}")
    return Inputs([v if isinstance(v, Value) else _input(v, i, taker) for i, v in enumerate(entries)])


def _input(x: Any, i: int, taker: object) -> Value:
    try:
        return Value(x, f"x{i}", requires_grad=False)
    except TypeError as error:
        raise TypeError(f"{_described(taker)}, input {i}: {error}") from None


class Neuron(Module):
    """One neuron: activation(b + Σ wᵢ·xᵢ), with weights `w` and bias `b`.

    `activation` is a name or a function (see `nn.activations`). `init` draws the weights (see `nn.init`), by default by
    the rule for that activation, from a generator started at `seed`, or from Python's `random` without one; the bias
    starts at 0. With `fused=False` every product and sum is recorded as a node of its own instead of one node for all:
    the same numbers, a picture with more in it. `nonlin=False` is micrograd's way to say activation="linear".

    Raises ValueError for a width below 1 and for an activation that needs a whole layer, such as softmax.

    >>> neuron = Neuron(2, activation="tanh", seed=0)
    >>> neuron([1.0, -2.0]).data
    -0.4502...
    >>> [p.label for p in neuron.parameters()]
    ['w0', 'w1', 'b']
    """

    weight_lists = ("w",)
    w: list[Value]
    b: Value

    @suggest_settings
    def __init__(
        self,
        nin: SupportsIndex,
        activation: ActivationLike = "relu",
        *,
        nonlin: bool | None = None,
        init: str | InitRule | None = None,
        seed: int | Random | None = None,
        fused: bool = True,
        fan_out: int = 1,
    ) -> None:
        width = checked_width("nin", nin)
        self.activation = resolve_activation(activation, nonlin)
        rule = get_init(init, self.activation.name)
        rng, count = generator(seed), checked_width("fan_out", fan_out)
        weights = drawn(rule, width, count, rng, width)
        self._fill(weights, name_of(rule), check_flag(type(self).__name__, "fused", fused))

    def _fill(self, weights: Any, init: str, fused: bool, place: str = "") -> None:
        self.w = new_parameters(weights, f"{place}w")
        self.b = Value(0.0, f"{place}b", role="parameter")
        self.init = init
        self.fused: bool = fused

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "activation":  # here and not in a property, which would cost at every call
            value = resolve_activation(value, None)
            if value.over_layer:
                raise ValueError(f"{value.name} goes over a whole layer: give it to a Layer, not to a Neuron")
        super().__setattr__(name, value)

    @property
    def nin(self) -> int:
        """The number of inputs."""
        return len(self.w)

    @property
    def nonlin(self) -> bool:
        """Whether there is an activation other than "linear"."""
        return self.activation.name != "linear"

    def __call__(self, x: Any) -> Value:
        """The output for one example: a list of numbers or Values.

        Raises TypeError or ValueError, and records nothing, if x is something else or has another width.
        """
        result: Value = self.activation.function(self.weighted_sum(x))
        return result

    def weighted_sum(self, x: Any) -> Value:
        """b + Σ wᵢ·xᵢ, what the activation is applied to; added up from the bias on, fused or not."""
        inputs = as_inputs(x, len(self.w), self)
        if self.fused:
            return dot_node(self.w, inputs, self.b)
        z = self.b
        for w, v in zip(self.w, inputs, strict=True):
            z = z + w * v
        return z

    def parameter_arrays(self) -> dict[str, Any]:
        """The weights and the bias, as programs for JAX name them: see `autograd.program.Program.jax`."""
        return {"weight": self.w, "bias": self.b}

    def __repr__(self) -> str:
        name = self.activation.name
        return f"{'ReLU' if name == 'relu' else name.capitalize()}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons over the same inputs; the output is always a list, of one Value if there is one neuron.

    The arguments are those of `Neuron`; an activation over the whole layer, such as softmax, is allowed.

    >>> layer = Layer(3, 2, activation="softmax", seed=0)
    >>> round(sum(v.data for v in layer([1.0, 2.0, 3.0])), 12)
    1.0
    >>> layer([1.0, 2.0])
    Traceback (most recent call last):
    ValueError: a layer of 3 inputs and 2 neurons takes 3 inputs, got 2: [1.0, 2.0]
    """

    @suggest_settings
    def __init__(
        self,
        nin: SupportsIndex,
        nout: SupportsIndex,
        activation: ActivationLike = "relu",
        *,
        nonlin: bool | None = None,
        init: str | InitRule | None = None,
        seed: int | Random | None = None,
        fused: bool = True,
    ) -> None:
        width, count = checked_width("nin", nin), checked_width("nout", nout)
        self.activation = resolve_activation(activation, nonlin)
        of_neurons = activations.get("linear") if self.activation.over_layer else self.activation
        rule, rng = get_init(init, self.activation.name), generator(seed)
        fused, name = check_flag("Neuron", "fused", fused), name_of(rule)
        weights = drawn(rule, width, count, rng, width * count)
        self.neurons = [Neuron.__new__(Neuron) for _ in range(count)]
        # Their settings have been checked, and the weights of all of them are there.
        for i, neuron in enumerate(self.neurons):
            neuron.activation = of_neurons
            neuron._fill(weights[i * width : (i + 1) * width], name, fused, f"neurons.{i}.")
        self._labelled = (width + 1) * count

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "activation":  # set later, by name or as a function, it is that of the neurons too
            value = resolve_activation(value, None)
            for neuron in vars(self).get("neurons", ()):
                neuron.activation = "linear" if value.over_layer else value
        super().__setattr__(name, value)

    @property
    def nin(self) -> int:
        """The number of inputs."""
        return self.neurons[0].nin

    @property
    def nout(self) -> int:
        """The number of neurons, which is the number of outputs."""
        return len(self.neurons)

    def __len__(self) -> int:
        return len(self.neurons)

    def __iter__(self) -> Iterator[Neuron]:
        return iter(self.neurons)

    def __getitem__(self, i: int) -> Neuron:
        return self.neurons[i]

    @suggest_settings
    def __call__(self, x: Any) -> list[Value]:
        """The outputs of all neurons for one example.

        Raises TypeError or ValueError, and records nothing, if x is no list of numbers and Values or has another width.
        """
        inputs = as_inputs(x, self.nin, self)
        outputs = [neuron(inputs) for neuron in self.neurons]
        return self.activation.each(outputs) if self.activation.over_layer else outputs

    def parameter_arrays(self) -> dict[str, Any]:
        """Weights, one row for each neuron, and biases, as files and programs for JAX name them.

        >>> {name: len(values) for name, values in Layer(3, 2).parameter_arrays().items()}
        {'weight': 2, 'bias': 2}
        """
        return {"weight": [neuron.w for neuron in self.neurons], "bias": [neuron.b for neuron in self.neurons]}

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


def resolve_activation(activation: ActivationLike, nonlin: bool | None) -> Activation:
    """The activation that the two arguments mean together; a bool in the first place is micrograd's `nonlin`."""
    if nonlin is not None:
        nonlin = check_flag("a neuron", "nonlin", nonlin)
    if isinstance(activation, bool):
        return activations.get("relu" if activation else "linear")
    return activations.get("linear" if nonlin is False else activation)


def checked_width(name: str, n: Any) -> int:
    """A number of inputs or neurons.

    Raises TypeError if it is not a whole number, ValueError if it is below 1.
    """
    if isinstance(n, bool) or not hasattr(n, "__index__") or getattr(n, "ndim", None):
        raise TypeError(f"{name} is a whole number, got {got(n)}")
    if not 1 <= int(n) <= sys.maxsize:
        raise ValueError(f"{name} must be at least 1{f' and at most {sys.maxsize}' if n > 1 else ''}, got {short(n)}")
    return int(n)


def set_numbers(layer: Layer, weights: Sequence[Sequence[float]], biases: Sequence[float]) -> None:
    """Set the weights of a layer, one row for each neuron, and its biases."""
    for neuron, row, bias in zip(layer.neurons, weights, biases, strict=True):
        for w, x in zip(neuron.w, row, strict=True):
            w.data = x
        neuron.b.data = bias


def _described(taker: object) -> str:
    if isinstance(taker, Layer):
        return f"a layer of {plural(taker.nin, 'input')} and {plural(taker.nout, 'neuron')}"
    return str(taker)
