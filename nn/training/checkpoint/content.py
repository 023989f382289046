"""What the file of a checkpoint must hold to fit a training, in one place: types, ranges, lengths and names of it all.

Every number of it could have been changed by hand, and the checksum with it. So the whole is held against the training
that is to go on, before anything changes: an epoch has as many steps as its batches, a layer's list as many entries as
it has neurons, a log as many numbers as there were epochs. A generator's state is tried on another generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autograd.support import schema
from autograd.support.schema import (
    Schema,
    count,
    dict_of,
    equal,
    fields,
    finite,
    flag,
    list_of,
    non_negative,
    number,
    optional,
    share,
)
from nn.callbacks import EarlyStopping, Monitor, ReduceLROnPlateau
from nn.module import Evaluating, unrecorded
from nn.stages import plain, through_stages
from nn.training.checkpoint.settings import with_state
from nn.training.examples import as_list

if TYPE_CHECKING:
    from nn.training.loop import Loop

TOP = ("job", "position", "seed", "scale", "state", "history", "so_far", "watch", "callbacks", "stopped")
JOB = fields({"fixed": dict_of(schema.anything), "own": dict_of(schema.anything)})
LARGEST_SEED = 2**128  # of those that are drawn; one that is given may be any


def check_frame(saved: Mapping[str, Any]) -> None:
    """Raise ValueError unless there are all parts, and the settings can be read: all that does not need a training."""
    fields(dict.fromkeys(TOP, schema.anything))("the checkpoint", saved)
    JOB("job", saved["job"])


def check_content(loop: Loop, saved: Mapping[str, Any]) -> None:
    """Raise ValueError for the first entry that a training like this cannot have written; nothing changes."""
    job = loop.job
    # Where it was: the rest of the file follows from that.
    position = fields({"epoch": count(), "batch": count(most=job.steps - 1), "steps": count()})
    at = position("position", saved["position"])
    epoch, batch, steps = at["epoch"], at["batch"], at["steps"]
    equal(epoch * job.steps + batch, f"as epoch {epoch} has begun and has {job.steps} steps")("position/steps", steps)
    outputs, widths = _shapes(loop) if batch else (None, {})
    parts: dict[str, Schema] = {
        "seed": equal(job.seed) if job.fixed_seed else count(most=LARGEST_SEED),
        "scale": schema.finite_from(1.0) if steps else equal(0.0),
        "state": loop.keeper.schema(),
        "history": _history(loop, epoch, steps),
        "so_far": _totals(loop, batch, outputs),
        "watch": _watch(loop, batch, widths),
        "callbacks": list_of(schema.anything, len(with_state(job))),
        "stopped": flag,
    }
    for name, check in parts.items():
        check(name, saved[name])
    for i, (callback, remembered) in enumerate(zip(with_state(job), saved["callbacks"], strict=True)):
        known = type(callback).state_dict in (EarlyStopping.state_dict, ReduceLROnPlateau.state_dict)
        if isinstance(callback, Monitor) and known:
            callback.schema(epoch)(f"callbacks/{i}", remembered)


def _shapes(loop: Loop) -> tuple[Any, dict[int, int]]:
    """What the model gives for one example, and how many numbers each of its stages gives."""
    model, widths = loop.job.model, {}

    def see(stage: int, outputs: list[Any]) -> None:
        widths[stage] = len(as_list(outputs[0]))

    with Evaluating(model):
        [output] = unrecorded(lambda: through_stages(model, [loop.job.training.X[0]], see))
    return plain(output), widths


def _history(loop: Loop, epochs: int, steps: int) -> Schema:
    """The log: a number an epoch for each of its names; a callback of the user's may have added others."""
    job = loop.job
    names = ["loss", *job.judge.functions]
    names += [f"val_{name}" for name in names if job.validation is not None]
    each, lengths, shares = list_of(number, epochs), list_of(non_negative, epochs), list_of(share, most=epochs)
    layer = fields({"gradient_norm": lengths, "update_ratio": lengths}, {"dead": shares, "saturated": shares})
    return fields(
        {
            "history": fields(
                {**dict.fromkeys(names, each), "lr": lengths} if epochs else {},
                {"penalty": list_of(number, most=epochs)},
                others=list_of(number),
            ),
            "layers": fields({layer_.name: layer for layer_ in loop.watch.layers} if epochs else {}),
            "epoch": equal_range(epochs),
            "start": _start(loop, steps),
            "best_epoch": optional(count(most=max(epochs - 1, 0))),
        }
    )


def _start(loop: Loop, steps: int) -> Schema:
    """What was known before the first step: nothing if there was none, else the names and kinds of a new look."""
    if not steps:
        return equal({}, "as no step was done")
    return _shaped_like(loop.look_at_start())


def _shaped_like(value: Any) -> Schema:
    """The names and lengths of a value, with other sizes; whole numbers and texts as they are."""
    if isinstance(value, dict):
        return fields({name: _shaped_like(entry) for name, entry in value.items()})
    return optional(finite) if value is None or isinstance(value, float) else equal(value)


def equal_range(n: int) -> Schema:
    """The list 0, 1, ... n − 1, told by its length first: n may be a number that no list is made of."""

    def check(place: str, value: Any) -> Any:
        list_of(count(), n)(place, value)
        return equal(list(range(n)), "the numbers of the epochs")(place, value)

    return check


def _totals(loop: Loop, batch: int, output: Any) -> Schema:
    """The sums over the steps of the epoch under way."""
    job = loop.job
    if not batch:
        return equal({"examples": 0, "loss": 0.0, "penalty": 0.0, "outputs": []}, "as no step of the epoch was done")
    examples = batch * job.batch_size
    one = list_of(number, len(output)) if isinstance(output, list) else number
    return fields(
        {
            "examples": equal(examples, f"as {batch} batches were done"),
            "loss": finite,
            "penalty": finite,
            "outputs": list_of(one, examples if job.judge.functions else 0),
        }
    )


def _watch(loop: Loop, batch: int, widths: Mapping[int, int]) -> Schema:
    """The measurements of the epoch under way, of each layer."""
    if not batch:
        return equal(loop.watch.fresh(), "as no step of the epoch was done")

    def check(place: str, value: Any) -> Any:
        layers = loop.watch.layers
        list_of(dict_of(schema.anything), len(layers))(place, value)
        for i, (layer, saved) in enumerate(zip(layers, value, strict=True)):
            neurons = widths.get(loop.watch.stage_of(layer), 0)
            fired = list_of(flag, neurons) if saved.get("fired") else equal([])
            measured = {"gradient": non_negative, "ratio": non_negative, "fired": fired}
            counts = {"steps": count(most=batch), "seen": count(), "saturated": count()}
            fields({**measured, **counts})(f"{place}/{i}", saved)
            count(most=saved["seen"])(f"{place}/{i}/saturated", saved["saturated"])
        return value

    return check
