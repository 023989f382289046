"""Whether the function of a derivative is running, and that what is differentiated is recorded, whatever mode is on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from autograd.engine.state import MODE
from autograd.modes import enable_grad

# Whether the function of an outer derivative is running: then grad() inside of it records without being told to.
NESTED: ContextVar[bool] = ContextVar("chaingrad_nested", default=False)


def is_differentiated() -> bool:
    """Whether the function of a derivative is running: what it calls must record."""
    return NESTED.get()


@contextmanager
def recording() -> Iterator[None]:
    """Record, whatever mode is on around; where none is on, at no cost to the operations inside."""
    if MODE.get().recording:
        yield
    else:
        with enable_grad():
            yield
