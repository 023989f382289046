"""Batches on their way to the devices: which of them gets which rows, and which process reads them.

    2 processes, 1 device each, a batch of 64     process 0 reads rows 0 to 31, process 1 rows 32 to 63

Where a batch does not divide by the devices, each of them gets all of it: the result is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from numpy.typing import NDArray

from autograd.support.settings import check_count
from autograd.support.text import got, short
from nn.training.compiled.recording import Recording


def chosen_devices(devices: Any) -> list[Any]:
    """All devices of JAX for None, the first so many for a number, or those of a list.

    Raises ValueError if there are not so many, and for some of the devices where several processes train together.
    """
    there = jax.devices()
    if devices is None:
        return there
    if isinstance(devices, (list, tuple)):
        strangers = [d for d in devices if d not in there]
        if strangers or not devices:
            raise ValueError(f"devices is a list of some of jax.devices(), got {short(devices)}")
        chosen = list(devices)
    elif isinstance(devices, (int, np.integer)):
        count = check_count("fit", "devices", devices)
        if count > len(there):
            raise ValueError(f"fit: devices={count}, and JAX has {len(there)}: {short(there)}")
        chosen = there[:count]
    else:
        raise TypeError(f"devices is None for all, a number or a list of jax.devices(), got {got(devices)}")
    if jax.process_count() > 1 and len(chosen) < len(there):
        raise ValueError("devices: where several processes train together, all devices of all of them take part")
    return chosen


class Feed:
    """The way of batches of a recording to some devices; `everywhere` is where parameters lie."""

    def __init__(self, devices: Sequence[Any]) -> None:
        mesh = Mesh(np.array(devices), ("examples",))
        self.devices = len(devices)
        self.apart, self.everywhere = (
            NamedSharding(mesh, PartitionSpec("examples")),
            NamedSharding(mesh, PartitionSpec()),
        )
        self.index, self.processes = jax.process_index(), jax.process_count()

    def put(self, array: NDArray[Any]) -> Any:
        """The same array on every device."""
        return self._sent(self.everywhere, np.asarray(array), np.shape(array))

    def _sent(self, sharding: Any, array: NDArray[Any], shape: tuple[int, ...]) -> Any:
        """An array of this shape, of which this process has what it is to send."""
        if self.processes == 1:  # in half the time
            return jax.device_put(array, sharding)
        return jax.make_array_from_process_local_data(sharding, array, shape)

    def batch(self, recording: Recording, indices: Sequence[int]) -> tuple[Any, ...]:
        """Inputs, targets and new dropout factors of some examples, on the devices; the call does not wait for them."""
        n, places = len(indices), np.asarray(indices, dtype=np.intp)
        divided = n % self.devices == 0
        sharding = self.apart if divided else self.everywhere
        k, count = (self.index, self.processes) if divided else (0, 1)
        mine = slice(k * n // count, (k + 1) * n // count)
        parts = [recording.inputs[places[mine]], recording.others[places[mine]]]
        if recording.dropouts:
            # All processes draw all factors, so that their generators stay alike.
            factors = np.empty((n, len(recording.program.inputs) - recording.width))
            for dropout in recording.dropouts:
                factors[:, dropout.columns - recording.width] = dropout.draw(n)
            parts.append(factors[mine])
        return tuple([self._sent(sharding, part, (n, part.shape[1])) for part in parts])


def check_alike(numbers: NDArray[Any]) -> None:
    """Raise RuntimeError if the processes that train together do not begin with the same numbers."""
    if jax.process_count() > 1:
        from jax.experimental import multihost_utils

        mean = np.asarray(multihost_utils.process_allgather(numbers)).mean(axis=0)
        if not np.allclose(mean, numbers, rtol=1e-12, atol=0.0, equal_nan=True):
            raise RuntimeError(
                "the processes do not begin with the same weights or examples: give every random thing in the script "
                "a seed, as nn.MLP(..., seed=0)"
            )


def meet() -> None:
    """Wait until all processes are here."""
    if jax.process_count() > 1:
        from jax.experimental import multihost_utils

        multihost_utils.sync_global_devices("fit")
