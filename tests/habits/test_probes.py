"""What answers for missing attributes must stay out of the way of those who only ask: copy, pickle, NumPy, IPython."""

from __future__ import annotations

import builtins
import copy
import inspect
import pickle
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

import autograd
import nn
from autograd import Value

MODEL = nn.MLP(2, [2, 1], seed=0)
HISTORY = nn.History()
HISTORY.append({"loss": 0.5}, {})
OPTIMIZER = nn.SGD(MODEL.parameters(), lr=0.5)
THINGS = [Value(2.0, label="x"), MODEL, HISTORY, OPTIMIZER]
by_class = pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
PROBES = (
    "_repr_html_ _repr_png_ _ipython_display_ _ipython_canary_method_should_not_exist_ __array__ __array_interface__ "
    "__array_struct__ __array_ufunc__ __cuda_array_interface__ __deepcopy__ __getstate__x __setstate__ __wrapped__ "
    "__fspath__ __length_hint__ ndim shape dtype to_numpy tolist toarray nothing_of_the_kind"
).split()


@by_class
def test_a_probe_is_an_attribute_error_or_finds_something(thing: Any) -> None:
    for name in PROBES:
        if hasattr(thing, name):
            continue
        with pytest.raises(AttributeError) as caught:
            getattr(thing, name)
        assert caught.value.name == name and caught.value.obj is thing  # what Python's suggestions read
        assert getattr(thing, name, 3) == 3


@by_class
def test_underscored_names_get_no_advice(thing: Any) -> None:
    with pytest.raises(AttributeError, match=r"object has no attribute '_nothing'$"):
        thing._nothing  # noqa: B018


@pytest.mark.parametrize(
    ("thing", "word", "nearest"),
    [
        ("Value(1.0)", "dta", "data"),
        ("nn.MLP(1, [1])", "parametres", "parameters"),
        ("nn.History()", "diagnoze", "diagnose"),
        ("nn.SGD([Value(1.0)])", "stepp", "step"),
        ("nn", "MLPP", "MLP"),
    ],
)
def test_python_suggests_a_spelling_by_itself(thing: str, word: str, nearest: str) -> None:
    root = Path(autograd.__path__[0]).parent
    program = f"import nn; from autograd import Value; {thing}.{word}"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert f"Did you mean: '{nearest}'?" in done.stderr


@by_class
def test_copies_and_pickles(thing: Any) -> None:
    for same in (copy.copy(thing), copy.deepcopy(thing), pickle.loads(pickle.dumps(thing))):
        assert type(same) is type(thing) and repr(same) == repr(thing)


@by_class
def test_inspection(thing: Any) -> None:
    names = [name for name, _ in inspect.getmembers(thing)]
    assert set(names) >= set(dir(thing)) and "clone" not in names and "forward" not in names
    assert DisplayFormatter().format(thing)[0]["text/plain"]  # type: ignore[no-untyped-call]
    pydoc.render_doc(type(thing))


def test_numpy_holds_values_as_objects() -> None:
    array = np.array([Value(1.0), Value(2.0)])
    assert array.shape == (2,) and array.dtype == object
    assert [v.data for v in np.exp(array) * np.float64(2.0)] == [2.0 * np.exp(1.0), 2.0 * np.exp(2.0)]


def test_dir_of_a_value_lists_what_it_has() -> None:
    assert {"data", "grad", "backward", "item"} <= set(dir(Value(1.0))) and "grad_fn" not in dir(Value(1.0))


def test_a_property_that_fails_says_what_failed_inside() -> None:
    class Own(nn.Module):
        @property
        def width(self) -> Any:
            return self.layres  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="no attribute 'layres'"):
        Own().width  # noqa: B018
    with pytest.raises(NotImplementedError, match=r"define __call__\(self, x\)"):
        Own()([1.0])


def test_a_model_with_forward_is_told_its_name() -> None:
    class Own(nn.Module):
        def forward(self, x: Any) -> Any:
            return x

    with pytest.raises(NotImplementedError, match=r"call its forward\(self, x\) __call__\(self, x\)"):
        Own()([1.0])


def test_a_module_half_made_can_be_asked() -> None:
    empty = nn.MLP.__new__(nn.MLP)
    with pytest.raises(AttributeError, match="no attribute 'layers'"):
        empty.layers  # noqa: B018
    assert not hasattr(nn.History.__new__(nn.History), "history")


# ----- A closed Value -----


@pytest.mark.skipif(not autograd.compiled, reason="plain Python's own error says less")
@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("velocity", r"a Value is closed \(see docs/closed-value.md\).* velocity = \{x: \.\.\.\}"),
        ("dta", "did you mean data"),
        ("_backward", r"@autograd\.operation"),
        ("_prev", r"@autograd\.operation"),
        ("op", "not writable"),
        ("value", "use x.data"),
    ],
)
def test_setting_an_attribute_that_is_not_there(name: str, match: str) -> None:
    x = Value(2.0)
    with pytest.raises(AttributeError, match=match):
        setattr(x, name, 1.0)


def test_setting_what_is_there() -> None:
    x = Value(2.0)
    x.data, x.grad, x.label, x.requires_grad = 3.0, 1.0, "x", False
    assert (x.data, x.grad, x.label, x.requires_grad) == (3.0, 1.0, "x", False)
    with pytest.raises(TypeError, match="got the text 'two'"):
        x.data = "two"  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="velocity"):
        del x.velocity  # type: ignore[attr-defined]


def test_star_import_leaves_pythons_own_alone() -> None:
    names: dict[str, Any] = {}
    exec("from autograd import *", names)
    for name in ("abs", "compile", "max", "min", "round", "sum"):
        assert name not in names and getattr(builtins, name) is not getattr(autograd, name)
    # Python's own never runs unseen where ours is meant: it refuses, or gives the same.
    x, xs = Value(-3.0), [Value(1.0), Value(3.0), Value(2.0)]
    things: list[Any] = [x, xs, lambda x: x * x]
    for thing in things:
        with pytest.raises(TypeError, match="arg 1 must be a string, bytes or AST object"):
            compile(thing, "f", "exec")
    for name, of in {"abs": x, "round": x, "max": xs, "min": xs, "sum": xs}.items():
        ours, pythons = getattr(autograd, name)(of), getattr(builtins, name)(of)
        assert ours.data == pythons.data and autograd.grad(ours, [x, *xs]) == autograd.grad(pythons, [x, *xs])


def test_only_a_missing_name_is_looked_up_in_the_table() -> None:
    program = "import nn, autograd; nn.MLP, autograd.Value; nn.losses.mse; import sys; print('difflib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
