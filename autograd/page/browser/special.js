// Special functions that JavaScript's Math lacks, to the last digits of a double.

// A polynomial from its coefficients, the constant first; 0 for none.
function polynomial(coefficients, x) {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

// Sun's rational approximations (fdlibm's s_erf.c), which C libraries and so Python compute with: what a rule subtracts
// from 1, such as that of gelu on the left, keeps the same digits. Numerators and denominators on |x| < 0.84375, about
// 1, below 1 / 0.35, and beyond.
const ERF_NEAR_1 = 0.845062911510467529297;
const ERF = [
  [[0.128379167095512558561, -0.32504210724700149937, -0.0284817495755985104766, -0.00577027029648944159157, -2.37630166566501626084e-5],
    [1, 0.397917223959155352819, 0.0650222499887672944485, 0.00508130628187576562776, 1.32494738004321644526e-4, -3.9602282787753681232e-6]],
  [[-0.00236211856075265944077, 0.414856118683748331666, -0.372207876035701323847, 0.318346619901161753674, -0.110894694282396677476,
    0.0354783043256182359371, -0.002166375594868790843],
  [1, 0.106420880400844228286, 0.540397917702171048937, 0.0718286544141962662868, 0.126171219808761642112, 0.0136370839120290507362,
    0.011984499846799107417]],
  [[-0.00986494403484714822705, -0.693858572707181764372, -10.5586262253232909814, -62.3753324503260060396, -162.396669462573470355,
    -184.605092906711035994, -81.2874355063065934246, -9.81432934416914548592],
  [1, 19.6512716674392571292, 137.6577541435190426, 434.565877475229228821, 645.387271733267880336, 429.008140027567833386,
    108.635005541779435134, 6.57024977031928170135, -0.0604244152148580987438]],
  [[-0.00986494292470009928597, -0.799283237680523006574, -17.7579549177547519889, -160.636384855821916062, -637.566443368389627722,
    -1025.09513161107724954, -483.519191608651397019],
  [1, 30.3380607434824582924, 325.792512996573918826, 1536.72958608443695994, 3199.85821950859553908, 2553.05040643316442583,
    474.528541206955367215, -22.4409524465858183362]],
];

function erf(x) {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size >= 6) return Math.sign(x);
  const [top, bottom] = ERF[size < 0.84375 ? 0 : size < 1.25 ? 1 : size < 1 / 0.35 ? 2 : 3];
  const ratio = (z) => polynomial(top, z) / polynomial(bottom, z);
  if (size < 0.84375) return x + x * ratio(x * x);
  if (size < 1.25) return Math.sign(x) * (ERF_NEAR_1 + ratio(size - 1));
  const short = Math.fround(size); // its square is exact
  const rest = Math.exp(-short * short - 0.5625) * Math.exp((short - size) * (short + size) + ratio(1 / (x * x)));
  return Math.sign(x) * (1 - rest / size);
}

// Lanczos' approximation with g = 6.02468..., as Python's math.lgamma computes: to the same digits next to the zeros at
// 1 and 2 as well, where the terms cancel.
const LANCZOS_G = 6.024680040776729583740234375;
const LANCZOS = [
  [23531376880.41075968857200767, 42919803642.649098768957899047, 35711959237.355668049440185452, 17921034426.037209699919755754,
    6039542586.3520280050642916443, 1439720407.3117216736632230728, 248874557.86205415651146038641, 31426415.585400194380614231628,
    2876370.6289353724412254090516, 186056.26539522349504029498972, 8071.6720023658162106380029023, 210.82427775157934587250973392,
    2.5066282746310002701649081771],
  [0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1],
];

function lgamma(x) {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x) || (x <= 0 && x === Math.floor(x))) return Infinity;
  if (x === 1 || x === 2) return 0;
  const size = Math.abs(x);
  if (size < 1e-20) return -Math.log(size);
  // Of large numbers in powers of 1/x, which do not overflow; the factor x^12 is in both.
  const [top, bottom] = size < 5 ? LANCZOS.map((part) => polynomial(part, size)) : LANCZOS.map((part) => polynomial([...part].reverse(), 1 / size));
  const result = Math.log(top / bottom) - LANCZOS_G + (size - 0.5) * (Math.log(size + LANCZOS_G - 0.5) - 1);
  if (x > 0) return result;
  const away = Math.abs(Math.sin(Math.PI * (x - rint(x))));
  return Math.log(Math.PI) - Math.log(away) - Math.log(size) - result;
}

// Bernoulli numbers B2, B4, ..., B20 of the asymptotic series (Abramowitz and Stegun 6.3.18, 6.4.11).
const BERNOULLI = [
  1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330,
];

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
  const [mantissa, exponent] = powerOfTwoApart(nearest);
  let [part, power] = powerOfTwoApart(total);
  power -= s * exponent;
  for (let k = 2; k <= n; k += 1) {
    const [next, taken] = powerOfTwoApart(part * k);
    [part, power] = [next, power + taken];
  }
  const [number, more] = powerOfTwoApart(part * mantissa ** -s);
  const size = timesPowerOfTwo(number, power + more);
  return n % 2 ? size : -size;
}

// The m and e of x = m 2^e with 1/2 <= |m| < 1; x itself where there are none.
function powerOfTwoApart(x) {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  const exponent = Math.floor(Math.log2(Math.abs(x))) + 1;
  return [x * 2 ** -Math.ceil(exponent / 2) * 2 ** -Math.floor(exponent / 2), exponent];
}

// x 2^power for |x| < 1: rounded once, at the end, where the result is less than the smallest normal number.
function timesPowerOfTwo(x, power) {
  if (power > 1100 || power < -1100) return power > 0 ? x * Infinity : x * 0;
  return power > 0 ? x * 2 ** Math.floor(power / 2) * 2 ** Math.ceil(power / 2) : x * 2 ** Math.max(power, -500) * 2 ** Math.min(power + 500, 0);
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
