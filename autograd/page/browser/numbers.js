// Numbers: how they arrive, how they are multiplied along a path, how they are written.

const SPELLED = new Map([["nan", NaN], ["inf", Infinity], ["-inf", -Infinity]]);

function readNumber(x) {
  return typeof x === "number" ? x : SPELLED.get(x);
}

// One step of the chain rule, as the engine takes it: a factor of exactly 0 ends a path, even before inf. Of a nan, nothing
// ends it but an upstream of 0.
function chain(upstream, slope) {
  return upstream === 0 || (slope === 0 && !Number.isNaN(upstream)) ? 0 : upstream * slope;
}

// Fixed decimals, exact ties to the even digit as Python writes them (toFixed takes the larger).
function fixed(x, decimals) {
  const exact = Math.abs(x).toFixed(Math.min(100, decimals + 50));
  const cut = exact.indexOf(".") + 1 + decimals;
  const rest = exact.slice(cut);
  if (/^50*$/.test(rest)) {
    const kept = exact.slice(0, cut).replace(/\.$/, "");
    if (Number(kept.slice(-1)) % 2 === 0) return (x < 0 ? "-" : "") + kept;
  }
  return x.toFixed(decimals);
}

function withoutZeros(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

// Four decimals, or four digits below one: as the drawings write it.
function plainNumber(x) {
  if (Number.isNaN(x)) return "nan";
  if (x === Infinity) return "inf";
  if (x === -Infinity) return "-inf";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1 && size < 1e6) return withoutZeros(fixed(x, size < 1e4 ? 4 : 1));
  const [digits, exponent] = x.toExponential(3).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 4) return withoutZeros(fixed(x, 3 - power));
  return `${withoutZeros(digits)}e${power}`;
}

// For people: with a real minus sign.
function show(x) {
  return plainNumber(x).replaceAll("-", "−");
}

// For tables: six significant digits.
function showSix(x) {
  const whole = Math.abs(x) < 1e15 && Number.isInteger(x);
  return whole || !Number.isFinite(x) ? show(x) : showExactly(Number(x.toPrecision(6)));
}

// For a sum, where a bare minus would be read as a difference.
function showTerm(x) {
  return x < 0 || Object.is(x, -0) ? `(${show(x)})` : show(x);
}

// Every digit there is, as it can be typed: with a hyphen for a minus.
function typedExactly(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  return Object.is(x, -0) ? "-0" : String(x);
}

// Every digit there is, for people.
function showExactly(x) {
  return typedExactly(x).replace("e+", "e").replaceAll("-", "−");
}

// A count of paths: a BigInt, in groups of three digits, or rounded when nobody would read it.
function showCount(count) {
  const digits = count.toString();
  if (digits.length <= 24) return digits.replace(/\B(?=(\d{3})+$)/g, ",");
  return `about ${digits[0]}.${digits.slice(1, 4)}·10${superscript(digits.length - 1)}`;
}

function subscript(number) {
  return String(number).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉".charAt(digit));
}

function superscript(number) {
  return String(number).replace(/[-\d]/g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(sign)));
}

// Both ends of a long name tell it from its neighbours; whole characters, so that no emoji is cut in two.
function shorten(text, limit) {
  const characters = [...text];
  if (characters.length <= limit) return text;
  const tail = Math.floor(limit / 3);
  return characters.slice(0, limit - tail - 1).join("") + "…" + characters.slice(characters.length - tail).join("");
}
