"""Derivatives as results: `grad` of recorded values to any order, and `value_and_grad`, `jacobian`, ... of functions.

Nothing here touches the `.grad` of a Value. The functions nest: a result that depends on a Value which somebody may
differentiate by is a recorded Value itself. That is a Value that the function reads from outside, a computed one or a
parameter among the arguments, and inside of another derivative any Value. All other results are floats, and an input
among the arguments counts as its number. Under `no_grad()` the functions record what they need, and give constants.

- `of_values`: `grad`, of what is recorded already.
- `of_functions`: `value_and_grad`, `derivative`, `jacobian`, `hessian`, `hvp`.
- `forward`: `jvp`, in forward mode.
- `call`: the arguments of a function as Values, and its results as the caller gets them.
- `sweep`: the walk back that all but `jvp` share, and the recorded slopes that derivatives of derivatives need.
- `context`: whether a derivative is being taken around.

>>> derivative(lambda x: x * derivative(lambda y: x * y)(1.0))(3.0)  # x · x
6.0
"""

from autograd.derivatives.forward import jvp as jvp
from autograd.derivatives.of_functions import derivative as derivative
from autograd.derivatives.of_functions import hessian as hessian
from autograd.derivatives.of_functions import hvp as hvp
from autograd.derivatives.of_functions import jacobian as jacobian
from autograd.derivatives.of_functions import value_and_grad as value_and_grad
from autograd.derivatives.of_values import grad as grad

__all__ = ["derivative", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad"]
