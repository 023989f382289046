"""Models in files: what comes back, and the many ways in which a file can be wrong."""

import os
import stat
import tempfile
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
    with tempfile.TemporaryDirectory() as folder:
        neuron.save(f"{folder}/m")
        assert [repr(x) for x in nn.load(f"{folder}/m").state_dict().values()] == [repr(x) for x in numbers]


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
        (
            MLP(2, [3, 1], own),
            "layers.0 has the activation 'own', a function of your own, .* autograd.operation",
        ),
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
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*absent' for 'm'; make it first"):
        Neuron(1).save(tmp_path / "absent" / "m")
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        nn.load(tmp_path / "m")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=r"is a folder: name a file in it, such as '.*/model\.safetensors'"):
        Neuron(1).save(tmp_path)
    with pytest.raises(IsADirectoryError, match=r"is a folder: name the file in it, such as 'model\.safetensors'"):
        nn.load(tmp_path)
    with pytest.raises(TypeError, match=r"a file is read from a path such as 'model\.safetensors', got 3 \(int\)"):
        nn.load(3)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["m.pt", "m.pth", "m.H5", "m.keras", "m.json", "m.pkl", "m.npz", "m.onnx"])
def test_the_name_of_another_format_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"safetensors, and \.{name[2:]} is another: name the file 'm\.safetensors'"):
        Neuron(1).save(tmp_path / name)
    assert not any(tmp_path.iterdir())


def test_the_module_is_reached_as_nn_io() -> None:
    assert nn.io is nn_io
    assert nn.save is nn_io.save
