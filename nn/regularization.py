"""Penalties that keep weights small: add one to the loss, and its gradient pulls every weight towards 0.

They apply to exactly the parameters given. Biases are usually left out: `weights_of` picks the weights of a model.
"""

from collections.abc import Iterable
from typing import Any

from autograd import Value
from autograd import sum as sum_of
from autograd.support.settings import check_list, check_non_negative
from autograd.support.text import got, short
from nn.places import Parts


def l1(parameters: Iterable[Value], strength: float) -> Value:
    """strength · Σ |wᵢ|: pulls with the same force at any size, so that small weights become 0; slope 0 at 0.

    Raises ValueError for a negative or infinite strength and for no parameters; TypeError for what is no Value.

    >>> w = [Value(3.0), Value(-4.0), Value(0.0)]
    >>> penalty = l1(w, 0.1)
    >>> penalty.backward()
    >>> round(penalty.data, 12), [v.grad for v in w]
    (0.7, [0.1, -0.1, 0.0])
    """
    force = check_non_negative("l1", "strength", strength)
    return _scaled(sum_of([abs(w) for w in _values("l1", parameters)]), force)


def l2(parameters: Iterable[Value], strength: float) -> Value:
    """strength · Σ wᵢ²: pulls with force 2 · strength · wᵢ; the same as weight decay of 2 · strength in plain SGD.

    Raises ValueError for a negative or infinite strength and for no parameters; TypeError for what is no Value.

    >>> w = [Value(3.0), Value(-4.0)]
    >>> penalty = l2(w, 0.5)
    >>> penalty.backward()
    >>> penalty.data, [v.grad for v in w]
    (12.5, [3.0, -4.0])
    """
    force = check_non_negative("l2", "strength", strength)
    return _scaled(sum_of([w * w for w in _values("l2", parameters)]), force)


def weights_of(model: Any) -> list[Value]:
    """The weights of a model without its biases and scales: the parameters whose own name begins with "w".

    >>> class Line:
    ...     def named_parameters(self):
    ...         return [("layers.0.w0", Value(2.0)), ("layers.0.b", Value(1.0))]
    >>> [w.data for w in weights_of(Line())]
    [2.0]
    """
    if isinstance(model, type) or not callable(getattr(model, "named_parameters", None)):
        raise TypeError(f"weights_of takes a model, got {got(model)}")
    if getattr(type(model), "named_parameters", None) is Parts.named_parameters:
        weights: list[Value] = model._weights()  # list by list, without a name for each
        return weights
    return [p for name, p in model.named_parameters() if name.rsplit(".", 1)[-1].startswith("w")]


def _scaled(total: Any, strength: float) -> Value:
    scaled: Value = total * strength
    return scaled


def _values(owner: str, parameters: Iterable[Value]) -> list[Value]:
    if isinstance(parameters, Value):
        raise TypeError(f"{owner}: parameters must be a list of Values, got the single {short(parameters)}")
    values = check_list(owner, "parameters", parameters, "a list of Values")
    for i, w in enumerate(values):
        if not isinstance(w, Value):
            raise TypeError(f"{owner}: parameter {i} must be a Value, got {got(w)}")
    if not values:
        raise ValueError(f"{owner}: parameters must not be empty: a penalty needs at least one Value, got none")
    return values
