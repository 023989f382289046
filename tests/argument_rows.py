"""One valid call of every public callable, what kind of thing each parameter takes, and what is left out, and why."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.neural_network import MLPRegressor

import nn
from autograd import Value, functions, reductions

Call = Callable[[], dict[str, Any]]

# ----- Things to call with -----


def graph() -> tuple[Value, Value]:
    """A leaf, and a small graph over it."""
    x = Value(0.5, label="x")
    return x, (x * 2.0 + 1.0).tanh() * x


def root() -> Value:
    return graph()[1]


def leaf_and_root(leaf: str, root: str) -> Call:
    """Arguments of these names that belong to one graph."""
    return lambda: dict(zip((leaf, root), graph(), strict=True))


def parameters() -> list[Value]:
    values = [Value(1.0, role="parameter"), Value(-2.0, role="parameter")]
    for v in values:
        v.grad = 0.5
    return values


def model() -> nn.MLP:
    return nn.MLP(2, [2, 1], "tanh", "sigmoid", seed=0)


def X() -> list[list[float]]:
    return [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]


def y() -> list[int]:
    return [0, 1, 1, 0]


def fitted() -> Any:
    return MLPRegressor(hidden_layer_sizes=[2], random_state=0).partial_fit(X(), y())


def squared(x: Any) -> Any:
    return x * x


def spread(x: Any) -> Any:
    return [x, x * x]


def saved_model() -> str:
    model().save("saved.safetensors")
    return "saved.safetensors"


def saved_array(path: str, shape: tuple[int, ...]) -> str:
    nn.idx.save_idx(path, np.zeros(shape, dtype=np.uint8))
    return path


def saved_mnist() -> str:
    saved_array("train-images-idx3-ubyte", (3, 2, 2))
    saved_array("train-labels-idx1-ubyte", (3,))
    return "."


class Norm(nn.BatchNorm):
    """One that is in evaluation, where it takes one example."""

    def __init__(self) -> None:
        super().__init__(2)
        self.eval()


def optimizer() -> nn.SGD:
    return nn.SGD(parameters(), lr=0.1, momentum=0.5)


def history() -> nn.History:
    log = nn.History()
    log.append({"loss": 0.5, "accuracy": 0.5}, {})
    log.append({"loss": 0.25, "accuracy": 1.0}, {})
    return log


ROWS: dict[str, Call] = {
    # ----- autograd -----
    "autograd.Value": lambda: {"data": 1.0},
    "autograd.Value.backward": lambda: {"self": root()},
    "autograd.Value.arctan2": lambda: {"self": Value(1.0), "x": 2.0},
    "autograd.Value.hypot": lambda: {"self": Value(1.0), "other": 2.0},
    "autograd.Value.clip": lambda: {"self": Value(1.0), "low": 0.0, "high": 2.0},
    "autograd.animate": lambda: {"root": root()},
    "autograd.clamp": lambda: {"x": 1.0},
    "autograd.compile": lambda: {"output": root()},
    "autograd.count_paths": leaf_and_root("leaf", "root"),
    "autograd.derivative": lambda: {"f": squared},
    "autograd.dot": lambda: {"weights": [1.0, Value(2.0)], "inputs": [3.0, 4.0]},
    "autograd.draw": lambda: {"root": root()},
    "autograd.elu": lambda: {"x": 1.0},
    "autograd.explain": leaf_and_root("wrt", "output"),
    "autograd.gelu": lambda: {"x": 1.0},
    "autograd.grad": leaf_and_root("inputs", "output"),
    "autograd.hardtanh": lambda: {"x": 1.0},
    "autograd.hessian": lambda: {"f": squared},
    "autograd.hvp": lambda: {"f": squared},
    "autograd.jacobian": lambda: {"f": spread},
    "autograd.jvp": lambda: {"f": squared},
    "autograd.label": lambda: {"names": {"x": Value(1.0)}},
    "autograd.leaky_relu": lambda: {"x": 1.0},
    "autograd.leaves": lambda: {"root": root()},
    "autograd.levels": lambda: {"root": root()},
    "autograd.operation": lambda: {"derivatives": lambda xp, y, x: 2.0 * x},
    "autograd.parameters": lambda: {"root": root()},
    "autograd.softplus": lambda: {"x": 1.0},
    "autograd.std": lambda: {"xs": [1.0, 2.0]},
    "autograd.topological_order": lambda: {"root": root()},
    "autograd.trace_table": lambda: {"output": root()},
    "autograd.value_and_grad": lambda: {"f": squared},
    "autograd.testing.gradcheck": lambda: {"f": squared, "inputs": [0.5]},
    "autograd.view": lambda: {"output": root()},
    "autograd.var": lambda: {"xs": [1.0, 2.0]},
    "autograd.where": lambda: {"condition": True, "a": 1.0, "b": 2.0},
    "autograd.why_order": lambda: {"output": root()},
    # ----- Modules -----
    "nn.ActivationLayer": lambda: {"activation": "tanh"},
    "nn.ActivationLayer.__call__": lambda: {"self": nn.ActivationLayer("tanh"), "x": [1.0, 2.0]},
    "nn.BatchNorm": lambda: {"width": 2},
    "nn.BatchNorm.__call__": lambda: {"self": Norm(), "x": [1.0, 2.0]},
    "nn.BatchNorm.batch": lambda: {"self": nn.BatchNorm(2), "xs": [[1.0, 2.0], [3.0, 4.0]]},
    "nn.Dropout": dict,
    "nn.Dropout.__call__": lambda: {"self": nn.Dropout(0.5, seed=0), "x": [1.0, 2.0]},
    "nn.Layer": lambda: {"nin": 2, "nout": 2},
    "nn.Layer.__call__": lambda: {"self": nn.Layer(2, 2), "x": [1.0, 2.0]},
    "nn.MLP": lambda: {"nin": 2, "nouts": [2, 1]},
    "nn.Module.activations": lambda: {"self": model(), "x": [1.0, 2.0]},
    "nn.Module.batch": lambda: {"self": nn.Layer(2, 2), "xs": [[1.0, 2.0]]},
    "nn.Module.load_state_dict": lambda: {"self": model(), "state": model().state_dict()},
    "nn.Module.train": lambda: {"self": model()},
    "nn.Neuron": lambda: {"nin": 2},
    "nn.Neuron.__call__": lambda: {"self": nn.Neuron(2), "x": [1.0, 2.0]},
    "nn.Neuron.weighted_sum": lambda: {"self": nn.Neuron(2), "x": [1.0, 2.0]},
    "nn.Perceptron": lambda: {"nin": 2},
    "nn.Perceptron.__call__": lambda: {"self": nn.Perceptron(2), "x": [1.0, 2.0]},
    "nn.Perceptron.fit": lambda: {"self": nn.Perceptron(2), "X": X(), "y": y()},
    "nn.Sequential": lambda: {"layers": nn.Layer(2, 1)},
    "nn.Sequential.__call__": lambda: {"self": model(), "x": [1.0, 2.0]},
    "nn.Sequential.batch": lambda: {"self": model(), "xs": X()},
    "nn.activations.Activation": lambda: {"name": "abs", "function": abs},
    "nn.activations.Activation.__call__": lambda: {"self": nn.activations.get("tanh"), "z": 1.0},
    "nn.activations.Activation.each": lambda: {"self": nn.activations.get("tanh"), "zs": [1.0]},
    "nn.activations.get": lambda: {"activation": "tanh"},
    # ----- Optimizers -----
    "nn.Adagrad": lambda: {"parameters": parameters()},
    "nn.Adam": lambda: {"parameters": parameters()},
    "nn.AdamW": lambda: {"parameters": parameters()},
    "nn.RMSProp": lambda: {"parameters": parameters()},
    "nn.SGD": lambda: {"parameters": parameters()},
    "nn.Optimizer.load_state_dict": lambda: {"self": optimizer(), "saved": optimizer().state_dict()},
    "nn.optim.get": lambda: {"optimizer": "sgd", "parameters": parameters()},
    "nn.sgd": lambda: {"parameters": parameters(), "lr": 0.1},
    "nn.clipping.clip_norm": lambda: {"parameters": parameters(), "max_norm": 1.0},
    "nn.clipping.clip_value": lambda: {"parameters": parameters(), "max_value": 1.0},
    "nn.regularization.l1": lambda: {"parameters": parameters(), "strength": 0.1},
    "nn.regularization.l2": lambda: {"parameters": parameters(), "strength": 0.1},
    "nn.regularization.weights_of": lambda: {"model": model()},
    # ----- Training -----
    "nn.fit": lambda: {"model": model(), "X": X(), "y": y(), "progress": False},
    "nn.training.evaluate": lambda: {"model": model(), "X": X(), "y": y()},
    "nn.training.predict": lambda: {"model": model(), "X": X()},
    "nn.training.predict_proba": lambda: {"model": model(), "X": X()},
    "nn.training.predict_classes": lambda: {"model": model(), "X": X()},
    "nn.EarlyStopping": dict,
    "nn.ReduceLROnPlateau": dict,
    "nn.History": dict,
    "nn.callbacks.EpochFunction": lambda: {"function": print},
    "nn.animation.Film": lambda: {"X": X(), "y": y()},
    "nn.schedules.constant": lambda: {"rate": 0.1},
    "nn.schedules.step_decay": lambda: {"rate": 0.1, "every": 2},
    "nn.schedules.exponential": lambda: {"rate": 0.1, "factor": 0.5},
    "nn.schedules.linear": lambda: {"start": 0.1, "end": 0.0, "steps": 3},
    "nn.schedules.cosine": lambda: {"rate": 0.1, "steps": 3},
    "nn.schedules.warmup": lambda: {"steps": 3, "then": 0.1},
    "nn.schedules.warmup_cosine": lambda: {"rate": 0.1, "warmup_steps": 2, "steps": 5},
    "nn.init.gain": lambda: {"activation": "tanh"},
    "nn.init.generator": lambda: {"seed": 0},
    "nn.init.get": lambda: {"rule": "zeros"},
    # ----- Losses, metrics, data -----
    "nn.losses.binary_cross_entropy": lambda: {"predictions": [Value(0.5)], "targets": [1]},
    "nn.losses.binary_cross_entropy_with_logits": lambda: {"predictions": [Value(0.5)], "targets": [1]},
    "nn.losses.cross_entropy": lambda: {"predictions": [[Value(0.5), 0.5]], "targets": [1]},
    "nn.losses.categorical_cross_entropy": lambda: {"predictions": [[Value(0.5), 0.5]], "targets": [1]},
    "nn.losses.get": lambda: {"loss": "mse"},
    **{
        f"nn.losses.{name}": lambda: {"predictions": [Value(0.5), 1.0], "targets": [1, -1]}
        for name in ("mse", "squared_error", "half_squared_error", "mae", "huber", "hinge")
    },
    **{
        f"nn.metrics.{name}": lambda: {"truth": [0, 1], "predictions": [1, 1]}
        for name in ("accuracy", "confusion_matrix", "precision", "recall", "f1", "mse", "mae", "r2")
    },
    "nn.metrics.get": lambda: {"metric": "accuracy"},
    "nn.data.batches": lambda: {"X": X(), "y": y(), "batch_size": 2},
    "nn.data.train_validation_split": lambda: {"X": X(), "y": y()},
    "nn.data.standardise": lambda: {"X": X()},
    "nn.data.one_hot": lambda: {"y": y()},
    "nn.datasets.moons": lambda: {"n": 4},
    "nn.datasets.circles": lambda: {"n": 4},
    "nn.datasets.spirals": lambda: {"n": 4},
    "nn.datasets.xor": dict,
    "nn.datasets.digits": dict,
    # ----- Elsewhere -----
    "nn.sklearn.MLPClassifier": lambda: {"max_iter": 1},
    "nn.sklearn.MLPRegressor": lambda: {"max_iter": 1},
    "nn.from_sklearn": lambda: {"estimator": fitted()},
    "nn.from_torch": lambda: {"model": nn.to_torch(model())},
    "nn.to_sklearn": lambda: {"model": model()},
    "nn.to_torch": lambda: {"model": model()},
    "nn.summary.summarise": lambda: {"model": model()},
    # ----- Files -----
    "nn.save": lambda: {"model": model(), "path": "model.safetensors"},
    "nn.load": lambda: {"path": saved_model()},
    "nn.io.load_weights": lambda: {"model": model(), "path": saved_model()},
    "nn.io.checked_target": lambda: {"path": "model.safetensors"},
    "nn.idx.load_idx": lambda: {"path": saved_array("a.idx", (2,))},
    "nn.idx.save_idx": lambda: {"path": "a.idx", "array": np.array([1.0, 2.0])},
    "nn.idx.load_mnist": lambda: {"directory": saved_mnist()},
    # ----- Plots -----
    "nn.plots.decision_boundary": lambda: {"model": model(), "X": X(), "y": y(), "resolution": 3},
    "nn.plots.confusion_matrix": lambda: {"truth": [0, 1], "predictions": [1, 1]},
    "nn.plots.learning_rates": lambda: {"runs": {0.1: [2.0, 1.0]}},
    "nn.plots.loss_curve": lambda: {"history": [2.0, 1.0]},
    "nn.plots.metric_curve": lambda: {"history": history(), "metric": "accuracy"},
    "nn.plots.loss_along_weight": lambda: {"loss": lambda: 1.0, "weight": Value(1.0)},
    "nn.plots.activation_functions": dict,
    "nn.plots.gradient_sizes": lambda: {"model": {"layer 0": [0.5]}},
    "nn.plots.network": lambda: {"model": model()},
    "nn.plots.first_layer": lambda: {"model": model()},
}

_SEEN: list[object] = []
for _name in dir(functions):
    if _name not in functions.__all__ or getattr(functions, _name) in _SEEN:
        continue  # of two names for one function, the first
    _SEEN.append(getattr(functions, _name))
    _of_one = len(inspect.signature(getattr(functions, _name)).parameters) == 1
    ROWS.setdefault(f"autograd.{_name}", (lambda: {"x": 0.5}) if _of_one else (lambda: {"a": 1.0, "b": 2.0}))
for _name in reductions.__all__:
    ROWS.setdefault(f"autograd.{_name}", lambda: {"xs": [1.0, Value(2.0)]})

# ----- What a parameter takes, by its name; and where a name means something else -----

_NAMES_BY_KIND = {
    "operand": "a b x other low high slope alpha beta condition",
    "operands": "xs",
    "Value": "output root leaf weight",
    "Values": "parameters",
    "function": "f function",
    "text": "name symbol latex convention title rule",
    "flag": """
        legend derivatives gradients overwrite subscripts allow_unused fused shuffle drop_last stratify batch_norm
        over_layer named nesterov centered resume mode restore_best_weights progress requires_grad early_stopping
        retain_graph
    """,
    "count": """
        nin nout width order fan_out n epochs every steps warmup_steps patience batch_size resolution points precision
        max_rows max_calls max_nodes height size max_iter n_iter_no_change cooldown
    """,
    "count or none": "classes k count checkpoint_every columns",
    "count or flag": "verbose",
    "counts": "nouts",
    "counts or count": "hidden_layer_sizes",
    "setting": """
        lr l1 l2 eps momentum dampening weight_decay lr_decay rate factor start end initial_accumulator_value p dropout
        noise turns min_delta max_norm max_value strength delta seconds time_limit span fraction validation_split
        correction threshold label_smoothing learning_rate_init tol validation_fraction min_lr
    """,
    "setting or none": "clip_norm clip_value",
    "pair of settings": "betas",
    "choice": "rankdir theme format reduction approximate threshold_mode role direction part engine",
    "choice or none": "collapse",
    "rule": "optimizer metric solver",
    "rule or none": "init loss",
    "rule or none or flag": "activation output_activation",
    "flag or none": "nonlin",
    "seed": "seed",
    "model": "model state saved",
    "estimator": "estimator",
    "path": "path directory",
    "table": "X",
    "numbers": "y predictions targets",
    "labels": "truth",
    "axes": "ax",
}
KINDS = {name: kind for kind, names in _NAMES_BY_KIND.items() for name in names.split()}

OVERRIDES: dict[str, str] = {
    "autograd.Value.data": "number",
    "autograd.Value.label": "text",
    "autograd.Value.backward.grad": "number",
    "autograd.clamp.low": "operand or none",
    "autograd.clamp.high": "operand or none",
    "autograd.compile.output": "Value or none or function",
    "autograd.compile.inputs": "list",
    "autograd.compile.parameters": "list",
    "autograd.compile.dtype": "choice",
    "autograd.dot.weights": "ordered operands",
    "autograd.dot.inputs": "ordered operands",
    "autograd.dot.bias": "operand or none",
    "autograd.draw.highlight": "Value or none or text or count",
    "autograd.explain.wrt": "Value",
    "autograd.explain.grain": "choice",
    "autograd.explain.symbol": "text",
    "autograd.explain.k": "count",
    "autograd.explain.width": "count",
    "autograd.grad.inputs": "Value or Values",
    "autograd.grad.seed": "number",
    "autograd.grad.create_graph": "flag or none",
    "autograd.Value.backward.create_graph": "choice",
    "autograd.label.names": "mapping or none",
    "autograd.label.values": "value values",  # of a list, the Values are named
    "autograd.operation.derivatives": "function",
    "autograd.operation.kink": "function or none",
    "autograd.softmax.xs": "ordered operands",
    "autograd.log_softmax.xs": "ordered operands",
    "autograd.testing.gradcheck.f": "function",
    "autograd.testing.gradcheck.inputs": "operand",
    **{f"autograd.testing.gradcheck.{name}": "zero half large" for name in ("rtol", "atol")},
    "autograd.testing.gradcheck.step": "none half large",
    "autograd.topological_order.root": "Value or list",
    "nn.Sequential.layers": "model",
    **{f"nn.sklearn.{kind}.activation": "rule" for kind in ("MLPClassifier", "MLPRegressor")},
    **{f"{name}.alpha": "setting" for name in ("nn.RMSProp", "nn.sklearn.MLPClassifier", "nn.sklearn.MLPRegressor")},
    "nn.Dropout.seed": "seed",
    "nn.Module.train.mode": "flag",
    "nn.ReduceLROnPlateau.mode": "choice",
    "nn.ReduceLROnPlateau.monitor": "text or none",
    "nn.losses.cross_entropy.weight": "none or pair array",
    "nn.EarlyStopping.mode": "choice",
    "nn.EarlyStopping.monitor": "text or none",
    "nn.losses.huber.delta": "number",
    "nn.History.settings": "mapping or none",
    "nn.Perceptron.threshold": "setting or none",
    "nn.activations.Activation.__call__.z": "operand",
    "nn.activations.Activation.each.zs": "ordered operands",
    "nn.init.gain.activation": "choice",
    "nn.init.get.rule": "function or none",
    "nn.init.get.activation": "text",
    "nn.animation.Film.y": "labels or values",
    "nn.init.gain.slope": "setting",
    "nn.optim.get.lr": "setting or none",
    "nn.optim.get.optimizer": "function",
    "nn.schedules.warmup.then": "setting or function",
    "nn.fit.validation_data": "none",
    "nn.fit.metrics": "list or none or dict or set",
    "nn.fit.callbacks": "callbacks or none",
    "nn.fit.early_stopping": "flag or count or none",
    "nn.fit.schedule": "none",
    "nn.fit.regularization": "function or none",
    "nn.fit.sample_weight": "none",
    "nn.fit.class_weight": "none",
    "nn.fit.lr": "setting or none",
    "nn.fit.batch_size": "count or none",
    "nn.fit.checkpoint": "path or none",
    "nn.fit.verbose": "count or none or flag",
    "nn.fit.optimizer": "function",
    "nn.training.evaluate.metrics": "list or none or dict or set",
    "nn.training.predict_classes.labels": "any pair or array",
    "nn.metrics.get.metric": "function",
    "nn.metrics.confusion_matrix.labels": "labels or none",
    **{f"nn.metrics.{name}.average": "choice or none" for name in ("precision", "recall", "f1")},
    **{f"nn.metrics.{name}.positive": "label" for name in ("precision", "recall", "f1")},
    **{f"nn.metrics.{name}.zero_division": "number" for name in ("precision", "recall", "f1")},
    **{f"nn.metrics.{name}.predictions": "labels" for name in "accuracy confusion_matrix precision recall f1".split()},
    **{f"nn.datasets.{name}.labels": "any pair" for name in ("moons", "circles", "spirals", "xor")},
    "nn.data.standardise.scaling": "none",
    **{f"nn.losses.binary_cross_entropy{end}.predictions": "numbers or operand" for end in ("", "_with_logits")},
    "nn.data.batches.X": "labels",
    "nn.data.batches.y": "labels",
    "nn.data.train_validation_split.X": "labels",
    "nn.data.train_validation_split.y": "labels",
    "nn.idx.load_idx.max_bytes": "count or none",
    "nn.idx.save_idx.array": "array",
    "nn.plots.confusion_matrix.labels": "labels or none",
    "nn.plots.confusion_matrix.predictions": "labels",
    "nn.plots.decision_boundary.y": "labels",
    "nn.plots.decision_boundary.threshold": "setting or none",
    "nn.plots.learning_rates.runs": "mapping",
    "nn.plots.loss_curve.history": "numbers or mapping",
    "nn.plots.metric_curve.history": "mapping",
    "nn.plots.metric_curve.metric": "text",
    "nn.plots.activation_functions.names": "text",
    "nn.plots.first_layer.shape": "none",
    "nn.plots.loss_along_weight.loss": "function",
    "nn.plots.loss_along_weight.path": "numbers",
    "nn.plots.loss_along_weight.span": "pair of settings or none",
    "nn.plots.network.x": "example or none",
    "nn.plots.network.shape": "none",
    "nn.plots.network.classes": "labels or none",
    "nn.plots.gradient_sizes.model": "mapping",
    "nn.ActivationLayer.__call__.x": "example or many",
    "nn.Dropout.__call__.x": "example or many",
    **{
        f"nn.{name}.x": "example"
        for name in (
            "BatchNorm.__call__ Layer.__call__ Neuron.__call__ Neuron.weighted_sum Perceptron.__call__ "
            "Sequential.__call__ Module.activations"
        ).split()
    },
    **{f"nn.{name}.xs": "table" for name in ("BatchNorm.batch", "Module.batch", "Sequential.batch")},
}

# ----- What is not tried, by names or parts of names, and why -----

LEFT_OUT: dict[str, str] = {
    r".*\.(\w*Error|GradientMismatch)": "errors are made where they are raised",
    r"nn\.Optimizer|.*\.(update|start_of|check_together)": "for those who write an optimizer, called by `step`",
    r"nn\.\w*\.?(Callback|EarlyStopping|ReduceLROnPlateau|Film|EpochFunction)\.\w+": "called by `fit`",
    r"nn\.callbacks\.(Monitor.*|check_hooks)": "what callbacks share, and a check of `fit`",
    r"nn\.History\.(append|load_json)": "called by `fit`, with what it holds",
    r"nn\.(BatchNorm\.follow|Dropout\.draw|Module\.__call__)": "steps of a module, after its checks",
    r"nn\.init\.(zeros|given|drawn|uniform|normal|(xavier|he|lecun)_\w+|name_of)": "called by `Neuron`, which checks",
    r"nn\.(clipping\.scale_for|datasets\.resize|summary\.(Row|Summary|activations_by_layer))": "inner steps",
    r"nn\.(losses\.(data|elementwise)|metrics\.(classes_of|paired_\w+|sort_labels)|optim\.check_parameters)": "checks",
    r"nn\.sklearn\.\w+\.\w+": "what comes to `fit` and `predict` is checked by scikit-learn, in its own words",
    r"nn\.io\.(?!load_weights|checked_target)\w+": "inner steps",
    r"nn\.animation\.Film\.save": "tests/nn/test_animation.py has the files",
    r"nn(\.training)?\.fit\.devices": "those of JAX: tests/jax/training has them",
    r"autograd\.testing\.(?!gradcheck$|gradcheck\.)\w+": "tests/checking",
    r"nn\.sklearn\.MLP\w+\.random_state": "checked by scikit-learn, in its own words",
}
