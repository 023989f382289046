// What part of the picture is seen: moving, zooming, fitting. The picture is world units; the screen is pixels.

const MARGIN = 16;
const LARGEST = 1.5; // scale of a picture that is fitted

class Camera {
  constructor(svg, world) {
    Object.assign(this, { svg, world, x: 0, y: 0, scale: 1, least: 0.005, most: 4, fitted: null, corner: null, moved: () => {} });
  }

  apply() {
    this.fitted = null;
    this.world.setAttribute("transform", `translate(${this.x.toFixed(2)} ${this.y.toFixed(2)}) scale(${this.scale.toFixed(4)})`);
    this.moved();
  }

  // The part of the world that is on the screen, and a margin around it.
  view(margin = 0) {
    const { w, h } = this.size();
    const [x, y] = [(-margin - this.x) / this.scale, (-margin - this.y) / this.scale];
    return { x, y, w: (w + 2 * margin) / this.scale, h: (h + 2 * margin) / this.scale };
  }

  size() {
    return { w: this.svg.clientWidth || 800, h: this.svg.clientHeight || 500 };
  }

  move(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.apply();
  }

  // Zoom, and keep what is under this point of the screen where it is.
  zoom(factor, sx = this.size().w / 2, sy = this.size().h / 2) {
    const scale = Math.min(this.most, Math.max(this.least, this.scale * factor));
    this.x = sx - ((sx - this.x) * scale) / this.scale;
    this.y = sy - ((sy - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  // The scale at which a rectangle of this size fills the screen.
  scaleFor({ w, h }) {
    const screen = this.size();
    return Math.min((screen.w - 2 * MARGIN) / Math.max(1, w), (screen.h - 2 * MARGIN) / Math.max(1, h), LARGEST);
  }

  // Show this rectangle of the world, as large as it fits, hardly larger than life.
  fit({ x, y, w, h }) {
    const screen = this.size();
    this.scale = Math.min(this.most, Math.max(this.least, this.scaleFor({ w, h })));
    this.x = (screen.w - w * this.scale) / 2 - x * this.scale;
    this.y = (screen.h - h * this.scale) / 2 - y * this.scale;
    this.apply();
    this.fitted = { x, y, w, h }; // until it is moved by something else
  }

  toScreen({ x, y }) {
    return { x: this.x + x * this.scale, y: this.y + y * this.scale };
  }

  // Move so that this point of the world stands at that point of the screen: the anchor of what was clicked.
  pin(world, screen) {
    this.x = screen.x - world.x * this.scale;
    this.y = screen.y - world.y * this.scale;
    this.apply();
  }

  // Bring a rectangle into view if it is not, without changing the size of things.
  bring({ x, y, w, h }) {
    const screen = this.size();
    const a = this.toScreen({ x, y });
    const b = this.toScreen({ x: x + w, y: y + h });
    const near = 10;
    const dx = a.x < near ? MARGIN - a.x : b.x > screen.w - near ? screen.w - MARGIN - b.x : 0;
    const dy = a.y < near ? MARGIN - a.y : b.y > screen.h - near ? screen.h - MARGIN - b.y : 0;
    if (dx || dy) this.move(dx, dy);
    // Not under the map, which takes a corner.
    const under = this.corner && b.x + dx > screen.w - this.corner.w && b.y + dy > screen.h - this.corner.h;
    if (under) this.move(0, screen.h - this.corner.h - MARGIN - b.y - dy);
  }
}

// Dragging moves, two fingers or Ctrl and the wheel zoom. A plain wheel is left to the page around, which may scroll;
// it moves the picture where there is no page around.
function listenToPointers(camera, onClick) {
  const { svg } = camera;
  const fingers = new Map();
  let travelled = 0;
  let pressed = null;
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    travelled = 0;
    pressed = event.target;
  });
  svg.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (others.length === 1) {
      const frame = svg.getBoundingClientRect();
      const apart = (at) => Math.hypot(at.x - others[0].x, at.y - others[0].y) || 1;
      camera.zoom(apart(now) / apart(before), others[0].x - frame.left, others[0].y - frame.top);
    } else if (travelled > 4) {
      if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
      camera.move(now.x - before.x, now.y - before.y);
    }
    fingers.set(event.pointerId, now);
  });
  const lift = (event) => fingers.delete(event.pointerId);
  svg.addEventListener("pointercancel", lift);
  svg.addEventListener("pointerup", (event) => {
    lift(event);
    if (travelled <= 4 && pressed) onClick(pressed, event);
    pressed = null;
  });
  svg.addEventListener("wheel", (event) => {
    const framed = window.parent !== window;
    if (framed && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const frame = svg.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      camera.zoom(Math.exp(-event.deltaY * 0.0022), event.clientX - frame.left, event.clientY - frame.top);
    } else {
      camera.move(-event.deltaX, -event.deltaY);
    }
  }, { passive: false });
}
