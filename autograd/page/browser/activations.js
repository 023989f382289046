// The rest of the engine's table: activations, and operations over any number of operands.

row1("sigmoid", sigmoid, (y) => y * (1 - y));
row1("logsigmoid", (x) => minimum(x, 0) - Math.log1p(Math.exp(-Math.abs(x))), (y, x) => sigmoid(-x));
row1("relu", (x) => (x < 0 ? 0 : x), (y, x) => (Number.isNaN(x) ? x : is(x > 0)), atZero);
row2("leaky_relu", (x, s) => (x > 0 ? x : s * x), (y, x, s) => (x > 0 ? 1 : s), (y, x) => (x > 0 ? 0 : x), atZero);
const belowZero = (x) => (x < 0 ? x : 0); // 0 for nan too: the slope at nan is that at 0
row2("elu", (x, a) => (x > 0 ? x : a * Math.expm1(minimum(x, 0))),
  (y, x, a) => (x > 0 ? 1 : a * Math.exp(belowZero(x))),
  (y, x) => (x > 0 ? 0 : Math.expm1(belowZero(x))), atZero);
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 }; // Klambauer et al. 2017
row1("selu", (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(minimum(x, 0))),
  (y, x) => SELU.scale * (x > 0 ? 1 : SELU.alpha * Math.exp(belowZero(x))), atZero);
row2("softplus", softplus,
  (y, x, b) => (b * x > 20 ? 1 : sigmoid(b * x)),
  (y, x, b) => (b * x > 20 ? 0 : (x * sigmoid(b * x) - y) / b));
row1("silu", (x) => x * sigmoid(x), (y, x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))));
row1("gelu", (x) => 0.5 * x * (1 + erf(x * Math.sqrt(0.5))),
  (y, x) => 0.5 * (1 + erf(x * Math.sqrt(0.5))) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI));
const geluInner = (x) => Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
row1("gelu_tanh", (x) => 0.5 * x * (1 + geluInner(x)), (y, x) => {
  const t = geluInner(x);
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
});
row1("mish", (x) => x * Math.tanh(softplus(x, 1)), (y, x) => {
  const t = Math.tanh(softplus(x, 1));
  return t + x * (1 - t * t) * sigmoid(x);
});
row3("hardtanh", (x, lo, hi) => minimum(maximum(x, lo), hi),
  (y, x, lo, hi) => [is(x > lo && hi > x), is(lo >= x && hi > lo), lo >= hi ? 1 : is(x >= hi)], (x, lo, hi) => x === lo || x === hi);
row1("softsign", (x) => x / (1 + Math.abs(x)), (y, x) => 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))));

// ----- Over several operands: one node, one rule for all of its slopes -----

function rows(name, value, slopes, kink) {
  OPERATIONS.set(name, { value, slopes, kink });
}

const total = (xs) => xs.reduce((sum, x) => sum + x, 0);
const meanOf = (xs) => total(xs) / xs.length;
const variance = (xs, c) => {
  const middle = meanOf(xs);
  return total(xs.map((x) => (x - middle) * (x - middle))) / (xs.length - c);
};
const repeats = (xs, x) => xs.filter((other) => other === x).length;

// 1/k to each of the k that tie for the extreme; to those that are nan if one is.
function share(y, xs) {
  const hits = xs.map((x) => is(Number.isNaN(y) ? Number.isNaN(x) : x === y));
  const all = total(hits);
  return hits.map((hit) => hit / all);
}

// e^(x - m) with m the largest, so that nothing overflows; with `guard`, m = 0 where the largest is infinite.
function exponentials(xs, guard) {
  let top = xs.reduce(maximum);
  if (guard && Math.abs(top) === Infinity) top = 0;
  return [top, xs.map((x) => Math.exp(x - top))];
}

function shares(xs, guard) {
  const terms = exponentials(xs, guard)[1];
  const whole = total(terms);
  return terms.map((term) => term / whole);
}

rows("sum", total, (y, xs) => xs.map(one));
rows("prod", (xs) => xs.reduce((product, x) => product * x, 1), (y, xs) => {
  // Running products from both sides: no division, so zeros are right.
  const left = [1];
  const right = [1];
  for (let i = 0; i + 1 < xs.length; i += 1) {
    left.push(left[i] * xs[i]);
    right.push(right[i] * xs[xs.length - 1 - i]);
  }
  return xs.map((x, i) => left[i] * right[xs.length - 1 - i]);
});
rows("mean", meanOf, (y, xs) => xs.map(() => 1 / xs.length));
rows("var", (xs, [c = 1]) => variance(xs, c),
  (y, xs, [c = 1]) => {
    const middle = meanOf(xs);
    return xs.map((x) => (2 * (x - middle)) / (xs.length - c));
  });
rows("std", (xs, [c = 1]) => Math.sqrt(variance(xs, c)), (y, xs, [c = 1]) => {
  const middle = meanOf(xs);
  return xs.map((x) => (y === 0 ? 0 : (x - middle) / (y * (xs.length - c))));
}, (xs) => new Set(xs).size === 1);
rows("norm", (xs) => xs.slice(1).reduce((length, x) => Math.hypot(length, x), xs.length ? Math.abs(xs[0]) : 0),
  (y, xs) => xs.map((x) => (y === 0 ? 0 : x / y)), (xs) => xs.every(atZero));
rows("max", (xs) => xs.reduce(maximum), share, (xs) => repeats(xs, Math.max(...xs)) > 1);
rows("min", (xs) => xs.reduce(minimum), share, (xs) => repeats(xs, Math.min(...xs)) > 1);
rows("dot", (xs) => {
  // n weights, n inputs and perhaps a bias, which comes first in the sum.
  const n = Math.floor(xs.length / 2);
  let sum = xs.length % 2 ? xs[2 * n] : 0;
  for (let i = 0; i < n; i += 1) sum += xs[i] * xs[n + i];
  return sum;
}, (y, xs) => {
  const n = Math.floor(xs.length / 2);
  return [...xs.slice(n, 2 * n), ...xs.slice(0, n), ...(xs.length % 2 ? [1] : [])];
});
rows("logsumexp", (xs) => {
  if (!xs.length) return -Infinity;
  const [top, terms] = exponentials(xs, true);
  return top + naturalLog(total(terms));
}, (y, xs) => (xs.length ? shares(xs, true) : []));
rows("softmax", (xs, [k]) => shares(xs, false)[k],
  (y, xs, [k]) => shares(xs, false).map((p, i) => y * (is(i === k) - p)));
rows("log_softmax", (xs, [k]) => {
  const [top, terms] = exponentials(xs, false);
  return xs[k] - top - naturalLog(total(terms));
}, (y, xs, [k]) => shares(xs, false).map((p, i) => is(i === k) - p));
