// Names, expressions and sentences. All of it is plain text: labels are the user's and are never markup.

// The label, O₁₁ for O11 as in the picture, but whole where it tells a place, as layers.0.neurons.1.w2; or v and the
// number of the node as in the textbooks; or the number that a constant is.
function nameOf(graph, node, limit = 40) {
  const label = graph.labels[node];
  if (label) return shorten(label.includes(".") ? label : graph.shown[node], limit);
  return graph.roles[node] === "constant" ? show(graph.recorded.data[node]) : `v${subscript(node)}`;
}

// Written between, before or around the operands: [priority, how]. A lower priority needs brackets inside a higher one.
// Maps: an operation may be called "constructor", which every object has.
const INFIX = new Map(Object.entries({ "+": [1, " + "], "-": [1, " − "], "*": [2, " × "], "/": [2, " / "], "**": [4, "^"],
  "%": [2, " mod "], "//": [2, " // "], greater: [0, " > "], greater_equal: [0, " ≥ "], equal: [0, " = "] }));
const PREFIX = new Map(Object.entries({ neg: [3, "−"], reciprocal: [2, "1 / "], sqrt: [4, "√"], exp2: [4, "2^"] }));
const SEVERAL = new Map(Object.entries({ sum: [1, " + "], prod: [2, " × "] }));

function bracketed(text, needed) {
  return needed ? `(${text})` : text;
}

// The exponent of a power that is a whole number and a constant; else null.
function wholePower(graph, node) {
  if (graph.ops[node] === null || graph.ops[node].name !== "**") return null;
  const exponent = graph.operands[node][1];
  const power = graph.recorded.data[exponent];
  return graph.roles[exponent] === "constant" && Number.isInteger(power) && Math.abs(power) < 100 ? power : null;
}

// The sign of an operation in the picture: x² for a power of 2.
function symbolOf(graph, node) {
  if (graph.ops[node] === null) return "";
  const power = graph.ops[node].name === "square" ? 2 : wholePower(graph, node);
  return power === null ? graph.ops[node].symbol : `x${superscript(power)}`;
}

// The operation of a node on operands that are given as { text, priority }; the result is the same kind of thing.
function written(graph, node, operands, most = 6) {
  const op = graph.ops[node];
  const texts = (priority) => operands.map((part, i) => bracketed(part.text, part.priority < priority
    || (part.priority === priority && i > 0) || (part.signed && i > 0 && priority === 1)));
  const few = (parts, separator) => (parts.length <= most ? parts.join(separator)
    : [...parts.slice(0, most - 1), `… ${parts.length - most} more …`, parts[parts.length - 1]].join(separator));
  const power = wholePower(graph, node);
  if (power !== null) {
    return { text: bracketed(operands[0].text, operands[0].priority < 5 || operands[0].signed) + superscript(power), priority: 4 };
  }
  if (INFIX.has(op.name)) {
    const [priority, symbol] = INFIX.get(op.name);
    return { text: texts(priority).join(symbol), priority };
  }
  if (PREFIX.has(op.name)) {
    const [priority, symbol] = PREFIX.get(op.name);
    const inner = operands[0];
    return { text: symbol + bracketed(inner.text, inner.priority <= priority || inner.signed), priority };
  }
  if (SEVERAL.has(op.name) && operands.length > 1) {
    const [priority, symbol] = SEVERAL.get(op.name);
    return { text: few(texts(priority), symbol), priority };
  }
  if (op.name === "square") return { text: `${bracketed(operands[0].text, operands[0].priority < 5 || operands[0].signed)}²`, priority: 4 };
  if (op.name === "abs") return { text: `|${operands[0].text}|`, priority: 5 };
  if (op.name === "dot") {
    const n = Math.floor(operands.length / 2);
    const parts = texts(2);
    const products = Array.from({ length: n }, (_, i) => `${parts[i]}·${parts[n + i]}`);
    if (operands.length % 2) products.push(texts(1)[2 * n]);
    return { text: few(products, " + ") || "0", priority: products.length > 1 ? 1 : 2 };
  }
  const at = op.name.endsWith("softmax") ? `[${graph.settings[node][0]}]` : "";
  return { text: `${op.symbol}(${few(operands.map((part) => part.text), ", ")})${at}`, priority: 5 };
}

// With the names of the operands: "w1 × x".
function inNames(graph, node) {
  return written(graph, node, graph.operands[node].map((v) => ({ text: nameOf(graph, v), priority: 5 }))).text;
}

// With their numbers: "2 × −3".
function inNumbers(graph, node, data) {
  return written(graph, node, graph.operands[node].map((v) => (
    { text: show(data[v]), priority: 5, signed: data[v] < 0 }))).text;
}

// As it might stand in a program: unnamed operands are written out, as long as the whole stays readable.
function expressionOf(graph, node, budget = 90) {
  const parts = (at, left) => graph.operands[at].map((operand) => {
    const named = { text: nameOf(graph, operand), priority: 5, signed: isLeaf(graph, operand) && nameOf(graph, operand).startsWith("−") };
    if (graph.labels[operand] || isLeaf(graph, operand) || left <= 0) return named;
    const whole = written(graph, operand, parts(operand, left - 1), 4);
    return whole.text.length <= budget ? whole : named;
  });
  for (let depth = 4; depth > 0; depth -= 1) {
    const whole = written(graph, node, parts(node, depth), 4);
    if (whole.text.length <= budget) return whole.text;
  }
  return written(graph, node, parts(node, 0), 4).text;
}

// ∂L/∂w; a name of several words or with operators in it goes into brackets.
function derivativeName(of, by) {
  const part = (name) => (/[\s+\-−×·*/^()]/.test(name) ? `∂(${name})` : `∂${name}`);
  return `${part(of)}/${part(by)}`;
}

// ----- What a step says -----

const MOST_SAID = 4; // operands that get a gradient in one step

function sayForward(graph, node, numbers) {
  const value = show(numbers.data[node]);
  return `${nameOf(graph, node)} = ${inNames(graph, node)} = ${inNumbers(graph, node, numbers.data)} = ${value}.`;
}

// `before` and `after` are the gradients around this visit.
function sayBackward(graph, node, numbers, before, after) {
  const output = nameOf(graph, graph.output);
  const grad = before[node];
  const name = nameOf(graph, node);
  const start = `Back through ${name} = ${inNames(graph, node)}, where ${derivativeName(output, name)} = ${show(grad)}: `;
  if (grad === 0) return `${start}nothing arrives here, so nothing is sent on.`;
  const takers = [...new Set(graph.operands[node])].filter((operand) => graph.takes[operand]);
  const said = takers.slice(0, MOST_SAID).map((operand) => {
    const sent = graph.operands[node].flatMap((v, i) => (v === operand ? [`+= ${show(numbers.slopes[node][i])} × ${show(grad)}`] : []));
    const sum = before[operand] === 0 && sent.length === 1 ? " =" : ", in all";
    return `${nameOf(graph, operand)} gets ${sent.join(" and ")}${sum} ${show(after[operand])}`;
  });
  const more = takers.length > MOST_SAID ? `; and ${plural(takers.length - MOST_SAID, "more operand gets its", "more operands get their")} part` : "";
  const rule = graph.ops[node].rule ? ` (${graph.ops[node].rule})` : "";
  const convention = atKink(graph, node, numbers.data) ? ` Here: ${graph.ops[node].convention}.` : "";
  return `${start}${said.join("; ")}${more}${rule}.${convention}`;
}
