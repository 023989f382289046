// The chain rule as a sum over paths: how many there are, which contribute most, and how the gradient flows.
// Nothing here lists all paths: their number doubles with every diamond in the graph.
//
// A diamond: p = 2·x, q = 3·x, y = p·q at x = 1, from x. One sweep each way gives, for every node,
//
//     node       x     p     q     y
//     tangent    1     2     3    12     ∂node/∂x
//     adjoint   12     3     2     1     ∂y/∂node
//     count      2     1     1     1     paths to y
//     best       6     3     2     1     the largest product of any one of them
//
// and the flow over an edge is tangent · slope · adjoint: 6 over each of the two paths, and 12 over every cut.

// Everything about the paths from one node to the output, at the given numbers.
function pathsFrom(graph, numbers, start) {
  const onPath = new Array(graph.size).fill(false);
  onPath[start] = true;
  // How fast each node moves when the start moves: the forward sweep of derivatives.
  const tangent = new Array(graph.size).fill(0);
  tangent[start] = 1;
  for (let node = start + 1; node < graph.size; node += 1) {
    graph.operands[node].forEach((operand, position) => {
      if (!onPath[operand]) return;
      onPath[node] = true;
      const slope = numbers.slopes[node][position];
      if (operand === start || passes(graph, operand, slope)) tangent[node] += chain(slope, tangent[operand]);
    });
  }
  // What is still to come after each node: the sweep back from the output.
  const ahead = sweepToOutput(graph, numbers.slopes, start, onPath);
  // The flow over an edge: all paths through it, as what comes in times its slope times what goes on.
  const flows = new Map();
  for (let node = start + 1; node < graph.size; node += 1) {
    if (!onPath[node]) continue;
    graph.operands[node].forEach((operand, position) => {
      if (!onPath[operand]) return;
      const sent = passes(graph, node, ahead.adjoint[node]) ? chain(ahead.adjoint[node], numbers.slopes[node][position]) : 0;
      flows.set(`${node}:${position}`, chain(sent, tangent[operand]));
    });
  }
  return { start, onPath, flows, tangent, count: ahead.count[start], total: ahead.adjoint[start], best: ahead.best };
}

// Whether a gradient goes on below a node: none passes a step function, such as floor, not even a nan.
function passes(graph, node, gradient) {
  return graph.takes[node] || !Number.isNaN(gradient);
}

// From the output back to the start: ∂output/∂node, the number of paths, and the largest |product| of any one path.
function sweepToOutput(graph, slopes, start, onPath) {
  const adjoint = new Array(graph.size).fill(0);
  const count = new Array(graph.size).fill(0n);
  const best = new Array(graph.size).fill(0);
  adjoint[graph.output] = 1;
  count[graph.output] = 1n;
  best[graph.output] = 1;
  // Results before operands: when a node's turn comes, all that used it has passed its part on.
  for (let node = graph.size - 1; node >= start; node -= 1) {
    if (!onPath[node]) continue;
    graph.operands[node].forEach((operand, position) => {
      if (!onPath[operand]) return;
      const slope = slopes[node][position];
      if (passes(graph, node, adjoint[node])) adjoint[operand] += chain(adjoint[node], slope);
      count[operand] += count[node];
      best[operand] = larger(best[operand], Math.abs(chain(best[node], slope)));
    });
  }
  return { adjoint, count, best };
}

// nan counts as the largest: it must be seen, and it must not break the order.
function larger(a, b) {
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  return a >= b ? a : b;
}

// The `limit` paths that contribute most, largest first: best-first search with an exact bound, so that every path
// taken from the heap is the next one. Each is { nodes, factors, product }, from the start to the output.
function strongestPaths(graph, numbers, paths, limit) {
  const found = [];
  const heap = new Heap();
  heap.push({ node: paths.start, product: 1, before: null, factor: 1, bound: larger(0, paths.best[paths.start]) });
  while (found.length < limit) {
    const head = heap.pop();
    if (head === undefined) break;
    if (head.node === graph.output) {
      found.push(unrolled(graph, head));
      continue;
    }
    for (const { target, position } of graph.consumers[head.node]) {
      const factor = numbers.slopes[target][position];
      const product = chain(factor, head.product);
      const bound = larger(0, Math.abs(chain(paths.best[target], product)));
      heap.push({ node: target, product, before: head, factor, position, bound });
    }
  }
  return found;
}

function unrolled(graph, head) {
  const nodes = [];
  const factors = [];
  const edges = [];
  let product = 1;
  for (let at = head; at !== null; at = at.before) {
    nodes.unshift(at.node);
    if (at.before !== null) {
      factors.unshift(at.factor);
      product = passes(graph, at.node, product) ? chain(product, at.factor) : 0;
      edges.unshift(`${at.node}:${at.position}`);
    }
  }
  return { nodes, factors, edges, product };
}

// A cut parts the start from the output; what flows over it is ∂output/∂start, wherever it is made.
// One cut for each level of the graph that a lit edge crosses: { level, flows, total }.
function cuts(graph, paths) {
  const found = new Map();
  for (const [key, flow] of paths.flows) {
    const [target, position] = key.split(":").map(Number);
    const source = graph.operands[target][position];
    for (let level = graph.levels[source] + 1; level <= graph.levels[target]; level += 1) {
      if (!found.has(level)) found.set(level, []);
      found.get(level).push(flow);
    }
  }
  return [...found.keys()].sort((a, b) => a - b).map((level) => {
    const flows = found.get(level);
    return { level, flows, total: flows.reduce((sum, flow) => sum + flow, 0) };
  });
}

// A heap by bound; among equals the one that came last, which walks on to the output instead of sideways.
class Heap {
  constructor() {
    this.items = [];
    this.pushed = 0;
  }

  before(i, j) {
    const [a, b] = [this.items[i], this.items[j]];
    return a.bound > b.bound || (a.bound === b.bound && a.age > b.age);
  }

  swap(i, j) {
    [this.items[i], this.items[j]] = [this.items[j], this.items[i]];
  }

  push(item) {
    item.age = this.pushed;
    this.pushed += 1;
    this.items.push(item);
    for (let i = this.items.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) break;
      this.swap(i, parent);
      i = parent;
    }
  }

  pop() {
    if (this.items.length < 2) return this.items.pop();
    const top = this.items[0];
    this.items[0] = this.items.pop();
    for (let i = 0; ;) {
      let first = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < this.items.length && this.before(child, first)) first = child;
      }
      if (first === i) break;
      this.swap(i, first);
      i = first;
    }
    return top;
  }
}
