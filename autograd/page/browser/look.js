// Which picture is shown first: how far it is folded, in which direction it runs, and what part of it is seen.
// Everything if it can be read at once, else folded; and where even that is too much, the part around the output.

const READABLE = 1; // scale: letters of 11 pixels
const MANY = 400; // things: more than that are laid out once, not in every manner

// The manner in which all that is seen is largest, or else the largest part of it is seen: airy before tight, and to the
// right before down.
function bestPlan(app, folded, manners) {
  const boxes = { ...app.boxes, folded };
  const { slopes } = app.manner;
  const seen = boxes.loose.length + boxes.groups.reduce((sum, group) => sum + (folded.has(group.id) ? 1 : group.nodes.length), 0);
  const tried = manners ?? (seen > MANY ? [{ down: false, tight: true }] : [
    { down: false, tight: false }, { down: true, tight: false }, { down: false, tight: true }, { down: true, tight: true }]);
  let best = null;
  for (const manner of tried) {
    if (!manners && manner.tight && best && best.worth >= READABLE) break;
    const plan = planOf(app.graph, boxes, { ...manner, slopes });
    const worth = worthOf(app.camera, plan.layout);
    if (!best || worth > best.worth * 1.02) best = { plan, worth, folded };
  }
  return best;
}

// The scale of what can be read as a whole; of what cannot, the part that is seen, which is less than 1.
function worthOf(camera, { w, h }) {
  const scale = camera.scaleFor({ w, h });
  const screen = camera.size();
  return scale >= READABLE ? scale : 0.99 * Math.min(1, (screen.w - 2 * MARGIN) / w) * Math.min(1, (screen.h - 2 * MARGIN) / h);
}

// What may be closed, from little to much: what Python closed, the innermost boxes, all boxes.
function foldingsOf(app) {
  const { groups } = app.boxes;
  const inner = groups.filter((group) => !group.boxes.length).map((group) => group.id);
  const foldings = [app.foldedAtFirst];
  if (inner.length > 1 || app.foldedAtFirst.length) foldings.push([...new Set([...app.foldedAtFirst, ...inner])]);
  if (groups.length > 1) foldings.push(groups.map((group) => group.id));
  return foldings.map((ids) => new Set(ids));
}

function firstLook(app) {
  let best = null;
  for (const folded of foldingsOf(app)) {
    const next = bestPlan(app, folded);
    if (!best || next.worth > best.worth) best = next;
    if (best.worth >= READABLE) break;
  }
  app.boxes.folded = best.folded;
  app.redraw(best.plan);
  lookAt(app);
  app.fresh = `${app.camera.x} ${app.camera.scale}`;
}

// All of the picture, or as much of it as can be read, from the output back.
function lookAt(app) {
  app.fit();
  if (app.camera.scale >= READABLE) return;
  const screen = app.camera.size();
  const { down } = app.manner;
  const { at } = app.scene.items.get(standIn(app.boxes, app.graph.output));
  const { w, h } = app.scene.layout;
  const { camera } = app;
  camera.scale = READABLE;
  // In the direction that fits all of it is in the middle; in the other one the output stands at the end.
  const along = (size, room, place, end) => (size + 2 * MARGIN <= room ? (room - size) / 2
    : end ? room - MARGIN - size : Math.max(room - MARGIN - size, Math.min(MARGIN, room / 2 - place)));
  camera.x = along(w, screen.w, at.x + at.w / 2, !down);
  camera.y = along(h, screen.h, at.y + at.h / 2, down);
  camera.apply();
}
