"""Parameters as a tree of arrays that mirrors the thing that holds the Values: a module, a list, a dict of them.

>>> from autograd.engine.value import Value
>>> class Line:
...     def __init__(self):
...         self.w, self.b, self.name = [Value(1.0), Value(2.0)], Value(3.0), "a line"
...     def parameters(self):
...         return [*self.w, self.b]
>>> tree = tree_of({"line": Line()})
>>> tree["line"].w.shape, tree["line"].b.shape
((2,), ())
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from autograd.engine.value import Value
from autograd.support.text import got, short

Places = NDArray[np.int64]


@lru_cache
def parameters_of(names: tuple[str, ...]) -> Any:
    """The type of the arrays of one module, as in `parameters.layers[0].weight`; JAX is quick with named tuples.

    >>> jax.tree.map(lambda x: 2 * x, parameters_of(("weight", "bias"))(3.0, 1.0))
    Parameters(weight=6.0, bias=2.0)
    """
    return namedtuple("Parameters", names, rename=True)  # a private name becomes `_0`, its place


def tree_of(thing: Any) -> Any:
    """The Values of a thing as arrays: a list of Values is one array, and so is a list of as long lists; None for none.

    A module becomes a named tuple of its attributes, or of what its `parameter_arrays()` says.
    """
    if isinstance(thing, Value):
        return _array([thing]).reshape(())
    if isinstance(thing, (list, tuple)):
        if thing and all(isinstance(x, Value) for x in thing):
            return _array(thing)
        if thing and all(isinstance(x, (list, tuple)) for x in thing):
            flat = [v for row in thing for v in row]
            if flat and len({len(row) for row in thing}) == 1 and all(isinstance(v, Value) for v in flat):
                return _array(flat).reshape(len(thing), -1)
        parts = [tree_of(x) for x in thing]
        return parts if any(part is not None for part in parts) else None
    if isinstance(thing, dict):
        return _some({key: tree_of(x) for key, x in thing.items()})
    if not callable(getattr(thing, "parameters", None)) or isinstance(thing, type):
        return None
    arrays = getattr(thing, "parameter_arrays", None)
    named = _some({name: tree_of(x) for name, x in (arrays() if callable(arrays) else vars(thing)).items()})
    return named and parameters_of(tuple(map(str, named)))(*named.values())


def _array(values: Sequence[Value]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)  # and filled then: np.array would ask each Value for its length
    array[:] = values
    return array


def _some(parts: dict[Any, Any]) -> dict[Any, Any] | None:
    return {name: part for name, part in parts.items() if part is not None} or None


class Tree:
    """The structure of a tree, the places that each of its leaves has in a flat vector, and a name for each leaf.

    Raises ValueError if a parameter is in no leaf, and if only some Values of a leaf are one: others are frozen, say.
    """

    def __init__(self, thing: Any, parameters: Sequence[Value]) -> None:
        place = {v: k for k, v in enumerate(parameters)}
        tree = tree_of(thing)
        if tree is None:
            raise TypeError(f"a tree of parameters mirrors a module, or lists and dicts of Values, got {got(thing)}")
        self.places: list[Places] = []
        self.names: list[str] = []
        leaves: list[Any] = []
        seen: set[int] = set()
        paths, structure = jax.tree_util.tree_flatten_with_path(tree)
        for path, leaf in paths:
            places = np.array([place.get(v, -1) for v in leaf.ravel()], dtype=np.int64).reshape(leaf.shape)
            new = [p not in seen and p >= 0 for p in places.ravel().tolist()]
            name = jax.tree_util.keystr(path).lstrip(".")
            if any(new) and not all(new):
                raise ValueError(
                    f"{name}: some of its Values are parameters of the program and others are not, being frozen or "
                    "parts of another array: use the flat vector, program.jax()"
                )
            if any(new):
                seen.update(places.ravel().tolist())
                self.places.append(places)
                self.names.append(name)
            leaves.append(len(self.places) - 1 if any(new) else None)
        for v, k in place.items():
            if k not in seen:
                raise ValueError(f"{short(v)} is a parameter of the program, and is not in {got(thing)}")
        # The leaves that are frozen are None, which is no leaf to JAX.
        self.structure: Any = jax.tree.structure(jax.tree.unflatten(structure, leaves))

    def leaves(self, tree: Any) -> list[Any]:
        """The leaves of a tree of this structure.

        Raises ValueError for another structure or shape.
        """
        leaves, structure = jax.tree.flatten(tree)
        if structure != self.structure:
            raise ValueError(f"the parameters are a tree {structure}, expected {self.structure}")
        for name, leaf, places in zip(self.names, leaves, self.places, strict=True):
            if np.shape(leaf) != places.shape:
                raise ValueError(f"{name or 'parameters'} has the shape {np.shape(leaf)}, expected {places.shape}")
        return leaves

    def filled(self, vector: NDArray[Any]) -> Any:
        """The tree with the numbers of a flat vector."""
        return jax.tree.unflatten(self.structure, [vector[places] for places in self.places])


class FlatTree(Tree):
    """The tree that is one leaf: the flat vector itself."""

    def __init__(self, parameters: Sequence[Value]) -> None:
        self.places, self.names = [np.arange(len(parameters), dtype=np.int64)], [""]
        self.structure = jax.tree.structure(0.0)
