// Arithmetic where JavaScript and the engine might part: the engine's answers.

// Half to even; Math.round goes up.
function rint(x) {
  if (!Number.isFinite(x)) return x;
  const below = Math.floor(x);
  const rest = x - below;
  const whole = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  return whole === 0 && (x < 0 || Object.is(x, -0)) ? -0 : whole;
}

// 1 to the power nan is 1, and so is -1 to the power inf.
function power(a, b) {
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
  if (b === 0 || !Number.isFinite(a)) return a / b;
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0 || Number.isNaN(quotient)) return Number.isNaN(quotient) ? quotient : a / b < 0 ? -0 : 0;
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

function naturalLog(x) {
  return x > 0 ? Math.log(x) : x === 0 ? -Infinity : NaN;
}

function acosh(x) {
  return x >= 1 ? Math.acosh(x) : NaN;
}

// nan counts as true, as in Python.
function where(condition, a, b) {
  return condition !== 0 ? a : b;
}

function is(truth) {
  return truth ? 1 : 0;
}
