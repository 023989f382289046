"""One process of `python -m nn train`: it joins the others, and runs the script as Python would.

python -m nn.training.jax.worker HOST:PORT PROCESSES ID LOCAL SCRIPT [ARGUMENTS]
"""

from __future__ import annotations

import os
import random
import runpy
import sys
import traceback

from autograd.support.seeds import new_seed

WAIT = 60  # seconds for all processes to come


def main() -> None:
    """Join, run the script, leave."""
    coordinator, count, index, local, *words = sys.argv[1:]
    try:
        if int(count) > 1:
            _join(coordinator, int(count), int(index), int(local))
        sys.argv = words
        sys.path[0] = os.path.dirname(os.path.abspath(words[0]))
        runpy.run_path(words[0], run_name="__main__")
    except BaseException as error:
        # Not by way of Python's own end, at which JAX would wait for the other processes.
        status = error.code if isinstance(error, SystemExit) else 130 if isinstance(error, KeyboardInterrupt) else 1
        if not isinstance(error, SystemExit):
            traceback.print_exc()
        elif isinstance(status, str):
            print(status, file=sys.stderr)
        _leave(status if isinstance(status, int) else 1 if status else 0)
    _leave(0)


def _join(coordinator: str, count: int, index: int, local: int) -> None:
    import jax
    import numpy as np
    from jax.experimental import multihost_utils

    # Of graphics cards, each of several processes on one machine takes one.
    own = [index % local] if local > 1 else None
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(coordinator, count, index, own, initialization_timeout=WAIT)
    # What a script leaves to chance is drawn from Python's `random`: the same in every process.
    seed = multihost_utils.broadcast_one_to_all(np.uint32(new_seed() % 2**32))
    random.seed(int(seed))


def _leave(status: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as where there is no console
            stream.flush()
    if not status and "jax" in sys.modules:
        import jax

        if jax.process_count() > 1:
            jax.distributed.shutdown()
    os._exit(status)


if __name__ == "__main__":
    main()
