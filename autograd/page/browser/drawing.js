// The picture: one SVG, built anew when boxes open or close, and only refreshed when numbers change.

const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes = {}, parent = null, text = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  if (parent && name === "text") parent.append(" "); // so that lines are words of their own to a reader of the document
  return element;
}

const ruler = document.createElement("canvas").getContext("2d");
const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", Arial, sans-serif';
const widths = new Map();

function widthOf(text, size, bold) {
  const key = `${size}${bold ? "b" : ""} ${text}`;
  if (!widths.has(key)) {
    ruler.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
    widths.set(key, ruler.measureText(text).width);
  }
  return widths.get(key);
}

// The text of a node's first line: its label and, smaller, the operation; or the operation alone.
function titleOf(boxes, node) {
  const { graph } = boxes;
  const label = shorten(withoutBox(boxes, graph.labels[node], boxes.member[node]), 22);
  const op = graph.ops[node] === null ? "" : graph.ops[node].symbol;
  if (label) return { main: label, extra: op };
  if (op) return { main: op, extra: nameOf(graph, node) };
  return { main: graph.roles[node] === "constant" ? "" : nameOf(graph, node), extra: "" };
}

// Inside the box layers.0.neurons.1, its parameter layers.0.neurons.1.w2 is called w2.
function withoutBox(boxes, name, box) {
  const around = box >= 0 ? `${boxes.groups[box].title}.` : "";
  if (around && name.startsWith(around)) return name.slice(around.length);
  return box >= 0 && boxes.groups[box].kind !== "module" ? withoutBox(boxes, name, boxes.groups[box].parent) : name;
}

function boxTitle(boxes, group) {
  return withoutBox(boxes, group.title, group.parent);
}

function sizeOfNode(boxes, node) {
  const { graph } = boxes;
  const { main, extra } = titleOf(boxes, node);
  const name = main ? widthOf(main, 13, true) + (extra ? 7 + widthOf(extra, 11) : 0) : widthOf(show(graph.recorded.data[node]), 12);
  const lines = (main ? 1 : 0) + 1 + (graph.takes[node] ? 1 : 0);
  return { w: Math.max(main ? 76 : 44, Math.ceil(name) + 20), h: [0, 26, 42, 58][lines] };
}

// "16 neurons, 130 nodes", where all inner boxes are called neurons.
function boxLines(boxes, group) {
  const inside = group.boxes.filter((box) => box.kind === "module");
  const words = new Set(inside.map((box) => /([^.]+)(\.\d+)?$/.exec(box.title)[1]));
  const [word] = words.size === 1 && inside.length > 1 ? words : ["boxes"];
  const parts = inside.length ? `${inside.length} ${inside.length === 1 && word === "boxes" ? "box" : word}, ` : "";
  return { title: shorten(boxTitle(boxes, group), 26), contents: parts + plural(group.size, "node") };
}

function sizeOfBox(boxes, group) {
  const { title, contents } = boxLines(boxes, group);
  return { w: Math.ceil(Math.max(widthOf(title, 13, true) + 26, widthOf(contents, 11), 92)) + 22, h: 62 };
}

// A smooth line through the points of a route, with its arrowhead.
function wirePath(points) {
  const end = points[points.length - 1];
  let d = `M${round(points[0].x)} ${round(points[0].y)}`;
  if (points.back) {
    const low = Math.max(...points.map((p) => p.y)) + 60;
    d += `C${round(points[0].x + 70)} ${round(low)} ${round(end.x - 70)} ${round(low)} ${round(end.x)} ${round(end.y)}`;
  } else {
    for (let i = 1; i < points.length; i += 1) {
      const [a, b] = [points[i - 1], points[i]];
      const half = (b.x - a.x) / 2;
      d += Math.abs(a.y - b.y) < 0.5 ? `L${round(b.x)} ${round(b.y)}`
        : `C${round(a.x + half)} ${round(a.y)} ${round(b.x - half)} ${round(b.y)} ${round(b.x)} ${round(b.y)}`;
    }
  }
  return { line: d, head: arrowhead(end, -7), tail: arrowhead(points[0], 7), middle: middleOf(points) };
}

function arrowhead({ x, y }, length) {
  return `M${round(x + length)} ${round(y - 3.5)}L${round(x)} ${round(y)}L${round(x + length)} ${round(y + 3.5)}Z`;
}

// Where a number on the line stands: in the middle of its longest run.
function middleOf(points) {
  let best = [points[0], points[1]];
  for (let i = 1; i < points.length; i += 1) {
    if (points[i].x - points[i - 1].x > best[1].x - best[0].x) best = [points[i - 1], points[i]];
  }
  return { x: (best[0].x + best[1].x) / 2, y: (best[0].y + best[1].y) / 2 };
}

function round(x) {
  return Math.round(x * 10) / 10;
}

// Build everything that is seen. Returns { layout, items: id -> element and parts, links }.
function drawAll(world, graph, boxes) {
  world.replaceChildren();
  const links = seenLinks(boxes);
  const sizeOf = (id) => (id[0] === "n" ? sizeOfNode(boxes, Number(id.slice(1))) : sizeOfBox(boxes, boxes.groups[id.slice(1)]));
  const layout = layOut(seenTree(boxes), links, sizeOf);
  const frames = make("g", {}, world);
  const wires = make("g", { class: "wires" }, world);
  const things = make("g", {}, world);
  const items = new Map();
  for (const [id, at] of layout.boxes) {
    const number = Number(id.slice(1));
    if (id[0] === "n") items.set(id, drawNode(boxes, number, at, things));
    else if (boxes.folded.has(number)) items.set(id, drawBox(boxes, boxes.groups[number], at, things));
    else items.set(id, drawFrame(boxes, boxes.groups[number], at, frames));
    items.get(id).id = id;
    items.get(id).at = at;
  }
  links.forEach((link, i) => {
    Object.assign(link, wirePath(layout.routes[i]));
    const { line } = link;
    link.element = make("g", { class: "link", "data-link": i }, wires);
    link.line = make("path", { class: "line", d: line }, link.element);
    link.arrow = make("path", { class: "head", d: link.head }, link.element);
    make("path", { class: "hit", d: line }, link.element);
  });
  return { layout, items, links, labels: make("g", { class: "labels", "aria-hidden": "true" }, world) };
}

function drawNode(boxes, node, at, parent) {
  const { graph } = boxes;
  const role = node === graph.output ? "output" : graph.roles[node];
  const g = make("g", { class: `node ${role}`, transform: `translate(${round(at.x)} ${round(at.y)})`, "data-node": node,
    role: "button", tabindex: "-1", "aria-pressed": "false" }, parent);
  const radius = role === "input" ? at.h / 2 : role === "parameter" || role === "constant" ? 2 : 8;
  if (role === "output") make("rect", { class: "ring", x: -4, y: -4, width: at.w + 8, height: at.h + 8, rx: 11 }, g);
  make("rect", { class: "shape", width: at.w, height: at.h, rx: Math.min(radius, 20) }, g);
  const { main, extra } = titleOf(boxes, node);
  if (main) {
    const name = make("text", { class: "name", x: at.w / 2, y: 16 }, g, main);
    if (extra) {
      name.append(" ");
      make("tspan", { class: "extra", dx: 3 }, name, extra);
    }
  }
  const value = make("text", { class: "value", x: at.w / 2, y: main ? 33 : 17.5 }, g);
  const grad = graph.takes[node] ? make("text", { class: "grad", x: at.w / 2, y: 49 }, g) : null;
  return { element: g, node, value, grad, room: at.w - 8 };
}

function drawBox(boxes, group, at, parent) {
  const g = make("g", { class: `box ${group.kind}`, transform: `translate(${round(at.x)} ${round(at.y)})`, "data-group": group.id,
    role: "button", tabindex: "-1", "aria-expanded": "false" }, parent);
  make("rect", { class: "behind", x: 5, y: 5, width: at.w, height: at.h, rx: 6 }, g);
  make("rect", { class: "shape", width: at.w, height: at.h, rx: 6 }, g);
  const { title, contents } = boxLines(boxes, group);
  const name = make("text", { class: "name", x: at.w / 2, y: 18 }, g);
  make("tspan", { class: "sign" }, name, "+ ");
  make("tspan", {}, name, title);
  make("text", { class: "contents", x: at.w / 2, y: 35 }, g, contents);
  const grad = make("text", { class: "grad", x: at.w / 2, y: 52 }, g);
  return { element: g, group, nodes: nodesIn(group), grad, room: at.w - 8 };
}

function drawFrame(boxes, group, at, parent) {
  const g = make("g", { class: `frame ${group.kind}`, transform: `translate(${round(at.x)} ${round(at.y)})`, "data-group": group.id,
    role: "button", tabindex: "-1", "aria-expanded": "true" }, parent);
  make("rect", { class: "shape", width: at.w, height: at.h, rx: 8 }, g);
  const title = `− ${shorten(boxTitle(boxes, group), Math.max(6, Math.floor((at.w - 24) / 7.5)))}`;
  make("rect", { class: "handle", x: 1, y: 1, width: Math.min(at.w - 2, widthOf(title, 12, true) + 22), height: 20, rx: 7 }, g);
  make("text", { class: "name", x: 10, y: 15 }, g, title);
  return { element: g, group, nodes: nodesIn(group), frame: true };
}
