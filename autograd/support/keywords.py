"""Keywords that a function does not take: the error names the one that was meant.

    descend(1.0, step=3)  ->  TypeError: descend() got an unexpected keyword argument 'step': did you mean steps?

Python's own error, "unexpected keyword argument 'step'", leaves the reader to look it up. A function under
`suggest_keywords` keeps its signature, its documentation and its types; a call that fits costs a tenth of a
microsecond more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import update_wrapper
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

__all__ = ["closest", "suggest_keywords"]

P = ParamSpec("P")
R = TypeVar("R")

Names = Mapping[str, Sequence[str]]
NO_NAMES: Names = {}


def suggest_keywords(names: Names = NO_NAMES) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function answer a keyword that it does not take with the one that was meant.

    `names` says what other libraries' keywords mean here: of several names, the first that the function takes is
    suggested; a sentence stands in the message as it is. Any other keyword gets the name that is spelled most alike.
    Under a name and "=" stands what the message says to a caller who leaves out that argument; under the name of the
    function and "()", to one who gives more by position than it takes.

    >>> @suggest_keywords({"learning_rate": ["lr"]})
    ... def descend(x, *, lr=0.1, steps=1): ...
    >>> descend(1.0, learning_rate=0.5)
    Traceback (most recent call last):
    TypeError: descend() got an unexpected keyword argument 'learning_rate': did you mean lr?
    >>> descend(1.0, step=3)
    Traceback (most recent call last):
    TypeError: descend() got an unexpected keyword argument 'step': did you mean steps?
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        explain = _problem

        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            __tracebackhide__ = True  # pytest and IPython show the line that called
            try:
                return function(*args, **kwargs)
            except TypeError:
                problem = explain(function, names, args, kwargs)
                if not problem:  # the call fits, so the error comes from inside the function
                    raise
            raise TypeError(problem)

        # With the globals of the function: doctest looks for examples only in what belongs to the module.
        module = getattr(function, "__globals__", {})
        wrapper = FunctionType(call.__code__, module, call.__name__, None, call.__closure__)
        return cast("Callable[P, R]", update_wrapper(wrapper, function))

    return decorate


def closest(name: str, known: Iterable[str]) -> str:
    """The known name that is spelled most like this one; "" if none is like it.

    >>> closest("batchsize", ["epochs", "batch_size"]), closest("colour", ["epochs"])
    ('batch_size', '')
    """
    from difflib import get_close_matches

    plain = {n.lower().replace("_", ""): n for n in known}
    word = name.lower().replace("_", "")
    swapped = [n for n in plain if sorted(n) == sorted(word)]  # all the letters, in another order
    matches = swapped or get_close_matches(word, plain, 1, 0.76)
    return plain[matches[0]] if matches else ""


def _problem(function: Callable[..., Any], names: Names, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """What is wrong with a call that does not fit the signature; "" if it fits, or Python says it well."""
    from inspect import Parameter, signature

    parameters = signature(function).parameters.values()
    name = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
    known = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)]
    if any(p.kind in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL) for p in parameters):
        return ""
    hints = [f"{word!r}: {_hint(word, names, known)}" for word in kwargs if word not in known]
    if hints:
        argument = "an unexpected keyword argument" if len(hints) == 1 else "unexpected keyword arguments"
        return f"{name}() got {argument} {'; '.join(hints)}"
    places = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    later = [p.name for p in parameters if p.kind is Parameter.KEYWORD_ONLY]
    needed = [p.name for p in parameters if p.default is Parameter.empty and p.name in known]
    missing = [n for n in needed if n not in kwargs and n not in places[: len(args)] and f"{n}=" in names]
    if missing:
        return f"{name}() is missing its argument {missing[0]!r}: {names[f'{missing[0]}='][0]}"
    if len(args) > len(places) and (later or f"{name}()" in names):
        shown = [place for place in places if place != "self"]
        extra = f"{len(args) - len(places)} more came"
        by_name = later and f"give the others by name, such as {later[0]}=... (it takes {', '.join(later)})"
        advice = names[f"{name}()"][0] if f"{name}()" in names else by_name
        return f"{name}() takes only {', '.join(shown) or 'nothing'} by position, and {extra}: {advice}"
    return ""


def _hint(word: str, names: Names, known: list[str]) -> str:
    for meant in names.get(word, names.get(word.lower(), ())):
        if " " in meant:
            return meant
        if meant in known:
            return f"did you mean {meant}?"
    shown = [name for name in known if name != "self"]
    nearest = closest(word, shown)
    return f"did you mean {nearest}?" if nearest else f"it takes {', '.join(shown)}"
