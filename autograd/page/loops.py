"""The rules over any number of operands, in JavaScript: translated from their source, for no page knows how many come.

A rule over two operands is run over two names, and what comes out is its text (`expression`). The rule of `sum` or
`softmax` loops over a list of any length, so it is translated statement by statement, with as much of Python as these
rules need. `xp` falls away: its functions are those of `expression.PRIMITIVES`. In, a rule of engine/rules.py:

    def total(xs):
        result = 0.0
        for x in xs:
            result = result + x
        return result

Out:

>>> print(Translation().function("total"))
function total(xs) {
let result = 0;
for (const x of xs) {
result = result + x;
}
return result;
}
"""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from autograd.engine import ops, rules
from autograd.page.expression import PRIMITIVES, XP, Expression, call, literal, name, written

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Eq: operator.eq, ast.Gt: operator.gt,
}  # fmt: skip
# Functions and methods of Python's that the rules call; {0} is the first operand, or what the method belongs to.
_PYTHON = {
    "len": "{0}.length", "int": "Math.trunc({0})", "float": "{0}", "zip": "zip({0}, {1})", "set": "[...new Set({0})]",
    "enumerate": "[...{0}.entries()]", "reversed": "[...{0}].reverse()", "append": "{0}.push({1})",
    "any": "{0}.some(truthy)", "count": "count({0}, {1})",
    "max": "{0}.reduce((a, b) => (b > a ? b : a))", "min": "{0}.reduce((a, b) => (b < a ? b : a))",
}  # fmt: skip


@lru_cache(maxsize=1)
def _rules() -> dict[str, ast.FunctionDef]:
    """The functions of engine/rules.py."""
    tree = ast.parse(inspect.getsource(rules))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


@lru_cache(maxsize=1)
def _rows() -> dict[Any, ast.Call]:
    """The rows of engine/ops.py, each as the call that puts it into the table."""
    calls = [node.value for node in ast.parse(inspect.getsource(ops)).body if isinstance(node, ast.Expr)]
    return {
        row.args[0].value: row for row in calls if isinstance(row, ast.Call) and isinstance(row.args[0], ast.Constant)
    }


class Translation:
    """Python in, JavaScript out; `functions` collects the text of every function of `rules` that was called.

    >>> translation = Translation()
    >>> print("\\n".join(translation.row("mean")), list(translation.functions))
    (xs, settings) => mean(xs, ...settings)
    (y, xs) => xs.map((_) => 1 / xs.length)
    null ['total', 'mean']
    """

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}

    def row(self, what: str) -> tuple[str, str, str]:
        """Value, slopes and kink of a row of the table."""
        row = _rows()[what]
        kinks = [self.rule(keyword.value, "xs") for keyword in row.keywords if keyword.arg == "kink"]
        return self.rule(row.args[3], "xs"), self.rule(row.args[4], "y", "xs"), kinks[0] if kinks else "null"

    def rule(self, rule: ast.expr, *given: str) -> str:
        """One rule of a row, a lambda or the name of a function of `rules`, as a function of operands and settings."""
        if not isinstance(rule, ast.Lambda):
            operands = ", ".join(given)
            return f"({operands}, settings) => {self.own(ast.unparse(rule))}({operands}, ...settings)"
        parameters = _parameters(rule.args)
        settings = parameters[len(given) :]
        parameters[len(given) :] = [_list(settings)] if settings else []
        return f"({', '.join(parameters)}) => {self.text(rule.body)}"

    def own(self, what: str) -> str:
        """The name of a function of `rules`, which is translated at its first call."""
        what = what.removeprefix("rules.")
        if what not in self.functions:
            self.functions[what] = self.function(what)
        return what

    def function(self, what: str) -> str:
        """A function of `rules`, statement by statement."""
        function, declared = _rules()[what], set[str]()
        lines = [self.statement(line, declared) for line in function.body]
        return "\n".join([f"function {what}({', '.join(_parameters(function.args))}) {{", *filter(None, lines), "}"])

    def statement(self, line: ast.stmt, declared: set[str]) -> str:
        """One statement, with what is inside; a variable is declared where it first stands."""
        match line:
            case ast.Expr(ast.Constant()):  # a docstring
                return ""
            case ast.Expr(value):
                return f"{self.text(value)};"
            case ast.Return(ast.expr() as value):
                return f"return {self.text(value)};"
            case ast.Assign([target], value):
                new = not {node.id for node in ast.walk(target) if isinstance(node, ast.Name)} <= declared
                declared |= {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
                return f"{'let ' if new else ''}{self.text(target)} = {self.text(value)};"
            case ast.For(target, values, body, []):
                opening = f"for (const {self.text(target)} of {self.text(values)})"
            case ast.If(test, body, []):
                opening = f"if ({written(self.truth(test))})"
            case _:
                raise NotImplementedError(ast.unparse(line))
        return "\n".join([f"{opening} {{", *[self.statement(inner, declared) for inner in body], "}"])

    def text(self, node: ast.expr, binds: int = 0) -> str:
        """The text of an expression of Python's."""
        return written(self.expression(node), binds)

    def truth(self, node: ast.expr) -> Expression:
        """A condition: a comparison, or whether a number is not 0 or a list not empty."""
        value = self.expression(node)
        return value if isinstance(node, ast.Compare | ast.UnaryOp) else call("truthy", value)

    def expression(self, node: ast.expr) -> Expression:
        """An expression of Python's, its arithmetic run over expressions of JavaScript's."""
        match node:
            case ast.Constant(bool() as value):
                return name("true" if value else "false")
            case ast.Constant(value) if isinstance(value, int | float):
                return literal(value)
            case ast.Name(what):
                constant = getattr(rules, what, None)
                return literal(constant) if isinstance(constant, float) else name(what)
            case ast.Attribute(ast.Name("xp"), what):
                return name(PRIMITIVES[what])
            case ast.BinOp(ast.List([element]), ast.Mult(), times):
                return name(f"new Array({self.text(times)}).fill({self.text(element)})")
            case ast.BinOp(left, sign, right) | ast.Compare(left, [sign], [right]):
                result: Expression = _OPERATORS[type(sign)](self.expression(left), self.expression(right))
                return result
            case ast.UnaryOp(ast.USub(), value):
                return -self.expression(value)
            case ast.UnaryOp(ast.Not(), value):
                return Expression("unary !", (self.truth(value),))
            case ast.IfExp(test, body, orelse):
                return Expression("?:", (self.truth(test), self.expression(body), self.expression(orelse)))
            case ast.List(values) | ast.Tuple(values):
                return name(_list([self.text(value) for value in values]))
            case ast.Starred(value):
                return name(f"...{self.text(value, 2)}")
            case ast.ListComp(value, [ast.comprehension(target, values, [], 0)]):
                return name(f"{self.text(values, 17)}.map(({self.text(target)}) => {self.text(value)})")
            case ast.Subscript(value, ast.Slice(start, end, None)):
                bounds = [self.text(start) if start else "0", *([self.text(end)] if end else [])]
                return name(f"{self.text(value, 17)}.slice({', '.join(bounds)})")
            case ast.Subscript(value, index):
                return name(f"{self.text(value, 17)}.at({self.text(index)})")
            case ast.Call(function, operands, keywords):
                return self.call(function, operands, {keyword.arg: keyword.value for keyword in keywords})
        raise NotImplementedError(ast.unparse(node))

    def call(
        self, function: ast.expr, operands: Sequence[ast.expr], keywords: dict[str | None, ast.expr]
    ) -> Expression:
        """A function of the namespace, of `rules`, of Python's, or one that is an operand itself."""
        match function:
            case ast.Attribute(ast.Name("xp"), what):
                primitive: Expression = getattr(XP, what)(*[self.expression(operand) for operand in operands])
                return primitive
            case ast.Attribute(ast.Name("rules"), what) | ast.Name(what) if what in _rules():
                names = [argument.arg for argument in _rules()[what].args.args]
                given = dict(zip(names, operands, strict=False)) | keywords
                texts = [self.text(given[argument]) for argument in names if argument in given and argument != "xp"]
                return name(f"{self.own(what)}({', '.join(texts)})")
            case ast.Attribute(belongs, what) if what in _PYTHON:
                return name(_PYTHON[what].format(self.text(belongs, 17), *map(self.text, operands)))
            case ast.Name(what) if what in _PYTHON:
                return name(_PYTHON[what].format(*[self.text(operand, 17) for operand in operands]))
            case ast.Name(what):
                return name(f"{what}({', '.join(map(self.text, operands))})")
        raise NotImplementedError(ast.unparse(function))


def _parameters(arguments: ast.arguments) -> list[str]:
    """Names and defaults, without `xp`."""
    if arguments.vararg:
        return [arguments.vararg.arg]
    defaults = [None] * (len(arguments.args) - len(arguments.defaults)) + [*arguments.defaults]
    pairs = zip(arguments.args, defaults, strict=True)
    texts = [f"{a.arg} = {Translation().text(default)}" if default else a.arg for a, default in pairs]
    return [text for text in texts if text != "xp"]


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(texts)}]"
