// Where JavaScript and Python might part, the engine's answers: what the printed operations call.

// Half to even; Math.round goes up.
function rint(x) {
  if (!Number.isFinite(x)) return x;
  const below = Math.floor(x);
  const rest = x - below;
  const whole = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  return whole === 0 && (x < 0 || Object.is(x, -0)) ? -0 : whole;
}

// 1 to the power nan is 1, and so is -1 to the power inf; a square is rounded once.
function power(a, b) {
  if (b === 2) return a * a;
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

// With the sign of the divisor.
function remainder(a, b) {
  if (b === 0 || !Number.isFinite(a)) return NaN;
  const rest = a % b;
  if (rest === 0) return Object.is(b, -0) || b < 0 ? -0 : 0;
  return rest < 0 === b < 0 ? rest : rest + b;
}

function floorDivide(a, b) {
  if (b === 0) return a / b;
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0 || Number.isNaN(quotient)) return Number.isNaN(quotient) ? quotient : copysign(0, a / b);
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

// nan if either is nan.
function maximum(a, b) {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : a >= b ? a : b;
}

function minimum(a, b) {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : a <= b ? a : b;
}

// 0 for nan.
function sign(x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

function exp2(x) {
  return 2 ** x;
}

function copysign(a, b) {
  return b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a);
}

// What holds for Python: a list that is not empty, a number that is not 0; nan too.
function truthy(x) {
  return Array.isArray(x) ? x.length > 0 : x !== 0 && x !== false;
}

function zip(xs, others) {
  return xs.map((x, i) => [x, others[i]]);
}

function count(xs, wanted) {
  return xs.filter((x) => x === wanted).length;
}
