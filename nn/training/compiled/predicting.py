"""The outputs for many examples at once, as array code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.program import compile
from autograd.program.function import tracing
from autograd.support.collector import no_collection
from nn.module import InMode, Module


def compiled_outputs(model: Module, X: Sequence[Sequence[float]]) -> list[Any] | None:
    """The outputs in evaluation mode, up to rounding: a number for each example or a list of them.

    None if one of them is not finite, which is for the recorded model to say.

    >>> from nn import MLP
    >>> compiled_outputs(MLP(1, [1], init="zeros", output_activation="sigmoid"), [[1.0], [2.0]])
    [0.5, 0.5]
    """
    with InMode(model, training=False), no_collection(), tracing(recording=True):
        inputs = [Value(x, f"x{i}", requires_grad=False) for i, x in enumerate(X[0])]
        [output] = model.batch([inputs])
    several = isinstance(output, list)
    with no_collection():
        results = compile(output, inputs)(np.asarray(X, dtype=np.float64))
    if not np.isfinite(results).all():
        return None
    found: list[Any] = results.reshape(len(X), -1).tolist() if several else results.tolist()
    return found
