"""Arithmetic and functions at zeros, infinities, nan and the ends of their domains.

Figures are those of PyTorch 2.13, 64-bit; rows where the engine has a better answer are in `test_edges_better`.
"""

import pytest

from tests.engine.edge_rows import Row, check_row, rows_of

DIVISION_AND_MULTIPLICATION = """
a / b | 1, 0         | inf  | inf, -inf         | 0, inf
a / b | -1, 0        | -inf | inf, inf          | 0, -inf
a / b | 1, -0        | -inf | -inf, -inf        | 0, -inf
a / b | 0, 0         | nan  | inf, nan          | 0, nan
a / b | 0, 5         | 0    | 0.2, -0           | 0, 0
a / b | inf, inf     | nan  | 0, nan            | 0, nan
a / b | 1, inf       | 0    | 0, -0             | 0, 0
a / b | 6, 3         | 2    | 1/3, -2/3         | 0, 4/9
a / b | -6, 3        | -2   | 1/3, 2/3          | 0, -4/9
a / b | 1e308, 1e-10 | inf  | 10000000000, -inf | 0, inf
a * b | 0, inf       | nan  | inf, 0            | 0, 0
a * b | 1e200, 1e200 | inf  | 1e200, 1e200      | 0, 0
a * b | inf, -1      | -inf | -1, inf           | 0, 0
a + b | inf, -inf    | nan  | 1, 1              | 0, 0
a - b | inf, inf     | nan  | 1, -1             | 0, 0
"""

REMAINDER_AND_FLOOR_DIVISION = """
a % b  | 7, 3     | 1   | 1, -2   | 0, 0
a % b  | -7, 3    | 2   | 1, 3    | 0, 0
a % b  | 7, -3    | -2  | 1, 3    | 0, 0
a % b  | 6, 3     | 0   | 1, -2   | 0, 0
a % b  | 7, 0     | nan | 1, -inf | 0, 0
a % b  | 5.5, inf | 5.5 | 1, -0   | 0, 0
a % b  | 1, 0.1    | 0.09999999999999995 | 1, -9  | 0, 0
a % b  | 6, 0.2    | 0.1999999999999997  | 1, -29 | 0, 0
a % b  | 1, 0.2    | 0.19999999999999996 | 1, -4  | 0, 0
a % b  | -5.5, inf | inf                 | 1, 1   | 0, 0
a // b | inf, 2    | nan | 0, 0    | 0, 0
a // b | -inf, inf | nan | 0, 0    | 0, 0
a // b | inf, 0    | inf | 0, 0    | 0, 0
a // b | 7, 3     | 2   | 0, 0    | 0, 0
a // b | -7, 3    | -3  | 0, 0    | 0, 0
a // b | 1, 0     | inf | 0, 0    | 0, 0
"""

ONE_VARIABLE_TWICE = """
x + x         | 3  | 6                  | 2                 | 0
x - x         | 3  | 0                  | 0                 | 0
x * x         | 3  | 9                  | 6                 | 2
x / x         | 3  | 1                  | 0                 | 0
x / x         | 0  | nan                | nan               | nan
x ** x        | 2  | 4                  | 6.772588722239782 | 13.46698950015237
x ** x        | -1 | -1                 | nan               | nan
maximum(x, x) | 3  | 3                  | 1                 | 0
atan2(x, x)   | 3  | 0.7853981633974483 | 0                 | 0
"""

POWER_OF_TWO_VARIABLES = """
a ** b | 0, -1    | inf  | -inf, -inf                 | inf, inf
a ** b | 0, -0.5  | inf  | -inf, -inf                 | inf, inf
a ** b | -0, -1   | -inf | -inf, inf                  | -inf, -inf
a ** b | -2, 2    | 4    | -4, nan                    | 2, nan
a ** b | -2, 3    | -8   | 12, nan                    | -12, nan
a ** b | -2, 0    | 1    | 0, nan                     | -0, nan
a ** b | -2, -1   | -0.5 | -0.25, nan                 | -0.25, nan
a ** b | -2, 0.5  | nan  | nan, nan                   | nan, nan
a ** b | -8, 1/3  | nan  | nan, nan                   | nan, nan
a ** b | 2, 0     | 1    | 0, 0.6931471805599453      | -0, 0.4804530139182014
a ** b | 2, 3     | 8    | 12, 5.545177444479562      | 12, 3.843624111345611
a ** b | 2, -1    | 0.5  | -0.25, 0.34657359027997264 | 0.25, 0.2402265069591007
a ** b | 2, 0.5 | 1.4142135623730951 | 0.3535533905932738, 0.9802581434685472 | -0.08838834764831845, 0.6794631683661498
a ** b | 1, inf   | 1    | inf, 0                     | inf, 0
a ** b | inf, 0   | 1    | 0, inf                     | -0, inf
a ** b | inf, -1  | 0    | -0, nan                    | 0, nan
a ** b | 0.5, inf | 0    | nan, -0                    | nan, 0
a ** b | 2, inf   | inf  | inf, inf                   | inf, inf
a ** b | -1, inf  | 1    | inf, nan                   | inf, nan
a ** b | 2, 1024  | inf  | inf, inf                   | inf, inf
a ** b | 2, -1100 | 0    | -0, 0                      | 0, 0
a ** b | 1, nan   | 1    | nan, 0                     | nan, 0
"""

NUMBER_AS_EXPONENT = """
x ** 0       | 0   | 1                  | 0                   | 0
x ** 1       | 0   | 0                  | 1                   | 0
x ** 2       | 0   | 0                  | 0                   | 2
x ** 3       | 0   | 0                  | 0                   | 0
x ** 0.5     | 0   | 0                  | inf                 | -inf
x ** 1.5     | 0   | 0                  | 0                   | inf
x ** -1      | 0   | inf                | -inf                | inf
x ** -0.5    | 0   | inf                | -inf                | inf
x ** -1      | -0  | -inf               | -inf                | -inf
x ** 3       | -0  | -0                 | 0                   | -0
x ** 2       | -2  | 4                  | -4                  | 2
x ** 3       | -2  | -8                 | 12                  | -12
x ** 0       | -2  | 1                  | 0                   | 0
x ** -1      | -2  | -0.5               | -0.25               | -0.25
x ** 0.5     | -2  | nan                | nan                 | nan
x ** (1 / 3) | -8  | nan                | nan                 | nan
x ** 0       | 2   | 1                  | 0                   | 0
x ** 3       | 2   | 8                  | 12                  | 12
x ** -1      | 2   | 0.5                | -0.25               | 0.25
x ** 0.5     | 2   | 1.4142135623730951 | 0.35355339059327373 | -0.08838834764831845
x ** inf     | 1   | 1                  | inf                 | inf
x ** 0       | inf | 1                  | 0                   | 0
x ** -1      | inf | 0                  | -0                  | 0
x ** inf     | 0.5 | 0                  | nan                 | nan
x ** inf     | 2   | inf                | inf                 | inf
x ** inf     | -1  | 1                  | inf                 | inf
x ** 1024    | 2   | inf                | inf                 | inf
x ** -1100   | 2   | 0                  | -0                  | 0
x ** 0       | nan | 1                  | 0                   | 0
"""

NUMBER_AS_BASE = """
0 ** x                 | -1    | inf               | -inf               | inf
(-2) ** x              | 0     | 1                 | nan                | nan
(-2) ** x              | 2     | 4                 | nan                | nan
(-2) ** x              | 3     | -8                | nan                | nan
(-2) ** x              | -1    | -0.5              | nan                | nan
(-2) ** x              | 0.5   | nan               | nan                | nan
2 ** x                 | 0     | 1                 | 0.6931471805599453 | 0.4804530139182014
2 ** x                 | 3     | 8                 | 5.545177444479562  | 3.843624111345611
2 ** x                 | 1024  | inf               | inf                | inf
2 ** x                 | -1100 | 0                 | 0                  | 0
1 ** x                 | 5     | 1                 | 0                  | 0
2.718281828459045 ** x | 1     | 2.718281828459045 | 2.718281828459045  | 2.718281828459045
"""

ROOTS_AND_RECIPROCALS = """
sqrt(x)       | 0        | 0                     | inf                    | -inf
sqrt(x)       | -0       | -0                    | -inf                   | inf
sqrt(x)       | 4        | 2                     | 0.25                   | -0.03125
sqrt(x)       | 1e-320   | 9.99994433575849e-161 | 5.0000278322756814e159 | -inf
sqrt(x)       | -1       | nan                   | nan                    | nan
sqrt(x)       | inf      | inf                   | 0                      | -0
reciprocal(x) | 0        | inf                   | -inf                   | inf
reciprocal(x) | -0       | -inf                  | -inf                   | -inf
reciprocal(x) | 2        | 0.5                   | -0.25                  | 0.25
reciprocal(x) | inf      | 0                     | -0                     | 0
square(x)     | 0        | 0                     | 0                      | 2
square(x)     | -3       | 9                     | -6                     | 2
square(x)     | 1e200    | inf                   | 2e200                  | 2
hypot(a, b)   | 3, 4     | 5                     | 0.6, 0.8               | 0.128, 0.07200000000000001
hypot(a, b)   | -3, 0    | 3                     | -1, 0                  | 0, 1/3
hypot(a, b)   | 1e200, 1e200 | 1.414213562373095e200 |
        0.7071067811865475, 0.7071067811865475 | 3.5355339059327375e-201, 3.5355339059327375e-201
hypot(a, b)   | inf, nan | inf                   | nan, nan               | nan, nan
"""

LOGARITHMS = """
log(x)      | 0      | -inf               | inf                    | -inf
log(x)      | -0     | -inf               | -inf                   | -inf
log(x)      | 1      | 0                  | 1                      | -1
log(x)      | 1e-320 | -736.8272408909739 | inf                    | -inf
log(x)      | inf    | inf                | 0                      | 0
log2(x)     | 0      | -inf               | inf                    | -inf
log2(x)     | 8      | 3                  | 0.18033688011112042    | -0.022542110013890053
log10(x)    | 0      | -inf               | inf                    | -inf
log10(x)    | 1000   | 3                  | 0.00043429448190325184 | -4.342944819032518e-07
log1p(x)    | -1     | -inf               | inf                    | -inf
log1p(x)    | 0      | 0                  | 1                      | -1
log1p(x)    | 1e-20  | 1e-20              | 1                      | -1
log1p(x)    | inf    | inf                | 0                      | 0
xlogy(a, b) | 0, 2   | 0                  | 0.6931471805599453, 0  | 0, 0
xlogy(a, b) | 1, 0   | -inf               | -inf, inf              | 0, -inf
xlogy(a, b) | 0, -1  | 0                  | 0, -0                  | 0, 0
"""

EXPONENTIALS = """
exp(x)          | 1000       | inf                    | inf                    | inf
exp(x)          | -1000      | 0                      | 0                      | 0
exp(x)          | 709.78     | 1.7928227943945155e308 | 1.7928227943945155e308 | 1.7928227943945155e308
exp(x)          | 710        | inf                    | inf                    | inf
exp(x)          | -745       | 5e-324                 | 5e-324                 | 5e-324
exp(x)          | -746       | 0                      | 0                      | 0
exp(x)          | 0          | 1                      | 1                      | 1
exp(x)          | inf        | inf                    | inf                    | inf
exp(x)          | -inf       | 0                      | 0                      | 0
exp2(x)         | 1024       | inf                    | inf                    | inf
exp2(x)         | -1100      | 0                      | 0                      | 0
exp2(x)         | 3          | 8                      | 5.545177444479562      | 3.843624111345611
expm1(x)        | 1000       | inf                    | inf                    | inf
expm1(x)        | -1000      | -1                     | 0                      | 0
expm1(x)        | 0          | 0                      | 1                      | 1
expm1(x)        | 1e-20      | 1e-20                  | 1                      | 1
logaddexp(a, b) | 1000, 1000 | 1000.6931471805599     | 0.5, 0.5               | 0.25, 0.25
"""

TRIGONOMETRIC = """
sin(x)  | 0                  | 0                    | 1                     | -0
sin(x)  | inf                | nan                  | nan                   | nan
sin(x)  | 1e22               | -0.8522008497671888  | 0.523214785395139     | 0.8522008497671888
cos(x)  | 0                  | 1                    | -0                    | -1
tan(x)  | 0                  | 0                    | 1                     | 0
tan(x)  | 1.5707963267948966 | 1.633123935319537e16 | 2.6670937881135714e32 | 8.711389406220654e48
asin(x) | 1                  | 1.5707963267948966   | inf                   | inf
asin(x) | -1                 | -1.5707963267948966  | inf                   | -inf
asin(x) | 0                  | 0                    | 1                     | 0
asin(x) | 2                  | nan                  | nan                   | nan
acos(x) | 1                  | 0                    | -inf                  | -inf
acos(x) | -1                 | 3.141592653589793    | -inf                  | inf
acos(x) | 0                  | 1.5707963267948966   | -1                    | -0
acos(x) | 2                  | nan                  | nan                   | nan
atan(x) | 0                  | 0                    | 1                     | -0
"""

ANGLES_OF_POINTS = """
atan2(a, b) | 1, 0     | 1.5707963267948966  | 0, -1     | 0, 0
atan2(a, b) | -1, 0    | -1.5707963267948966 | 0, 1      | 0, 0
atan2(a, b) | 0, 1     | 0                   | 1, -0     | 0, 0
atan2(a, b) | 0, -1    | 3.141592653589793   | -1, -0    | 0, -0
atan2(a, b) | -0, -1   | -3.141592653589793  | -1, 0     | -0, 0
atan2(a, b) | 1, 1     | 0.7853981633974483  | 0.5, -0.5 | -0.5, 0.5
atan2(a, b) | -1, -1   | -2.356194490192345  | -0.5, 0.5 | -0.5, 0.5
atan2(a, b) | inf, inf | 0.7853981633974483  | nan, nan  | nan, nan
"""

HYPERBOLIC_AND_SPECIAL = """
sinh(x)   | 1000  | inf                | inf                | inf
sinh(x)   | -1000 | -inf               | inf                | -inf
sinh(x)   | 0     | 0                  | 1                  | 0
cosh(x)   | 1000  | inf                | inf                | inf
cosh(x)   | -1000 | inf                | -inf               | inf
cosh(x)   | 0     | 1                  | 0                  | 1
tanh(x)   | 1000  | 1                  | 0                  | -0
tanh(x)   | -1000 | -1                 | 0                  | 0
tanh(x)   | 20    | 1                  | 0                  | -0
tanh(x)   | -20   | -1                 | 0                  | 0
tanh(x)   | 0     | 0                  | 1                  | -0
tanh(x)   | inf   | 1                  | 0                  | -0
asinh(x)  | 0     | 0                  | 1                  | -0
acosh(x)  | 1     | 0                  | inf                | -inf
acosh(x)  | 2     | 1.3169578969248166 | 0.5773502691896258 | -0.3849001794597507
acosh(x)  | 0.5   | nan                | nan                | nan
atanh(x)  | 1     | inf                | inf                | inf
atanh(x)  | -1    | -inf               | inf                | -inf
atanh(x)  | 0     | 0                  | 1                  | 0
erf(x)    | 0     | 0                  | 1.1283791670955126 | -0
erf(x)    | 1000  | 1                  | 0                  | -0
erf(x)    | -1000 | -1                 | 0                  | 0
lgamma(x) | 0     | inf                | -inf               | inf
"""

TABLES = (
    DIVISION_AND_MULTIPLICATION,
    REMAINDER_AND_FLOOR_DIVISION,
    ONE_VARIABLE_TWICE,
    POWER_OF_TWO_VARIABLES,
    NUMBER_AS_EXPONENT,
    NUMBER_AS_BASE,
    ROOTS_AND_RECIPROCALS,
    LOGARITHMS,
    EXPONENTIALS,
    TRIGONOMETRIC,
    ANGLES_OF_POINTS,
    HYPERBOLIC_AND_SPECIAL,
)


@pytest.mark.parametrize("row", rows_of(*TABLES))
def test_row(row: Row) -> None:
    check_row(row)
