// What the page knows at a moment, and the few ways in which that changes.

const MOST_COLOURS = 6; // paths that have a colour each
const AFAR = 0.6; // scale: from here on letters of 11 pixels are hard to read, and names alone are shown

class App {
  constructor(page) {
    this.graph = readGraph(page);
    this.boxes = makeBoxes(page, this.graph);
    this.foldedAtFirst = page.folded;
    this.steps = makeSteps(this.graph);
    this.numbers = this.graph.recorded;
    this.position = this.steps.last;
    this.selected = -1;
    this.paths = null;
    this.row = -1; // the path that is lit alone
    this.focus = `n${this.graph.output}`; // where the keyboard is in the graph
    this.timer = 0;
    this.walked = false; // until the first step, everything is shown and nothing is pointed at
    this.svg = document.getElementById("picture");
    this.camera = new Camera(this.svg, document.getElementById("world"));
    this.card = new Card(document.getElementById("card"), document.getElementById("stage"));
    this.whatIf = new WhatIf(document.getElementById("what"), this.graph, (data) => this.recompute(data));
    this.overview = new Overview(document.getElementById("overview"), this.camera);
    this.manner = { down: false, tight: false, slopes: false };
    this.exact = false; // all digits
    this.byMouse = false; // the mouse has put the focus where it is
    this.said = "";
    let waits = false;
    this.camera.moved = () => {
      if (!waits) requestAnimationFrame(() => { waits = false; this.show(); });
      waits = true;
    };
  }

  // ----- The picture -----

  // Draw what is seen with these boxes, in places that are given or in the manner of now.
  redraw(plan = planOf(this.graph, this.boxes, this.manner)) {
    this.manner = plan.manner;
    this.camera.world.classList.toggle("down", plan.manner.down);
    const there = plan.layout.boxes.has(this.focus) ? this.focus : standIn(this.boxes, this.graph.output);
    this.focus = there;
    this.scene = new Scene(this.camera.world, this.graph, this.boxes, plan, there);
    this.overview.draw(this.scene);
    this.card.hide();
    this.refresh();
    this.show();
  }

  // What is on the screen gets drawn, where not everything is.
  show() {
    this.scene.show(this.camera.view(200), this.camera.scale);
    this.camera.world.classList.toggle("afar", this.camera.scale < AFAR);
    this.overview.follow();
  }

  refresh() {
    const { graph, steps, numbers, position, paths } = this;
    const { phase, node } = visitAt(graph, steps, position);
    this.known = knownAt(graph, steps, numbers, position);
    const resting = !this.walked;
    const few = paths !== null && paths.count <= BigInt(MOST_COLOURS);
    const flows = paths === null ? [] : this.scene.links.map((link) => sizeOfFlow(linkFlow(link, paths)));
    this.scene.refresh({
      known: this.known, numbers, selected: this.selected, paths, changed: this.whatIf.changed, row: this.row,
      path: paths && this.row >= 0 ? paths.listed[this.row] : null, down: this.manner.down,
      strands: few ? strandsOf(paths) : null, strongest: flows.reduce((most, flow) => Math.max(most, flow), 0),
      largest: few ? paths.listed.reduce((most, path) => Math.max(most, sizeOfFlow(path.product)), 0) : 0,
      visited: resting ? -1 : node, phase: resting ? "" : phase,
      active: new Set(resting ? [] : activeEdges(graph, steps, position)),
    });
    fillBar(this);
    fillPanel(this);
  }

  fit() {
    this.camera.fit({ x: 0, y: 0, w: this.scene.layout.w, h: this.scene.layout.h });
    this.show();
  }

  // The stage has another size: look anew if nothing was touched yet, fit again what was fitted, else stay.
  resized() {
    const touched = this.walked || this.selected >= 0 || this.fresh !== `${this.camera.x} ${this.camera.scale}`;
    if (!touched) firstLook(this);
    else if (this.camera.fitted) this.camera.fit(this.camera.fitted);
    this.show();
  }

  fitPath() {
    if (this.paths === null) return this.fit();
    const nodes = this.row >= 0 ? this.paths.listed[this.row].nodes : [...this.paths.onPath.keys()].filter((node) => this.paths.onPath[node]);
    const lit = [...new Set(nodes.map((node) => standIn(this.boxes, node)))].map((id) => this.scene.items.get(id).at);
    const most = (of) => lit.reduce((far, at) => Math.max(far, of(at)), -Infinity);
    const [x, y] = [-most((at) => -at.x), -most((at) => -at.y)];
    this.camera.fit({ x, y, w: most((at) => at.x + at.w) - x, h: most((at) => at.y + at.h) - y });
    return this.show();
  }

  // Another direction; or numbers on edges, in the direction that shows more with them.
  turn(change) {
    this.fresh = "";
    Object.assign(this.manner, change);
    const directions = change.slopes === undefined ? [this.manner] : [{ down: false, tight: true }, { down: true, tight: true }];
    this.redraw(bestPlan(this, this.boxes.folded, directions).plan);
    lookAt(this);
  }

  // ----- Steps -----

  goTo(position) {
    this.position = Math.max(0, Math.min(this.steps.last, position));
    this.walked = true;
    if (this.position === this.steps.last) this.pause();
    this.refresh();
    const { node } = visitAt(this.graph, this.steps, this.position);
    if (node >= 0 && this.position < this.steps.last) this.camera.bring(this.scene.items.get(standIn(this.boxes, node)).at);
  }

  // One step; what happens inside one folded box, one after another, is one step.
  go(direction) {
    let next = this.position + direction;
    const boxAt = (position) => {
      const { phase, node } = visitAt(this.graph, this.steps, position);
      return node >= 0 && hiddenIn(this.boxes, node) >= 0 ? `${phase} ${hiddenIn(this.boxes, node)}` : "";
    };
    // Forwards to the last step in the box, backwards to the last step before it.
    const inside = boxAt(direction > 0 ? next : this.position);
    if (inside && direction > 0) while (next < this.steps.last && boxAt(next + 1) === inside) next += 1;
    if (inside && direction < 0) while (next > 0 && boxAt(next) === inside) next -= 1;
    this.goTo(next);
  }

  play() {
    if (this.timer) return this.pause();
    if (this.position === this.steps.last) this.position = 0;
    this.walked = true;
    const tick = () => {
      this.timer = setTimeout(tick, Number(document.getElementById("speed").value));
      this.go(1);
    };
    this.timer = setTimeout(tick, 300);
    return this.refresh();
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = 0;
    fillBar(this);
  }

  // ----- Selection -----

  select(node) {
    this.selected = node;
    this.row = -1;
    this.findPaths();
    this.refresh();
  }

  findPaths() {
    this.paths = null;
    if (this.selected < 0) return;
    this.paths = pathsFrom(this.graph, this.numbers, this.selected);
    this.paths.listed = strongestPaths(this.graph, this.numbers, this.paths, PATHS_SHOWN);
  }

  choose(row) {
    this.row = this.row === row ? -1 : row;
    this.refresh();
  }

  // Open what hides a node, select it, and bring it into view.
  goToNode(node) {
    this.card.hide();
    if (reveal(this.boxes, node)) this.redraw();
    this.select(node);
    this.moveFocus(`n${node}`, false);
  }

  moveFocus(id, take = true) {
    const item = this.scene.items.get(id);
    const before = this.scene.items.get(this.focus);
    if (before && before.element) before.element.setAttribute("tabindex", "-1");
    this.focus = id;
    this.scene.focus = id;
    this.camera.bring(item.at);
    this.show();
    item.element.setAttribute("tabindex", "0");
    if (take) item.element.focus({ preventScroll: true });
  }

  // ----- Boxes: what was clicked stays where it was on the screen -----

  toggle(group, keepFocus = false) {
    this.fresh = "";
    const id = `g${group}`;
    const before = this.camera.toScreen(this.scene.items.get(id).at);
    if (!this.boxes.folded.delete(group)) this.boxes.folded.add(group);
    this.focus = id;
    this.redraw();
    this.camera.pin(this.scene.items.get(id).at, before);
    this.show();
    if (keepFocus) this.moveFocus(id);
  }

  foldAll(closed) {
    this.fresh = "";
    const best = bestPlan(this, new Set(closed ? this.boxes.groups.map((group) => group.id) : []));
    this.boxes.folded = best.folded;
    this.redraw(best.plan);
    lookAt(this);
  }

  // ----- Other numbers -----

  recompute(data) {
    this.numbers = this.whatIf.changed.size ? evaluate(this.graph, data) : this.graph.recorded;
    this.findPaths();
    if (this.paths && this.row >= this.paths.listed.length) this.row = -1;
    this.refresh();
  }
}

// Which of the listed paths run over an edge: edge -> rows.
function strandsOf(paths) {
  const strands = new Map();
  paths.listed.forEach((path, row) => path.edges.forEach((key) => strands.set(key, [...(strands.get(key) ?? []), row])));
  return strands;
}
