"""One thread for small matrix products: handing them out to several costs more than it saves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

SMALL = 10_000_000  # products of two numbers in a step, about 784-128-64-10 with a batch of 64


@contextmanager
def threads_for(products: int) -> Iterator[None]:
    """A block in which NumPy's linear algebra runs on one thread, if a step multiplies no more than so often.

    On two busy cores, 784-32-10 trained 2 to 7 times as fast: a thread that waits for the other one does so at work.

    >>> with threads_for(1000):
    ...     pass
    """
    if products > SMALL:
        yield
        return
    from threadpoolctl import ThreadpoolController

    with ThreadpoolController().limit(limits=1, user_api="blas"):
        yield
