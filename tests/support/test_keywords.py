"""Keywords that a function does not take, and what the error suggests."""

import inspect
from collections.abc import Callable
from typing import Any, cast

import pytest

from autograd import Value, draw, view
from autograd.picture.animate import animate
from autograd.support.keywords import closest, suggest_keywords


@suggest_keywords({"learning_rate": ["rate", "lr"], "device": ["there is none to choose"]})
def descend(x: float, /, y: float = 0.0, *, lr: float = 0.1, steps: int = 1) -> tuple[float, float, float, int]:
    """One step after another."""
    return x, y, lr, steps


class Thing:
    @suggest_keywords()
    def __init__(self, size: int, *, colour: str = "red") -> None:
        self.size, self.colour = size, colour


made, drawn, viewed, animated = cast(
    tuple[Callable[..., Any], ...], (Thing, draw, view, animate)
)  # of types that no checker objects to
called: Callable[..., Any] = descend

CALLS: list[tuple[Callable[[], Any], str]] = [
    (lambda: called(1.0, learning_rate=1.0), r"^descend\(\) got an unexpected keyword argument 'learning_rate': did"
     r" you mean lr\?$"),
    (lambda: called(1.0, Learning_Rate=1.0), "'Learning_Rate': did you mean lr"),
    (lambda: called(1.0, step=1), "'step': did you mean steps"),
    (lambda: called(1.0, setps=1), "'setps': did you mean steps"),
    (lambda: called(1.0, device="gpu"), "'device': there is none to choose"),
    (lambda: called(1.0, colour="red"), "'colour': it takes y, lr, steps"),
    (lambda: called(1.0, step=1, learning_rate=1.0), "unexpected keyword arguments 'step': .*steps.*; .*_rate': .*lr"),
    (lambda: called(1.0, 2.0, 3.0), r"takes only x, y by position, and 1 more came: .* such as lr=.*lr, steps\)"),
    (lambda: called(), "missing 1 required positional argument: 'x'"),
    (lambda: made(3, color="blue"), r"Thing\(\) got an unexpected keyword argument 'color': did you mean colour"),
    (lambda: made(3, "blue"), r"Thing\(\) takes only size by position, and 1 more came: .* such as colour="),
    (lambda: made(3, weight=1), "'weight': it takes size, colour$"),
    (lambda: drawn(Value(1.0), title="x"), "'title': a picture has no title: set root.label, or use view"),
    (lambda: drawn(Value(1.0), layout="TB"), "'layout': did you mean rankdir"),
    (lambda: drawn(Value(1.0), max_node=3), "'max_node': did you mean max_nodes"),
    (lambda: drawn(Value(1.0), "TB"), r"draw\(\) takes only root by position, and 1 more came"),
    (lambda: viewed(Value(1.0), width=3), "'width': the page is as wide as"),
    (lambda: animated(Value(1.0), duration=3), "'duration': did you mean seconds"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "match"), CALLS, ids=range(len(CALLS)))
def test_what_is_suggested(call: Callable[[], Any], match: str) -> None:
    with pytest.raises(TypeError, match=match) as caught:
        call()
    assert caught.value.__context__ is None


def test_a_call_that_fits_goes_through() -> None:
    assert descend(1.0, 2.0, lr=3.0, steps=4) == (1.0, 2.0, 3.0, 4)
    assert vars(Thing(3, colour="blue")) == {"size": 3, "colour": "blue"}


def test_signature_documentation_and_place_stay() -> None:
    assert str(inspect.signature(Thing)) == "(size: int, *, colour: str = 'red') -> None"
    assert descend.__doc__ == "One step after another." and descend.__module__ == __name__
    assert descend.__globals__ is globals()  # doctest looks for it
    assert "max_nodes" in inspect.signature(draw).parameters


def test_a_type_error_from_inside_is_left_alone() -> None:
    @suggest_keywords()
    def outer(x: Any) -> Any:
        return inner(wrong=x)  # type: ignore[call-arg]

    def inner() -> None: ...

    with pytest.raises(TypeError, match=r"inner\(\) got an unexpected keyword argument 'wrong'$"):
        outer(1)


def test_a_function_that_takes_anything_is_left_alone() -> None:
    @suggest_keywords({"x": ["y"]})
    def anything(*args: Any, **settings: Any) -> Any:
        raise TypeError("from inside")

    with pytest.raises(TypeError, match=r"^from inside$"):
        anything(1, 2, x=3)


@pytest.mark.parametrize(
    ("name", "meant"), [("tahn", "tanh"), ("sigmiod", "sigmoid"), ("Sqrt", "sqrt"), ("foo", ""), ("", "")]
)
def test_the_closest_name(name: str, meant: str) -> None:
    assert closest(name, ["tan", "tanh", "sigmoid", "sqrt", "floor"]) == meant
