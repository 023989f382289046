"""The index of public names: everything it lists is there, and what is heavy is imported late."""

import pydoc
import subprocess
import sys
from importlib import import_module

import pytest

import nn


@pytest.mark.parametrize("name", nn._MODULES)
def test_every_module_listed_is_there(name: str) -> None:
    assert getattr(nn, name) is import_module(f"nn.{name}")
    assert name in dir(nn)


@pytest.mark.parametrize(("name", "module"), nn._NAMES.items())
def test_every_name_listed_is_there(name: str, module: str) -> None:
    found = getattr(nn, name)
    assert found is getattr(import_module(f"nn.{module}"), name)
    assert callable(found)
    assert name in dir(nn)


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="module 'nn' has no attribute 'Dense'"):
        nn.Dense  # noqa: B018


def test_what_is_listed_is_public_and_explained() -> None:
    assert len(dir(nn)) == len(set(dir(nn)))
    assert not [name for name in dir(nn) if name.startswith("_") or name not in str(nn.__doc__)]
    assert "Layer" in dir(nn)
    assert "PACKAGE CONTENTS" in pydoc.plain(pydoc.render_doc(nn))


def test_importing_it_imports_nothing_heavy() -> None:
    program = "import sys, nn; nn.MLP(2, [1])([1, 2]).backward(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "nn.mlp" in loaded
    assert not {"nn.training", "nn.io", "nn.summary"} & set(loaded)
    assert not {"numpy", "torch", "sklearn", "matplotlib", "safetensors", "tqdm", "jax"} & set(loaded)
