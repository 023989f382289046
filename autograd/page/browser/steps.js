// The walk through the graph: which node is visited at which step, and what is known after it.
// Step 0 knows the leaves alone. Then one step for each computed node, one for the seed of the walk back, and one for
// each node that sends its gradient on. For y = a·b + a, with the nodes a, b, a·b and y:
//
//     step      0        1         2         3        4                  5
//     visit     start    forward   forward   seed     backward           backward
//     node               a·b       y         y        y                  a·b
//     known     a, b     a·b       y         ∂y = 1   ∂(a·b); ∂a in part ∂b; ∂a whole

function makeSteps(graph) {
  const forward = [];
  for (let node = 0; node < graph.size; node += 1) if (!isLeaf(graph, node)) forward.push(node);
  const backward = graph.takes[graph.output] ? [...graph.backward].reverse() : [];
  const seeds = graph.takes[graph.output] ? 1 : 0;
  const when = new Array(graph.size).fill(0);
  forward.forEach((node, i) => { when[node] = i + 1; });
  return { forward, backward, when, seedAt: forward.length + seeds, last: forward.length + seeds + backward.length };
}

// { phase, node }: "start", "forward", "seed" or "backward"; node is -1 where none is visited.
function visitAt(graph, steps, position) {
  if (position === 0) return { phase: "start", node: -1 };
  if (position <= steps.forward.length) return { phase: "forward", node: steps.forward[position - 1] };
  if (position === steps.seedAt) return { phase: "seed", node: graph.output };
  return { phase: "backward", node: steps.backward[position - steps.seedAt - 1] };
}

// What is known after a step: which values, which gradients, and which gradients still wait for more.
function knownAt(graph, steps, numbers, position) {
  const visits = Math.max(0, position - steps.seedAt);
  const seeded = steps.last > steps.forward.length && position >= steps.seedAt;
  const grads = seeded ? backwardSweep(graph, numbers.slopes, visits) : new Array(graph.size).fill(0);
  const waiting = new Array(graph.size).fill(0);
  const received = new Array(graph.size).fill(false);
  if (seeded) received[graph.output] = true;
  steps.backward.forEach((node, i) => {
    for (const operand of graph.operands[node]) {
      if (i < visits) received[operand] = true;
      else waiting[operand] += 1;
    }
  });
  return {
    grads,
    hasValue: (node) => steps.when[node] <= position,
    // "none" takes no gradient; "later" has nothing yet; "part" waits for more; "whole" is the derivative. It is 0 from
    // the start where the output takes none, such as the ceiling of a leaf.
    gradient: (node) => {
      if (!graph.takes[node]) return "none";
      if (!graph.takes[graph.output]) return "whole";
      if (!seeded) return "later";
      if (waiting[node] === 0) return "whole";
      return received[node] ? "part" : "later";
    },
  };
}

// What a step says. Given the folded box that holds the visited nodes, it speaks of the box.
function sayStep(graph, steps, numbers, position) {
  const { phase, node } = visitAt(graph, steps, position);
  if (phase === "start") {
    const given = graph.roles.filter((role) => role !== "result").length;
    return `Start: the ${given === 1 ? "leaf is" : `${given} leaves are`} given, nothing is computed yet.`;
  }
  if (phase === "forward") return sayForward(graph, node, numbers);
  const output = nameOf(graph, graph.output);
  if (phase === "seed") {
    return `The walk back starts at the output: ${derivativeName(output, output)} = 1.`;
  }
  const visits = position - steps.seedAt;
  const before = backwardSweep(graph, numbers.slopes, visits - 1);
  const after = backwardSweep(graph, numbers.slopes, visits);
  return sayBackward(graph, node, numbers, before, after);
}

const PHASES = new Map([["start", "start"], ["forward", "forward"], ["seed", "turn"], ["backward", "backward"]]);

// The operands that the visited node reads or sends to, as edge keys.
function activeEdges(graph, steps, position) {
  const { phase, node } = visitAt(graph, steps, position);
  if (phase !== "forward" && phase !== "backward") return [];
  return graph.operands[node].flatMap((operand, i) => (
    phase === "forward" || graph.takes[operand] ? [`${node}:${i}`] : []));
}
