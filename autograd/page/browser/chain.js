// The chain rule in the panel: the paths that contribute most, their sum, and the cuts over which it flows.

const PATHS_SHOWN = 8;

// "∂L/∂h · ∂h/∂w": from the output back to the start, as it is usually written. A line ends between two factors.
function pathInNames(graph, path) {
  const steps = [];
  for (let i = path.nodes.length - 1; i > 0; i -= 1) {
    steps.push(derivativeName(nameOf(graph, path.nodes[i], 26), nameOf(graph, path.nodes[i - 1], 26)));
  }
  return shortList(steps).flatMap((step, i) => [i ? " · " : "", el("span", {}, step)]);
}

// The numbers of the factors in the same order; factors of exactly 1 say nothing and are left out.
function pathInNumbers(path) {
  const factors = [...path.factors].reverse().filter((factor) => factor !== 1).map((factor, i) => (i ? showTerm(factor) : show(factor)));
  return factors.length ? shortList(factors).join(" × ") : "1";
}

function shortList(parts) {
  return parts.length <= 9 ? parts : [...parts.slice(0, 4), `… ${parts.length - 8} more …`, ...parts.slice(-4)];
}

// `chosen` is the row whose path is lit alone, or -1; `choose(row)` is called by its button.
function fillChain(graph, numbers, paths, chosen, choose) {
  const output = nameOf(graph, graph.output, 26);
  const name = nameOf(graph, paths.start, 26);
  const derivative = derivativeName(output, name);
  const listed = paths.listed;
  const parts = [];
  if (!graph.takes[paths.start]) {
    parts.push(el("p", {}, `${name} takes no gradient, so backward() leaves it out. Its derivative all the same:`));
  }
  const count = paths.count === 1n ? "one path" : `${showCount(paths.count)} paths`;
  parts.push(el("p", { class: "total" }, el("b", { class: "grad" }, `${derivative} = ${show(paths.total)}`), `, the sum over ${count}.`));
  const few = paths.count <= BigInt(MOST_COLOURS);
  const rows = listed.map((path, row) => el("li", {}, el("button", { type: "button", "aria-pressed": String(row === chosen), "data-row": row,
    class: few ? `path-${row}` : "" },
    listed.length > 1 ? el("span", { class: "row" }, few ? el("i", { class: path.product < 0 ? "minus" : "" }) : null, `${row + 1} ${said(path.product)}`) : null,
    el("span", { class: "names" }, ...pathInNames(graph, path)),
    el("span", { class: "numbers" }, `= ${pathInNumbers(path)}`),
    el("span", { class: "product" }, `= ${show(path.product)}`))));
  rows.forEach((row, i) => row.firstChild.addEventListener("click", () => choose(i)));
  parts.push(el("ol", { class: "paths" }, ...rows));
  const rest = paths.count - BigInt(listed.length);
  if (rest > 0n) {
    const others = paths.total - listed.reduce((sum, path) => sum + path.product, 0);
    parts.push(el("p", { class: "rest" }, `and ${showCount(rest)} more, together ${show(others)}`));
  }
  if (listed.some((path) => path.factors.includes(1) && path.factors.length > 1)) {
    parts.push(el("p", { class: "note" }, "Factors of exactly 1 are left out of the numbers."));
  }
  const sums = listed.map((path, i) => (i ? showTerm(path.product) : show(path.product)));
  if (listed.length > 1) {
    parts.push(el("p", { class: "sum" }, `${derivative} = ${sums.join(" + ")}${rest > 0n ? " + …" : ""} = `, el("b", {}, show(paths.total))));
  }
  parts.push(flowTable(graph, paths));
  return parts.filter(Boolean);
}

function said(product) {
  return product < 0 ? "takes away" : product > 0 ? "adds" : "adds nothing";
}

// Every cut carries the same total: the width of the lit edges is how much flows over each.
function flowTable(graph, paths) {
  const all = cuts(graph, paths);
  if (!all.length) return null;
  const even = all.every((cut) => alike(cut.total, paths.total, Math.max(...cut.flows.map(Math.abs))));
  const shown = all.length <= 12 ? all : [...all.slice(0, 6), ...all.slice(-5)];
  const rows = shown.map((cut) => el("tr", {}, el("th", { scope: "row" }, `before level ${cut.level}`),
    el("td", {}, cut.flows.length > 6 ? `${cut.flows.length} edges` : cut.flows.map((flow, i) => (i ? showTerm(flow) : show(flow))).join(" + ")),
    el("td", { class: "number" }, show(cut.total))));
  const said = even ? `Cut the lit edges anywhere between ${nameOf(graph, paths.start, 26)} and the output: the flows add up to ${show(paths.total)} on `
    + `${all.length === 1 ? "the one cut there is" : `each of ${all.length} cuts`}.`
    : "With nan or inf on the way, or with very large and very small numbers, the flows do not add up exactly.";
  return el("details", { class: "flows" }, el("summary", {}, "How the gradient flows"), el("p", {}, said),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "cut"), el("th", { scope: "col" }, "flows"),
      el("th", { scope: "col", class: "number" }, "sum"))), el("tbody", {}, ...rows)));
}
