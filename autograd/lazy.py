"""Public functions that are imported at their first use: `import autograd` stays quick for those who draw nothing.

Some share their name with the module that they come from (`autograd.draw`). Importing such a module would put it in the
function's place; a property on the package's class stands before both.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def _function(module: str, name: str) -> property:
    found: list[Any] = []

    def get(package: Any) -> Any:
        if not found:
            found.append(getattr(import_module(module), name))
        return found[0]

    def leave(package: Any, value: Any) -> None:
        """What the import system wants to set here is found through `sys.modules` all the same."""

    return property(get, leave)


def install(package: str, functions: dict[str, str]) -> None:
    """Let `package.name` import `name` from its module, for each name and module of `functions`.

    >>> import autograd
    >>> import autograd.draw
    >>> autograd.draw.__name__, autograd.draw is autograd.draw
    ('draw', True)
    """
    module = sys.modules[package]
    found = {name: _function(source, name) for name, source in functions.items()}
    module.__class__ = type("Package", (ModuleType,), {**found, "__dir__": lambda self: sorted({*vars(self), *found})})
