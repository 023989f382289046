"""Which engine trains: the one that was asked for, or the fastest one that can."""

from __future__ import annotations

from nn.training.engine import CompilationError, EagerEngine, Engine
from nn.training.examples import Examples
from nn.training.progress import say

ENGINES = ("auto", "eager", "compiled")


def chosen_engine(
    name: str, eager: EagerEngine, training: Examples, validation: Examples | None, shown: bool
) -> Engine:
    """The engine of a name; "auto" is the compiled one, or the eager one with a line that says why.

    Raises CompilationError for "compiled" if the training does not compile.
    """
    if name == "eager":
        return eager
    from nn.training.compiled import CompiledEngine

    def fall_back(why: str) -> None:
        if shown:
            say(f"not compiled, every step is recorded, which is slower and gives the same: {why}")

    try:
        return CompiledEngine(eager, training, validation, fall_back if name == "auto" else None)
    except CompilationError as error:
        if name == "compiled":
            raise
        fall_back(error.why)
        eager.reason = error.why
        return eager
