"""From a training under way to a checkpoint, and back.

    write:  Loop(epoch=3, batch=2, ...)  ->  {"job": {...}, "position": {"epoch": 3, "batch": 2, ...}, "state": ...}
    begin:  the job is compared with the one that is asked for now; then the loop is at epoch 3, batch 2 again

The order of the examples comes from the seed and the number of the epoch, so that nothing of it is written.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.support.settings import check_count
from nn.callbacks import Callback
from nn.stages import kind_of, layers_of
from nn.training.checkpoint import CheckpointError, check_same
from nn.training.examples import Examples, as_list
from nn.training.history import History

if TYPE_CHECKING:
    from nn.training.loop import Job, Loop


POSITION = ("epoch", "batch", "steps")


def begin(loop: Loop, resume: bool) -> None:
    """Put a new training where its checkpoint says, or write its first one; without a folder, nothing.

    Raises CheckpointError for a checkpoint that is damaged or of another training, FileExistsError for one that is
    in the way; then nothing has changed.
    """
    checkpoint = loop.job.checkpoint
    if checkpoint is None:
        return
    # First everything that can fail.
    if not resume and checkpoint.exists():
        raise FileExistsError(
            f"{checkpoint.path} is the checkpoint of an earlier training: resume=True goes on with it; "
            "to start anew, delete it or name another folder"
        )
    saved = checkpoint.read()
    if saved is not None:
        check_same(checkpoint.path, saved.get("job"), _described(loop))
        try:
            _load(loop, saved)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{checkpoint.path} does not fit this training: {error}") from error
    # A first checkpoint at once: a folder that cannot be written to is found before the training, not after an epoch.
    checkpoint.prepare()
    if saved is None:
        write(loop)


def write(loop: Loop) -> None:
    """Write the position and the state of a training, if it has a folder."""
    job = loop.job
    if job.checkpoint is None:
        return
    job.engine.write_model()
    job.checkpoint.write(
        {
            "job": _described(loop),
            "position": {name: getattr(loop, name) for name in POSITION},
            "seed": loop.seed,
            "scale": loop.scale,
            "state": loop.keeper.to_json(loop.keeper.take()),
            "history": loop.history.to_json(),
            "so_far": vars(loop.totals),
            "watch": loop.watch.state_dict(),
            "callbacks": [callback.state_dict() for callback in _with_state(job)],
            "stopped": loop.stopped() == "callback",
        }
    )


def _load(loop: Loop, saved: Mapping[str, Any]) -> None:
    """Put a loop where a checkpoint says; raises KeyError, TypeError or ValueError before anything changes."""
    state = loop.keeper.from_json(saved["state"])
    history = History(loop.history.settings)
    history.load_json(saved["history"])
    position = {name: check_count("checkpoint", name, saved["position"][name], 0) for name in POSITION}
    totals = {name: saved["so_far"][name] for name in vars(loop.totals)}
    seed, scale, watch, callbacks = saved["seed"], saved["scale"], saved["watch"], saved["callbacks"]
    stateful = _with_state(loop.job)
    if len(callbacks) != len(stateful):
        raise ValueError(f"it has the state of {len(callbacks)} callbacks, and now there are {len(stateful)}")
    stopped = bool(saved["stopped"])
    loop.keeper.put_back(state)  # from here on things change
    loop.watch.load_state_dict(watch)
    loop.history = history
    vars(loop).update(position, seed=seed, scale=scale, stopped_before=stopped)
    vars(loop.totals).update(totals)
    for callback, remembered in zip(stateful, callbacks, strict=True):
        callback.history = history
        callback.load_state_dict(remembered)


def _described(loop: Loop) -> dict[str, Any]:
    """The settings that must be the same for a training to go on bit for bit; the number of epochs need not be."""
    job = loop.job
    objective = job.objective
    optimizer = job.optimizer.state_dict()
    # The rate itself may have been changed since, by a schedule or a callback; the one it began with is compared.
    settings = {k: v for k, v in optimizer["hyperparameters"].items() if k != "lr"}
    return {
        "model": [f"{name}: {kind_of(part)}, {len(own)} parameters" for name, part, own in layers_of(job.model)],
        "frozen": [name for name, p in job.model.named_parameters() if not p.requires_grad],
        "optimizer": [optimizer["optimizer"], settings],
        "lr": job.lr,
        "schedule": None if job.schedule is None else [_named(job.schedule), job.schedule(0)],
        "loss": _named(objective.loss),
        "l1": objective.l1,
        "l2": objective.l2,
        "regularization": _named(objective.regularization),
        "clipping": list(job.clipping),
        "batch_size": job.batch_size,
        "shuffle": job.shuffle,
        "seed": job.seed if job.fixed_seed else None,
        "metrics": list(job.judge.functions),
        "training examples": loop.fingerprints[0],
        "validation examples": loop.fingerprints[1],
        "callbacks": [type(callback).__name__ for callback in _with_state(job)],
    }


def _with_state(job: Job) -> list[Callback]:
    """The callbacks that have something to remember; the others may come and go."""
    return [callback for callback in job.callbacks if type(callback).state_dict is not Callback.state_dict]


def _named(function: Any) -> str | None:
    """The name of a function of the user's; what it does is not compared."""
    return None if function is None else str(getattr(function, "__qualname__", type(function).__name__))


def fingerprint(examples: Examples | None) -> str | None:
    """How many examples there are, how wide, and a hash of all their numbers."""
    if examples is None:
        return None
    inputs = np.asarray(examples.X, dtype=np.float64)
    others = array("d", [x for t in examples.y for x in as_list(t)])
    others.extend(examples.sample_weight or ())
    digest = hashlib.sha256(np.ascontiguousarray(inputs).data)
    digest.update(others)
    return f"{len(inputs)} × {inputs.shape[1]}, {digest.hexdigest()[:16]}"
