"""Formulas as text: parsed, checked against the list of known functions, then recorded. Nothing else is ever run."""

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

import autograd
from autograd.command.slips import Text, function_hint, point_at, slips
from autograd.engine.value import Value
from autograd.support.convert import to_float
from autograd.support.text import short, short_text

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
_CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
_NOT_OFFERED = {"isnan"}
MAX_DEPTH = 500  # well below where Python's own parser and recursion limit give up


class ExpressionError(ValueError):
    """A formula that cannot be read; the message says which part, where it is, and what is known."""


def known_functions() -> dict[str, Callable[..., Any]]:
    """The functions that a formula may call, by name."""
    from autograd import functions

    names = [name for name in vars(functions) if getattr(autograd, name, None) is getattr(functions, name)]
    offered = [n for n in names if n.islower() and n not in _NOT_OFFERED and callable(getattr(functions, n))]
    callables: dict[str, Callable[..., Any]] = {name: getattr(functions, name) for name in offered}
    # A formula has no lists: max(a, b, c) takes its numbers one by one.
    for name in _REDUCTIONS:
        reduction = getattr(autograd, name)
        callables[name] = lambda *xs, _reduction=reduction: _reduction(xs)
    return callables


def evaluate(text: str, values: Mapping[str, Value]) -> Value:
    """Record a formula such as "tanh(a*b + c)" over named Values.

    Allowed are numbers, the given names, pi, e, inf and nan, + - * / ** % with brackets, and calls of the functions of
    the table; × ÷ − √ π and raised digits mean what they do on paper. Raises ExpressionError for anything else, with
    the place, and how to write it where that is known.

    >>> evaluate("tanh(a*b + 10)", {"a": Value(2.0), "b": Value(-3.0)}).data
    0.999329299739067
    >>> evaluate("a^2", {"a": Value(3.0)})
    Traceback (most recent call last):
    autograd.command.expression.ExpressionError: '^' is not allowed in a formula: write ** for powers, as in x**2
      a^2
       ^
    """
    written = Text(text.strip())
    reader = _Reader(written, values)
    try:
        tree = reader.tree = ast.parse(written.python, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise reader.unreadable(error) from None
    result = reader.read(tree, 0)
    return result if isinstance(result, Value) else Value(result, role="constant")


class _Reader:
    """Records a syntax tree, part by part; whatever it does not know by name is an error with its place."""

    def __init__(self, text: Text, values: Mapping[str, Value]) -> None:
        self.text = text
        self.tree: ast.AST = ast.Module([], [])
        self.values = values
        self.functions = known_functions()

    def read(self, tree: ast.expr, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"the formula is nested deeper than {MAX_DEPTH}: write it as Python instead")
        if isinstance(tree, ast.Constant) and type(tree.value) in (int, float):
            return to_float(tree.value)
        if isinstance(tree, ast.Name):
            return self._name(tree)
        if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATORS:
            return _OPERATORS[type(tree.op)](self.read(tree.left, depth + 1), self.read(tree.right, depth + 1))
        if isinstance(tree, ast.UnaryOp) and type(tree.op) in _OPERATORS:
            return _OPERATORS[type(tree.op)](self.read(tree.operand, depth + 1))
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
            return self._call(tree.func, tree.args, depth)
        raise self._not_allowed(tree)

    def unreadable(self, error: Exception) -> ExpressionError:
        """The error for a text that is no formula at all."""
        problem = f"cannot read {_short(self.text.written)}: "
        if not self.text.written:
            return ExpressionError(problem + "write a formula, such as 'tanh(a*b + c)'")
        likely = slips(self.text.python, self.functions)[:3]
        if likely:
            advice = "; ".join(dict.fromkeys(advice for advice, _ in likely))
            places = [self.text.place(place) for _, place in likely]
            return ExpressionError(point_at(problem + advice, self.text.written, *places))
        # None of the slips that people make: what Python's parser says is better than nothing.
        message = str(getattr(error, "msg", error))
        if not isinstance(error, SyntaxError) or not error.offset:
            return ExpressionError(problem + message)
        return self._at(self.text.place(error.offset - 1), problem + message)

    def _not_allowed(self, tree: ast.expr) -> ExpressionError:
        part = ast.get_source_segment(self.text.python, tree) or self.text.python
        place = self.text.place_in_line(tree.col_offset)
        match tree:
            case ast.BinOp(left=left, op=ast.BitXor()):
                part, place, advice = "^", self._after(left, "^"), "write ** for powers, as in x**2"
            case ast.BinOp(left=left, op=ast.BitOr()):
                place, advice = self._after(left, "|"), "write abs(x) for |x|"
            case ast.BinOp(op=ast.FloorDiv()):
                advice = "write floor_divide(a, b)"
            case ast.Call(func=called, keywords=[]) if not isinstance(called, ast.Name):
                place = self._after(called, "(")
                advice = "before a bracket stands a function, or a sign: write * for a product"
            case ast.List() | ast.Set():
                advice = "all brackets are round"
            case ast.Tuple(elts=[first, *_]):
                place, advice = self._after(first, ","), "a decimal number has a point, as in 2.5"
            case ast.Compare():
                advice = "write greater(a, b) or equal(a, b), and where(condition, x, y) to choose"
            case _:
                advice = "use numbers, names, + - * / ** %, brackets, known functions"
        return self._at(place, f"{_short(part)} is not allowed in a formula: {advice}")

    def _after(self, left: ast.expr, sign: str) -> int:
        """The place of an operator in the written formula, behind what stands on its left."""
        # Python's tree counts bytes, a text counts characters.
        end = len(self.text.python.encode("utf-8", "replace")[: left.end_col_offset].decode("utf-8", "ignore"))
        return self.text.place(max(self.text.python.find(sign, end), 0))

    def _name(self, tree: ast.Name) -> Any:
        name = tree.id
        if name in self.values:
            return self.values[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        place = self.text.place_in_line(tree.col_offset)
        if name in self.functions:
            raise self._at(place, f"{name} is a function: call it, as in {name}(x)")
        names = ", ".join(self.values) or "none"
        message = f"{name!r} has no value; given are: {names}. Add {' '.join(f'{n}=NUMBER' for n in self._missing())}"
        # ab, where a and b have values: on paper, that is their product.
        if len(name) > 1 and all(letter in self.values for letter in name):
            message += f", or write {'*'.join(name)} for a product"
        raise self._at(place, message)

    def _missing(self) -> list[str]:
        """All names without a value, in the order of the formula."""
        nodes = list(ast.walk(self.tree))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        names = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
        defined = {*self.values, *_CONSTANTS, *self.functions}
        return list(dict.fromkeys(n.id for n in sorted(names, key=lambda n: n.col_offset) if n.id not in defined))

    def _call(self, function: ast.Name, inside: list[ast.expr], depth: int) -> Any:
        name, place = function.id, self.text.place_in_line(function.col_offset)
        if name not in self.functions:
            if name in self.values or name in _CONSTANTS:
                raise self._at(place, f"there is no function {short(name)}, it is a number: write {name}*(...)")
            hint = function_hint(name, self.functions)
            advice = f"did you mean {hint}?" if hint else f"known are {', '.join(sorted(self.functions))}"
            raise self._at(place, f"there is no function {_short(name)}; {advice}")
        arguments = [self.read(argument, depth + 1) for argument in inside]
        try:
            return self.functions[name](*arguments)
        except (TypeError, ValueError) as error:
            raise self._at(place, f"{name}() with {len(arguments)} arguments: {error}") from None

    def _at(self, place: int, message: str) -> ExpressionError:
        return ExpressionError(point_at(message, self.text.written, place))


def _short(text: str) -> str:
    return repr(short_text(text))
