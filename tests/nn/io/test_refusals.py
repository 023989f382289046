"""Files that are no models: cut short, changed, foreign, or describing what cannot be."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import nn
from nn import MLP, Module


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


@pytest.mark.parametrize(
    ("size", "start", "message"),
    [
        (2 << 30, (2 << 30) - 8, "it has a header of 2,147,483,640 bytes, expected at most 16,777,216"),
        (2 << 30, 2, "it has 2,147,483,648 bytes, expected at most 1,073,741,824"),
        (8, 2**64 - 1, "truncated or malformed"),
    ],
)
def test_a_size_is_refused_before_it_is_read(size: int, start: int, message: str, tmp_path: Path) -> None:
    with (tmp_path / "m").open("wb") as file:
        file.write(start.to_bytes(8, "little"))
        file.truncate(size)  # of zeros that take no room on the disk
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=f"m cannot be loaded: {message}"):
            nn.load(tmp_path / "m")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("path", [0, 1, True, 2.5, None, b"m", ["m"]])
def test_what_is_no_path_is_refused(path: Any, tmp_path: Path) -> None:
    for ask in (nn.load, MLP(2, [1]).load_weights, MLP(2, [1]).save):
        with pytest.raises(TypeError, match=r"from a path such as|named by a path such as"):
            ask(path)


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
        ({"kind": "Sequential", "layers": [LAYER, {"kind": "Dropout", "p": 3}]}, "a number from 0 to 1, got 3"),
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
