"""Models in files: safetensors, numbers as float64, the architecture as JSON in the metadata. Nothing is ever executed.

A layer is two tensors, `layers.0.weight` with one row for each neuron and `layers.0.bias`, as other frameworks have it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save as to_bytes

from autograd.support import files
from autograd.support.text import got, short
from nn.io.architecture import build, describe, owned, size
from nn.module import Module, check_module

VERSION = 1
KEY = "chaingrad"
MOST_HEADER = 1 << 24  # bytes: names, shapes, the architecture, and the names of frozen parameters
MOST_BYTES = 1 << 30  # a hundred million numbers, each of which would become a Value of 200 bytes

Array = NDArray[np.float64]

_deserialize: Callable[[bytes], list[tuple[str, dict[str, Any]]]] = deserialize  # which has no types of its own


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write a model to a file; the file is replaced at once or not at all.

    Raises TypeError for what a file cannot hold: an activation that is a function of your own, a layer of unlike
    neurons, a layer held twice. A module class of your own is saved too, for `load_weights`. Raises ValueError for a
    name that says another format, such as .pt or .json, IsADirectoryError for a folder, and FileNotFoundError when the
    folder does not exist.

    >>> import tempfile
    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/m.safetensors")
    ...     again = load(f"{folder}/m.safetensors")
    >>> again.state_dict() == model.state_dict()
    True
    """
    if not isinstance(model, Module):
        raise TypeError(f"save() takes a Module, got {got(model)}")
    target = checked_target(path)
    frozen = [name for name, p in model.named_parameters() if not p.requires_grad]
    architecture = describe(model)
    state = model.state_dict()
    if not owned(architecture) and size(architecture) != len(state):
        raise TypeError(
            f"{short(model)} holds a layer in two places: a file cannot say that they share their parameters"
        )
    description = {"version": VERSION, "architecture": architecture, "frozen": frozen}
    tensors = {
        name: np.array([state[entry] for entry in slot.entries], dtype=np.float64).reshape(slot.shape)
        for name, slot in _slots(list(state)).items()
    }
    files.write(target, to_bytes(tensors, metadata={KEY: json.dumps(description)}))


def checked_target(path: str | os.PathLike[str]) -> Path:
    """The path of a file for a model; errors as `save`, which may be asked for them before a long training.

    >>> checked_target("model.json")
    Traceback (most recent call last):
    ValueError: a model is saved in the format safetensors, and .json is another: name the file 'model.safetensors'
    """
    target = files.target(path, "model.safetensors")
    if target.suffix.lower() in files.FOREIGN:
        raise ValueError(
            f"a model is saved in the format safetensors, and {target.suffix} is another: "
            f"name the file {short(target.with_suffix('.safetensors').name)}"
        )
    return target


def load(path: str | os.PathLike[str]) -> Module:
    """The model in a file that `save` wrote, in training mode as a new one.

    Raises ValueError if the file is truncated, malformed, larger than a model can be, or was not written by `save`;
    FileNotFoundError if it is not there, TypeError for what is no path.
    """
    tensors, description = _read(path)
    if description is None:
        raise _refusal(
            path, f"its metadata have no {short(KEY)}; for the numbers alone there is model.load_weights(path)"
        )
    try:
        architecture = description["architecture"]
        numbers = sum(array.size for array in tensors.values())
        if size(architecture) != numbers:  # before building: a few bytes could describe a network of any size
            raise ValueError(f"its architecture has {size(architecture)} numbers, its tensors {numbers}")
        model = build(architecture)
        _fill(model, tensors)
        parameters = dict(model.named_parameters())
        for name in description["frozen"]:
            parameters[name].requires_grad = False
    except KeyError as error:
        raise _refusal(path, f"{error} is missing") from None
    except (ValueError, TypeError) as error:
        raise _refusal(path, str(error)) from None
    except RecursionError:
        raise _refusal(path, "its architecture is nested too deeply") from None
    return model


def load_weights(model: Module, path: str | os.PathLike[str]) -> None:
    """Put the numbers of a file into a model that has tensors of the same names and shapes.

    Raises ValueError if they differ, or if the file is truncated or malformed; then the model is as it was. TypeError
    for what is no model, or no path.
    """
    check_module("load_weights", model)
    tensors, _ = _read(path)
    try:
        _fill(model, tensors)
    except ValueError as error:
        raise ValueError(f"{path} does not fit this {type(model).__name__}: {error}") from None


@dataclass(frozen=True)
class _Slot:
    """One tensor: its shape, and the names in the state of its entries, row by row."""

    shape: tuple[int, ...]
    entries: list[str]


def _slots(names: Sequence[str]) -> dict[str, _Slot]:
    """The tensors that hold a state with these names: one for the numbered entries of a list, two for a layer."""
    groups: dict[str, list[str]] = {}
    matrices: dict[str, set[str]] = {}
    for name in names:
        weight = re.fullmatch(r"(.*?)neurons\.(\d+)\.w\d+", name)
        bias = re.fullmatch(r"(.*?)neurons\.\d+\.b", name)
        tensor = weight[1] + "weight" if weight else bias[1] + "bias" if bias else re.sub(r"_?\d+$", "", name)
        groups.setdefault(tensor, []).append(name)
        if weight:
            matrices.setdefault(tensor, set()).add(weight[2])
    slots = {tensor: _Slot((len(entries),), entries) for tensor, entries in groups.items()}
    for tensor, neurons in matrices.items():
        rows, entries = len(neurons), groups[tensor]
        slots[tensor] = _Slot((rows, len(entries) // rows) if len(entries) % rows == 0 else (len(entries),), entries)
    return slots


def _fill(model: Module, tensors: dict[str, Array]) -> None:
    slots = _slots(list(model.state_dict()))
    for what, here, there in (("missing", slots, tensors), ("unexpected", tensors, slots)):
        names = sorted(name for name in here if name not in there)  # a file lists its tensors in no fixed order
        if names:
            raise ValueError(f"{what} {', '.join(names)}")
    for name, slot in slots.items():
        if tensors[name].shape != slot.shape:
            raise ValueError(f"{name} has the shape {tensors[name].shape}, expected {slot.shape}")
    state = {
        entry: float(x)
        for name, slot in slots.items()
        for entry, x in zip(slot.entries, tensors[name].ravel(), strict=True)
    }
    model.load_state_dict(state)


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, Array], dict[str, Any] | None]:
    """The tensors of a file, and what the metadata say if `save` wrote them."""
    content = _content(path)
    try:
        entries = _deserialize(content)
    except SafetensorError as error:
        raise _refusal(path, f"truncated or malformed ({error})") from None
    tensors: dict[str, Array] = {}
    for name, entry in entries:
        if entry["dtype"] != "F64":
            raise _refusal(path, f"{name} has numbers of type {entry['dtype']}, expected F64")
        tensors[name] = np.frombuffer(entry["data"], dtype="<f8").reshape(entry["shape"])
    # The library checked the header but gives its metadata only for files that it opens itself, a second time.
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    written = header.get("__metadata__", {}).get(KEY)
    if written is None:
        return tensors, None
    try:
        description = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise _refusal(path, f"its description is no JSON ({error})") from None
    if not isinstance(description, dict) or description.get("version") != VERSION:
        version = description.get("version") if isinstance(description, dict) else description
        raise _refusal(path, f"its format has version {short(version)}, this is version {VERSION}")
    return tensors, description


def _content(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file, refused before they are read if they are more than a model can have.

    A header of 100 MB would be unpacked by the library, and once more here; one that claims more than the file has is
    for the library to name.
    """
    with files.open_to_read(path, "model.safetensors") as file:
        header, size = int.from_bytes(file.read(8), "little"), os.fstat(file.fileno()).st_size
        if min(header, size) > MOST_HEADER:
            raise _refusal(path, f"it has a header of {header:,} bytes, expected at most {MOST_HEADER:,}")
        if size > MOST_BYTES:
            raise _refusal(path, f"it has {size:,} bytes, expected at most {MOST_BYTES:,}")
        file.seek(0)
        return bytes(files.read_up_to(file, size + 1))


def _refusal(path: str | os.PathLike[str], reason: str) -> ValueError:
    return ValueError(f"{path} cannot be loaded: {reason}")
