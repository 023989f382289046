"""From a training under way to a checkpoint, and back.

    write:  Loop(epoch=3, batch=2, ...)  ->  {"job": {...}, "position": {"epoch": 3, "batch": 2, ...}, "state": ...}
    begin:  the job is compared with the one that is asked for now; then the loop is at epoch 3, batch 2 again

The order of the examples comes from the seed and the number of the epoch, so that nothing of it is written.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from nn.callbacks import Monitor
from nn.training.checkpoint.content import check_content, check_frame
from nn.training.checkpoint.file import Checkpoint, CheckpointError
from nn.training.checkpoint.lock import Lock
from nn.training.checkpoint.settings import Settings, check_same, settings_of, with_state
from nn.training.history import History
from nn.training.keeper import to_the_end

if TYPE_CHECKING:
    from nn.training.loop import Loop


POSITION = ("epoch", "batch", "steps")


@contextmanager
def begun(loop: Loop, resume: bool) -> Iterator[None]:
    """A block for a training that is where its checkpoint says, or has written its first; without a folder, nothing.

    Nobody else trains in the folder until the block ends. Raises CheckpointError for a checkpoint that is damaged or of
    another training, or in use by another one; FileExistsError for one that is in the way; then nothing has changed.
    """
    checkpoint = loop.job.checkpoint
    if checkpoint is None:
        yield
        return
    with Lock(checkpoint.folder) if loop.job.engine.leads else nullcontext():
        _begin(loop, checkpoint, resume)
        yield


def _begin(loop: Loop, checkpoint: Checkpoint, resume: bool) -> None:
    # First everything that can fail.
    if not resume and checkpoint.exists():
        raise FileExistsError(
            f"{checkpoint.path} is the checkpoint of an earlier training: resume=True goes on with it; "
            "to start anew, delete it or name another folder"
        )
    saved, loop.settings, engine = checkpoint.read(), settings_of(loop), loop.job.engine
    gave_up = False
    if saved is not None:
        try:
            check_frame(saved)
            # engine="auto" may have found out on the way that it does not compile; then it goes on as it was.
            gave_up = engine.may_give_up and engine.name != saved["job"]["fixed"].get("engine") == "eager"
            if gave_up:
                loop.settings.fixed["engine"] = "eager"
            check_same(checkpoint.path, Settings(**saved["job"]), loop.settings)
            check_content(loop, saved)
        except CheckpointError:
            raise
        except ValueError as error:
            raise CheckpointError(f"{checkpoint.path} does not fit this training: {error}") from error
        _load(loop, saved, checkpoint)
        if gave_up:
            engine.give_up("it was not compiled when the checkpoint was written")
    # Of several processes, all have read it when one begins to write.
    engine.meet()
    if engine.leads:
        checkpoint.prepare()
    # A first checkpoint at once: a folder that cannot be written to is found before the training, not after an epoch.
    if saved is None:
        for callback in with_state(loop.job):
            if isinstance(callback, Monitor):
                callback.restart()  # what it remembers of another training is no part of this one
        write(loop)


def write(loop: Loop) -> None:
    """Write the position and the state of a training, if it has a folder."""
    job = loop.job
    if job.checkpoint is None or loop.settings is None:
        return
    job.engine.write_model()
    if not job.engine.leads:
        return
    job.checkpoint.write(
        {
            "job": loop.settings.without_changed(settings_of(loop))._asdict(),
            "position": {name: getattr(loop, name) for name in POSITION},
            "seed": loop.seed,
            "scale": loop.scale,
            "state": loop.keeper.to_json(loop.keeper.take()),
            "history": loop.history.to_json(),
            "so_far": vars(loop.totals),
            "watch": loop.watch.state_dict(),
            "callbacks": [callback.state_dict() for callback in with_state(job)],
            "stopped": loop.stopped() == "callback",
        }
    )


def _load(loop: Loop, saved: Mapping[str, Any], checkpoint: Checkpoint) -> None:
    """Put a loop where a checked checkpoint says.

    What callbacks and optimizers of the user's own make of it was not checked: if one of them fails, all is put back.
    """
    history = History(loop.history.settings)
    history.load_json(saved["history"])
    stateful, keeper = with_state(loop.job), loop.keeper
    before = keeper.take(), [copy.deepcopy(callback.state_dict()) for callback in stateful]
    try:
        keeper.put_back(keeper.from_json(saved["state"]))  # from here on things change
        for callback, remembered in zip(stateful, saved["callbacks"], strict=True):
            callback.load_state_dict(remembered)
    except BaseException as error:
        to_the_end(lambda: keeper.put_back(before[0]))
        for callback, remembered in zip(stateful, before[1], strict=True):
            callback.load_state_dict(remembered)
        if isinstance(error, Exception):
            raise CheckpointError(
                f"{checkpoint.path} does not fit this training: {type(error).__name__}: {error}"
            ) from error
        raise
    for callback in stateful:
        callback.history = history
    loop.history = history
    loop.watch.load_state_dict(saved["watch"])
    vars(loop).update(saved["position"], seed=saved["seed"], scale=saved["scale"], stopped_before=saved["stopped"])
    vars(loop.totals).update(saved["so_far"])
