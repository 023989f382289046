// The recorded graph, as it was frozen, and the two sweeps over it.
// Nodes are numbered in topological order: operands come before results.

const ROLES = ["input", "parameter", "constant", "result"];

function readGraph(page) {
  const size = page.labels.length;
  // Maps: what a page is told is looked up in no object, which would answer to "constructor" as well.
  const [settings, places] = [page.settings, page.places].map((told) => new Map(Object.entries(told)));
  const graph = {
    size,
    title: page.title,
    output: page.output,
    labels: page.labels,
    shown: page.shown, // labels as a picture shows them
    table: page.table,
    ops: page.ops.map((index) => (index < 0 ? null : page.table[index])),
    roles: page.roles.map((index) => ROLES[index]),
    takes: page.takes.map(Boolean),
    operands: page.operands,
    consumers: Array.from({ length: size }, () => []),
    settings: page.labels.map((_, i) => (settings.get(String(i)) ?? []).map(readNumber)),
    places: page.labels.map((_, i) => places.get(String(i)) ?? ""),
    stored: page.stored.map(readNumber),
    backward: page.backward,
    recordedKinks: new Set(page.kinks),
    stale: new Set(page.stale),
    levels: new Array(size).fill(0),
  };
  graph.operands.forEach((operands, target) => operands.forEach((source, position) => {
    graph.consumers[source].push({ target, position });
    graph.levels[target] = Math.max(graph.levels[target], graph.levels[source] + 1);
  }));
  graph.recorded = { data: page.data.map(readNumber), slopes: page.slopes.map((row) => row.map(readNumber)) };
  graph.recorded.grads = backwardSweep(graph, graph.recorded.slopes, graph.backward.length);
  return graph;
}

function isLeaf(graph, node) {
  return graph.ops[node] === null;
}

// Values and slopes of the whole graph for given leaves; the numbers of the leaves are entries of `data`.
function forwardSweep(graph, data) {
  const values = data.slice();
  const slopes = graph.operands.map(() => []);
  for (let node = 0; node < graph.size; node += 1) {
    const op = graph.ops[node];
    if (op !== null) {
      const rule = OPERATIONS.get(op.name);
      const operands = graph.operands[node].map((operand) => values[operand]);
      values[node] = rule.value(operands, graph.settings[node]);
      slopes[node] = rule.slopes(values[node], operands, graph.settings[node]);
    }
  }
  return { data: values, slopes };
}

function evaluate(graph, data) {
  const numbers = forwardSweep(graph, data);
  numbers.grads = backwardSweep(graph, numbers.slopes, graph.backward.length);
  return numbers;
}

// What has arrived at every node after the first `count` visits of the walk back, as the engine does it.
function backwardSweep(graph, slopes, count) {
  const grads = new Array(graph.size).fill(0);
  const last = graph.backward.length - 1;
  if (graph.takes[graph.output]) grads[graph.output] = 1;
  for (let i = 0; i < count; i += 1) {
    const node = graph.backward[last - i];
    if (grads[node] === 0) continue;
    graph.operands[node].forEach((operand, position) => {
      if (!graph.takes[operand]) return;
      grads[operand] += chain(grads[node], slopes[node][position]);
    });
  }
  return grads;
}

// Whether the slope of a node is a convention at these numbers.
function atKink(graph, node, data) {
  const op = graph.ops[node];
  if (op === null || !op.convention) return false;
  const rule = OPERATIONS.get(op.name);
  if (!rule) return graph.recordedKinks.has(node);
  return Boolean(rule.kink && rule.kink(graph.operands[node].map((operand) => data[operand])));
}

// Why the page cannot recompute this graph, as a sentence; "" if it can.
function obstacle(graph) {
  const unknown = graph.table.filter((op) => !OPERATIONS.has(op.name)).map((op) => op.name);
  if (unknown.length) {
    return `The sliders are off: this page does not know how to compute ${listed(unknown)}. It can print the rules of an `
      + "operation of your own if they call the functions of their namespace xp and no others, and choose with xp.where "
      + "instead of a branch on a number. Everything else works, with the numbers that were recorded.";
  }
  for (let node = 0; node < graph.size; node += 1) {
    const said = isLeaf(graph, node) ? "" : difference(graph, node);
    if (said) {
      return `The sliders are off: computed again, ${said} was recorded. `
        + "A number or a rule was changed after the graph was recorded: record it again and view that.";
    }
  }
  return "";
}

// How a node differs from what its rule gives for the recorded numbers of its operands: "v₁ is 25, and 4". Node by node,
// because two libraries of functions differ in the last digit, which a long graph can magnify without bound. Python has
// looked for changed numbers already, exactly (`stale`); what is left is whether the printed rule does the same.
function difference(graph, node) {
  const { data, slopes } = graph.recorded;
  const rule = OPERATIONS.get(graph.ops[node].name);
  const operands = graph.operands[node].map((operand) => data[operand]);
  const value = rule.value(operands, graph.settings[node]);
  const scale = Math.max(1, ...operands.filter(Number.isFinite).map(Math.abs));
  const changed = graph.stale.has(node);
  const same = (a, b) => alike(a, b, changed ? 0 : scale);
  if (!same(value, data[node])) return `${nameOf(graph, node)} is ${show(value)}, and ${show(data[node])}`;
  const again = rule.slopes(value, operands, graph.settings[node]);
  const at = again.findIndex((slope, i) => !same(slope, slopes[node][i]));
  if (at >= 0) {
    const slope = derivativeName(nameOf(graph, node), nameOf(graph, graph.operands[node][at]));
    return `${slope} is ${show(again[at])}, and ${show(slopes[node][at])}`;
  }
  return changed ? `${nameOf(graph, node)} is another number, and ${show(data[node])}` : "";
}

// To nine digits of the larger number, or of `scale` where that is larger still; infinities and nan exactly.
function alike(a, b, scale = 0) {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Number.isFinite(a - b) && Math.abs(a - b) <= 1e-9 * Math.max(scale, Math.abs(a), Math.abs(b));
}

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
