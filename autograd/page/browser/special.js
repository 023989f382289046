// Special functions that JavaScript's Math lacks, to the last digits of a double.

// For |x| < 2.5 the series with terms of one sign; beyond it the continued fraction of the complement.
function erf(x) {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n += 1) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = size;
  for (let n = 120; n >= 1; n -= 1) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction));
}

// Bernoulli numbers B2, B4, ..., B20 of the asymptotic series (Abramowitz and Stegun 6.1.41, 6.3.18, 6.4.11).
const BERNOULLI = [
  1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
];

function lgamma(x) {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x) || (x <= 0 && x === Math.floor(x))) return Infinity;
  if (x < 0.5) {
    const away = Math.abs(Math.sin(Math.PI * (x - Math.round(x))));
    return Math.log(Math.PI / away) - lgamma(1 - x);
  }
  // Up to where the series is exact; the product is divided out at the end, in two parts so that it cannot overflow.
  let product = 1;
  let z = x;
  for (; z < 16; z += 1) product *= z;
  let series = 0;
  for (let k = BERNOULLI.length; k >= 1; k -= 1) {
    series += BERNOULLI[k - 1] / (2 * k * (2 * k - 1) * z ** (2 * k - 1));
  }
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

function digamma(x) {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) {
    if (x === Math.floor(x)) return NaN; // -inf is its own floor
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - rint(x)));
  }
  if (x === Infinity || Number.isNaN(x)) return x;
  const terms = [];
  let z = x;
  for (; z < 10; z += 1) terms.push(-1 / z);
  const r = 1 / z; // in powers of 1/x the series underflows to 0 where powers of x would overflow
  terms.push(Math.log(z), -0.5 * r);
  BERNOULLI.forEach((b, i) => terms.push((-b / (2 * (i + 1))) * r ** (2 * (i + 1))));
  return carefulSum(terms);
}

// The n-th derivative of digamma.
function polygamma(n, x) {
  if (!(n >= 0) || n !== Math.floor(n)) return NaN;
  if (n === 0) return digamma(x);
  if (Number.isNaN(x)) return x;
  if (x === Infinity) return 0;
  if (x === -Infinity) return NaN;
  if (x <= 0 && x === Math.floor(x)) return n % 2 ? Infinity : NaN;
  const sign = n % 2 ? 1 : -1;
  if (x < 0) {
    const steps = Math.floor(-x) + 1;
    if (steps > 100000) return NaN;
    const up = [];
    for (let k = 0; k < steps; k += 1) up.push(1 / (x + k) ** (n + 1));
    const sum = carefulSum(up);
    // Closer to a pole than its power can tell.
    if (!Number.isFinite(sum)) return n % 2 ? Infinity : x > rint(x) ? -Infinity : Infinity;
    return polygamma(n, x + steps) + sign * factorial(n) * sum;
  }
  const terms = [];
  let z = x;
  for (; z < 15 + n; z += 1) terms.push(factorial(n) / z ** (n + 1));
  if (!terms.every(Number.isFinite)) return sign * Infinity;
  const r = 1 / z;
  terms.push(factorial(n - 1) * r ** n, (factorial(n) / 2) * r ** (n + 1));
  BERNOULLI.forEach((b, i) => {
    const k = i + 1;
    terms.push(((b * factorial(2 * k + n - 1)) / factorial(2 * k)) * r ** (2 * k + n));
  });
  return sign * carefulSum(terms);
}

function factorial(n) {
  let product = 1;
  for (let k = 2; k <= n; k += 1) product *= k;
  return product;
}

// Neumaier's sum: what is lost in each addition is added at the end.
function carefulSum(terms) {
  let sum = 0;
  let lost = 0;
  for (const term of terms) {
    const next = sum + term;
    if (Number.isFinite(next)) lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + lost;
}
