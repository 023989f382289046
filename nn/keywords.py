"""What other libraries call the settings that have another name here, so that an error can say which one was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from autograd.support.keywords import suggest_keywords

__all__ = ["NAMES", "suggest_settings"]

P = ParamSpec("P")
R = TypeVar("R")

# Name here: what Keras, PyTorch, scikit-learn and habit call it.
_ELSEWHERE = {
    "lr": "learning_rate learning_rate_init rate eta eta0 step_size",
    "epochs": "epoch n_epochs num_epochs nb_epoch max_epochs max_iter n_iter iterations n_steps num_steps steps",
    "batch_size": "bs batch minibatch minibatch_size train_batch_size",
    "validation_data": "val_data valid_data validation val eval_set eval_data test_data X_val",
    "validation_split": "val_split validation_fraction val_fraction test_size validation_size",
    "fraction": "test_size validation_size val_split validation_split",
    "loss": "criterion loss_fn loss_function loss_func objective cost cost_function",
    "optimizer": "optim optimiser solver opt algorithm",
    "schedule": "scheduler lr_scheduler lr_schedule learning_rate_schedule learning_rate_scheduler",
    "early_stopping": "patience n_iter_no_change early_stop tol",
    "metrics": "scoring scores",
    "seed": "random_state random_seed rng generator key",
    "class_weight": "weight pos_weight",
    "parameters": "params model_parameters weights",
    "sample_weight": "weights",
    "clip_norm": "clipnorm global_clipnorm max_norm max_grad_norm gradient_clip gradient_clip_val grad_clip clip",
    "clip_value": "clipvalue max_value clip_grad_value",
    "l2": "weight_decay alpha l2_regularization kernel_regularizer regularizer reg l2_reg decay",
    "weight_decay": "l2 l2_regularization decay",
    "l1": "l1_regularization l1_reg",
    "regularization": "penalty",
    "checkpoint": "ckpt ckpt_path save_path save_dir",
    "checkpoint_every": "save_every save_freq save_steps",
    "resume": "warm_start",
    "progress": "show_progress progress_bar tqdm disable_tqdm silent quiet verbose",
    "nin": "in_features n_inputs n_in input_dim input_size input_shape inputs num_inputs n_features",
    "nout": "out_features units output_dim output_size n_outputs n_out outputs num_outputs neurons",
    "nouts": "hidden_layer_sizes hidden_sizes hidden_units hidden layers sizes layer_sizes widths out_features units",
    "width": "num_features n_features features",
    "activation": "act activation_function activation_fn nonlinearity nonlin",
    "output_activation": "final_activation last_activation",
    "p": "rate dropout_rate drop_rate drop_prob probability prob",
    "dropout": "dropout_rate drop_rate p",
    "batch_norm": "batch_normalization use_batchnorm bn norm",
    "init": "initializer kernel_initializer weight_init initialization init_method",
    "betas": "beta beta1 beta2 beta_1 beta_2",
    "alpha": "rho decay_rate smoothing",
    "eps": "epsilon",
    "nesterov": "nesterovs_momentum use_nesterov",
    "lr_decay": "learning_rate_decay",
    "patience": "wait n_iter_no_change",
    "min_delta": "tol delta threshold",
    "threshold": "min_delta epsilon tol",
    "n": "n_samples num_samples samples n_points num_points size",
    "noise": "std sigma cluster_std",
    "restore_best_weights": "restore_best restore_weights",
}
_OF_SOME_OPTIMIZERS = (
    "it belongs to SGD and RMSProp, others have settings of their own; to fit, give "
    "optimizer=functools.partial(nn.SGD, momentum=0.9)"
)
_NO_BIAS = "every neuron has a bias; to do without, freeze it at 0 with neuron.b.requires_grad = False"
_NO_CLOSURE = "it calls nothing: loss.backward() comes first, then optimizer.step()"
_SENTENCES = {
    "momentum": _OF_SOME_OPTIMIZERS,
    "betas": "it belongs to Adam and AdamW; to fit, give optimizer=functools.partial(nn.Adam, betas=(0.9, 0.99))",
    "nesterov": "it belongs to SGD; to fit, give optimizer=functools.partial(nn.SGD, momentum=0.9, nesterov=True)",
    "eps": "it belongs to the optimizer; to fit, give optimizer=functools.partial(nn.Adam, eps=1e-6)",
    "bias": _NO_BIAS,
    "use_bias": _NO_BIAS,
    "device": "there is no device to choose, leave it out",
    "dtype": "every number is a float64, leave it out",
    "amsgrad": "there is no AMSGrad here, leave it out",
    "parameters=": "give model.parameters(); to fit, give optimizer=functools.partial(nn.SGD, lr=0.1), which adds them",
    "nouts=": "give the widths of the layers, as in MLP(2, [16, 16, 1])",
    "y=": "give the targets after the examples, as in fit(X, y)",
    "activations": "give activation= for all hidden layers and output_activation= for the last; for one of each "
    'nn.Sequential(nn.Layer(2, 8, "relu"), nn.Layer(8, 1, "tanh"))',
    "n_classes": "there are two classes, with the labels that labels=(0, 1) says",
    "closure": _NO_CLOSURE,
    "step()": _NO_CLOSURE,
    "__call__()": "one example is one list, as in model([1.0, 0.0])",
    "set_to_none": "a gradient is a number, and is set to 0.0: leave it out",
    "foreach": "leave it out",
    "callback": "did you mean callbacks?",
    "maximize": "the loss is made small, give its negative to make something large",
}


def _names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for here, elsewhere in _ELSEWHERE.items():
        for word in elsewhere.split():
            names.setdefault(word, []).append(here)
    for word, sentence in _SENTENCES.items():
        names.setdefault(word, []).append(sentence)
    return names


NAMES = _names()


def suggest_settings(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function of `nn` answer a keyword that it does not take with the one that was meant.

    >>> @suggest_settings
    ... def train(*, lr=0.1, epochs=1): ...
    >>> train(learning_rate=0.5)
    Traceback (most recent call last):
    TypeError: train() got an unexpected keyword argument 'learning_rate': did you mean lr?
    """
    return suggest_keywords(NAMES)(function)
