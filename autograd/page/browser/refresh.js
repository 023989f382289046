// Put the numbers of a step into the picture: texts, classes and widths; untouched where nothing changed.

function setText(element, text, room) {
  if (element.textContent === text) return;
  element.textContent = text;
  // A long number is pressed together rather than cut.
  if (room && widthOf(text, 12) > room) {
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

// `scene` is what drawAll returned; `state` says what is known, visited, selected and lit.
function refreshAll(scene, graph, state) {
  const active = new Set(state.active);
  for (const item of scene.items.values()) {
    if (item.node !== undefined) refreshNode(item, graph, state);
    else refreshBox(item, graph, state);
  }
  const strongest = Math.max(0, ...scene.links.map((link) => sizeOfFlow(linkFlow(link, state.paths))));
  scene.labels.replaceChildren();
  for (const link of scene.links) {
    const flow = linkFlow(link, state.paths);
    const lit = state.paths !== null && link.members.some((key) => state.paths.flows.has(key));
    const chosen = state.path !== null && link.members.some((key) => state.path.edges.includes(key));
    setClass(link.element, "lit", lit);
    setClass(link.element, "chosen", chosen);
    setClass(link.element, "dim", (state.paths !== null && !lit) || (state.path !== null && !chosen));
    setClass(link.element, "forward", state.phase === "forward" && link.members.some((key) => active.has(key)));
    setClass(link.element, "backward", state.phase === "backward" && link.members.some((key) => active.has(key)));
    const back = link.element.classList.contains("backward");
    setAttribute(link.arrow, "d", back ? link.tail : link.head);
    if ((back || chosen) && link.members.length === 1) {
      const [target, position] = link.members[0].split(":").map(Number);
      make("text", { x: link.middle.x, y: link.middle.y - 3, class: chosen ? "lit" : "" }, scene.labels, show(state.numbers.slopes[target][position]));
    }
    const width = lit && strongest > 0 ? 1.5 + (7.5 * sizeOfFlow(flow)) / strongest : 1.4;
    setAttribute(link.line, "stroke-width", String(round(width)));
  }
}

function linkFlow(link, paths) {
  return paths === null ? 0 : link.members.reduce((sum, key) => sum + (paths.flows.get(key) ?? 0), 0);
}

function sizeOfFlow(flow) {
  return Number.isFinite(flow) ? Math.abs(flow) : 0;
}

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
