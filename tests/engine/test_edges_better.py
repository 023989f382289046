"""Where the engine does not copy PyTorch 2.13, and why; and that the check behind all these tables can fail.

Under each reason stand the rows as the engine has them; the reason says what PyTorch has instead.
"""

import math

import pytest

from autograd import Value
from tests.engine.edge_rows import Row, check_row, rows_of

# A factor of exactly 0 on a path stops an infinite one: what is not taken, or does not matter, leaks no nan.
# PyTorch: in each row nan for one or more of the derivatives that are 0 here.
NOTHING_LEAKS = """
where(x > 0, sqrt(x), 0) | 0           | 0                  | 0          | 0
sqrt(x * x)              | 0           | 0                  | 0          | 0
logaddexp(a, b)          | -1000, 1000 | 1000               | 0, 1       | 0, 0
logaddexp(a, b)          | inf, 1      | inf                | 1, 0       | 0, 0
logsumexp([a, b, c])     | inf, 0, 0   | inf                | nan, 0, 0  | nan, 0, 0
atan(x)                  | inf         | 1.5707963267948966 | 0          | 0
mish(x)                  | 1000        | 1000               | 1          | 0
"""

# The smallest subgradient at a corner without a slope, and 0 for what follows from it. PyTorch does so for its norm,
# but not for hypot (nan), and not in second derivatives (nan).
SMALLEST_SUBGRADIENT = """
hypot(a, b)     | 0, 0    | 0                  | 0, 0    | 0, 0
norm([x])       | 0       | 0                  | 0       | 0
norm([a, b, c]) | 0, 0, 0 | 0                  | 0, 0, 0 | 0, 0, 0
atan2(a, b)     | 0, 0    | 0                  | 0, -0   | 0, 0
atan2(a, b)     | -0, 0   | -0                 | 0, 0    | 0, 0
atan2(a, b)     | 0, -0   | 3.141592653589793  | -0, -0  | 0, 0
atan2(a, b)     | -0, -0  | -3.141592653589793 | -0, 0   | 0, 0
"""

# 0**b is 0 on both sides of every b > 0, and a**0 is 1 on both sides of every a; at 0**0 slopes are 0 by convention.
# PyTorch: the same values and slopes, but second derivatives nan in the exponent at base 0, and in the base at nan**0.
POWERS_OF_ZERO = """
x ** x | 0      | 1  | 0      | 0
a ** b | 0, 0   | 1  | 0, 0   | 0, 0
a ** b | 0, 1   | 0  | 1, 0   | 0, 0
a ** b | 0, 2   | 0  | 0, 0   | 2, 0
a ** b | 0, 3   | 0  | 0, 0   | 0, 0
a ** b | 0, 0.5 | 0  | inf, 0 | -inf, 0
a ** b | 0, 1.5 | 0  | 0, 0   | inf, 0
a ** b | -0, 3  | -0 | 0, 0   | -0, 0
a ** b | nan, 0 | 1  | 0, nan | 0, nan
0 ** x | 0      | 1  | 0      | 0
0 ** x | 2      | 0  | 0      | 0
0 ** x | 0.5    | 0  | 0      | 0
"""

# The limits: x ln x is 0 at 0 and its slope ln x + 1 is -inf. Written out as a product it is 0 · -inf, so nan, but the
# slope is that of the other factor all the same. PyTorch: nan for the slopes of both.
LIMITS = """
xlogy(a, b)     | 0, 0       | 0    | 0, 0     | 0, 0
x * log(x)      | 0          | nan  | -inf     | inf
logaddexp(a, b) | -inf, -inf | -inf | 0.5, 0.5 | 0, 0
"""

# Outside of its domain a function has no value and no slope. PyTorch: slopes of the formula, such as 1/x = -1.
OUTSIDE_THE_DOMAIN = """
log(x)        | -1     | nan | nan      | nan
log2(x)       | -1     | nan | nan      | nan
log10(x)      | -1     | nan | nan      | nan
log1p(x)      | -2     | nan | nan      | nan
atanh(x)      | 2      | nan | nan      | nan
relu(x)       | nan    | nan | nan      | 0
maximum(a, b) | nan, 1 | nan | nan, nan | 0, 0
maximum(a, b) | 1, nan | nan | nan, nan | 0, 0
minimum(a, b) | nan, 1 | nan | nan, nan | 0, 0
minimum(a, b) | 1, nan | nan | nan, nan | 0, 0
"""

# Squares that over- or underflow on the way, though the result does not. PyTorch: 0 for each of these slopes.
NO_OVERFLOW_ON_THE_WAY = """
atan2(a, b) | 1e-200, 1e-200 | 0.7853981633974483 | 5e199, -5e199   | -inf, inf
atan2(a, b) | 1e200, 1e200   | 0.7853981633974483 | 5e-201, -5e-201 | 0, 0
asinh(x)    | 1e200          | 461.2101657793691  | 1e-200          | -0
asinh(x)    | -1e200         | -461.2101657793691 | 1e-200          | 0
acosh(x)    | 1e200          | 461.2101657793691  | 1e-200          | -0
"""

# Digits. σ(-710) is e^-710, PyTorch: 0. logsumexp, PyTorch: 0.5000000000000275. The second derivatives of ln Γ are
# π²/6 at 1, π²/2 at 1/2, 4 + π²/2 at -1/2; PyTorch's trigamma has nine digits. At βx = 20 both libraries are on the
# smooth branch of softplus, whose second derivative is βσ(1 − σ); PyTorch: 0. Where 1 − σ(x) is small, its digits are
# those of σ(−x); PyTorch subtracts, and has eight of them in the second derivatives of silu and softplus.
DIGITS = """
sigmoid(x)           | -710              | 4.4762862256751298e-309 | 4.4762862256751298e-309 | 4.4762862256751298e-309
sigmoid(x)           | -745              | 5e-324                  | 5e-324                  | 5e-324
logsumexp([a, b, c]) | 1000, 1000, -1000 | 1000.6931471805599      | 0.5, 0.5, 0             | 0.25, 0.25, 0
lgamma(x)            | 1                 | 0                       | -0.5772156649015329     | 1.6449340668482264
lgamma(x)            | 0.5               | 0.5723649429247001      | -1.9635100260214235     | 4.934802200544679
lgamma(x)            | -0.5              | 1.2655121234846454      | 0.03648997397857652     | 8.934802200544679
lgamma(x)            | -1                | inf                     | nan                     | inf
lgamma(x)            | 1e200             | 4.5951701859880916e202  | 460.51701859880916      | 1e-200
digamma(x)           | 1e200             | 460.51701859880916      | 1e-200                  | 0
softplus(x)          | 20                | 20.000000002061153      | 0.9999999979388464      | 2.061153613941849e-09
softplus(x, 2)       | 10                | 10.000000001030577      | 0.9999999979388464      | 4.122307227883698e-09
softplus(x)          | 19.999999         | 19.999999002061156      | 0.9999999979388443      | 2.0611556750964875e-09
silu(x)              | 20                | 19.999999958776925      | 1.0000000391619202      | -3.710076488101912e-08
"""

TABLES = (
    NOTHING_LEAKS,
    SMALLEST_SUBGRADIENT,
    POWERS_OF_ZERO,
    LIMITS,
    OUTSIDE_THE_DOMAIN,
    NO_OVERFLOW_ON_THE_WAY,
    DIGITS,
)


@pytest.mark.parametrize("row", rows_of(*TABLES))
def test_row(row: Row) -> None:
    check_row(row)


WRONG = """
tanh(x)       | 1    | 0.7615941559557649 | 0.41997434161402614 | 0.6397000084492246
tanh(x)       | 1    | 0.7615941559557649 | 0.4199743416140403  | -0.6397000084492246
tanh(x)       | 1    | 0.7615941559557    | 0.41997434161402614 | -0.6397000084492246
tanh(x)       | 1    | 0.7615941559557649 | 0                   | -0.6397000084492246
relu(x)       | 0    | -0                 | 0                   | 0
relu(x)       | 0    | 0                  | 1e-300              | 0
maximum(a, b) | 2, 2 | 2                  | 1, 0                | 0, 0
exp(x)        | 1000 | 1e308              | inf                 | inf
log(x)        | -1   | nan                | -1                  | nan
log(x)        | 2    | 0.6931471805599453 | nan                 | -0.25
exp(x)        | -740 | 4.2e-322           | 0                   | 4.2e-322
"""


@pytest.mark.parametrize("row", rows_of(WRONG))
def test_a_wrong_row_fails(row: Row) -> None:
    with pytest.raises(AssertionError, match=r" at \[.*\]: .* are \[.*\], expected \[.*\]"):
        check_row(row)


def test_the_branch_not_taken_gets_nothing() -> None:
    x = Value(0.0)
    y = Value(-1.0)
    total = y.log() * 0.0 + x.sqrt() * 0.0 + x
    total.backward()
    assert math.isnan(total.data)
    assert (x.grad, y.grad) == (1.0, 0.0)
