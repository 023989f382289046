// What is drawn. A small picture is drawn whole. Of a large one only what is on the screen has elements; and seen from
// afar, where no letter could be read, all things of one kind are one path.

const LIVE = 1500; // things and wires that all have elements
const FAR = 0.3; // scale
const FAR_WIRES = 3000;

// The room between things. A picture that is `tight` shows more, an airy one has room for numbers on its edges.
function roomOf({ down, tight, slopes }, widest) {
  if (slopes) {
    return down ? { down, gap: 42, pitch: widest + 8, lead: 26 } : { down, gap: widest + 36, pitch: LINE, lead: widest + 18 };
  }
  return { down, gap: down ? (tight ? 24 : 38) : tight ? 26 : 62, pitch: tight ? 12 : LINE, lead: 0 };
}

// The places of everything that is seen, without drawing it.
function planOf(graph, boxes, manner) {
  const tree = seenTree(boxes);
  const { joints, links } = bundled(tree, seenLinks(boxes));
  const entering = new Map();
  for (const { to } of links) entering.set(to, (entering.get(to) ?? 0) + 1);
  const widest = manner.slopes ? links.reduce((most, link) => Math.max(most, widthOf(slopeOn(graph, link), TYPE, true)), 0) : 0;
  const room = roomOf(manner, widest);
  const sizeOf = (id) => {
    const number = Number(id.slice(1));
    if (id[0] === "j") return sizeOfJoint(joints.get(id));
    if (id[0] === "g") return sizeOfBox(boxes.groups[number]);
    const size = sizeOfNode(graph, number);
    const wide = manner.slopes ? ((entering.get(id) ?? 1) - 1) * room.pitch : 0;
    return manner.down ? { w: Math.max(size.w, wide + widest + 8), h: size.h } : { w: size.w, h: Math.max(size.h, wide + 18) };
  };
  return { manner, room, joints, links, layout: layOut(tree, links, sizeOf, room) };
}

// The slope that stands on a wire of one edge into a node; "" for many, and where a closed box hides the node.
function slopeOn(graph, link, slopes = graph.recorded.slopes) {
  if (link.members.length > 1 || link.to[0] !== "n") return "";
  const [target, position] = link.members[0].split(":").map(Number);
  return show(slopes[target][position]);
}

class Scene {
  constructor(world, graph, boxes, plan, focus) {
    Object.assign(this, { graph, boxes, focus, ...plan, state: null, items: new Map() });
    world.replaceChildren();
    this.layers = ["far", "frames", "wires", "things", "labels"].map((name) => make("g", { class: name }, world));
    [this.far, this.frames, this.wires, this.things, this.labels] = this.layers;
    this.labels.setAttribute("aria-hidden", "true");
    this.layout.boxes.forEach((at, id) => this.place(id, at));
    this.links.forEach((link, i) => {
      const route = this.layout.routes[i];
      Object.assign(link, { route, reach: reachOf(route, plan.manner.down), element: null });
    });
    this.large = this.items.size + this.links.length > LIVE;
    for (const item of this.items.values()) if (item.frame || !this.large) this.draw(item);
    if (!this.large) this.links.forEach((link, i) => drawLink(link, i, this.wires, plan.manner.down));
  }

  place(id, at) {
    const number = Number(id.slice(1));
    const item = { id, at, element: null };
    if (id[0] === "j") drawJoint(this.joints.get(id), at, this.things);
    else if (id[0] === "n") this.items.set(id, Object.assign(item, { node: number }));
    else {
      const group = this.boxes.groups[number];
      this.items.set(id, Object.assign(item, { group, nodes: nodesIn(group), frame: !this.boxes.folded.has(number) }));
    }
  }

  draw(item) {
    if (item.node !== undefined) Object.assign(item, drawNode(this.graph, item.node, item.at, this.things));
    else if (item.frame) Object.assign(item, drawFrame(item.group, item.at, this.frames));
    else Object.assign(item, drawBox(item.group, item.at, this.things));
    if (item.id === this.focus) item.element.setAttribute("tabindex", "0");
    if (this.state) refreshItem(item, this.graph, this.state);
  }

  // What is inside of this rectangle of the picture gets elements, and the rest loses them.
  show(view, scale) {
    if (!this.large) return;
    const far = scale < FAR;
    if (far && !this.far.childElementCount) this.far.append(...fromAfar(this));
    if (!far) this.far.replaceChildren();
    const kept = far ? this.kept() : null;
    for (const item of this.items.values()) {
      if (item.frame) continue;
      const wanted = kept ? kept.has(item.id) : item.id === this.focus || meets(item.at, view);
      if (wanted && !item.element) this.draw(item);
      else if (!wanted && item.element) {
        item.element.remove();
        item.element = null;
      }
    }
    this.links.forEach((link, i) => {
      const wanted = !far && meets(link.reach, view);
      if (wanted && !link.element) {
        drawLink(link, i, this.wires, this.manner.down);
        if (this.state) refreshLink(link, this, this.state);
      } else if (!wanted && link.element) {
        link.element.remove();
        if (link.text) link.text.remove();
        Object.assign(link, { element: null, text: null, strands: null });
      }
    });
  }

  // Seen from afar, what is spoken of is drawn all the same.
  kept() {
    const { selected = -1, visited = -1 } = this.state ?? {};
    return new Set([this.focus, ...[selected, visited].filter((node) => node >= 0).map((node) => standIn(this.boxes, node))]);
  }

  refresh(state) {
    this.state = state;
    for (const item of this.items.values()) if (item.element) refreshItem(item, this.graph, state);
    for (const link of this.links) if (link.element) refreshLink(link, this, state);
    refreshPills(this, state);
  }
}

function meets(a, b) {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

// One path for all things of a kind, and one for the wires: of very many only some, which look the same from afar.
function fromAfar(scene) {
  const kinds = new Map();
  const { graph } = scene;
  for (const { at, node, frame } of scene.items.values()) {
    const kind = frame ? "frame" : node === undefined ? "box" : node === graph.output ? "output" : graph.roles[node];
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(`M${round(at.x)} ${round(at.y)}h${round(at.w)}v${round(at.h)}h${round(-at.w)}Z`);
  }
  const every = Math.ceil(scene.links.length / FAR_WIRES);
  const wires = scene.links.filter((_, i) => i % every === 0).map((link) => link.path ?? wirePath(link.route, scene.manner.down).path);
  const drawn = [...kinds].filter(([kind]) => kind !== "frame").map(([kind, parts]) => {
    const g = make("g", { class: kind === "box" ? "box" : `node ${kind}` });
    make("path", { class: "shape", d: parts.join("") }, g);
    return g;
  });
  return [make("path", { class: "bundle", d: wires.join("") }), ...drawn];
}
