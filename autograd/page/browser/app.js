// What the page knows at a moment, and the few ways in which that changes.

const READABLE = 0.45; // scale; letters of 6 pixels

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
    this.said = "";
  }

  // ----- The picture -----

  redraw() {
    this.scene = drawAll(this.camera.world, this.graph, this.boxes);
    if (!this.scene.items.has(this.focus)) this.focus = standIn(this.boxes, this.graph.output);
    this.scene.items.get(this.focus).element.setAttribute("tabindex", "0");
    this.card.hide();
    this.refresh();
  }

  refresh() {
    const { graph, steps, numbers, position } = this;
    const { phase, node } = visitAt(graph, steps, position);
    this.known = knownAt(graph, steps, numbers, position);
    const resting = !this.walked;
    refreshAll(this.scene, graph, {
      known: this.known, numbers, selected: this.selected, paths: this.paths, changed: this.whatIf.changed,
      path: this.paths && this.row >= 0 ? this.paths.listed[this.row] : null,
      visited: resting ? -1 : node, phase: resting ? "" : phase, active: resting ? [] : activeEdges(graph, steps, position),
    });
    fillBar(this);
    fillPanel(this);
  }

  fit() {
    this.camera.fit({ x: 0, y: 0, w: this.scene.layout.w, h: this.scene.layout.h });
  }

  // The whole picture. Where it would be too small to read, close the innermost boxes; where there are none, show the
  // part around the output.
  firstLook() {
    this.boxes.folded = new Set(this.foldedAtFirst);
    this.redraw();
    this.fit();
    const inner = this.boxes.groups.filter((group) => !group.boxes.length).map((group) => group.id);
    if (this.camera.scale < READABLE && !this.boxes.folded.size && inner.length > 1) {
      this.boxes.folded = new Set(inner);
      this.redraw();
      this.fit();
    }
    if (this.camera.scale < READABLE) {
      const screen = this.camera.size();
      const output = this.scene.items.get(standIn(this.boxes, this.graph.output)).at;
      this.camera.zoom(READABLE / this.camera.scale);
      this.camera.pin({ x: output.x + output.w / 2, y: output.y + output.h / 2 }, { x: screen.w - 90, y: screen.h / 2 });
    }
    this.fresh = `${this.camera.x} ${this.camera.scale}`;
  }

  // The stage has another size: look anew if nothing was touched yet, fit again what was fitted, else stay.
  resized() {
    const touched = this.walked || this.selected >= 0 || this.fresh !== `${this.camera.x} ${this.camera.scale}`;
    if (!touched) this.firstLook();
    else if (this.camera.fitted) this.camera.fit(this.camera.fitted);
  }

  fitPath() {
    const lit = [...this.scene.items.values()].filter((item) => !item.frame && item.element.classList.contains("lit")
      && !item.element.classList.contains("dim")).map((item) => item.at);
    if (!lit.length) return this.fit();
    const x = Math.min(...lit.map((at) => at.x));
    const y = Math.min(...lit.map((at) => at.y));
    return this.camera.fit({ x, y, w: Math.max(...lit.map((at) => at.x + at.w)) - x, h: Math.max(...lit.map((at) => at.y + at.h)) - y });
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
    if (before) before.element.setAttribute("tabindex", "-1");
    this.focus = id;
    item.element.setAttribute("tabindex", "0");
    this.camera.bring(item.at);
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
    if (keepFocus) this.moveFocus(id);
  }

  foldAll(closed) {
    this.fresh = "";
    this.boxes.folded = new Set(closed ? this.boxes.groups.map((group) => group.id) : []);
    this.redraw();
    this.fit();
  }

  // ----- Other numbers -----

  recompute(data) {
    this.numbers = this.whatIf.changed.size ? evaluate(this.graph, data) : this.graph.recorded;
    this.findPaths();
    if (this.paths && this.row >= this.paths.listed.length) this.row = -1;
    this.refresh();
  }
}
