// The recorded graph, as it was frozen, and the two sweeps over it.
// Nodes are numbered in topological order: operands come before results.

const ROLES = ["input", "parameter", "constant", "result"];

function readGraph(page) {
  const size = page.labels.length;
  const graph = {
    size,
    title: page.title,
    output: page.output,
    labels: page.labels,
    table: page.table,
    ops: page.ops.map((index) => (index < 0 ? null : page.table[index])),
    roles: page.roles.map((index) => ROLES[index]),
    takes: page.takes.map(Boolean),
    operands: page.operands,
    consumers: Array.from({ length: size }, () => []),
    settings: page.labels.map((_, i) => (page.settings[i] || []).map(readNumber)),
    places: page.places,
    stored: page.stored.map(readNumber),
    backward: page.backward,
    recordedKinks: new Set(page.kinks),
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
      const slope = slopes[node][position];
      const part = slope * grads[node];
      if (Number.isNaN(part) && slope === 0 && !Number.isNaN(grads[node])) return;
      grads[operand] += part;
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
  const again = forwardSweep(graph, graph.recorded.data);
  for (let node = 0; node < graph.size; node += 1) {
    const [found, recorded] = [again.data[node], graph.recorded.data[node]];
    if (!alike(found, recorded) || !again.slopes[node].every((slope, i) => alike(slope, graph.recorded.slopes[node][i]))) {
      return `The sliders are off: computed again, ${nameOf(graph, node)} is ${show(found)}, and ${show(recorded)} was `
        + "recorded. A number or a rule was changed after the graph was recorded: record it again and view that.";
    }
  }
  return "";
}

function alike(a, b) {
  return a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
