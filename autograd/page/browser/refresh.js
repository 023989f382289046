// Put the numbers of a step into the picture: texts, classes and widths; untouched where nothing changed.

function setText(element, text, room) {
  if (element.textContent === text) return;
  element.textContent = text;
  // A long number is pressed together rather than cut.
  if (room && widthOf(text, TYPE) > room) {
    element.setAttribute("textLength", room);
    element.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else {
    element.removeAttribute("textLength");
  }
}

function setClass(element, name, on) {
  if (element.classList.contains(name) !== on) element.classList.toggle(name, on);
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function refreshItem(item, graph, state) {
  if (item.node !== undefined) refreshNode(item, graph, state);
  else refreshBox(item, graph, state);
}

// ----- Wires -----

function linkFlow(link, paths) {
  return paths === null ? 0 : link.members.reduce((sum, key) => sum + (paths.flows.get(key) ?? 0), 0);
}

function sizeOfFlow(flow) {
  return Number.isFinite(flow) ? Math.abs(flow) : 0;
}

// `state` says what is known, visited, selected and lit.
function refreshLink(link, scene, state) {
  const { element } = link;
  const flow = linkFlow(link, state.paths);
  const lit = state.paths !== null && link.members.some((key) => state.paths.flows.has(key));
  const chosen = state.path !== null && link.members.some((key) => state.path.edges.includes(key));
  const active = link.members.some((key) => state.active.has(key));
  setClass(element, "lit", lit);
  setClass(element, "chosen", chosen);
  setClass(element, "minus", lit && flow < 0);
  setClass(element, "dim", (state.paths !== null && !lit) || (state.path !== null && !chosen));
  setClass(element, "forward", state.phase === "forward" && active);
  setClass(element, "backward", state.phase === "backward" && active);
  const back = element.classList.contains("backward");
  setAttribute(link.arrow, "d", back ? link.tail : link.head);
  const width = lit && state.strongest > 0 ? 1.5 + (7.5 * sizeOfFlow(flow)) / state.strongest : 1.4;
  setAttribute(link.line, "stroke-width", String(round(width)));
  refreshStrands(link, state, lit);
  const slope = scene.manner.slopes || back || chosen ? slopeOn(scene.graph, link, state.numbers.slopes) : "";
  const fits = scene.manner.slopes || widthOf(slope, TYPE, true) + 14 <= (scene.manner.down ? link.number.room : scene.room.gap);
  refreshNumber(link, slope && fits && link.number.room > 0 ? slope : "", scene.labels, chosen ? `path-${state.row}` : "");
}

function refreshNumber(link, text, parent, kind) {
  if (!text && link.text) {
    link.text.remove();
    link.text = null;
  }
  if (!text) return;
  const { x, y, anchor } = link.number;
  if (!link.text) link.text = make("text", { x: round(x), y: round(y) }, parent);
  setText(link.text, text);
  setAttribute(link.text, "class", `${anchor} ${kind}`);
}

// A few paths run side by side over the edges that they share, each in its colour; dashed if it takes away.
function refreshStrands(link, state, lit) {
  const rows = state.strands === null || !lit ? [] : [...new Set(link.members.flatMap((key) => state.strands.get(key) ?? []))]
    .filter((row) => state.path === null || row === state.row).sort();
  const products = rows.map((row) => state.paths.listed[row].product);
  const key = rows.map((row, i) => `${row} ${products[i]}`).join();
  if (key === (link.strands?.key ?? "")) return;
  if (link.strands) link.strands.element.remove();
  link.strands = null;
  setClass(link.element, "shared", rows.length > 0);
  setAttribute(link.arrow, "class", rows.length === 1 ? `head path-${rows[0]}` : "head");
  if (!rows.length) return;
  const element = make("g", { class: "strands" });
  link.line.after(element);
  const widths_ = products.map((product) => round(1.8 + (3.2 * sizeOfFlow(product)) / (state.largest || 1)));
  let side = -(widths_.reduce((sum, width) => sum + width, 0) + 1.6 * (rows.length - 1)) / 2;
  rows.forEach((row, i) => {
    const shift = round(side + widths_[i] / 2);
    side += widths_[i] + 1.6;
    make("path", { class: `strand path-${row}${products[i] < 0 ? " minus" : ""}`, d: link.path, "stroke-width": widths_[i],
      transform: state.down ? `translate(${shift} 0)` : `translate(0 ${shift})` }, element);
  });
  link.strands = { key, element };
}

// A mark on the first node that a path has for itself: which path it is, and whether it adds or takes away.
function refreshPills(scene, state) {
  const wanted = state.strands === null || state.paths.listed.length < 2 ? [] : state.paths.listed.map((path) => (
    path.nodes.slice(1, -1).map((node) => standIn(scene.boxes, node))));
  scene.labels.querySelectorAll(".pill").forEach((pill) => pill.remove());
  wanted.forEach((ids, row) => {
    if (state.path !== null && row !== state.row) return;
    const own = ids.find((id) => wanted.every((others, other) => other === row || !others.includes(id)));
    if (own === undefined) return;
    const { at } = scene.items.get(own);
    const pill = make("g", { class: `pill path-${row}`, transform: `translate(${round(at.x + at.w - 27)} ${round(at.y + at.h + 0.7)})` }, scene.labels);
    make("rect", { width: 27, height: 14, rx: 7 }, pill);
    make("text", { x: 13.5, y: 11 }, pill, `${row + 1} ${signOf(state.paths.listed[row].product)}`);
  });
}

function signOf(x) {
  return x < 0 ? "−" : x > 0 ? "+" : "0";
}

// ----- Things -----

function refreshNode(item, graph, state) {
  const { node, element } = item;
  const { known, numbers } = state;
  const value = known.hasValue(node) ? show(numbers.data[node]) : "…";
  setText(item.value, value, item.room);
  const stage = known.gradient(node);
  if (item.grad) setText(item.grad, `∂ ${gradientText(stage, known.grads[node])}`, item.room);
  setClass(element, "later", !known.hasValue(node));
  setClass(element, "part", stage === "part");
  setClass(element, "visited-forward", state.visited === node && state.phase === "forward");
  setClass(element, "visited-backward", state.visited === node && (state.phase === "backward" || state.phase === "seed"));
  setClass(element, "selected", state.selected === node);
  setClass(element, "lit", state.paths !== null && state.paths.onPath[node]);
  setClass(element, "dim", state.path !== null ? !state.path.nodes.includes(node) : state.paths !== null && !state.paths.onPath[node]);
  setClass(element, "kink", atKink(graph, node, numbers.data));
  setClass(element, "changed", state.changed.has(node));
  setAttribute(element, "aria-pressed", String(state.selected === node));
  nameByText(element, meaning(graph, node, known));
}

function gradientText(stage, grad) {
  if (stage === "later") return "…";
  return stage === "part" ? `${show(grad)} …` : show(grad);
}

// What is written on a thing comes first in its name, so that it can be called by what is seen; then what it means.
function nameByText(element, more) {
  const seen = [...element.querySelectorAll("text")].map((text) => [...text.childNodes].map((part) => part.textContent.trim()).filter(Boolean).join(" "));
  setAttribute(element, "aria-label", [...seen, more].join(", "));
}

const GRADIENTS = new Map([["none", ", takes no gradient"], ["later", ", gradient not known yet"], ["part", ", gradient waits for more"], ["whole", ""]]);

function meaning(graph, node, known) {
  const role = node === graph.output ? "output" : graph.roles[node];
  const op = graph.ops[node] === null ? `${role} ${nameOf(graph, node, 80)}` : `${role} ${nameOf(graph, node, 80)} = ${inNames(graph, node)}`;
  const value = known.hasValue(node) ? "" : ", value not computed yet";
  return op + value + GRADIENTS.get(known.gradient(node));
}

function refreshBox(item, graph, state) {
  const { group, element, nodes } = item;
  const title = shorten(group.title, 60);
  const lit = state.paths !== null && nodes.some((node) => state.paths.onPath[node]);
  const on = state.path !== null && nodes.some((node) => state.path.nodes.includes(node));
  const visited = !item.frame && nodes.includes(state.visited);
  setClass(element, "visited-forward", visited && state.phase === "forward");
  setClass(element, "visited-backward", visited && (state.phase === "backward" || state.phase === "seed"));
  setClass(element, "lit", lit);
  setClass(element, "dim", !item.frame && (state.path !== null ? !on : state.paths !== null && !lit));
  setClass(element, "selected", !item.frame && nodes.includes(state.selected));
  if (item.frame) {
    nameByText(element, `open box ${title} of ${plural(group.size, "node")}: fold`);
    return;
  }
  setClass(element, "later", nodes.some((node) => !state.known.hasValue(node)));
  const grads = nodes.filter((node) => graph.takes[node]);
  const stages = new Set(grads.map((node) => state.known.gradient(node)));
  const text = !grads.length ? "no gradient" : stages.size === 1 && stages.has("later") ? "∂ …"
    : `|∂| up to ${show(largestGradient(grads, state.known))}${stages.has("later") || stages.has("part") ? " …" : ""}`;
  setText(item.grad, text, item.room);
  nameByText(element, `folded box ${title}: open`);
}

// What |∂| says of a box, everywhere: the largest size of a gradient inside.
function largestGradient(nodes, known) {
  return nodes.reduce((most, node) => larger(most, Math.abs(known.grads[node])), 0);
}
