"""What an operation is (`Op`), how it is put into the table (`register`), and what its rules run over (`Namespace`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from autograd.engine import ieee
from autograd.support.text import short

# A rule works on whatever its namespace works on: floats, Values, arrays.
Rule = Callable[..., Any]

NONE_SHORTER: Mapping[int, Rule] = {}


class Op:
    """One row: everything that chaingrad knows of one operation.

    `derivatives` holds one rule for each operand, `(xp, y, *operands) -> dy/d(operand)`. A row whose number of operands
    is open (`variadic`) holds a single rule `(xp, y, operands, *params) -> list` for all of them at once.

    A rule in `derivatives` keeps its digits when it is differentiated again, and has an answer at every number; it pays
    with choices between two forms. `short` has some in fewer operations, by the number of the operand, for code that
    nobody differentiates: equal to the last digits wherever the result is finite (1.5 to 3.7 times as fast).
    """

    # No dataclass, which would take a third of the time of `import autograd`: the module of that name loads inspect.
    __slots__ = (
        "convention", "defaults", "derivatives", "differentiable", "formula", "forward", "index", "kink", "latex",
        "name", "rule", "short", "summary", "symbol", "variadic",
    )  # fmt: skip
    name: str
    symbol: str
    latex: str
    forward: Rule
    derivatives: tuple[Rule, ...]
    summary: str
    formula: str
    rule: str
    variadic: bool
    convention: str
    kink: Callable[..., bool] | None
    differentiable: bool
    defaults: tuple[float, ...]
    short: Mapping[int, Rule]
    index: int

    def __init__(
        self,
        name: str,
        symbol: str,
        latex: str,
        forward: Rule,
        derivatives: tuple[Rule, ...],
        summary: str,
        formula: str,
        rule: str,
        variadic: bool = False,
        convention: str = "",
        kink: Callable[..., bool] | None = None,
        differentiable: bool = True,
        defaults: tuple[float, ...] = (),
        short: Mapping[int, Rule] = NONE_SHORTER,
    ) -> None:
        given, index = locals(), -1
        for field in self.__slots__:
            object.__setattr__(self, field, given.get(field, index))

    def __setattr__(self, name: str, value: Any) -> None:
        raise self._refusal(name)

    def __delattr__(self, name: str) -> None:
        raise self._refusal(name)

    def _refusal(self, name: str) -> AttributeError:
        return AttributeError(
            f"{name} of the operation {short(self.name)} cannot be changed: for another rule, make an operation of "
            "your own with @autograd.operation"
        )

    def __repr__(self) -> str:
        return f"Op({self.name!r})"

    def __copy__(self) -> Op:
        return self

    def __deepcopy__(self, memo: object) -> Op:
        return self

    @property
    def arity(self) -> int:
        """How many operands a node of this kind has; -1 if any number."""
        return -1 if self.variadic else len(self.derivatives)

    def value(self, xp: Any, operands: Sequence[Any], params: Sequence[float] = ()) -> Any:
        """The forward rule over the namespace `xp`."""
        return self.forward(xp, operands, *params) if self.variadic else self.forward(xp, *operands)

    def local(self, xp: Any, y: Any, operands: Sequence[Any], params: Sequence[float] = ()) -> list[Any]:
        """The local derivative by every operand, over the namespace `xp`."""
        if self.variadic:
            return list(self.derivatives[0](xp, y, operands, *params))
        return [derivative(xp, y, *operands) for derivative in self.derivatives]

    def at_kink(self, operands: Sequence[float]) -> bool:
        """Whether these operands sit exactly on a point where the derivative is a convention."""
        return self.kink is not None and bool(self.kink(*operands))


class Namespace:
    """A module of primitives, completed by the table: `xp.sigmoid` is the sigmoid row over `xp` itself."""

    def __init__(self, primitives: ModuleType) -> None:
        self.primitives = primitives

    def __getattr__(self, name: str) -> Any:
        """Find a primitive or a row and keep it."""
        if name.startswith("_"):
            raise AttributeError(name)
        function = getattr(self.primitives, name, None)
        if function is None:
            op = TABLE.get(name)
            if op is None:
                raise AttributeError(
                    f"neither {self.primitives.__name__} nor the table of operations has {short(name)}"
                )
            forward = op.forward

            def function(*operands: Any) -> Any:
                return forward(self, *operands)

        setattr(self, name, function)
        return function


TABLE: dict[str, Op] = {}
ROWS: list[Op] = []
FLOATS = Namespace(ieee)


def register(op: Op) -> Op:
    """Add a row to the table and give it its index; a name can be taken once."""
    if op.name in TABLE:
        raise ValueError(f"there is an operation {short(op.name)} already: choose another name")
    object.__setattr__(op, "index", len(ROWS))
    TABLE[op.name] = op
    ROWS.append(op)
    return op
