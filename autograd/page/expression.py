"""JavaScript expressions: what the rules of the table become when they run over the namespace `XP` in place of floats.

So a derivative is written once, in the table: run over floats it is the engine's, run over this it is source code for
the page. Nothing is simplified on the way, so that the page adds and multiplies in the engine's order. What a rule uses
twice gets a name: in, the rule of the logistic function over a name; out, a function that compares x with 0 once.

>>> from autograd.engine.ops import TABLE
>>> print(arrow("[x]", TABLE["sigmoid"].forward(XP, name("x"))))
([x]) => { const t0 = x >= 0; const t1 = Math.exp(t0 ? -x : x); return (t0 ? 1 : t1) / (1 + t1); }
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import Any

from autograd.engine.ops import FLOATS, TABLE

# Operators: how tightly each binds, how it is written, and how tightly each part has to bind to stand without brackets.
_ATOM = 17
_FORMS: dict[str, tuple[int, str, tuple[int, ...]]] = {
    "?:": (1, "{} ? {} : {}", (2, 2, 1)),
    **{sign: (8, f"{{}} {sign} {{}}", (9, 9)) for sign in ("===", "!==")},
    **{sign: (9, f"{{}} {sign} {{}}", (10, 10)) for sign in (">", ">=", "<", "<=")},
    **{sign: (11, f"{{}} {sign} {{}}", (11, 12)) for sign in ("+", "-")},
    **{sign: (12, f"{{}} {sign} {{}}", (12, 13)) for sign in ("*", "/")},
    **{f"unary {sign}": (14, f"{sign}{{}}", (15,)) for sign in ("-", "+", "!")},
}
# What gives true or false in JavaScript; the rules want 1 or 0, which a plus makes of it.
_TRUTHS = {"===", "!==", ">", ">=", "<", "<=", "unary !", "Number.isNaN", "Number.isFinite", "truthy"}

# The primitives of a namespace, by their names in NumPy. What is no operator and not of `Math` stands in ieee.js and
# special.js.
_OF_MATH = (
    "abs", "cbrt", "ceil", "cos", "cosh", "exp", "expm1", "floor", "hypot", "log", "log10", "log1p", "log2", "sin",
    "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip
PRIMITIVES = {
    **{what: f"Math.{what}" for what in _OF_MATH},
    **{f"arc{what}": f"Math.a{what}" for what in ("cos", "cosh", "sin", "sinh", "tan", "tan2", "tanh")},
    **{what: what for what in ("copysign", "erf", "exp2", "lgamma", "maximum", "minimum", "polygamma", "power")},
    **{what: what for what in ("remainder", "rint", "sign")},
    "divide": "/", "equal": "===", "greater": ">", "greater_equal": ">=", "floor_divide": "floorDivide",
    "isnan": "Number.isNaN", "isfinite": "Number.isFinite",
}  # fmt: skip

_ANSWERS: ContextVar[Iterator[bool] | None] = ContextVar("answers", default=None)  # to a kink that branches
MOST_BRANCHES = 10  # on one way through a kink


class BranchError(TypeError):
    """A rule asked whether an expression is true."""

    def __init__(self, condition: Expression) -> None:
        super().__init__("a rule branched on a number: write the choice with xp.where")
        self.condition = condition


Operator = Callable[["Expression", Any], "Expression"]


def _operator(function: str) -> tuple[Operator, Operator]:
    """An operator of Python's and its reflection, for what stands on its left."""
    return (lambda a, b: call(function, a, b)), (lambda a, b: call(function, b, a))


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """An operator or a function of expressions; `function` is "" for a name or a literal, which is then `text`."""

    function: str
    parts: tuple[Expression, ...] = ()
    text: str = ""

    __array_ufunc__ = None  # NumPy's numbers leave the arithmetic to the expression

    __add__, __radd__ = _operator("+")
    __sub__, __rsub__ = _operator("-")
    __mul__, __rmul__ = _operator("*")
    __truediv__, __rtruediv__ = _operator("/")
    __floordiv__, __rfloordiv__ = _operator("floorDivide")
    __mod__, __rmod__ = _operator("remainder")
    __pow__, __rpow__ = _operator("power")
    __lt__, __gt__ = _operator("<")[0], _operator(">")[0]
    __le__, __ge__ = _operator("<=")[0], _operator(">=")[0]
    __eq__ = _operator("===")[0]  # type: ignore[assignment]
    __ne__ = _operator("!==")[0]  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]  # as a member of a set it would be compared without being asked

    def __neg__(self) -> Expression:
        return call("unary -", self)

    def __pos__(self) -> Expression:
        return self

    def __abs__(self) -> Expression:
        return call("Math.abs", self)

    def __bool__(self) -> bool:
        answer = next(_ANSWERS.get() or iter(()), None)
        if answer is None:
            raise BranchError(self)
        return answer


def name(text: str) -> Expression:
    """A variable, or any text that needs no brackets around it."""
    return Expression("", (), text)


def literal(x: Real | float) -> Expression:
    """A number in JavaScript.

    >>> [literal(x).text for x in (2, 0.1, -0.0, 1e300, float("-inf"), float("nan"))]
    ['2', '0.1', '-0', '1e+300', '-Infinity', 'NaN']
    """
    text = repr(float(x)).removesuffix(".0")
    return name(text.replace("inf", "Infinity").replace("nan", "NaN"))


def number(part: Any) -> Expression:
    """What a rule gave as an expression whose value is a number.

    >>> x = name("x")
    >>> print(written(number(x > 0.0)), written(number(0.5)))
    +(x > 0) 0.5
    """
    if isinstance(part, Expression):
        return Expression("unary +", (part,)) if part.function in _TRUTHS else part
    if isinstance(part, Real):
        return literal(part)
    raise TypeError(f"a rule works on numbers, got {type(part).__name__}")


def condition(part: Expression) -> Expression:
    """An expression as a condition: as in Python, everything but 0 is true, nan too."""
    return part if part.function in _TRUTHS else Expression("!==", (part, literal(0.0)))


def call(function: str, *parts: Any) -> Expression:
    """An operator or a function of numbers."""
    return Expression(function, tuple([number(part) for part in parts]))


class JavaScriptNames:
    """`xp.tanh(x)` is the expression `Math.tanh(x)`; of numbers alone, it is the number.

    >>> x = name("x")
    >>> print(written(XP.where(XP.greater(x, 0.0), XP.tanh(x), XP.cos(0.0))))
    x > 0 ? Math.tanh(x) : 1
    """

    inf, nan, pi = FLOATS.inf, FLOATS.nan, FLOATS.pi

    def __getattr__(self, what: str) -> Callable[..., Any]:
        """Find how JavaScript spells a primitive; a row of the table is run over this namespace."""
        if what.startswith("_"):
            raise AttributeError(what)
        on_floats = getattr(FLOATS, what)
        if what not in PRIMITIVES:
            return partial(TABLE[what].forward, self)

        def primitive(*parts: Any) -> Any:
            return (
                call(PRIMITIVES[what], *parts) if any(isinstance(x, Expression) for x in parts) else on_floats(*parts)
            )

        return primitive

    def where(self, chosen: Any, a: Any, b: Any) -> Any:
        """a or b; a choice that is known already is made here."""
        if isinstance(chosen, Expression):
            return Expression("?:", (condition(chosen), number(a), number(b)))
        return a if chosen else b


XP = JavaScriptNames()


def written(expression: Expression, binds: int = 0) -> str:
    """The expression as text; in brackets if it binds less tightly than what stands around it.

    >>> x, y = name("x"), name("y")
    >>> print(written((x - (y - 2.0)) * -x / y ** -1.0))
    (x - (y - 2)) * -x / power(y, -1)
    """
    return _bracketed(_text(expression), binds)


def _text(expression: Expression) -> tuple[str, int]:
    return _filled(expression, [_text(part) for part in expression.parts])


def _filled(expression: Expression, parts: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """The text of an expression, given that of its parts, and how tightly it binds."""
    function = expression.function
    if not function:
        return expression.text, 14 if expression.text.startswith("-") else _ATOM
    if function not in _FORMS:
        return f"{function}({', '.join([text for text, _ in parts])})", _ATOM
    binds, form, needed = _FORMS[function]
    return form.format(*map(_bracketed, parts, needed)), binds


def _bracketed(text: tuple[str, int], needed: int) -> str:
    return text[0] if text[1] >= needed else f"({text[0]})"


def arrow(parameters: str, result: Expression | Sequence[Expression]) -> str:
    """A JavaScript function that gives an expression, or an array of several; what they share is computed once.

    >>> x, y = name("x"), name("y")
    >>> print(arrow("y, [x]", [XP.exp(x * y) + x, x * y]))
    (y, [x]) => { const t0 = x * y; return [Math.exp(t0) + x, t0]; }
    """
    # Value numbering: one entry for expressions that are the same function of the same entries, in an order in which
    # parts come before what they are parts of. Without it, a rule that doubles its text 50 times would fill the memory.
    results = [result] if isinstance(result, Expression) else result
    entries: dict[tuple[str, str, tuple[int, ...]], tuple[int, Expression]] = {}
    numbers: dict[int, int] = {}

    def visit(expression: Expression) -> int:
        if id(expression) not in numbers:
            key = (expression.function, expression.text, tuple([visit(part) for part in expression.parts]))
            numbers[id(expression)] = entries.setdefault(key, (len(entries), expression))[0]
        return numbers[id(expression)]

    roots = [visit(expression) for expression in results]
    uses = Counter([*roots, *(part for _, _, parts in entries for part in parts)])

    # Each entry is written into the one place that uses it; one that is used more often becomes a constant.
    lines: list[str] = []
    texts: list[tuple[str, int]] = []
    for (function, _, parts), (entry, expression) in entries.items():
        text = _filled(expression, [texts[part] for part in parts])
        if function and uses[entry] > 1:
            lines.append(f"const t{len(lines)} = {text[0]};")
            text = (f"t{len(lines) - 1}", _ATOM)
        texts.append(text)
    value = (
        texts[roots[0]][0] if isinstance(result, Expression) else f"[{', '.join([texts[root][0] for root in roots])}]"
    )
    return (
        f"({parameters}) => {{ {' '.join([*lines, f'return {value};'])} }}" if lines else f"({parameters}) => {value}"
    )


def decisions(kink: Callable[..., Any], operands: Sequence[Expression], answers: tuple[bool, ...] = ()) -> Expression:
    """A function that may branch on numbers, as one condition: it is run once for every way through its branches.

    >>> a, b = name("a"), name("b")
    >>> print(written(decisions(lambda a, b: a == 0.0 and b in (0.0, 1.0), [a, b])))
    a === 0 ? (b === 0 ? true : b === 1 ? true : false) : a === 0

    Raises BranchError for a way of too many branches, such as an endless loop.
    """
    # Run with the answers that this way has given so far. At the next question it forks: once with yes, once with no.
    before = _ANSWERS.get()
    try:
        _ANSWERS.set(iter(answers))
        result = kink(*operands)
    except BranchError as branch:
        if len(answers) == MOST_BRANCHES:
            raise
        ways = [decisions(kink, operands, (*answers, answer)) for answer in (True, False)]
        return Expression("?:", (branch.condition, *ways))
    finally:
        _ANSWERS.set(before)
    return condition(result) if isinstance(result, Expression) else name("true" if result else "false")
