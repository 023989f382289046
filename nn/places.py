"""`Parts`: the half of `Module` that finds and names what a module holds, by looking through its attributes.

Layer(2, 1)   neurons = [Neuron]   ->  neurons.0.w0, neurons.0.w1, neurons.0.b
Neuron(2)     w = [Value, Value], b = Value   ->  w0, w1, b
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, cast

from autograd import Value
from autograd.engine.many.lists import all_parameters, are_distinct
from autograd.engine.many.names import are_numbered, number_labels, numbered_labels, put_numbers, room_for_names
from autograd.engine.many.numbers import numbers_of

if TYPE_CHECKING:
    from nn.module import Module


Place = tuple[str, "Value | list[Value]"]
"""A parameter and its name, or a list of weights and what stands before the number in their names."""


class Parts:
    """Something whose attributes are Values, modules, and lists of both; every Parts is a Module.

    A leaf Value counts as a parameter if its role is "parameter", or if it is an input that takes a gradient, so that
    `Value(0.5)` will do; constants and results do not count. What is held in several places is listed at the first.
    """

    buffers: ClassVar[tuple[str, ...]] = ()
    """Attributes, each a list of floats, that belong to the state without being trained."""

    weight_lists: ClassVar[tuple[str, ...]] = ()
    """Attributes that are lists of Values: nobody looks for modules in them, which may be thousands."""

    _labelled = -1  # how many parameters there were when parameters() last saw to their labels

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules among the attributes, with their places."""
        for name, value in self._holders():
            yield from _modules_in(value, name)

    def _holders(self) -> list[tuple[str, Any]]:
        """The attributes that are modules, or may hold some; a neuron of thousands has none."""
        weights = self.weight_lists
        return [(k, x) for k, x in list(vars(self).items()) if isinstance(x, HOLDERS) and k not in weights]

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module, called "", and every module inside it, each once, outer ones first."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [(prefix, cast("Module", self))]
        while stack:
            name, module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module
                if not module._holders():
                    continue
                inner = [(f"{name}.{place}" if name else place, part) for place, part in module.children()]
                stack.extend(reversed(inner))

    def modules(self) -> Iterator[Module]:
        """This module and every module inside it, each once, outer ones first."""
        seen: set[int] = set()
        stack: list[Module] = [cast("Module", self)]
        while stack:  # as `named_modules`, without a name for each of thousands of neurons
            module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield module
                if module._holders():
                    stack.extend([part for _, part in module.children()][::-1])

    def parameters(self) -> list[Value]:
        """All parameters, in the order of the attributes: for a neuron its weights, then its bias.

        >>> from nn import MLP
        >>> len(MLP(2, [16, 16, 1]).parameters())
        337
        """
        parameters = _collected(list(vars(self).values()), {id(self)})
        if len(parameters) != self._labelled:
            self._labelled = len(parameters)  # first: a subclass's own parameters() may be called back
            _label(self._places())
        return parameters

    def _own_parameters(self, parts: Iterable[tuple[str, Module]]) -> list[Value]:
        """The parameters outside of these parts; all of them, where a module lists them by hand."""
        if type(self).parameters is not Parts.parameters:
            return self.parameters()
        return _collected(list(vars(self).values()), {id(self), *(id(part) for _, part in parts)})

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """The parameters with their names, in the order of `parameters()`; each one's label becomes its name.

        A label of your own choosing stays, and so does a longer name that an outer module gave.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [2, 1]).named_parameters()][:3]
        ['layers.0.neurons.0.w0', 'layers.0.neurons.0.b', 'layers.0.neurons.1.w0']
        """
        names, values = self._named()
        return zip(names, values, strict=True)

    def _named(self) -> tuple[list[str], list[Value]]:
        """The names of the parameters, and the parameters; each one's label becomes its name, as far as it may."""
        places = self._places()
        return _label(places), values_of(places)

    def _weights(self) -> list[Value]:
        """The parameters whose own name begins with "w", as far as a list of them by one name."""
        places = self._places()
        _label(places)
        return values_of(place for place in places if place[0].rsplit(".", 1)[-1].startswith("w"))

    def named_buffers(self) -> Iterator[tuple[str, float]]:
        """The numbers that belong to the state without being trained, such as running means, with their names."""
        for prefix, module in self.named_modules():
            for attribute in module.buffers:
                for i, x in enumerate(getattr(module, attribute)):
                    yield (f"{prefix}.{attribute}{i}" if prefix else f"{attribute}{i}"), x

    def _places(self) -> list[Place]:
        own = self._own_places()
        if type(self).parameters is Parts.parameters:
            return own
        names = {value: name for name, value in _one_by_one(own)}
        return [(names.get(value, f"p{i}"), value) for i, value in enumerate(self.parameters())]

    def _own_places(self) -> list[Place]:
        places: list[Place] = []
        _name(list(vars(self).items()), places, {id(self)})
        if are_distinct(values_of(places)):
            return places
        # Some are in several places: the first one counts.
        names: dict[Value, str] = {}
        for name, value in _one_by_one(places):
            names.setdefault(value, name)
        return [(name, value) for value, name in names.items()]

    def _label_anew(self) -> None:
        """Name the parameters of a new container anew, whatever held them before."""
        places = self._places()
        self._labelled = len(values_of(places))
        _label(places, anew=True)


def named_numbers(places: Iterable[Place]) -> dict[str, float]:
    """The number of each parameter by name; labels as `named_parameters` leaves them."""
    places = list(places)
    state = room_for_names(sum([len(held) if isinstance(held, list) else 1 for _, held in places]))
    for name, held in places:
        if not isinstance(held, list):
            state[name] = held.data
            _label([(name, held)])
            continue
        held[0].data  # noqa: B018  (refused while the model is being recorded, as of each of them)
        if not put_numbers(state, held, name):
            state.update(zip(_label_list(name, held, False), numbers_of(held), strict=True))
    return state


def each_once(names: list[str]) -> list[str]:
    """Names as they are; ValueError where two numbers have one: a state, a dict by name, would lose the first.

    >>> each_once(["w0", "w1", "w1"])
    Traceback (most recent call last):
    ValueError: two numbers of the model are called w1, and a state holds one for each name: rename an attribute
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(
                f"two numbers of the model are called {name}, and a state holds one for each name: rename an attribute"
            )
        seen.add(name)
    return names


def are_named(names: list[Any], places: Iterable[Place]) -> bool:
    """Whether names begin with those of the parameters, in their order."""
    at = 0
    for name, held in places:
        if isinstance(held, list):
            if not are_numbered(names, at, len(held), name):
                return False
            at += len(held)
        elif at < len(names) and names[at] == name:
            at += 1
        else:
            return False
    return True


def _label(places: list[Place], anew: bool = False) -> list[str]:
    """Give each parameter its place in the model as its label, such as `layers.0.neurons.1.w2`; returns the places.

    A label that the user chose stays. Unless `anew`, so does the label of a place in a larger model that ends in this
    place, as `layers.0.w1` ends in `w1`.
    """
    names: list[str] = []
    for name, held in places:
        if isinstance(held, list):
            names += _label_list(name, held, anew)
            continue
        label = held.label
        if label != name and _is_place(label, name) and (anew or not label.endswith("." + name)):
            held.label = name
        names.append(name)
    return names


def _label_list(prefix: str, values: list[Value], anew: bool) -> list[str]:
    """As `_label`, for a list of weights; where all were labelled by one place before, in C."""
    first = values[0].label
    before = numbered_labels(values, first[:-1]) if first.endswith("0") else None
    if before is None or not _is_place(first[:-1], prefix):
        return _label([(f"{prefix}{i}", value) for i, value in enumerate(values)], anew)
    if first[:-1] == prefix:
        return before
    if anew or not first[:-1].endswith("." + prefix):
        number_labels(values, prefix)
        return numbered_labels(values, prefix) or []
    return [f"{prefix}{i}" for i in range(len(values))]


def _one_by_one(places: Iterable[Place]) -> Iterator[tuple[str, Value]]:
    for name, held in places:
        if isinstance(held, list):
            yield from ((f"{name}{i}", value) for i, value in enumerate(held))
        else:
            yield name, held


def values_of(places: Iterable[Place]) -> list[Value]:
    values: list[Value] = []
    for _, held in places:
        if isinstance(held, list):
            values += held
        else:
            values.append(held)
    return values


def _modules_in(part: Any, name: str) -> Iterator[tuple[str, Module]]:
    """The module that an attribute is, or those in the list, tuple or dict that it is."""
    if isinstance(part, Parts):
        yield name, cast("Module", part)
    elif isinstance(part, (list, tuple)):
        # Thousands of weights are passed over in one go.
        if not (type(part) is list and all_parameters(part)) and not NUMBERS.issuperset(map(type, part)):
            for i, entry in enumerate(part):
                yield from _modules_in(entry, f"{name}.{i}")
    elif isinstance(part, dict):
        for key, entry in part.items():
            yield from _modules_in(entry, f"{name}.{key}")


def _is_parameter(value: Value) -> bool:
    role = value.role
    return role == "parameter" or (role == "input" and value.requires_grad)


def _collected(entries: Iterable[Any], seen: set[int]) -> list[Value]:
    """Every parameter in some attributes once, in order."""
    parameters: list[Value] = []
    _collect(entries, parameters, seen)
    return parameters if are_distinct(parameters) else list(dict.fromkeys(parameters))


def _collect(entries: Iterable[Any], parameters: list[Value], seen: set[int]) -> None:
    """Every parameter in some attributes, in order. Each step of a training asks for them, so this makes no names."""
    for entry in entries:
        if isinstance(entry, Value):  # first, and without another call: a layer has thousands of weights
            if _is_parameter(entry):
                parameters.append(entry)
        elif type(entry) is list and all_parameters(entry):  # in C: most parameters are weights in such a list
            parameters += entry
        elif isinstance(entry, (list, tuple)):
            _collect(entry, parameters, seen)
        elif isinstance(entry, Parts):
            if id(entry) not in seen:
                seen.add(id(entry))
                if type(entry).parameters is Parts.parameters:
                    _collect(list(vars(entry).values()), parameters, seen)
                else:
                    parameters += entry.parameters()
        elif isinstance(entry, dict):
            _collect(entry.values(), parameters, seen)


def _name(entries: Iterable[tuple[str, Any]], places: list[Place], seen: set[int]) -> None:
    """Every parameter in named attributes with its place, or a list of weights with theirs, in the order of `_collect`.

    ("w", [Value, Value])      w0 w1
    ("w1", [Value])            w1_0, as w10 is entry 10 of w
    ("layers", [Layer])        layers.0.neurons.0.w0 ...
    """
    for name, entry in entries:
        if isinstance(entry, Value):
            if _is_parameter(entry):
                places.append((name, entry))
        elif isinstance(entry, (list, tuple)):
            joint = "_" if name[-1].isdigit() else ""
            if type(entry) is list and entry and all_parameters(entry):
                places.append((f"{name}{joint}", entry))
            else:
                inner = ((f"{name}{joint if isinstance(e, Value) else '.'}{i}", e) for i, e in enumerate(entry))
                _name(inner, places, seen)
        elif isinstance(entry, Parts):
            if id(entry) not in seen:
                seen.add(id(entry))
                if type(entry).parameters is Parts.parameters:
                    _name(((f"{name}.{attribute}", e) for attribute, e in list(vars(entry).items())), places, seen)
                else:
                    places += [(f"{name}.{inner}", value) for inner, value in entry._places()]
        elif isinstance(entry, dict):
            _name(((f"{name}.{key}", e) for key, e in entry.items()), places, seen)


def _is_place(label: str, name: str) -> bool:
    """Whether a label comes from a place, and is none of the user's own."""
    return not label or label.rpartition(".")[2] == name.rpartition(".")[2]


NUMBERS = frozenset((Value, float, int))
HOLDERS = (Parts, list, tuple, dict)
