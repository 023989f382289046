"""`Switch`: a change of the mode for one block.

This file runs as plain Python, and compiled by Cython (`switch.pxd` beside it, so that Ctrl-C cannot come in between).
"""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import Token

from autograd.engine.arithmetic import count_modes
from autograd.engine.state import MODE, Mode, TracingError


class Switch(ContextDecorator):
    """A change of the mode for one block, or for each call of a function; `changes` are fields of `Mode`.

    Python raises KeyboardInterrupt between its own steps, and never inside of a compiled call: compiled, a block is
    entered or left as a whole. As plain Python it is not; whatever switches then stands inside of a `try`, or Ctrl-C
    would leave `no_grad` on for good in one of twelve cases that fell into entering or leaving a block. The call of
    `__exit__` itself may be interrupted still, in 4 to 11 of 300 cases.
    """

    _before: Mode | None = None
    _token: Token[Mode] | None = None

    def __init__(self, **changes: bool) -> None:
        self._changes = changes

    def _recreate_cm(self) -> Switch:
        return Switch(**self._changes)  # a decorated function may call itself

    def __enter__(self) -> None:
        if self._before is not None:
            raise RuntimeError("this block is entered already: give each `with` a switch of its own, as no_grad()")
        before = MODE.get()
        if before.tracing and self._changes == {"recording": False}:
            raise TracingError(
                "no_grad() while tracing: the program would keep the numbers of one example. Leave it out: a program "
                "computes gradients only when it is asked for them"
            )
        after = before._replace(**self._changes)
        self._before = before
        try:
            count_modes(1)
            self._token = MODE.set(after)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        before, token = self._before, self._token
        self._before = self._token = None
        try:
            if token is not None:
                MODE.reset(token)
            elif before is not None:  # interrupted while it was entered, perhaps after the mode was set
                MODE.set(before)
        except ValueError:
            # The token belongs to another context, where there is nothing to take back: a generator that is left while
            # it is suspended inside of `with no_grad()` is closed by whoever collects it, or by the event loop.
            pass
        finally:
            count_modes(-1)
