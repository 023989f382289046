"""Activations by name and as functions, against PyTorch at zeros, kinks and far out."""

import math
import pickle
import re
from typing import Any

import pytest
import torch
from torch.nn import functional as F

import autograd
from autograd import Value
from autograd.custom import operation
from nn import ActivationLayer
from nn.activations import ALIASES, NAMES, Activation, get

TORCH: dict[str, Any] = {
    "linear": lambda z: z * 1.0,
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "mish": F.mish,
    "softplus": F.softplus,
    "sigmoid": torch.sigmoid,
    "logsigmoid": F.logsigmoid,
    "tanh": torch.tanh,
    "hardtanh": F.hardtanh,
    "softsign": F.softsign,
}
OVER_A_LAYER: dict[str, Any] = {
    "softmax": lambda z: torch.softmax(z, -1),
    "log_softmax": lambda z: torch.log_softmax(z, -1),
}
POINTS = [0.0, 1.0, -1.0, 1e-3, -1e-3, 5.0, -5.0, 20.0, -20.0, 36.0, -36.0, 1000.0, -1000.0]


def test_every_name_has_an_oracle() -> None:
    assert set(NAMES) == TORCH.keys() | OVER_A_LAYER.keys()


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("x", POINTS)
def test_values_and_slopes_are_those_of_pytorch(name: str, x: float) -> None:
    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    expected = TORCH[name](t)
    expected.backward()
    assert t.grad is not None
    v = Value(x)
    y = get(name)(v)
    y.backward()
    assert y.data == pytest.approx(expected.item(), rel=1e-13, abs=1e-300)
    least = 1e-15 if name == "gelu_tanh" else 1e-300  # 1 + tanh cancels far to the left
    assert v.grad == pytest.approx(t.grad.item(), rel=1e-12, abs=least)
    assert get(name)(x) == y.data  # a plain number gives the plain number


@pytest.mark.parametrize("name", OVER_A_LAYER)
@pytest.mark.parametrize("zs", [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0], [7.0]])
def test_activations_over_a_layer_are_those_of_pytorch(name: str, zs: list[float]) -> None:
    for k in range(len(zs)):
        t = torch.tensor(zs, dtype=torch.float64, requires_grad=True)
        expected = OVER_A_LAYER[name](t)
        expected[k].backward()
        assert t.grad is not None
        vs = [Value(z) for z in zs]
        outputs = get(name).each(vs)
        outputs[k].backward()
        assert [y.data for y in outputs] == pytest.approx(expected.tolist(), rel=1e-13, abs=1e-300)
        assert [v.grad for v in vs] == pytest.approx(t.grad.tolist(), rel=1e-12, abs=1e-15)
    assert get(name).each(zs) == [y.data for y in outputs]


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_the_fields_other_names_are_known(alias: str, name: str) -> None:
    assert get(alias) is get(name)


@pytest.mark.parametrize("function", [autograd.tanh, autograd.relu, autograd.softmax, autograd.gelu, autograd.sin])
def test_an_engine_function_is_known_by_its_name(function: Any) -> None:
    found = get(function)
    assert found == get(function.__name__)
    assert found.named


def test_any_row_of_the_table_that_needs_one_number_will_do() -> None:
    assert get("sin")(Value(1.0)).op == "sin"
    assert get("softplus")(Value(1.0)).operands[1].data == 1.0  # the setting's default


def test_an_operation_of_your_own_is_known_by_name() -> None:
    @operation(lambda xp, y, x: 3.0 * x * x, name="cube_for_a_test")
    def cube(xp: Any, x: Any) -> Any:
        return x * x * x

    v = Value(2.0)
    y = get("cube_for_a_test")(v)
    y.backward()
    assert (y.data, v.grad, get("cube_for_a_test").named) == (8.0, 12.0, True)
    assert cube(2.0) == 8.0


def test_a_function_of_your_own_is_taken_as_it_is() -> None:
    def double(z: Any) -> Any:
        return 2 * z

    found = get(double)
    assert (found.name, found.named, found.over_layer) == ("double", False, False)
    assert found.each([1.0, 2.0]) == [2.0, 4.0]
    assert get(found) is found


def test_none_is_linear_and_case_does_not_matter() -> None:
    assert get(None) is get("linear") is get("Linear")
    assert get("ReLU") is get("relu")


@pytest.mark.parametrize("name", ["", "rleu", "+", "dot", "logsumexp", "maximum", "where"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(ValueError, match=rf"activation '{re.escape(name)}' is not known: choose one of linear, relu"):
        get(name)


def test_what_is_neither_name_nor_function_is_refused() -> None:
    with pytest.raises(TypeError, match=r"an activation is a name or a function, got 3 \(int\)"):
        get(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [*NAMES, "sin"])
def test_activations_can_be_pickled(name: str) -> None:
    assert pickle.loads(pickle.dumps(get(name))) == get(name)
    own = Activation("root", math.sqrt, named=False)
    assert pickle.loads(pickle.dumps(own)) == own


def test_an_activation_layer_applies_it_to_each_number_or_to_all() -> None:
    assert ActivationLayer("relu")([-1.0, 2]) == [0.0, 2.0]
    assert ActivationLayer(autograd.softmax)([0.0, 0.0]) == [0.5, 0.5]
    assert repr(ActivationLayer("relu")) == "ActivationLayer('relu')"
    with pytest.raises(TypeError, match=r"ActivationLayer\('relu'\) takes a list of numbers, got 1.0 \(float\)"):
        ActivationLayer("relu")(1.0)
