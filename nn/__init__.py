"""Neural networks on scalars: modules, losses, optimizers, training in one call.

    >>> import nn
    >>> X, y = nn.datasets.xor()
    >>> model = nn.MLP(2, [8, 1], activation="tanh", output_activation="sigmoid", seed=1)
    >>> history = model.fit(X, y, lr=0.1, epochs=100, seed=1, progress=False)
    >>> model.predict_classes(X)
    [0, 1, 1, 0]

Models         MLP, Sequential, Layer, Neuron, Dropout, BatchNorm, ActivationLayer, Perceptron; Module for your own
In a model     `nn.activations`, `nn.init`: first weights; model.parameters(), state_dict(), summary() (`nn.summary`)
Training       model.fit, predict, evaluate; fit (`nn.training`), History, TrainingError, CompilationError
On the way     Callback, EarlyStopping, ReduceLROnPlateau (`nn.callbacks`), `nn.schedules`, `nn.clipping`,
               `nn.regularization`
By hand        `nn.losses`, `nn.metrics`; SGD, Adagrad, RMSProp, Adam, AdamW, sgd, Optimizer (`nn.optim`)
Data           `nn.datasets` to learn with, `nn.data` to prepare your own, `nn.idx` for MNIST's files
Files          model.save, load_weights; save, load (`nn.io`); CheckpointError, when `fit` cannot go on
Look           `nn.plots`: curves, boundaries, networks; `nn.animation`: training as a film
Elsewhere      to_torch, from_torch, to_sklearn, from_sklearn (`nn.exchange`); `nn.sklearn`: networks for pipelines

On the command line: `python -m nn`, the demo; `python -m nn digits`, a network that learns MNIST; `python -m nn train`,
a script with `fit(engine="jax")` in several processes.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

import autograd as _autograd

# HIPS's distribution `autograd` has the same import name: installed after this one, it replaces autograd/__init__.py;
# uninstalled, it takes that file away. Nobody else can tell: `from autograd import Value` ends in Python's own error.
if not hasattr(_autograd, "Value"):
    raise ImportError(
        "nn needs chaingrad's package autograd, but `import autograd` gives another one, from "
        f"{_autograd.__file__ or list(_autograd.__path__)}. Where that is HIPS's distribution autograd or what it left "
        "behind: `pip uninstall -y autograd chaingrad`, then `pip install chaingrad`. A file or folder of your own "
        "needs another name"
    )

from autograd.support import answers as _answers
from nn import activations as activations
from nn import init as init
from nn import losses as losses
from nn.layers import ActivationLayer as ActivationLayer
from nn.layers import BatchNorm as BatchNorm
from nn.layers import Dropout as Dropout
from nn.mlp import MLP as MLP
from nn.module import Module as Module
from nn.neuron import Layer as Layer
from nn.neuron import Neuron as Neuron
from nn.perceptron import Perceptron as Perceptron
from nn.stages import Sequential as Sequential

# The public modules. What takes longer to import, or is not needed by every program, is imported at its first use.
_MODULES = (
    "activations", "animation", "callbacks", "clipping", "data", "datasets", "exchange", "idx", "init", "io", "losses",
    "metrics", "optim", "plots", "regularization", "schedules", "sklearn", "summary", "training",
)  # fmt: skip
_NAMES = {
    "Optimizer": "optim", "SGD": "optim", "Adagrad": "optim", "RMSProp": "optim", "Adam": "optim", "AdamW": "optim",
    "sgd": "optim",
    "History": "training.history", "fit": "training",
    "Callback": "callbacks", "EarlyStopping": "callbacks", "ReduceLROnPlateau": "callbacks",
    "TrainingError": "training.divergence", "CompilationError": "training.engine",
    "CheckpointError": "training.checkpoint",
    "save": "io", "load": "io",
    "to_torch": "exchange", "from_torch": "exchange", "to_sklearn": "exchange", "from_sklearn": "exchange",
}  # fmt: skip


def __getattr__(name: str) -> _Any:
    if name in _MODULES:
        return _import_module(f"nn.{name}")
    if name in _NAMES:
        return getattr(_import_module(f"nn.{_NAMES[name]}"), name)
    raise _answers.missing_in("nn", name, __dir__())


def __dir__() -> list[str]:
    from importlib.util import find_spec

    # help(nn) looks every name up: nn.sklearn is left out where it cannot be imported.
    absent = () if find_spec("sklearn") else ("sklearn",)
    classes = [name for name, value in globals().items() if isinstance(value, type) and name[0] != "_"]
    return sorted({*classes, *_MODULES, *_NAMES}.difference(absent))
