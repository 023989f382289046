// The engine's table of operations, row by row: value, slopes, and where a slope is a convention.
// A row is { value(operands, settings), slopes(y, operands, settings), kink(operands) }.

const OPERATIONS = new Map();

function row1(name, value, slope, kink) {
  OPERATIONS.set(name, { value: ([x]) => value(x), slopes: (y, [x]) => [slope(y, x)], kink: kink && (([x]) => kink(x)) });
}

function row2(name, value, slopeA, slopeB, kink) {
  OPERATIONS.set(name, {
    value: ([a, b]) => value(a, b),
    slopes: (y, [a, b]) => [slopeA(y, a, b), slopeB(y, a, b)],
    kink: kink && (([a, b]) => kink(a, b)),
  });
}

function row3(name, value, slopes, kink) {
  OPERATIONS.set(name, {
    value: ([a, b, c]) => value(a, b, c),
    slopes: (y, [a, b, c]) => slopes(y, a, b, c),
    kink: kink && (([a, b, c]) => kink(a, b, c)),
  });
}

const zero = () => 0;
const one = () => 1;
const atZero = (x) => x === 0;
const tied = (a, b) => a === b;
const sigmoid = (x) => {
  const z = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + z) : z / (1 + z);
};
const softplus = (x, b) => (b * x > 20 ? x : Math.log1p(Math.exp(minimum(b * x, 20))) / b);
const winner = (a, b, wins) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : a === b ? 0.5 : is(wins));

// ----- Arithmetic -----
row2("+", (a, b) => a + b, one, one);
row2("-", (a, b) => a - b, one, () => -1);
row2("*", (a, b) => a * b, (y, a, b) => b, (y, a) => a);
row2("/", (a, b) => a / b, (y, a, b) => 1 / b, (y, a, b) => -y / b);
row2("**", power,
  (y, a, b) => (b === 0 ? 0 : b * power(a, b - 1)),
  (y, a, b) => (b >= 0 && a === 0 ? 0 : y * naturalLog(a)),
  (a, b) => a === 0 && b === 0);
row1("neg", (x) => -x, () => -1);
row2("%", remainder, one, (y, a, b) => -Math.floor(a / b), (a, b) => remainder(a, b) === 0);
row2("//", floorDivide, zero, zero);
row1("abs", Math.abs, (y, x) => sign(x), atZero);
row1("square", (x) => x * x, (y, x) => 2 * x);
row1("reciprocal", (x) => 1 / x, (y) => -y * y);

// ----- Roots, exponentials, logarithms -----
row1("sqrt", Math.sqrt, (y) => 0.5 / y);
row1("cbrt", Math.cbrt, (y) => 1 / (3 * y * y));
row1("exp", Math.exp, (y) => y);
row1("exp2", (x) => 2 ** x, (y) => y * Math.LN2);
row1("expm1", Math.expm1, (y) => y + 1);
row1("log", naturalLog, (y, x) => (x >= 0 ? 1 / x : NaN));
row1("log2", (x) => (x > 0 ? Math.log2(x) : naturalLog(x)), (y, x) => (x >= 0 ? 1 / (x * Math.LN2) : NaN));
row1("log10", (x) => (x > 0 ? Math.log10(x) : naturalLog(x)), (y, x) => (x >= 0 ? 1 / (x * Math.LN10) : NaN));
row1("log1p", Math.log1p, (y, x) => (x >= -1 ? 1 / (1 + x) : NaN));
row2("xlogy", (x, y) => (x === 0 && !Number.isNaN(y) ? 0 : x * naturalLog(y)),
  (z, x, y) => (x === 0 && y === 0 ? 0 : naturalLog(y)),
  (z, x, y) => (x === 0 && y === 0 ? 0 : x / y),
  (x, y) => x === 0 && y === 0);
row2("logaddexp",
  (a, b) => (a === b ? a + Math.LN2 : maximum(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))),
  (y, a, b) => (a === b && Math.abs(a) === Infinity ? 0.5 : sigmoid(a - b)),
  (y, a, b) => (a === b && Math.abs(a) === Infinity ? 0.5 : sigmoid(b - a)));

// ----- Trigonometric and hyperbolic -----
row1("sin", Math.sin, (y, x) => Math.cos(x));
row1("cos", Math.cos, (y, x) => -Math.sin(x));
row1("tan", Math.tan, (y) => 1 + y * y);
row1("asin", Math.asin, (y, x) => 1 / Math.sqrt(1 - x * x));
row1("acos", Math.acos, (y, x) => -1 / Math.sqrt(1 - x * x));
row1("atan", Math.atan, (y, x) => 1 / (1 + x * x));
row2("atan2", Math.atan2,
  (y, b, a) => (Math.hypot(b, a) === 0 ? a : a / Math.hypot(b, a) / Math.hypot(b, a)),
  (y, b, a) => (Math.hypot(b, a) === 0 ? -b : -b / Math.hypot(b, a) / Math.hypot(b, a)),
  (b, a) => a === 0 && b === 0);
row2("hypot", (a, b) => Math.hypot(a, b), (y, a) => (y === 0 ? 0 : a / y), (y, a, b) => (y === 0 ? 0 : b / y),
  (a, b) => a === 0 && b === 0);
row1("sinh", Math.sinh, (y, x) => Math.cosh(x));
row1("cosh", Math.cosh, (y, x) => Math.sinh(x));
row1("tanh", Math.tanh, (y) => 1 - y * y);
row1("asinh", Math.asinh, (y, x) => 1 / Math.hypot(x, 1));
row1("acosh", acosh, (y, x) => 1 / (Math.sqrt(x - 1) * Math.sqrt(x + 1)));
row1("atanh", Math.atanh, (y, x) => (Math.abs(x) <= 1 ? 1 / (1 - x * x) : NaN));

// ----- Special functions -----
row1("erf", erf, (y, x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
row1("lgamma", lgamma, (y, x) => digamma(x));
row1("digamma", digamma, (y, x) => polygamma(1, x));
row2("polygamma", polygamma, () => NaN, (y, n, x) => polygamma(n + 1, x));

// ----- Steps, choices, bounds -----
row1("floor", Math.floor, zero);
row1("ceil", Math.ceil, zero);
row1("round", rint, zero);
row1("sign", sign, zero);
row2("greater", (a, b) => is(a > b), zero, zero);
row2("greater_equal", (a, b) => is(a >= b), zero, zero);
row2("equal", (a, b) => is(a === b), zero, zero);
row1("isnan", (x) => is(Number.isNaN(x)), zero);
row2("maximum", maximum, (y, a, b) => winner(a, b, a > b), (y, a, b) => winner(a, b, b > a), tied);
row2("minimum", minimum, (y, a, b) => winner(a, b, b > a), (y, a, b) => winner(a, b, a > b), tied);
row3("where", where, (y, c) => [0, where(c, 1, 0), where(c, 0, 1)]);
row3("clamp", (x, lo, hi) => minimum(maximum(x, lo), hi),
  (y, x, lo, hi) => [is(x >= lo && hi >= x), is(lo > x && hi >= lo), x > hi ? 1 : is(lo > x && lo > hi)],
  (x, lo, hi) => x === lo || x === hi);
