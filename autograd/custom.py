"""Operations of your own: one decorator puts a row into the table that everything else reads."""

from collections.abc import Callable, Sequence
from typing import Any

from autograd import functions
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.operation import Op, Rule, register
from autograd.engine.state import TracingError
from autograd.engine.value import Value
from autograd.functions import describe
from autograd.modes import Switch
from autograd.support.settings import check_function, check_text

__all__ = ["operation"]

_OWN: set[str] = set()
BRANCHES = ("<", ">", "==", "bool()")  # how TracingError begins where a rule asks which of two numbers is larger


def is_own(name: str) -> bool:
    """Whether an operation of the table was put there by `operation`."""
    return name in _OWN


def operation(
    *derivatives: Rule,
    name: str = "",
    symbol: str = "",
    latex: str = "",
    rule: str = "",
    convention: str = "",
    kink: Callable[..., bool] | None = None,
) -> Callable[[Rule], Callable[..., Any]]:
    """Make an operation of a forward rule `(xp, *operands)` and one derivative `(xp, y, *operands)` for each operand.

    Rules are written over a namespace `xp` with NumPy's names and no others, so that the operation works on Values and
    numbers, draws, explains, differentiates to any order and compiles like the built-in ones. The decorated function
    takes the operands alone. Defining an own operation again replaces it, as re-running a notebook cell does.

    Raises ValueError if the number of derivatives is not that of the operands, or if the name is a built-in one's. A
    second derivative raises TypeError where a rule takes the number out of a Value, as math.cos(x) does.

    >>> from autograd import Value
    >>> @operation(lambda xp, y, x: 0.5 * xp.exp(0.5 * x), symbol="e^½")
    ... def half_exp(xp, x):
    ...     return xp.exp(0.5 * x)
    >>> x = Value(0.0)
    >>> y = half_exp(x)
    >>> y.backward()
    >>> y.data, x.grad, half_exp(2.0)
    (1.0, 0.5, 2.718281828459045)
    """

    import inspect  # takes 4 ms, which is a third of `import autograd`

    # Before anything is put into the table: a row that is no row would be found by everybody else.
    for i, derivative in enumerate(derivatives):
        check_function("operation", f"derivatives[{i}]", derivative, "a rule (xp, y, *operands)")
    for setting, text in (("name", name), ("symbol", symbol), ("latex", latex), ("rule", rule)):
        check_text("operation", setting, text)
    check_text("operation", "convention", convention)
    if kink is not None:
        check_function("operation", "kink", kink, "a function of the operands, or None")

    def decorate(forward: Rule) -> Callable[..., Any]:
        check_function("operation", "the decorated function", forward, "a rule (xp, *operands)")
        own = name or forward.__name__
        signature = inspect.signature(forward)
        operands = list(signature.parameters)[1:]
        if len(operands) != len(derivatives) or not operands:
            raise ValueError(
                f"{own} has {len(operands)} operands ({', '.join(operands)}) besides xp, but {len(derivatives)} "
                "derivatives: give one rule (xp, y, *operands) for each"
            )
        for i, derivative in enumerate(derivatives):
            expected = "a rule (xp, y, *operands)"
            check_function(own, f"derivatives[{i}]", derivative, expected, arguments=2 + len(operands))
        if kink is not None:
            check_function(own, "kink", kink, "a function of the operands", arguments=len(operands))
        if own in _OWN:
            ops.TABLE.pop(own, None)
        summary = (inspect.getdoc(forward) or own).rstrip(".")
        filled = latex or rf"\operatorname{{{{{own}}}}}({', '.join(f'{{{i}}}' for i in range(len(operands)))})"
        formula = f"{own}({', '.join(operands)})"
        named_rule = rule or f"the derivative given with {own}"
        row = Op(
            own, symbol or own, filled, forward, derivatives,
            summary, formula, named_rule,
            convention=convention, kink=kink,
        )  # fmt: skip
        op = register(row)
        _OWN.add(own)

        def applied(*given: Any) -> Any:
            if len(given) != len(operands):
                raise TypeError(f"{own}() takes {len(operands)} operands ({', '.join(operands)}), got {len(given)}")
            return apply(op, given)

        applied.__name__ = applied.__qualname__ = own
        applied.__doc__ = describe(op)
        kept = [parameter.replace(annotation=Any) for parameter in list(signature.parameters.values())[1:]]
        # What inspect and help() show; a function may carry it, which its declared type does not say.
        applied.__signature__ = signature.replace(parameters=kept, return_annotation=Any)  # type: ignore[attr-defined]
        return applied

    return decorate


def check_recordable(own: str, derivative: Rule, y: Value, operands: Sequence[Any]) -> None:
    """Raise TypeError if a rule of an own operation takes the number out of a Value: it is tried as if it were traced.

    Such a slope would be a constant to the second derivative, and the answer wrong without a word. A branch on a number
    is refused there, too, and does no harm here: the slope is that of the branch taken.
    """
    try:
        with Switch(tracing=True):
            derivative(functions, y, *operands)
    except TracingError as error:
        if not str(error).startswith(BRANCHES):
            raise TypeError(
                f"a second derivative of {own}: its rule takes the number out of a Value, and what it computes "
                "of that is not recorded. Write it over xp alone, as xp.cos(x) and not math.cos(x)"
            ) from error
