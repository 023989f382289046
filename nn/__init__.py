"""Neural networks on scalars: modules, losses, optimizers, training. The index of public names."""

from importlib import import_module
from typing import Any

from nn import activations as activations
from nn import init as init
from nn import losses as losses
from nn.layers import ActivationLayer as ActivationLayer
from nn.layers import BatchNorm as BatchNorm
from nn.layers import Dropout as Dropout
from nn.mlp import MLP as MLP
from nn.mlp import Sequential as Sequential
from nn.module import Module as Module
from nn.neuron import Layer as Layer
from nn.neuron import Neuron as Neuron
from nn.perceptron import Perceptron as Perceptron

# What takes longer to import, or is not needed by every program, is imported at its first use.
_MODULES = (
    "animation", "callbacks", "clipping", "data", "datasets", "exchange", "idx", "io", "metrics", "optim", "plots",
    "regularization", "schedules", "sklearn", "summary", "training",
)  # fmt: skip
_NAMES = {
    "Optimizer": "optim", "SGD": "optim", "Adagrad": "optim", "RMSProp": "optim", "Adam": "optim", "AdamW": "optim",
    "sgd": "optim",
    "History": "training.history", "Callback": "callbacks", "EarlyStopping": "callbacks", "fit": "training",
    "TrainingError": "training.divergence", "CompilationError": "training.engine",
    "CheckpointError": "training.checkpoint",
    "save": "io", "load": "io",
    "to_torch": "exchange", "from_torch": "exchange", "to_sklearn": "coefs", "from_sklearn": "coefs",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"nn.{name}")
    if name in _NAMES:
        return getattr(import_module(f"nn.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'nn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_NAMES})
