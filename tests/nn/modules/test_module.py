"""Modules: what counts as a parameter, how it is named, what a state holds, modes and freezing."""

import inspect
import pydoc
from collections import UserDict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from autograd import Value
from autograd import sum as sum_of
from nn import MLP, BatchNorm, Dropout, Layer, Module, Neuron, Sequential


def parameter(x: float = 1.0) -> Value:
    return Value(x, role="parameter")


class Parts(Module):
    """One of every kind of part."""

    def __init__(self) -> None:
        self.scale = parameter(1.0)
        self.w = [parameter(2.0), parameter(3.0)]
        self.w1 = [parameter(4.0)]
        self.grid = [[parameter(5.0)], [parameter(6.0), parameter(7.0)]]
        self.named = {"a": parameter(8.0), "b": Neuron(1)}
        self.pair = (Neuron(1), [Neuron(1)])
        self.constant = Value(9.0, role="constant")
        self.given = Value(9.0, requires_grad=False)
        self.result = self.scale * 2
        self.plain = [1, 2.0, "three", None, {4}]


NAMES = [
    "scale", "w0", "w1", "w1_0", "grid.0_0", "grid.1_0", "grid.1_1", "named.a", "named.b.w0", "named.b.b",
    "pair.0.w0", "pair.0.b", "pair.1.0.w0", "pair.1.0.b",
]  # fmt: skip


def test_parameters_are_found_in_every_kind_of_attribute_and_named_by_their_places() -> None:
    module = Parts()
    assert [name for name, _ in module.named_parameters()] == NAMES
    assert [p.label for p in module.parameters()] == NAMES
    assert module.parameters() == [p for _, p in module.named_parameters()]


def test_an_mlp_has_the_order_and_the_names_that_its_layers_give() -> None:
    model = MLP(2, [2, 1])
    assert [p.label for p in model.parameters()] == [
        "layers.0.neurons.0.w0", "layers.0.neurons.0.w1", "layers.0.neurons.0.b",
        "layers.0.neurons.1.w0", "layers.0.neurons.1.w1", "layers.0.neurons.1.b",
        "layers.1.neurons.0.w0", "layers.1.neurons.0.w1", "layers.1.neurons.0.b",
    ]  # fmt: skip
    assert model.parameters() == [p for layer in model.layers for p in layer.parameters()]
    assert all(p.role == "parameter" and p.is_leaf for p in model.parameters())


def test_a_value_written_without_a_role_is_a_parameter_too() -> None:
    class Line(Module):
        def __init__(self) -> None:
            self.slope = Value(2.0)

    line = Line()
    assert line.state_dict() == {"slope": 2.0}
    with pytest.raises(ValueError, match=r'slope cannot be frozen: make it with Value\(2, role="parameter"\)'):
        line.freeze()
    assert line.slope.requires_grad


def test_what_is_held_twice_is_listed_once_under_its_first_name() -> None:
    class Tied(Module):
        def __init__(self) -> None:
            self.first = Neuron(1)
            self.second = self.first
            self.again = self.first.b

    tied = Tied()
    assert list(tied.state_dict()) == ["first.w0", "first.b"]
    assert len(tied.parameters()) == 2
    assert len(list(tied.modules())) == 2


def test_modules_that_refer_to_each_other_are_walked_once() -> None:
    class Inner(Module):
        outer: Module

        def __init__(self) -> None:
            self.w = parameter()

    class Outer(Module):
        def __init__(self) -> None:
            self.inner = Inner()
            self.inner.outer = self
            self.b = parameter()

    assert list(Outer().state_dict()) == ["inner.w", "b"]
    assert list(Outer().inner.state_dict()) == ["w", "outer.b"]


def test_a_subclass_may_list_its_parameters_by_hand_as_in_micrograd() -> None:
    class ByHand(Module):
        def __init__(self) -> None:
            self.w = [Value(0.5), Value(0.25)]
            self.b = Value(0.0)
            self.cache = Value(9.0)
            self.hidden: Callable[[], Value] = lambda: extra

        def parameters(self) -> list[Value]:
            return [*self.w, self.b, self.hidden()]

    extra = Value(7.0)

    class Outer(Module):
        def __init__(self) -> None:
            self.part = ByHand()

    outer = Outer()
    expected = {"part.w0": 0.5, "part.w1": 0.25, "part.b": 0.0, "part.p3": 7.0}
    assert outer.state_dict() == expected
    assert outer.parameters() == outer.part.parameters()
    assert [p.label for p in outer.parameters()] == list(expected)


def test_a_subclass_may_add_to_the_parameters_that_are_found() -> None:
    extra = parameter(7.0)

    class More(Neuron):
        def parameters(self) -> list[Value]:
            return [*super().parameters(), extra]

    assert list(More(1, seed=0).state_dict()) == ["w0", "b", "p2"]


# ----- Labels -----


@pytest.mark.parametrize("ask", [Module.parameters, Module.state_dict, lambda m: list(m.modules())])
def test_a_look_at_a_model_survives_a_new_attribute(ask: Callable[[Module], Any]) -> None:
    """As another thread may set one, which begins a training: `training`, in each part."""

    class Growing(Module):
        def __init__(self, other: Module) -> None:
            self.p, self.other = parameter(1.0), other

        def parameters(self) -> list[Value]:
            vars(self.other)[f"new{len(vars(self.other))}"] = True
            return [self.p]

    outer: Any = Module()
    outer.growing, outer.last = Growing(outer), parameter(2.0)
    assert len(outer.parameters()) == 2
    ask(outer)


def test_the_outermost_module_that_was_asked_gives_the_labels() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.body = MLP(1, [1])

    net = Net()
    w = net.body.parameters()[0]
    assert w.label == "layers.0.neurons.0.w0"
    net.parameters()
    assert w.label == "body.layers.0.neurons.0.w0"
    assert next(name for name, _ in net.body.named_parameters()) == "layers.0.neurons.0.w0"
    net.body.layers[0].parameters()
    assert w.label == "body.layers.0.neurons.0.w0"


def test_a_new_container_labels_anew_and_a_new_part_is_labelled_when_it_is_met() -> None:
    layer = MLP(1, [1]).layers[0]
    model = Sequential(Layer(1, 1), layer)
    assert layer.parameters()[0].label == "layers.1.neurons.0.w0"
    Sequential(layer)
    assert layer.parameters()[0].label == "layers.0.neurons.0.w0"
    model.layers.append(Layer(1, 1))
    assert model.parameters()[-1].label == "layers.2.neurons.0.b"


def test_a_label_of_the_users_own_stays() -> None:
    model = MLP(1, [1])
    model.parameters()[0].label = "hours"
    assert next(iter(model.named_parameters()))[0] == "layers.0.neurons.0.w0"
    Sequential(model)
    assert model.parameters()[0].label == "hours"


# ----- Gradients, modes, freezing -----


def test_gradients_add_up_until_they_are_set_to_zero() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    model([1.0, 2.0]).backward()
    once = [p.grad for p in model.parameters()]
    model([1.0, 2.0]).backward()
    assert [p.grad for p in model.parameters()] == [2 * g for g in once]
    assert any(once)
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * len(once)


def test_train_and_eval_reach_every_part_and_return_the_module() -> None:
    model = MLP(2, [3, 1], dropout=0.5, batch_norm=True)
    assert all(part.training for part in model.modules())
    assert model.eval() is model
    assert not any(part.training for part in model.modules())
    assert model.train() is model
    assert all(part.training for part in model.modules())


def test_frozen_parameters_take_no_gradient_and_the_others_the_same_as_before() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    model([1.0, 2.0]).backward()
    free = [p.grad for p in model.parameters()]
    model.zero_grad()
    assert model.layers[0].freeze() is model.layers[0]
    model([1.0, 2.0]).backward()
    assert [p.grad for p in model.parameters()] == [0.0] * 9 + free[9:]
    assert [name for name, _ in model.named_parameters()] == list(model.state_dict())
    assert model.unfreeze() is model
    assert all(p.requires_grad for p in model.parameters())


def test_activations_are_those_of_evaluation_and_leave_the_modes_alone() -> None:
    model = MLP(2, [4, 3, 1], "sigmoid", dropout=0.5, batch_norm=True, seed=0)
    model.layers[0].eval()
    before = [part.training for part in model.modules()]
    held = model.activations([1.0, -1.0])
    assert [len(layer) for layer in held] == [4, 3, 1]
    assert held == model.activations([1.0, -1.0])
    assert all(0.0 < x < 1.0 for layer in held[:2] for x in layer)
    with pytest.raises(ValueError, match="takes 2 inputs, got 1"):
        model.activations([1.0])
    assert [part.training for part in model.modules()] == before
    model.eval()
    assert held[-1] == [model([1.0, -1.0]).data]


def test_activations_of_a_single_neuron_and_of_a_layer() -> None:
    neuron, layer = Neuron(2, "tanh", seed=0), Layer(2, 3, seed=0)
    assert neuron.activations([1.0, 2.0]) == [[neuron([1.0, 2.0]).data]]
    assert layer.activations([1.0, 2.0]) == [[v.data for v in layer([1.0, 2.0])]]


def test_a_module_that_computes_nothing_says_so() -> None:
    class Empty(Module):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty does not say what it computes: define __call__\(self, x\)"):
        Empty()([1.0])
    assert Empty().parameters() == []


def test_a_batch_is_the_outputs_of_its_examples() -> None:
    class Double(Module):
        def __call__(self, x: Any) -> Any:
            return 2 * x

    assert Double().batch([1.0, 2.0]) == [2.0, 4.0]


# ----- State -----


def test_a_state_goes_into_another_model_of_the_same_shape() -> None:
    model = MLP(2, [3, 1], batch_norm=True, seed=0)
    model.batch([[1.0, 2.0], [3.0, 5.0]])
    state = model.state_dict()
    assert list(state)[-6:] == [f"layers.1.running_{what}{i}" for what in ("mean", "var") for i in range(3)]
    assert all(type(x) is float for x in state.values())
    other = MLP(2, [3, 1], batch_norm=True, seed=1)
    assert other.state_dict() != state
    other.load_state_dict(state)
    assert other.state_dict() == state
    assert other.eval()([1.0, 2.0]).data == model.eval()([1.0, 2.0]).data


class Named(Parts):
    """With labels of the user's own, and one from a larger model."""

    def __init__(self) -> None:
        super().__init__()
        self.w[1].label, self.w1[0].label, self.scale.label = "mine", "outer.w1_0", "outer.scale"
        self.normal = BatchNorm(2)


STATES: dict[str, Callable[[], Module]] = {
    "every kind": Parts,
    "labels": Named,
    "a part": lambda: MLP(3, [2, 1]).layers[0],
    "normalised": lambda: Sequential(Layer(3, 2), BatchNorm(2), Sequential(Layer(2, 1))),
    "frozen": lambda: MLP(2, [2]).freeze(),
    "none": lambda: Dropout(0.5),
}


class OwnOrder(UserDict[str, Any]):
    """A mapping whose keys come in another order than it is gone through in."""

    def keys(self) -> Any:
        return sorted(self, reverse=True)


@pytest.mark.parametrize("what", STATES)
def test_a_state_is_the_names_and_numbers(what: str) -> None:
    model, other = STATES[what](), STATES[what]()
    expected = [*((name, p.data) for name, p in model.named_parameters()), *model.named_buffers()]
    labels = [p.label for p in model.parameters()]
    for _ in range(2):
        state = model.state_dict()
        assert type(state) is dict and list(state.items()) == expected
        assert [p.label for p in model.parameters()] == labels
    assert other.state_dict().keys() == state.keys()
    assert [p.label for p in other.parameters()] == labels
    # In any order, from any mapping, of any kind of number.
    changed = {name: x + 1.0 for name, x in expected}
    for given in (
        changed,
        dict(reversed(changed.items())),
        MappingProxyType(changed),
        OwnOrder(changed),
        {name: Fraction(x) for name, x in changed.items()},
    ):
        other.load_state_dict(STATES[what]().state_dict())
        other.load_state_dict(given)
        assert list(other.state_dict().items()) == list(changed.items())
    state.clear()
    assert list(model.state_dict().items()) == expected


class Colliding(Module):
    """With two numbers of one name."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def __call__(self, x: Any) -> Any:
        total: Any = sum_of([p * x[0] for p in self.parameters()])
        return total


COLLIDING: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "a list and one": (lambda: {"w": [parameter(1.0), parameter(2.0)], "w1": parameter(3.0)}, "w1"),
    "keys of two kinds": (lambda: {"part": {"0": parameter(1.0), 0: parameter(2.0)}}, "part.0"),
    "a dot in a key": (lambda: {"part": {"a.b": parameter(1.0), "a": {"b": parameter(2.0)}}}, "part.a.b"),
    "a buffer": (lambda: {"m0": parameter(1.0), "m": [2.0], "buffers": ("m",)}, "m0"),
}


@pytest.mark.parametrize("what", COLLIDING)
def test_two_numbers_of_one_name_are_refused_where_they_go_by_names(what: str, tmp_path: Path) -> None:
    make, name = COLLIDING[what]
    model = Colliding(**make())
    before = [p.data for p in model.parameters()]
    doors: dict[str, Callable[[], Any]] = {
        "state": model.state_dict,
        "load": lambda: model.load_state_dict({name: 5.0}),
    }
    if what != "a buffer":  # of which a checkpoint has a place of its own
        doors["checkpoint"] = lambda: model.fit([[1.0]], [9.0], checkpoint=tmp_path / "c", progress=False)
    for door in doors.values():
        with pytest.raises(ValueError, match=f"two numbers of the model are called {name}, .*: rename an attribute"):
            door()
    assert [p.data for p in model.parameters()] == before
    model.fit([[1.0]], [9.0], progress=False)  # which needs no names
    assert [p.data for p in model.parameters()] != before


def test_a_state_is_a_copy() -> None:
    model = MLP(1, [2, 1], batch_norm=True, seed=0)
    state = model.state_dict()
    model.batch([[1.0], [2.0]])
    model.parameters()[0].data = 9.0
    assert model.state_dict()["layers.0.neurons.0.w0"] == 9.0 != state["layers.0.neurons.0.w0"]
    assert state["layers.1.running_mean0"] == 0.0 != model.state_dict()["layers.1.running_mean0"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"w0": None}, TypeError, r"state\['w0'\]: a Value holds one real number, got None"),
        ({"b": "1.0"}, TypeError, r"state\['b'\]: a Value holds one real number, got the text '1.0'"),
        ({"b": Value(1.0)}, TypeError, r"state\['b'\]: .*use it as it is, or its .data"),
        ({"w2": 1.0, "z": 1.0}, ValueError, "the state does not fit Neuron: unexpected w2, z"),
        ({"del": ["w1", "b"]}, ValueError, "the state does not fit Neuron: missing w1, b"),
        ({"del": ["b"], "bias": 1.0}, ValueError, "missing b; unexpected bias"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change: Any, error: type[Exception], message: str) -> None:
    neuron = Neuron(2, seed=0)
    before = neuron.state_dict()
    state: dict[str, Any] = {name: x + 1 for name, x in before.items()}
    for name in change.pop("del", []):
        del state[name]
    with pytest.raises(error, match=message):
        neuron.load_state_dict({**state, **change})
    assert neuron.state_dict() == before


def test_a_long_list_of_names_is_cut_short() -> None:
    with pytest.raises(ValueError, match=r"missing layers.0.neurons.0.w0, .*, layers.0.neurons.1.w1 and 4 more$"):
        MLP(2, [2, 1]).load_state_dict({})


def test_the_parts_of_a_model_can_be_listed() -> None:
    model = Sequential(Dropout(0.5), BatchNorm(1))
    assert [name for name, _ in model.named_modules()] == ["", "layers.0", "layers.1"]
    assert [name for name, _ in model.children()] == ["layers.0", "layers.1"]
    assert dict(model.named_buffers()) == {"layers.1.running_mean0": 0.0, "layers.1.running_var0": 1.0}


# ----- Methods that are functions of other modules -----


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("fit", {"X", "y", "epochs", "lr", "engine"}, ["`engine`", "Raises", ">>> "]),
        ("predict", {"X"}, ["in evaluation mode"]),
        ("predict_classes", {"X", "threshold", "labels"}, ["`labels[1]`"]),
        ("evaluate", {"X", "y", "loss", "metrics"}, ["by default the one that fits the output"]),
        ("save", {"path"}, [".json", "FileNotFoundError"]),
        ("load_weights", {"path"}, ["tensors of the same names"]),
        ("summary", set(), ["table of the layers"]),
    ],
)
def test_help_on_a_method_is_all_that_its_function_says(name: str, parameters: set[str], words: list[str]) -> None:
    method = getattr(MLP(2, [1]), name)
    assert set(inspect.signature(method).parameters) >= parameters
    assert "self" not in inspect.signature(method).parameters
    text = pydoc.plain(pydoc.render_doc(method))
    assert text.partition("\n")[0].startswith(f"Python Library Documentation: method {name} in module nn.")
    assert all(word in text for word in [*parameters, *words])
    assert name in pydoc.plain(pydoc.render_doc(Module))


def test_a_subclass_may_extend_such_a_method() -> None:
    class Loud(MLP):
        def predict(self, X: Any, **settings: Any) -> Any:
            return [2 * y for y in super().predict(X, **settings)]

    model = Loud(1, [1], seed=0)
    assert model.predict([[3.0]]) == [2 * model([3.0]).data]
    assert Module.predict(model, [[3.0]]) == [model([3.0]).data]
