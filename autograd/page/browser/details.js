// What there is to say about one node, an edge or a box: for the card at the pointer and for the panel.

// An HTML element with text and elements inside; strings become text nodes and nothing else.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function definitions(pairs) {
  return el("dl", {}, ...pairs.filter(Boolean).flatMap(([term, ...said]) => [el("dt", {}, term), el("dd", {}, ...said)]));
}

function kindOf(graph, node) {
  if (node === graph.output) return isLeaf(graph, node) ? "output, a leaf" : "output";
  if (!isLeaf(graph, node)) return "result";
  return graph.roles[node] === "constant" || graph.takes[node] ? graph.roles[node] : `${graph.roles[node]}, takes no gradient`;
}

// `write` writes the numbers: as in the picture, with six digits or with all.
function aboutNode(graph, node, numbers, known, write) {
  const name = nameOf(graph, node, write === show ? 40 : 600);
  const pairs = [];
  if (!isLeaf(graph, node)) {
    const long = expressionOf(graph, node);
    const brief = inNames(graph, node);
    pairs.push(["expression", el("code", {}, long)]);
    if (brief !== long) pairs.push(["in one step", el("code", {}, brief)]);
    pairs.push(["in numbers", el("code", {}, `${inNumbers(graph, node, numbers.data)} = ${show(numbers.data[node])}`)]);
  }
  pairs.push(["value", el("span", { class: "value" }, known.hasValue(node) ? write(numbers.data[node]) : "not computed yet")]);
  pairs.push(["gradient", ...gradientPart(graph, node, numbers, known, name, write)]);
  const slopes = graph.operands[node].map((operand, i) => {
    const by = nameOf(graph, operand);
    return el("li", {}, `${derivativeName(shorten(name, 40), by)} = `, el("b", {}, write(numbers.slopes[node][i])));
  });
  if (slopes.length > 12) slopes.splice(10, slopes.length - 10, el("li", {}, `and ${slopes.length - 10} more`));
  if (slopes.length) pairs.push(["local derivatives", el("ul", {}, ...slopes)]);
  const op = graph.ops[node];
  if (op && op.rule) pairs.push(["rule", op.rule]);
  if (atKink(graph, node, numbers.data)) pairs.push(["convention", `${op.convention}. This node is there now.`]);
  if (graph.places[node]) pairs.push(["recorded at", graph.places[node]]);
  return [el("p", { class: "name" }, el("b", {}, name), ` ${kindOf(graph, node)}`), definitions(pairs)];
}

// Where a gradient comes from: over each use, the slope times the gradient of the result.
function gradientSum(graph, node, numbers, known) {
  if (known.gradient(node) !== "whole" || node === graph.output) return "";
  const uses = graph.consumers[node].filter(({ target }) => graph.takes[target] && known.gradient(target) === "whole");
  if (!uses.length || uses.length > 6) return "";
  const terms = uses.map(({ target, position }) => `${showTerm(numbers.slopes[target][position])} × ${showTerm(known.grads[target])}`);
  return terms.join(" + ");
}

function gradientPart(graph, node, numbers, known, name, write) {
  const derivative = derivativeName(nameOf(graph, graph.output, 40), shorten(name, 40));
  const stage = known.gradient(node);
  if (stage === "none") return ["takes none"];
  if (stage === "later") return [`${derivative} is not known yet`];
  const said = [el("span", { class: "grad" }, `${derivative} = ${write(known.grads[node])}`)];
  if (stage === "part") said.push(" so far");
  const sum = gradientSum(graph, node, numbers, known);
  if (sum) said.push(el("p", {}, el("code", {}, `= ${sum}`)));
  const stored = graph.stored[node];
  const own = graph.recorded.grads[node];
  if (stored !== 0 && !alike(stored, own)) {
    said.push(el("p", { class: "note" }, `.grad held ${show(stored)} when this page was made: it is the sum over all `
      + `calls of backward() so far; this graph alone gives ${show(own)}.`));
  }
  return said;
}

function aboutLink(graph, link, numbers, known, paths) {
  const flow = linkFlow(link, paths);
  const carried = paths === null ? null : el("p", {}, `of ${derivativeName(nameOf(graph, graph.output), nameOf(graph, paths.start))} = `
    + `${show(paths.total)} flows here: `, el("b", {}, show(flow)));
  if (link.members.length > 1) {
    return [el("p", { class: "name" }, el("b", {}, plural(link.members.length, "edge"))), carried];
  }
  const [target, position] = link.members[0].split(":").map(Number);
  const source = graph.operands[target][position];
  const [of, by] = [nameOf(graph, target), nameOf(graph, source)];
  const slope = numbers.slopes[target][position];
  const sent = graph.takes[source] && known.gradient(target) === "whole"
    ? el("p", {}, `sends back ${show(slope)} × ${show(known.grads[target])} = `, el("b", { class: "grad" }, show(chain(known.grads[target], slope))))
    : null;
  const rule = graph.ops[target].rule ? el("p", {}, graph.ops[target].rule) : null;
  const formula = el("p", {}, el("code", {}, `${of} = ${inNames(graph, target)} = ${inNumbers(graph, target, numbers.data)} = ${show(numbers.data[target])}`));
  return [el("p", { class: "name" }, el("b", {}, `${by} → ${of}`)), formula,
    el("p", {}, `${derivativeName(of, by)} = `, el("b", {}, show(slope))), rule, sent, carried];
}

function aboutBox(graph, group, known) {
  const nodes = nodesIn(group);
  const parameters = nodes.filter((node) => graph.roles[node] === "parameter");
  const most = largestGradient(nodes.filter((node) => graph.takes[node]), known);
  const named = nodes.filter((node) => graph.labels[node]).slice(0, 6)
    .map((node) => shorten(graph.shown[node], 30));
  return [el("p", { class: "name" }, el("b", {}, shorten(group.title, 80)), ` ${plural(group.size, "node")}`), definitions([
    parameters.length ? ["parameters", String(parameters.length)] : null,
    ["largest |∂|", el("span", { class: "grad" }, show(most))],
    named.length ? ["holds", `${named.join(", ")}${nodes.length > named.length ? ", …" : ""}`] : null,
  ])];
}
