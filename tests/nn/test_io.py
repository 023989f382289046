"""Models in files: what comes back, and the many ways in which a file can be wrong."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

import nn
from autograd import Value
from nn import MLP, ActivationLayer, BatchNorm, Dropout, Layer, Module, Neuron, Perceptron, Sequential
from nn import io as nn_io

X = [0.5, -1.5]

MODELS = {
    "mlp": MLP(2, [3, 1], "tanh", "sigmoid", seed=0),
    "everything": MLP(2, [4, 3, 2], "leaky_relu", "softmax", seed=1, dropout=0.25, batch_norm=True),
    "expanded": MLP(2, [1, 1], seed=2, fused=False),
    "sequential": Sequential(Sequential(Layer(2, 1, "elu", seed=0)), ActivationLayer("softmax"), Layer(1, 3, seed=1)),
    "neuron": Neuron(2, "tanh", seed=0),
    "perceptron": Perceptron(2, "sigmoid", threshold=0.7, init="normal", seed=0),
    "norm": BatchNorm(2, momentum=0.25, eps=1e-3),
    "dropout": Dropout(0.75),
    "softmax layer": Layer(2, 3, "softmax", seed=0),
}


def data(y: Any) -> list[float]:
    return [v.data if isinstance(v, Value) else v for v in (y if isinstance(y, list) else [y])]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    path = tmp_path / "m.safetensors"
    model.save(path)
    again = nn.load(path)
    assert type(again) is type(model)
    assert repr(again) == repr(model)
    assert again.state_dict() == model.state_dict()
    assert list(again.state_dict()) == list(model.state_dict())
    assert [p.label for p in again.parameters()] == [p.label for p in model.parameters()]
    assert again.training
    assert data(again.eval()(X)) == data(model.eval()(X))
    model.train()


def test_settings_come_back(tmp_path: Path) -> None:
    path = tmp_path / "m"
    nn.save(Sequential(BatchNorm(2, momentum=0.25, eps=1e-3), Dropout(0.75), Neuron(2, fused=False)), path)
    norm, dropout, neuron = nn.load(path).layers
    assert (norm.momentum, norm.eps, dropout.p, neuron.fused) == (0.25, 1e-3, 0.75, False)


def test_running_statistics_and_frozen_layers_come_back(tmp_path: Path) -> None:
    model: Any = MLP(2, [3, 1], seed=0, batch_norm=True)
    model.batch([[1.0, 2.0], [3.0, 5.0]])
    model.layers[0].freeze()
    model.save(tmp_path / "m")
    again: Any = nn.load(tmp_path / "m")
    assert again.layers[1].running_mean == model.layers[1].running_mean != [0.0] * 3
    assert [p.requires_grad for p in again.parameters()] == [p.requires_grad for p in model.parameters()]


@given(st.lists(st.floats(allow_nan=False), min_size=3, max_size=3))
def test_every_number_comes_back_bit_for_bit(numbers: list[float]) -> None:
    neuron = Neuron(2)
    neuron.load_state_dict(dict(zip(["w0", "w1", "b"], numbers, strict=True)))
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"chaingrad-test-{os.getpid()}"
    try:
        neuron.save(path)
        assert [repr(x) for x in nn.load(path).state_dict().values()] == [repr(x) for x in numbers]
    finally:
        path.unlink()


def test_the_file_is_plain_safetensors_that_others_read(tmp_path: Path) -> None:
    model = MLP(2, [3, 1], seed=0, batch_norm=True)
    model.save(str(tmp_path / "m.safetensors"))
    tensors = load_file(tmp_path / "m.safetensors")
    assert {name: (array.shape, array.dtype.name) for name, array in tensors.items()} == {
        "layers.0.weight": ((3, 2), "float64"),
        "layers.0.bias": ((3,), "float64"),
        "layers.1.gamma": ((3,), "float64"),
        "layers.1.beta": ((3,), "float64"),
        "layers.1.running_mean": ((3,), "float64"),
        "layers.1.running_var": ((3,), "float64"),
        "layers.3.weight": ((1, 3), "float64"),
        "layers.3.bias": ((1,), "float64"),
    }
    layer = model.layers[0]
    assert isinstance(layer, Layer)
    assert tensors["layers.0.weight"].tolist() == [[w.data for w in n.w] for n in layer.neurons]


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        MLP(2, [3, 1], seed=0, batch_norm=True, dropout=0.5).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


# ----- Modules of one's own -----


class Line(Module):
    def __init__(self) -> None:
        self.slope = Value(2.0, role="parameter")
        self.body = Layer(1, 2, seed=0)

    def __call__(self, x: Any) -> Any:
        return self.slope * x


def test_a_class_of_your_own_is_saved_for_its_weights(tmp_path: Path) -> None:
    line = Line()
    line.slope.data = 5.0
    line.save(tmp_path / "m")
    with pytest.raises(ValueError, match=r"m cannot be loaded: Line is a class of your own: .* load_weights\(path\)"):
        nn.load(tmp_path / "m")
    other = Line()
    other.load_weights(tmp_path / "m")
    assert other.state_dict() == line.state_dict()
    Sequential(Line()).save(tmp_path / "inside")
    with pytest.raises(ValueError, match="Line is a class of your own"):
        nn.load(tmp_path / "inside")


def test_weights_go_into_a_model_of_the_same_shape_alone(tmp_path: Path) -> None:
    MLP(2, [3, 1], seed=0).save(tmp_path / "m")
    same = MLP(2, [3, 1], "tanh", seed=1)
    same.load_weights(tmp_path / "m")
    assert same.state_dict() == MLP(2, [3, 1], seed=0).state_dict()
    for other, message in [
        (MLP(2, [4, 1], seed=1), r"does not fit this MLP: layers.0.weight has the shape \(3, 2\), expected \(4, 2\)"),
        (MLP(2, [3, 3, 1], seed=1), "does not fit this MLP: missing layers.2.bias, layers.2.weight"),
        (MLP(2, [3], seed=1), "does not fit this MLP: unexpected layers.1.bias, layers.1.weight"),
    ]:
        before = other.state_dict()
        with pytest.raises(ValueError, match=message):
            other.load_weights(tmp_path / "m")
        assert other.state_dict() == before


def test_weights_from_elsewhere_need_no_description(tmp_path: Path) -> None:
    save_file({"w": np.array([1.0, 2.0]), "b": np.array([3.0])}, tmp_path / "m")
    neuron = Neuron(2)
    neuron.load_weights(tmp_path / "m")
    assert neuron.state_dict() == {"w0": 1.0, "w1": 2.0, "b": 3.0}
    with pytest.raises(ValueError, match=r"its metadata have no 'chaingrad'; .* there is model.load_weights\(path\)"):
        nn.load(tmp_path / "m")


# ----- What a file cannot hold -----


def own(z: Any) -> Any:
    return 2 * z


def unlike() -> Layer:
    layer = Layer(2, 2, "relu")
    layer.neurons[1] = Neuron(2, "tanh")
    return layer


SHARED = Layer(2, 2)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (MLP(2, [3, 1], own), "layers.0 has the activation 'own', a function of your own, .* autograd.operation"),
        (Sequential(ActivationLayer(own)), "layers.0 has the activation 'own'"),
        (Neuron(2, own), "Neuron has the activation 'own'"),
        (Sequential(unlike()), r"layers.0.neurons.1, TanhNeuron\(2\), is unlike its layer"),
        (Sequential(SHARED, SHARED), "holds a layer in two places"),
        ("model", r"save\(\) takes a Module, got 'model' \(str\)"),
    ],
)
def test_what_a_file_cannot_hold_is_named_and_nothing_is_written(model: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(b"before")
    with pytest.raises(TypeError, match=message):
        nn.save(model, path)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["m"]


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m"
    MLP(2, [1], seed=0).save(path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        MLP(2, [1], seed=1).save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m"]


def test_a_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    Neuron(1).save(tmp_path / "m")
    assert stat.S_IMODE((tmp_path / "m").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_no_folder_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Neuron(1).save(tmp_path / "absent" / "m")
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "m")


# ----- What is no file of ours -----


def saved(tmp_path: Path) -> Path:
    path = tmp_path / "m"
    MLP(2, [3, 1], seed=0).save(path)
    return path


def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    model = MLP(2, [3, 1], seed=1)
    before = model.state_dict()
    for length in [*range(0, len(content), 7), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"m cannot be loaded: truncated or malformed \("):
            nn.load(path)
        with pytest.raises(ValueError, match=r"m cannot be loaded: truncated or malformed \("):
            model.load_weights(path)
    assert model.state_dict() == before


def test_a_file_with_a_byte_changed_loads_or_is_refused_but_never_fails_otherwise(tmp_path: Path) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    refused: list[str] = []
    for place in range(8 + int.from_bytes(content[:8], "little")):  # the header: every other byte is a number's
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x15]) + content[place + 1 :])
        try:
            assert isinstance(nn.load(path), Module)
        except ValueError as error:
            refused.append(str(error))
    assert all("m cannot be loaded: " in message for message in refused)
    assert len(refused) > 0.8 * place


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x80\x04}.", b"\xff" * 64, b"\x02" + b"\x00" * 7 + b"{} and more", b"\x00" * 8]
)
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="m cannot be loaded: truncated or malformed"):
        nn.load(path)


LAYER = {"kind": "Layer", "nin": 2, "nout": 1, "activation": "relu", "fused": True}


def written(path: Path, architecture: Any, *, frozen: Any = (), version: Any = 1, raw: str | None = None) -> None:
    """A file with the tensors of a layer of two inputs and one neuron, and any description."""
    description = {"version": version, "architecture": architecture, "frozen": frozen}
    tensors = {"weight": np.array([[1.0, 2.0]]), "bias": np.array([3.0])}
    save_file(tensors, path, metadata={"chaingrad": json.dumps(description) if raw is None else raw})


def test_a_written_description_is_read(tmp_path: Path) -> None:
    written(tmp_path / "m", LAYER, frozen=["neurons.0.b"])
    layer = nn.load(tmp_path / "m")
    assert layer.state_dict() == {"neurons.0.w0": 1.0, "neurons.0.w1": 2.0, "neurons.0.b": 3.0}
    assert [p.requires_grad for p in layer.parameters()] == [True, True, False]


NESTED = '{"kind": "Sequential", "layers": [' * 400 + json.dumps(LAYER) + "]}" * 400


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        (None, "not the description of a module: None"),
        ([], r"not the description of a module: \[\]"),
        ({"kind": 3}, "not the description of a module"),
        ({"kind": "os.system", "layers": ["true"]}, "it has a module of unknown kind 'os.system'"),
        ({"kind": "Sequential", "layers": [LAYER, "relu"]}, "not the description of a module: relu"),
        ({"kind": "Sequential", "layers": []}, "its architecture has 0 numbers, its tensors 3"),
        ({"kind": "Sequential"}, "its architecture has 0 numbers, its tensors 3"),
        ({**LAYER, "nin": 10**15}, "its architecture has 1000000000000001 numbers, its tensors 3"),
        ({**LAYER, "nin": -1, "nout": 10**9}, "its architecture has 0 numbers"),
        ({**LAYER, "nin": "2"}, "its architecture has 0 numbers"),
        ({**LAYER, "nin": True, "nout": 1.0}, "its architecture has 0 numbers"),
        ({**LAYER, "activation": "rleu"}, "activation 'rleu' is not known"),
        ({**LAYER, "activation": None}, "an activation is a name, got None"),
        ({key: x for key, x in LAYER.items() if key != "activation"}, "not the description of a Layer: 'activation'"),
        ({"kind": "Neuron", "nin": 2, "activation": "softmax", "fused": True}, "softmax goes over a whole layer"),
        ({"kind": "Neuron", "nin": 2, "activation": "relu", "fused": True}, "missing b, w"),
        ({"kind": "Sequential", "layers": [LAYER]}, "missing layers.0.bias, layers.0.weight"),
        ({"kind": "Sequential", "layers": [LAYER, {"kind": "Dropout", "p": 3}]}, "p is the probability .* got 3.0"),
        ({"kind": "Sequential", "layers": [LAYER, {"kind": "Dropout", "p": "a"}]}, "not the description of a Dropout"),
        ({**LAYER, "nout": 3, "nin": 0}, "its architecture has 0 numbers"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused(architecture: Any, message: str, tmp_path: Path) -> None:
    written(tmp_path / "m", architecture)
    with pytest.raises(ValueError, match=f"m cannot be loaded: .*({message})"):
        nn.load(tmp_path / "m")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"version": 2}, "its format has version 2, this is version 1"),
        ({"version": None}, "its format has version None"),
        ({"raw": "[1]"}, r"its format has version \[1\]"),
        ({"raw": "{"}, "its description is no JSON"),
        ({"raw": "[" * 100_000}, "its description is no JSON"),
        ({"raw": f'{{"version": 1, "frozen": [], "architecture": {NESTED}}}'}, "its architecture is nested too deeply"),
        ({"raw": '{"version": 1}'}, "'architecture' is missing"),
        ({"raw": json.dumps({"version": 1, "architecture": LAYER})}, "'frozen' is missing"),
        ({"frozen": ["w7"]}, "'w7' is missing"),
        ({"frozen": 3}, "not iterable"),
    ],
)
def test_a_frame_that_makes_no_sense_is_refused(settings: Any, message: str, tmp_path: Path) -> None:
    written(tmp_path / "m", LAYER, **settings)
    with pytest.raises(ValueError, match=f"m cannot be loaded: .*{message}"):
        nn.load(tmp_path / "m")


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"weight": np.ones((1, 2), np.float32), "bias": np.ones(1)}, "weight has numbers of type F32, expected F64"),
        ({"weight": np.ones((1, 2)), "bias": np.ones(1, np.int64)}, "bias has numbers of type I64, expected F64"),
        ({"weight": np.ones((2, 1)), "bias": np.ones(1)}, r"weight has the shape \(2, 1\), expected \(1, 2\)"),
        ({"weight": np.ones(2), "bias": np.ones(1)}, r"weight has the shape \(2,\), expected \(1, 2\)"),
        ({"weight": np.ones((1, 2)), "b": np.ones(1)}, "missing bias"),
        ({"weight": np.ones((1, 2)), "bias": np.ones(1), "more": np.ones(0)}, "unexpected more"),
        ({"weight": np.ones((1, 2))}, "its architecture has 3 numbers, its tensors 2"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(tensors: dict[str, Any], message: str, tmp_path: Path) -> None:
    description = {"version": 1, "architecture": LAYER, "frozen": []}
    save_file(tensors, tmp_path / "m", metadata={"chaingrad": json.dumps(description)})
    with pytest.raises(ValueError, match=f"m cannot be loaded: .*{message}"):
        nn.load(tmp_path / "m")


def test_the_module_is_reached_as_nn_io() -> None:
    assert nn.io is nn_io
    assert nn.save is nn_io.save
