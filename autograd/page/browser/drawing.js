// The elements of the picture: how large each thing is, and of what it is made. Where they stand says layout.js.

const SVG = "http://www.w3.org/2000/svg";
const TYPE = 11; // pixels: the smallest letters
const NAME = 13;
const LINE = 14.5; // from line to line

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

// Of a number, sign by sign: to measure ten thousand texts takes a quarter of a second.
function widthOfNumber(text) {
  let width = 0;
  for (const sign of text) width += widthOf(sign, TYPE);
  return width;
}

// The text of a node's first line: its label and, smaller, the operation; or the operation alone.
function titleOf(graph, node) {
  const label = shorten(graph.shown[node], 22);
  const op = symbolOf(graph, node);
  if (label) return { main: label, extra: op };
  if (op) return { main: op, extra: nameOf(graph, node) };
  return { main: graph.roles[node] === "constant" ? "" : nameOf(graph, node), extra: "" };
}

function sizeOfNode(graph, node) {
  const { main, extra } = titleOf(graph, node);
  const name = main ? widthOf(main, NAME, true) + (extra ? 7 + widthOf(extra, TYPE) : 0) : 0;
  const value = widthOfNumber(show(graph.recorded.data[node]));
  const grad = graph.takes[node] ? widthOfNumber(`∂ ${show(graph.recorded.grads[node])}`) : 0;
  const lines = (main ? 1 : 0) + 1 + (graph.takes[node] ? 1 : 0);
  return { w: Math.max(main ? 68 : 38, Math.ceil(Math.max(name, value, grad)) + 16), h: [0, 22, 38, 52][lines] };
}

// "16 neurons, 130 nodes", where all inner boxes are called neurons.
function boxLines(group) {
  const inside = group.boxes.filter((box) => box.kind === "module");
  const words = new Set(inside.map((box) => /([^.]+)(\.\d+)?$/.exec(box.title)[1]));
  const [word] = words.size === 1 && inside.length > 1 ? words : ["boxes"];
  const parts = inside.length ? `${inside.length} ${inside.length === 1 && word === "boxes" ? "box" : word}, ` : "";
  return { title: shorten(group.name, 26), contents: parts + plural(group.size, "node") };
}

function sizeOfBox(group) {
  const { title, contents } = boxLines(group);
  return { w: Math.ceil(Math.max(widthOf(title, NAME, true) + 22, widthOf(contents, TYPE), widthOf("|∂| up to 0.001234", TYPE))) + 18, h: 58 };
}

function sizeOfJoint(text) {
  return { w: Math.ceil(Math.max(widthOf(text, TYPE), widthOf("each to each", TYPE))) + 20, h: 40 };
}

// ----- Wires -----

// A smooth line through the points of a route, with its arrowheads; `down` turns it.
function wirePath(points, down) {
  const end = points[points.length - 1];
  const at = (x, y) => (down ? `${round(y)} ${round(x)}` : `${round(x)} ${round(y)}`);
  let line = `M${at(points[0].x, points[0].y)}`;
  if (points.back) {
    const low = points.reduce((most, p) => Math.max(most, p.y), -Infinity) + 60;
    line += `C${at(points[0].x + 70, low)} ${at(end.x - 70, low)} ${at(end.x, end.y)}`;
  } else {
    for (let i = 1; i < points.length; i += 1) {
      const [a, b] = [points[i - 1], points[i]];
      const half = (b.x - a.x) / 2;
      line += Math.abs(a.y - b.y) < 0.5 ? `L${at(b.x, b.y)}` : `C${at(a.x + half, a.y)} ${at(b.x - half, b.y)} ${at(b.x, b.y)}`;
    }
  }
  const arrow = ({ x, y }, length) => `M${at(x + length, y - 3.5)}L${at(x, y)}L${at(x + length, y + 3.5)}Z`;
  const middle = middleOf(points);
  return { path: line, head: arrow(end, -7), tail: arrow(points[0], 7), middle: down ? { x: middle.y, y: middle.x } : middle,
    number: numberAt(points, down) };
}

// The middle of its longest run.
function middleOf(points) {
  let best = [points[0], points[1]];
  for (let i = 1; i < points.length; i += 1) {
    if (points[i].x - points[i - 1].x > best[1].x - best[0].x) best = [points[i - 1], points[i]];
  }
  return { x: (best[0].x + best[1].x) / 2, y: (best[0].y + best[1].y) / 2 };
}

// Where a number on the wire stands: in front of the node that it enters. From above, two numbers stand on the outer
// sides of their wires, of more each stands on its wire, and `room` says how wide it may be.
function numberAt(points, down) {
  const { x, y } = points[points.length - 1];
  const { nth = 0, of = 1, apart = 0 } = points.entry;
  if (!down) return { x: x - 10, y: y + 4, anchor: "end", room: of > 1 && apart < LINE - 1 ? 0 : Infinity };
  if (of === 2 && apart < LINE) return { x: y + (nth ? 5 : -5), y: x - 11, anchor: nth ? "start" : "end", room: Infinity };
  return { x: y, y: x - 11, anchor: "middle", room: of === 1 ? Infinity : apart - 4 };
}

// The rectangle around a route.
function reachOf(points, down) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  if (points.back) bottom += 60;
  return down ? { x: top, y: left, w: bottom - top, h: right - left } : { x: left, y: top, w: right - left, h: bottom - top };
}

function round(x) {
  return Math.round(x * 10) / 10;
}

function drawLink(link, number, parent, down) {
  if (!link.path) Object.assign(link, wirePath(link.route, down));
  link.element = make("g", { class: "link", "data-link": number }, parent);
  link.line = make("path", { class: "line", d: link.path }, link.element);
  link.arrow = make("path", { class: "head", d: link.head }, link.element);
  make("path", { class: "hit", d: link.path }, link.element);
}

// ----- Things -----

function placed(kind, at, attributes, parent) {
  return make("g", { class: kind, transform: `translate(${round(at.x)} ${round(at.y)})`, ...attributes }, parent);
}

// How large a thing's first line may be to fill it alone: so it is read when the picture is seen from far away.
function nameFromAfar(g, text, at, y) {
  const size = Math.min(at.h * 0.7, ((at.w - 8) * NAME) / widthOf(text, NAME, true));
  g.style.setProperty("--large", `${round(size)}px`);
  g.style.setProperty("--drop", `${round(at.h / 2 + 0.36 * size - y)}px`);
}

function drawNode(graph, node, at, parent) {
  const role = node === graph.output ? "output" : graph.roles[node];
  const g = placed(`node ${role}`, at, { "data-node": node, role: "button", tabindex: "-1", "aria-pressed": "false" }, parent);
  const radius = role === "input" ? at.h / 2 : role === "parameter" || role === "constant" ? 2 : 8;
  if (role === "output") make("rect", { class: "ring", x: -4, y: -4, width: at.w + 8, height: at.h + 8, rx: 11 }, g);
  make("rect", { class: "shape", width: at.w, height: at.h, rx: Math.min(radius, 20) }, g);
  const { main, extra } = titleOf(graph, node);
  const lines = (main ? 1 : 0) + 1 + (graph.takes[node] ? 1 : 0);
  let y = at.h / 2 - ((lines - 1) * LINE) / 2 + 4;
  nameFromAfar(g, main || show(graph.recorded.data[node]), at, y);
  if (main) {
    const name = make("text", { class: "name", x: at.w / 2, y: y + 0.5 }, g, main);
    if (extra) {
      name.append(" ");
      make("tspan", { class: "extra", dx: 3 }, name, extra);
    }
    y += LINE;
  }
  const value = make("text", { class: "value", x: at.w / 2, y }, g);
  const grad = graph.takes[node] ? make("text", { class: "grad", x: at.w / 2, y: y + LINE }, g) : null;
  return { element: g, value, grad, room: at.w - 8 };
}

function drawBox(group, at, parent) {
  const g = placed(`box ${group.kind}`, at, { "data-group": group.id, role: "button", tabindex: "-1", "aria-expanded": "false" }, parent);
  make("rect", { class: "behind", x: 4, y: 4, width: at.w, height: at.h, rx: 6 }, g);
  make("rect", { class: "shape", width: at.w, height: at.h, rx: 6 }, g);
  const { title, contents } = boxLines(group);
  const name = make("text", { class: "name", x: at.w / 2, y: 18.5 }, g);
  make("tspan", { class: "sign" }, name, "+ ");
  make("tspan", {}, name, title);
  nameFromAfar(g, `+ ${title}`, at, 18.5);
  make("text", { class: "contents", x: at.w / 2, y: 33.5 }, g, contents);
  const grad = make("text", { class: "grad", x: at.w / 2, y: 48 }, g);
  return { element: g, grad, room: at.w - 8 };
}

function drawFrame(group, at, parent) {
  const g = placed(`frame ${group.kind}`, at, { "data-group": group.id, role: "button", tabindex: "-1", "aria-expanded": "true" }, parent);
  make("rect", { class: "shape", width: at.w, height: at.h, rx: 8 }, g);
  const title = `− ${shorten(group.name, Math.max(6, Math.floor((at.w - 24) / 7.5)))}`;
  make("rect", { class: "handle", x: 1, y: 1, width: Math.min(at.w - 2, widthOf(title, 12, true) + 22), height: 20, rx: 7 }, g);
  make("text", { class: "name", x: 10, y: 15 }, g, title);
  return { element: g };
}

function drawJoint(text, at, parent) {
  const g = placed("joint", at, {}, parent);
  make("rect", { class: "shape", width: at.w, height: at.h, rx: 12 }, g);
  make("text", { x: at.w / 2, y: 17 }, g, "each to each");
  make("text", { x: at.w / 2, y: 31 }, g, text);
  return g;
}
