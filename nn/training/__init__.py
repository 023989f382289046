"""Training by one call, and what follows: `fit`, `predict`, `predict_proba`, `predict_classes` and `evaluate`.

They are methods of every module.

Here is `fit`, which checks its arguments and hands them to the loop. The files beside it, in the order of their use:

- `arguments`: the arguments of `fit`, checked piece by piece; which engine, which callbacks.
- `examples`, `table`: X and y as checked lists of numbers, or as one array that reads as such lists.
- `predicting`: `predict`, `predict_proba`, `predict_classes`, `evaluate`, and the loss that suits a model.
- `outputs`, `kept`: outputs for many examples, by a program that stays with the model for the next call.
- `judge`: from outputs to classes, and from both to metrics.
- `loop`: epochs and steps, callbacks, schedules, what happens when a step fails.
- `engine`: one step: `EagerEngine` records a graph for it. `compiled/` does the same as array code, `jax/` on devices.
- `shifts`: gradients that are rounding alone, in front of a normalisation.
- `keeper`: all that a step changes, to be put back or written down.
- `watch`: gradients, updates, dead and saturated neurons of every layer.
- `history`, `diagnosis`: the log of a training, and what it says about what is wrong.
- `divergence`: the operation that began it when numbers become nan or infinite, and what to change.
- `checkpoint/`: a file that is written whole or not at all, checked whole, and one training at a time in its folder.
- `progress`: the bar.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from autograd import Value
from autograd.support.collector import no_collection
from autograd.support.settings import check_count, check_non_negative
from autograd.support.text import short
from nn.callbacks import Callback, EarlyStopping
from nn.keywords import suggest_settings
from nn.losses import Loss
from nn.module import InMode, Module
from nn.optim.optimizer import Optimizer
from nn.schedules import Schedule
from nn.stages import is_known, output_activation
from nn.training import arguments
from nn.training.arguments import ENGINES, CallbackLike
from nn.training.checkpoint import Checkpoint, CheckpointError
from nn.training.divergence import TrainingError
from nn.training.engine import CompilationError, EagerEngine, Objective
from nn.training.examples import checked
from nn.training.history import History
from nn.training.judge import Judge, decision_for
from nn.training.kept import programs_of
from nn.training.loop import Job, Loop, threads_for
from nn.training.predicting import (
    check_targets,
    chosen_loss,
    evaluate,
    loss_name,
    predict,
    predict_classes,
    predict_proba,
)

__all__ = [
    "ENGINES", "Callback", "CheckpointError", "CompilationError", "EarlyStopping", "History", "TrainingError",
    "evaluate", "fit", "predict", "predict_classes", "predict_proba",
]  # fmt: skip


@suggest_settings
def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: str | Loss | None = None,
    optimizer: str | Optimizer | Callable[..., Optimizer] = "adam",
    lr: float | None = None,
    epochs: int = 1,
    batch_size: int | str | None = "auto",
    validation_data: tuple[Any, Any] | None = None,
    validation_split: float = 0.0,
    metrics: Any = (),
    callbacks: Iterable[CallbackLike] = (),
    early_stopping: bool | int | EarlyStopping = False,
    schedule: Schedule | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    regularization: Callable[[Module], Value] | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    sample_weight: Any = None,
    class_weight: Mapping[Any, float] | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int | None = None,
    resume: bool = False,
    progress: bool = True,
    verbose: int | str | None = None,
    engine: str = "auto",
    devices: Any = None,
) -> History:
    """Train a model on examples, and return what happened, epoch by epoch.

    X holds one list of numbers for each example, y one target: a number, a class index or a list of numbers.

    - `loss`: a name or function of `nn.losses`; by default what suits the output (`predicting.chosen_loss`).
    - `optimizer`, `lr`, `schedule`: a name, class or instance of `nn.optim`, its rate, or the rate for each step.
    - `epochs`, `batch_size` (None: all examples at once; "auto": an eighth of them, from 4 to 32).
    - `shuffle`, `seed`: the same seed gives the same order; without one, it is one draw from Python's `random`.
    - `validation_data=(X, y)`, or `validation_split`: the last share of the examples as they stand, as in Keras.
    - `metrics`: names or functions of `nn.metrics`. `callbacks`: see `nn.callbacks`, or functions (epoch, logs).
    - `early_stopping`: True, a patience in epochs, or an `EarlyStopping`; the best weights are restored.
    - `l1`, `l2`: strengths of penalties on the weights, biases excepted; `regularization(model)` is one of your own.
    - `clip_norm`, `clip_value`: limits for the gradients.
    - `sample_weight`, `class_weight`: how much each example, or each class, counts in the loss.
    - `checkpoint`: a folder; after every epoch, and every `checkpoint_every` steps, all that is needed to go on is
      written there. `resume=True` goes on, with the same result bit for bit, or starts if there is nothing yet. All
      that changes numbers must be the same then, the engine too; only `epochs` may be others. Of your own functions,
      what their closures, defaults and attributes hold is compared. One training at a time uses a folder.
    - `progress`, or Keras's `verbose`: 0 nothing, 1 a bar, 2 a line for each epoch.
    - `engine`: "eager" records a graph for each step; "compiled" records one example, once, and trains as array code,
      with the same result up to rounding; "auto" compiles where that is possible, and says so if it is not. Compiled,
      code of your own (a module, a loss) runs when it is recorded and compared, and not at every step: a module that
      counts its calls, or keeps statistics of its own, needs "eager". "jax" is "compiled" on the devices of JAX, in
      float64 and with the same result up to rounding: all of them, or those of `devices`, a number or a list of
      `jax.devices()`. A batch is divided among them, and among the processes of `python -m nn train`.

    The model trains in training mode, whichever it is in; a part that is in the other mode keeps its own, such as a
    frozen normalisation (`model.layers[1].eval()`). Afterwards all are as before.

    Ctrl-C leaves the model as it was after the last finished step and returns the history so far.

    Raises ValueError and TypeError for arguments that do not fit, before anything changes; CompilationError if that is
    what engine="compiled" or "jax" meets; TrainingError if the loss becomes nan, infinite or explodes; CheckpointError
    for a checkpoint that is damaged, of another training, or in use by another one; FileExistsError if there is one
    and `resume` was not asked for; ImportError for engine="jax" where JAX is not installed.

    >>> from nn import MLP
    >>> from nn.datasets import xor
    >>> X, y = xor()
    >>> model = MLP(2, [8, 1], activation="tanh", output_activation="sigmoid", seed=1)
    >>> history = fit(model, X, y, lr=0.1, epochs=100, metrics=["accuracy"], seed=1, progress=False)
    >>> history.history["accuracy"][-1], model.predict_classes(X)
    (1.0, [0, 1, 1, 0])
    """
    # The examples, and which of them are for validation.
    if not isinstance(engine, str) or engine not in ENGINES:
        problem = ValueError if isinstance(engine, str) else TypeError
        raise problem(f"engine must be one of {', '.join(map(short, ENGINES))}, got {short(engine)}")
    shuffle, resume = arguments.flag("shuffle", shuffle), arguments.flag("resume", resume)
    examples = arguments.weighted(checked(model, X, y), sample_weight, class_weight)
    training, validation = arguments.split(model, examples, validation_data, validation_split)
    n = len(training.X)
    size = arguments.size_of_batches(n, batch_size)
    arguments.check_batches(model, n, size)
    # The loss and the metrics, tried on one output and all targets: what does not fit is found before anything changes.
    programs = programs_of(model)
    output, strays = arguments.checked_output(model, training.X[0], programs)
    targets = training.y + (validation.y if validation else [])
    objective = Objective(
        chosen_loss(model, loss, output, targets),
        check_non_negative("fit", "l1", l1),
        check_non_negative("fit", "l2", l2),
        regularization,
    )
    arguments.check_penalty(model, objective, programs)
    judge = Judge(metrics, decision_for(output_activation(model), objective.loss, targets))
    check_targets(objective, output, training)
    judge.check(training.y, output)
    if validation is not None:
        name = "validation_data[1]" if validation_data is not None else "y"
        check_targets(objective, output, validation, name)
        judge.check(validation.y, output, name)
        if validation_data is None:
            arguments.check_order(training, validation, objective.loss)
    # The other arguments, each by itself.
    for name, limit in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if limit is not None:
            check_non_negative("fit", name, limit)
    if checkpoint is None and (resume or checkpoint_every is not None):
        raise ValueError("resume and checkpoint_every need a folder: give checkpoint=...")
    parameters = model.parameters() if programs is None else programs.parameters_of(model)
    stepper = arguments.chosen_optimizer(parameters, optimizer, lr, schedule)
    names = ["loss", *judge.functions]
    verbosity = arguments.verbosity(progress, verbose)
    logged = [*names, *(f"val_{name}" for name in names if validation is not None)]
    chosen = arguments.chosen_callbacks(callbacks, early_stopping, logged, schedule)
    eager = EagerEngine(model, objective, stepper, parameters, max_norm=clip_norm, max_value=clip_value)
    # Without callbacks and checkpoints, nobody but the steps changes the model until the end.
    may_change = bool(chosen) or checkpoint is not None or not (programs is not None or is_known(model))
    # A part that keeps another mode is recorded in that one. The collector would walk lists of all parameters.
    with InMode(model, training=True), no_collection():
        stepping = arguments.chosen_engine(
            engine, eager, training, validation, verbosity > 0, devices, may_change=may_change, output=output
        )
    job = Job(
        model=model,
        engine=stepping,
        objective=objective,
        optimizer=stepper,
        parameters=parameters,
        lr=stepper.lr,
        training=training,
        validation=validation,
        judge=judge,
        untrained=strays,
        callbacks=chosen,
        may_change=may_change,
        epochs=check_count("fit", "epochs", epochs),
        batch_size=size,
        shuffle=shuffle,
        fixed_seed=seed is not None,
        schedule=schedule,
        clipping=(clip_norm, clip_value),
        checkpoint=None if checkpoint is None else Checkpoint(checkpoint),
        checkpoint_every=None if checkpoint_every is None else check_count("fit", "checkpoint_every", checkpoint_every),
        verbosity=verbosity if stepping.leads else 0,
        seed=arguments.checked_seed(seed),  # at the end: nothing is drawn for arguments that do not fit
    )
    model._fitted_loss = loss_name(objective.loss)
    # Only array code multiplies matrices.
    with threads_for(len(eager.parameters) * size) if job.engine.name == "compiled" else nullcontext():
        return Loop(job).run(resume=resume)
