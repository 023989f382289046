"""`no_collection`: no cyclic garbage collection for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the cyclic collector back: it would walk growing lists of nodes again and again, and find nothing there."""
    was_on = gc.isenabled()
    try:
        gc.disable()  # inside of the `try`: Ctrl-C may arrive when this call returns
        yield
    finally:
        if was_on:
            gc.enable()
