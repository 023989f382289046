"""Formulas as text: parsed, checked against the list of known functions, then recorded. Nothing else is ever run."""

import ast
from collections.abc import Callable, Mapping
from typing import Any

import autograd
from autograd.convert import to_float
from autograd.value import Value

_REDUCTIONS = ("sum", "prod", "mean", "var", "std", "norm", "max", "min", "logsumexp")
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: autograd.divide(a, b),
    ast.Pow: lambda a, b: autograd.power(a, b),
    ast.Mod: lambda a, b: autograd.remainder(a, b),
    ast.USub: lambda a: -a,
    ast.UAdd: lambda a: a,
}
_CONSTANTS = {"pi": 3.141592653589793, "e": 2.718281828459045, "inf": float("inf"), "nan": float("nan")}
_NOT_OFFERED = {"isnan"}
MAX_DEPTH = 500  # well below where Python's own parser and recursion limit give up


class ExpressionError(ValueError):
    """A formula that cannot be read; the message says which part and what is known."""


def known_functions() -> dict[str, Callable[..., Any]]:
    """The functions that a formula may call, by name."""
    from autograd import functions

    names = [name for name in vars(functions) if getattr(autograd, name, None) is getattr(functions, name)]
    found = {
        n: getattr(functions, n)
        for n in names
        if n.islower() and n not in _NOT_OFFERED and callable(getattr(functions, n))
    }
    for name in _REDUCTIONS:
        reduction = getattr(autograd, name)
        found[name] = lambda *xs, _reduction=reduction: _reduction(xs)
    return found


def evaluate(text: str, values: Mapping[str, Value]) -> Value:
    """Record a formula such as "tanh(a*b + c)" over named Values.

    Allowed are numbers, the given names, pi, e, inf and nan, + - * / ** % with brackets, and calls of the functions of
    the table. Raises ExpressionError for anything else, naming it.

    >>> evaluate("tanh(a*b + 10)", {"a": Value(2.0), "b": Value(-3.0)}).data
    0.999329299739067
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(f"cannot read {_short(text)}: {getattr(error, 'msg', error)}") from None
    result = _Reader(text.strip(), values).read(tree, 0)
    return result if isinstance(result, Value) else Value(result, role="constant")


class _Reader:
    def __init__(self, text: str, values: Mapping[str, Value]) -> None:
        self.text = text
        self.values = values
        self.functions = known_functions()

    def read(self, tree: ast.AST, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"the formula is nested deeper than {MAX_DEPTH}: write it as Python instead")
        if isinstance(tree, ast.Constant) and type(tree.value) in (int, float):
            return to_float(tree.value)
        if isinstance(tree, ast.Name):
            return self._name(tree.id)
        if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
            return _OPERATORS[type(tree.op)](self.read(tree.left, depth + 1), self.read(tree.right, depth + 1))
        if isinstance(tree, ast.UnaryOp) and type(tree.op) in _OPERATORS:
            return _OPERATORS[type(tree.op)](self.read(tree.operand, depth + 1))
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
            return self._call(tree.func.id, [self.read(argument, depth + 1) for argument in tree.args])
        part = ast.get_source_segment(self.text, tree) or self.text
        raise ExpressionError(
            f"{_short(part)} is not allowed in a formula: use numbers, names, + - * / ** %, brackets, known functions"
        )

    def _name(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name in self.functions:
            raise ExpressionError(f"{name} is a function: call it, as in {name}(x)")
        given = ", ".join(self.values) or "none"
        raise ExpressionError(f"{name!r} has no value; given are: {given}. Add {name}=NUMBER")

    def _call(self, name: str, arguments: list[Any]) -> Any:
        if name not in self.functions:
            raise ExpressionError(f"there is no function {_short(name)}; known are {', '.join(sorted(self.functions))}")
        try:
            return self.functions[name](*arguments)
        except (TypeError, ValueError) as error:
            raise ExpressionError(f"{name}() with {len(arguments)} arguments: {error}") from None


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
