"""Operations of one's own take part in everything."""

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, derivative, draw, grad, hessian, operation
from autograd.engine import ops
from autograd.testing import gradcheck


@operation(
    lambda xp, y, x, k: k * xp.exp(k * x),
    lambda xp, y, x, k: x * xp.exp(k * x),
    name="grow",
    symbol="↗",
    latex="e^{{{1} {0}}}",
    rule="k·e^(kx) and x·e^(kx)",
)
def grow(xp: Any, x: Any, k: Any) -> Any:
    """Exponential growth at rate k."""
    return xp.exp(k * x)


def test_it_records_draws_and_differentiates_twice() -> None:
    x, k = Value(0.5, label="x"), Value(2.0, label="k")
    y = grow(x, k) * x
    y.backward()
    assert y.operands[0].op == "grow"
    assert gradcheck(lambda x, k: grow(x, k) * x, [0.5, 2.0], order=2)
    assert "↗" in draw(y).source
    assert derivative(lambda x: grow(x, 2.0), 3)(0.0) == pytest.approx(8.0, rel=1e-15)
    (a, b), (c, d) = hessian(grow)(0.5, 2.0)
    assert b == c != 0 and a != d
    assert isinstance(grow(0.5, 2.0), float)
    assert pickle.loads(pickle.dumps(y)).data == y.data
    assert "Exponential growth at rate k" in (grow.__doc__ or "") and grow.__name__ == "grow"


def test_a_row_of_the_table_stays_as_it_is() -> None:
    row = ops.TABLE["tanh"]
    with pytest.raises(AttributeError, match=r"rule of the operation 'tanh' cannot be changed: .*@autograd\.operation"):
        row.rule = "another"
    with pytest.raises(AttributeError, match="kink of the operation 'tanh' cannot be changed"):
        del row.kink
    assert repr(row) == "Op('tanh')"
    assert copy.copy(row) is copy.deepcopy(row) is row == ops.ROWS[row.index]


def test_defining_it_again_replaces_it_and_old_graphs_keep_their_numbers() -> None:
    @operation(lambda xp, y, x: 2.0, name="twice")
    def first(xp: Any, x: Any) -> Any:
        return 2 * x

    old = first(Value(3.0))

    @operation(lambda xp, y, x: 2.0 + 0.0 * x, name="twice")
    def second(xp: Any, x: Any) -> Any:
        return x + x

    assert old.op == "twice" and old.local_grads == (2.0,)
    assert second(Value(3.0)).local_grads == (2.0,)
    assert ops.TABLE["twice"].summary == "twice"


TAKES_THE_NUMBER: dict[str, Callable[[Any, Any, Any], Any]] = {
    "math.cos(x)": lambda xp, y, x: math.cos(x),
    "in a product": lambda xp, y, x: xp.exp(x) * math.cos(x),
    "float(x)": lambda xp, y, x: float(x) * 2.0,
    "of the result": lambda xp, y, x: math.exp(y),
    "behind a branch that is none": lambda xp, y, x: math.cos(x) if xp is not None else 0.0,
}


@pytest.mark.parametrize("rule", TAKES_THE_NUMBER.values(), ids=TAKES_THE_NUMBER)
def test_a_second_derivative_of_a_rule_that_takes_the_number_out_is_refused(rule: Callable[..., Any]) -> None:
    of_floats = operation(rule, name="of_floats")(lambda xp, x: x)
    x = Value(3.0)
    y = of_floats(x) * 2.0
    y.backward()
    assert x.grad == 2.0 * rule(ops.FLOATS, 3.0, 3.0)
    message = r"second derivative of of_floats: its rule takes the number out.* xp\.cos\(x\) and not math\.cos\(x\)"
    with pytest.raises(TypeError, match=message):
        grad(y, x, create_graph=True)
    with pytest.raises(TypeError, match=message):
        hessian(lambda v: of_floats(v[0]))([3.0])


@pytest.mark.parametrize(("x", "second"), [(3.0, 6.0), (-3.0, 0.0)])
def test_a_rule_may_branch(x: float, second: float) -> None:
    ramp = operation(lambda xp, y, x: x**2 if x > 0.0 else 0.0, name="ramp")(
        lambda xp, x: x**3 / 3.0 if x > 0.0 else 0.0
    )
    assert hessian(lambda v: ramp(v[0]))([x]) == [[second]]


def test_refusals() -> None:
    with pytest.raises(ValueError, match=r"two has 2 operands \(a, b\) besides xp, but 1 derivatives"):

        @operation(lambda xp, y, a, b: 1.0)
        def two(xp: Any, a: Any, b: Any) -> Any:
            return a + b

    for kink, rule in ((None, lambda x: 1.0), (None, lambda xp, x: 1.0), (lambda: True, lambda xp, y, x: 1.0)):
        with pytest.raises(
            TypeError, match=r"one: .* must be a (rule \(xp, y, \*operands\)|function of the operands), which what"
        ):
            operation(rule, kink=kink, name="one")(lambda xp, x: x)
    assert "one" not in ops.TABLE

    with pytest.raises(ValueError, match=r"there is an operation 'tanh' already"):

        @operation(lambda xp, y, x: 1.0)
        def tanh(xp: Any, x: Any) -> Any:
            return x

    with pytest.raises(TypeError, match=r"grow\(\) takes 2 operands \(x, k\), got 1"):
        grow(1.0)
