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

// The n-th derivative of digamma: (-1)^(n + 1) n! times the sum of 1 / (x + k)^(n + 1) over k = 0, 1, ...
function polygamma(n, x) {
  if (!(n >= 0 && n <= 1000) || n !== Math.floor(n)) return NaN;
  if (n === 0) return digamma(x);
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return x > 0 ? 0 : NaN;
  if (x <= 0 && x === Math.floor(x)) return n % 2 ? Infinity : NaN;
  const s = n + 1;
  let nearest = x;
  let total = 0;
  if (x > 0) {
    total = hurwitz(s, x);
  } else {
    // Terms with x + k > 0 begin at `above`, those with x + k < 0 run from `below` to -x.
    const steps = Math.floor(-x);
    const below = -(x + steps);
    const above = x + steps + 1;
    nearest = Math.min(below, above);
    if (below === above && s % 2) { // halfway between two poles odd powers cancel, but for those beyond
      nearest = 1 - x;
      total = hurwitz(s, nearest);
    } else {
      const [right, left, rest] = [above, below, 1 - x].map((a) => hurwitz(s, a) * (nearest / a) ** s);
      total = s % 2 ? right - left + rest : right + left - rest;
    }
  }
  // n! total / nearest^s with the powers of two apart: each factor by itself would overflow long before the product.
  const exponent = Math.floor(Math.log2(nearest)) + 1;
  let number = total * (nearest * 2 ** -Math.ceil(exponent / 2) * 2 ** -Math.floor(exponent / 2)) ** -s;
  let power = -s * exponent;
  for (let k = 2; k <= n; k += 1) {
    number *= k;
    if (Math.abs(number) > 2) {
      const taken = Math.floor(Math.log2(Math.abs(number)));
      number /= 2 ** taken;
      power += taken;
    }
  }
  for (; power > 1000; power -= 1000) number *= 2 ** 1000;
  for (; power < -1000; power += 1000) number *= 2 ** -1000;
  number *= 2 ** power;
  return n % 2 ? number : -number;
}

// a^s times the sum of 1 / (a + k)^s: terms up to a large a + k, then Euler and Maclaurin's formula.
function hurwitz(s, a) {
  const terms = [];
  let z = a;
  for (; z < s + 10; z += 1) {
    terms.push((a / z) ** s);
    if (terms[terms.length - 1] < 1e-19) return carefulSum(terms);
  }
  const rest = [z / (s - 1), 0.5];
  let factor = s / z;
  let factorial = 1;
  BERNOULLI.forEach((b, i) => {
    const k = 2 * (i + 1);
    factorial *= k * (k - 1);
    rest.push((b / factorial) * factor);
    factor *= ((s + k - 1) / z) * ((s + k) / z);
  });
  terms.push((a / z) ** s * carefulSum(rest));
  return carefulSum(terms);
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
