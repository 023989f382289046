"""Functions of several scalars, each recorded as one node with many operands: sum, dot, max, softmax, ..."""

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.several import dot_node, softmax_nodes
from autograd.engine.value import Value
from autograd.support.convert import is_listed
from autograd.support.settings import check_number
from autograd.support.text import got, short

__all__ = ["dot", "log_softmax", "logsumexp", "max", "mean", "min", "norm", "prod", "softmax", "std", "sum", "var"]


def _gathered(name: str, xs: Iterable[Any], ordered: bool = False) -> list[Any]:
    """The operands as a list; a set will do where their order does not matter."""
    if type(xs) is list:
        return list(xs)
    if isinstance(xs, Value):
        raise TypeError(f"{name}() takes a list of Values, got the single {short(xs)}")
    if not is_listed(xs) and (ordered or not isinstance(xs, (set, frozenset))):
        raise TypeError(f"{name}() takes a list of Values, got {got(xs)}")
    return list(xs)


def sum(xs: Iterable[Any]) -> Any:
    """Σ xᵢ, left to right; 0 for none. Each slope is 1.

    >>> sum([Value(1.0), 2.0, 3.0]).data
    6.0
    """
    return apply(ops.TABLE["sum"], _gathered("sum", xs))


def prod(xs: Iterable[Any]) -> Any:
    """Π xᵢ; 1 for none. The slope of each is the product of all others, zeros included.

    >>> xs = [Value(0.0), Value(2.0), Value(3.0)]
    >>> prod(xs).local_grads
    (6.0, 0.0, 0.0)
    """
    return apply(ops.TABLE["prod"], _gathered("prod", xs))


def mean(xs: Iterable[Any]) -> Any:
    """Σ xᵢ / n; nan for none. Each slope is 1/n.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    return apply(ops.TABLE["mean"], _gathered("mean", xs))


def var(xs: Iterable[Any], correction: float = 1.0) -> Any:
    """The variance Σ (xᵢ − x̄)² / (n − correction): of a sample by default, of the whole with correction=0.

    >>> var([1.0, 2.0, 6.0]), var([1.0, 2.0, 6.0], correction=0)
    (7.0, 4.666666666666667)
    """
    return apply(ops.TABLE["var"], _gathered("var", xs), (check_number("var", "correction", correction),))


def std(xs: Iterable[Any], correction: float = 1.0) -> Any:
    """The standard deviation, √var; where all are equal, every slope is 0 by convention.

    >>> std([2.0, 2.0, 2.0])
    0.0
    """
    return apply(ops.TABLE["std"], _gathered("std", xs), (check_number("std", "correction", correction),))


def norm(xs: Iterable[Any]) -> Any:
    """The Euclidean length √(Σ xᵢ²), without overflow; at the origin every slope is 0, the smallest subgradient.

    >>> norm([3.0, 0.0, 4.0])
    5.0
    """
    return apply(ops.TABLE["norm"], _gathered("norm", xs))


def max(xs: Iterable[Any]) -> Any:
    """The largest, nan if one is nan; k that tie get a slope of 1/k each.

    Raises ValueError for an empty list.

    >>> max([Value(2.0), Value(2.0), Value(1.0)]).local_grads
    (0.5, 0.5, 0.0)
    """
    return apply(ops.TABLE["max"], _some("max", xs))


def min(xs: Iterable[Any]) -> Any:
    """The smallest, nan if one is nan; k that tie get a slope of 1/k each.

    Raises ValueError for an empty list.

    >>> min([3.0, 1.0, 2.0])
    1.0
    """
    return apply(ops.TABLE["min"], _some("min", xs))


def logsumexp(xs: Iterable[Any]) -> Any:
    """ln Σ e^(xᵢ), shifted by the largest so that nothing overflows; -inf for none. The slopes are the softmax.

    >>> logsumexp([Value(1000.0), Value(1000.0), Value(-1000.0)]).local_grads
    (0.5, 0.5, 0.0)
    """
    return apply(ops.TABLE["logsumexp"], _gathered("logsumexp", xs))


def softmax(xs: Iterable[Any]) -> list[Any]:
    """The shares pₖ = e^(xₖ) / Σ e^(xⱼ), one node each; ∂pₖ/∂xᵢ = pₖ(δₖᵢ − pᵢ).

    >>> softmax([1000.0, 0.0, -1000.0])
    [1.0, 0.0, 0.0]
    """
    return softmax_nodes(_gathered("softmax", xs, ordered=True), False)


def log_softmax(xs: Iterable[Any]) -> list[Any]:
    """xₖ − ln Σ e^(xⱼ), one node each; the slopes are δₖᵢ − pᵢ.

    >>> log_softmax([1000.0, 0.0, -1000.0])
    [0.0, -1000.0, -2000.0]
    """
    return softmax_nodes(_gathered("log_softmax", xs, ordered=True), True)


def dot(weights: Sequence[Any], inputs: Sequence[Any], bias: Any = None) -> Any:
    """Σ wᵢ·xᵢ + b as one node, added up from the bias on, as an expanded neuron would; the bias may be left out.

    Raises ValueError if there are not as many inputs as weights; it names both numbers.

    >>> w = [Value(1.0), Value(2.0)]
    >>> z = dot(w, [3.0, 4.0], bias=Value(0.5))
    >>> z.data, z.local_grads
    (11.5, (3.0, 4.0, 1.0, 2.0, 1.0))
    """
    ws, xs = _gathered("dot", weights, ordered=True), _gathered("dot", inputs, ordered=True)
    if len(ws) != len(xs):
        raise ValueError(f"dot: {len(ws)} weights but {len(xs)} inputs; there must be as many of each")
    given = [*ws, *xs] if bias is None else [*ws, *xs, bias]
    if any(isinstance(x, Value) for x in given):
        return dot_node(ws, xs, bias)
    return apply(ops.TABLE["dot"], given)


def _some(name: str, xs: Iterable[Any]) -> list[Any]:
    found = _gathered(name, xs)
    if not found:
        raise ValueError(f"{name}() of nothing: give at least one Value or number")
    return found
