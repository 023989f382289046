"""Formulas that print NumPy code: what the rules of the table become when they run over the names in `numpy_names`.

`axes` names the directions along which a formula varies, as in "nb": rows n, examples b of the batch. A plain float in
a formula is a literal.

>>> w, x = name("w", "n"), name("x", "b")
>>> y = call("np.tanh", w * x) - 1.0
>>> print(y, y.axes)
np.tanh(w * x) - 1.0 nb
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import mul

from autograd.engine import ieee

AXES = "klrnb"  # in the order in which arrays have them: summed over, rows and columns of a product, rows, examples
# The functions with signs of their own in Python, and how tightly these bind.
_SIGNS = {"np.add": "+", "np.subtract": "-", "np.multiply": "*", "np.divide": "/", "np.greater": ">",
          "np.greater_equal": ">=", "np.equal": "==", "np.matmul": "@"}  # fmt: skip
_BINDS = {"np.greater": 0, "np.greater_equal": 0, "np.equal": 0, "np.add": 1, "np.subtract": 1,
          "np.multiply": 2, "np.divide": 2, "np.matmul": 2}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A name or a function of formulas and numbers.

    `function` is "" for a name, which is then `text`; behind a | in it stand keywords of the call. A name stands for
    (a part of) the array `buffer`, if that is not "", and for booleans, if it is a `truth`.
    """

    function: str
    parts: tuple[Formula | float, ...] = ()
    text: str = ""
    axes: str = ""
    buffer: str = ""
    truth: bool = False

    # The signs leave out what changes nothing: 0 + x (with which `sum` begins), x·1, x/1.

    def __add__(self, other: Operand) -> Formula:
        return call("np.add", self, other)

    def __radd__(self, other: Operand) -> Formula:
        return self if other == 0.0 else call("np.add", other, self)

    def __sub__(self, other: Operand) -> Formula:
        return call("np.subtract", self, other)

    def __rsub__(self, other: Operand) -> Formula:
        return call("np.subtract", other, self)

    def __mul__(self, other: Operand) -> Formula:
        return self if other == 1.0 else call("np.multiply", self, other)

    def __rmul__(self, other: Operand) -> Formula:
        return self if other == 1.0 else call("np.multiply", other, self)

    def __truediv__(self, other: Operand) -> Formula:
        return self if other == 1.0 else call("np.divide", self, other)

    def __rtruediv__(self, other: Operand) -> Formula:
        return call("np.divide", other, self)

    def __neg__(self) -> Formula:
        return call("np.negative", self)

    def __bool__(self) -> bool:
        raise TypeError("a rule branched on a number: write the choice with xp.where")

    def __str__(self) -> str:
        return written(self)

    def names(self) -> Iterator[Formula]:
        """All names in the formula, with multiplicity."""
        stack: list[Formula | float] = [self]
        while stack:
            part = stack.pop()
            if isinstance(part, Formula):
                if part.function:
                    stack.extend(reversed(part.parts))
                else:
                    yield part


Operand = Formula | float
# To NumPy, what these return are booleans; so are products of such formulas, and nothing else.
_TRUTHS_AND_PRODUCTS = {"np.greater", "np.greater_equal", "np.equal", "np.isnan", "np.isfinite", "np.multiply"}


def is_truth(part: Operand) -> bool:
    """Whether NumPy computes booleans for this formula."""
    stack = [part]
    while stack:
        part = stack.pop()
        if not isinstance(part, Formula) or not (part.truth or part.function in _TRUTHS_AND_PRODUCTS):
            return False
        if part.function == "np.multiply":
            stack.extend(part.parts)
    return True


def name(text: str, axes: str = "", buffer: str = "", truth: bool = False) -> Formula:
    """A variable, or any text that needs no brackets around it."""
    return Formula("", (), text, axes, buffer, truth)


def call(function: str, *parts: Operand, axes: str | None = None) -> Formula:
    """A function of formulas; it varies along the axes of its parts if no others are named.

    Of booleans alone, NumPy makes something else: their sum is their disjunction, in a product of vectors too; their
    difference is an error; exp and other functions compute them in float16. So they become numbers, as they do for
    functions that are not NumPy's (erf, polygamma).

    >>> x = call("np.greater", name("x", "b"), 0.0)
    >>> print(call("np.exp", x), "or", call("np.where", x, x, 2.0), "or", x * x)
    np.exp((x > 0.0) * 1.0) or np.where(x > 0.0, x > 0.0, 2.0) or (x > 0.0) * (x > 0.0)
    """
    numbers = [part if isinstance(part, Formula) else float(part) for part in parts]
    if function not in _TRUTHS_AND_PRODUCTS:
        first = 1 if function == "np.where" else 0  # a condition may be a truth
        if not function.startswith("np.") or all(map(is_truth, numbers[first:])):
            numbers[first:] = [
                Formula("np.multiply", (x, 1.0), "", axes_of(x)) if is_truth(x) else x for x in numbers[first:]
            ]
    return Formula(function, tuple(numbers), "", axes_of(*parts) if axes is None else axes)


def axes_of(*parts: Operand) -> str:
    """The axes along which at least one of these varies.

    >>> axes_of(name("w", "n"), name("x", "b"), 2.0)
    'nb'
    """
    present = {axis for part in parts if isinstance(part, Formula) for axis in part.axes}
    return "".join([axis for axis in AXES if axis in present])


def literal(x: float) -> str:
    """A number as Python source.

    >>> literal(0.1), literal(float("-inf")), literal(float("nan"))
    ('0.1', '-np.inf', 'np.nan')
    """
    if x != x:
        return "np.nan"
    if x in (ieee.inf, -ieee.inf):
        return "np.inf" if x > 0 else "-np.inf"
    return repr(x)


def written(part: Operand, binds: int = 0) -> str:
    """The formula as source; in brackets if it binds less tightly than what stands around it.

    >>> x, y = name("x"), name("y")
    >>> print((x + y) * 2.0 - call("np.exp", -x))
    (x + y) * 2.0 - np.exp(-x)
    """
    if not isinstance(part, Formula):
        return f"({literal(part)})" if binds and str(part).startswith("-") else literal(part)
    if not part.function:
        return part.text
    own = _BINDS.get(part.function)
    # -x stands without brackets alone and at the beginning of a sum, and in brackets as a factor.
    if part.function == "np.negative":
        text = f"-{written(part.parts[0], 3)}"
        return f"({text})" if binds > 1 else text
    # A call needs no brackets around it; keywords stand behind the parts.
    if own is None:
        function, _, keywords = part.function.partition("|")
        return f"{function}({', '.join([*map(written, part.parts), *([keywords] if keywords else [])])})"
    a, b = part.parts
    # Comparisons and what stands right of a sign are bracketed at the same level: they are not associative.
    text = f"{written(a, own if own else 1)} {_SIGNS[part.function]} {written(b, own + 1)}"
    return f"({text})" if binds > own or (binds and not own) else text


def operations(formula: Formula, most: int) -> int:
    """How many functions are in a formula; `most` if there are more.

    >>> operations(name("x") * 2.0 + 1.0, most=8), operations(-(-(-name("x"))), most=2)
    (2, 2)
    """
    count, stack = 0, [formula]
    while stack and count < most:
        part = stack.pop()
        count += part.function != ""
        stack.extend([x for x in part.parts if isinstance(x, Formula)])
    return count


def factors(part: Operand) -> list[Operand]:
    """What a product is made of, its signs as factors of -1."""
    found: list[Operand] = []
    stack = [part]  # in place of a recursion: a rule of the user's may multiply in a loop
    while stack:
        part = stack.pop()
        if isinstance(part, Formula) and part.function in ("np.multiply", "np.negative"):
            stack.extend(reversed(part.parts))
            found += [-1.0] if part.function == "np.negative" else []
        else:
            found.append(part)
    return found


def product(*parts: Operand) -> Operand:
    """The product, with what is the same for all elements multiplied first.

    >>> g, seed = name("g", "nb"), name("seed")
    >>> print(product(seed * 0.5, 2.0 * g))
    g * seed
    """
    number = 1.0
    plain: list[Formula] = []
    arrays: list[Formula] = []
    # Sort the factors into literals (multiplied here and now), numbers known at run time, and arrays.
    for f in [f for part in parts for f in factors(part)]:
        if not isinstance(f, Formula):
            number *= f
        elif f.axes:
            arrays.append(f)
        else:
            plain.append(f)
    # All that is not an array makes one number, so that the array is passed over once. Its sign is kept apart where it
    # can become a subtraction or vanish.
    if plain:
        scale: Operand = -reduce(mul, plain) if number == -1.0 else reduce(mul, plain) * number
    else:
        scale = abs(number) if arrays else number
    if not arrays:
        return scale
    result = reduce(mul, arrays) * scale
    return -result if number < 0.0 and not plain else result
