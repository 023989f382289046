// A map of the whole picture, in a corner of the stage, where not all of it is on the screen: what is seen is framed, and
// pressing on the map goes there. With keys the arrows do that, so it is no stop of the Tab key.

class Overview {
  constructor(svg, camera) {
    Object.assign(this, { svg, camera, scene: null, scale: 1 });
    this.things = make("g", {}, svg);
    this.frame = make("rect", { class: "here" }, svg);
    svg.addEventListener("pointerdown", (event) => {
      svg.setPointerCapture(event.pointerId);
      this.go(event);
    });
    svg.addEventListener("pointermove", (event) => { if (event.buttons) this.go(event); });
  }

  draw(scene) {
    this.scene = scene;
    this.things.replaceChildren();
  }

  // Called whenever the picture has moved.
  follow() {
    const { w, h } = this.scene.layout;
    const view = this.camera.view();
    const whole = view.x <= 1 && view.y <= 1 && view.x + view.w >= w - 1 && view.y + view.h >= h - 1;
    this.svg.toggleAttribute("hidden", whole);
    this.camera.corner = null;
    if (whole) return;
    if (!this.things.childElementCount) this.things.append(...fromAfar(this.scene));
    const stage = this.camera.size();
    const most = { w: Math.min(220, stage.w * 0.34), h: Math.min(150, stage.h * 0.3) };
    this.scale = Math.min(most.w / w, most.h / h);
    setAttribute(this.svg, "viewBox", `0 0 ${round(w)} ${round(h)}`);
    const sides = [w, h].map((side) => Math.max(16, side * this.scale));
    [this.svg.style.width, this.svg.style.height] = sides.map((side) => `${side}px`);
    this.camera.corner = { w: sides[0] + 12, h: sides[1] + 12 };
    const [x, y] = [Math.max(0, view.x), Math.max(0, view.y)];
    const right = Math.min(w, view.x + view.w);
    const low = Math.min(h, view.y + view.h);
    const there = { x, y, width: Math.max(0, right - x), height: Math.max(0, low - y) };
    for (const [name, value] of Object.entries(there)) this.frame.setAttribute(name, String(round(value)));
  }

  go(event) {
    const place = this.svg.getBoundingClientRect();
    const { w, h } = this.scene.layout;
    const stage = this.camera.size();
    const world = { x: ((event.clientX - place.left) / place.width) * w, y: ((event.clientY - place.top) / place.height) * h };
    this.camera.pin(world, { x: stage.w / 2, y: stage.h / 2 });
  }
}
