// Everything that the pointer can do, with keys.

function listenToKeys(app) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    const field = target.closest("input:not([type=checkbox]), select, textarea");
    const inGraph = app.svg.contains(target) && target !== app.svg;
    if (at("ask").open) return undefined;
    if (event.key === "Escape") return escape(app);
    if (field) return undefined;
    // Where the mouse has put the focus in the graph, the space bar plays as everywhere else.
    if (event.key !== " ") app.byMouse = false;
    if (inGraph && !app.byMouse && graphKey(app, event.key)) return event.preventDefault();
    const done = stepKey(app, event.key) || spaceKey(app, event.key, target) || (at("letters").checked && letterKey(app, event.key.toLowerCase()));
    if (done) event.preventDefault();
    return undefined;
  });
}

function escape(app) {
  if (!at("card").hidden) return app.card.hide();
  return app.select(-1);
}

function stepKey(app, key) {
  if (key === "ArrowRight" || key === "ArrowLeft") {
    app.pause();
    app.go(key === "ArrowRight" ? 1 : -1);
  } else if (key === "Home" || key === "End") app.goTo(key === "Home" ? 0 : app.steps.last);
  else return false;
  return true;
}

// The space bar plays and pauses, where it does not press a button or tick a box.
function spaceKey(app, key, target) {
  if (key !== " " || target.closest("button, summary, input, select, dialog")) return false;
  app.play();
  return true;
}

function letterKey(app, key) {
  if (key === "n" || key === "b") {
    app.pause();
    app.go(key === "n" ? 1 : -1);
  } else if (key === "p") app.play();
  else if (key === "f") app.fitPath();
  else if (key === "/") at("find").focus();
  else return false;
  return true;
}

function graphKey(app, key) {
  const item = app.scene.items.get(app.focus);
  if (key === "Enter" || key === " ") {
    if (item.node !== undefined) app.select(app.selected === item.node ? -1 : item.node);
    else app.toggle(item.group.id, true);
    return true;
  }
  if (key === "+" || key === "=") {
    if (item.group && !item.frame) app.toggle(item.group.id, true);
    return true;
  }
  if (key === "-" || key === "−") {
    const around = item.frame ? item.group.id : item.group ? item.group.parent : app.boxes.member[item.node];
    if (around >= 0) app.toggle(around, true);
    return true;
  }
  const next = neighbour(app, item, key);
  if (next) app.moveFocus(next);
  return key.startsWith("Arrow");
}

// Along the edges with the arrows that point there: left and right, or up and down where the picture runs down. With the
// other two to whatever is nearest.
function neighbour(app, item, key) {
  const { down } = app.manner;
  const middle = (of) => ({ x: of.at.x + of.at.w / 2, y: of.at.y + (of.frame ? 10 : of.at.h / 2) });
  const here = middle(item);
  const [back, on] = down ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
  const items = [...app.scene.items.values()].filter((of) => of !== item);
  let candidates = [];
  let weight = [1, 1];
  if (key === back || key === on) {
    candidates = item.frame ? items.filter((of) => !of.frame && item.nodes.some((node) => of.node === node || (of.nodes && of.nodes.includes(node))))
      : linked(app.scene.links, item.id, key === back).map((id) => app.scene.items.get(id));
    weight = down ? [1, 0.1] : [0.1, 1];
  } else if (key.startsWith("Arrow")) {
    const [axis, after] = [down ? "x" : "y", key === "ArrowDown" || key === "ArrowRight"];
    candidates = items.filter((of) => (after ? middle(of)[axis] > here[axis] + 2 : middle(of)[axis] < here[axis] - 2));
    // Sideways counts more than along: the next one in the same column, not the one that is a little lower elsewhere.
    weight = down ? [1, 3] : [3, 1];
  }
  const far = (of) => weight[0] * Math.abs(middle(of).x - here.x) + weight[1] * Math.abs(middle(of).y - here.y);
  const nearest = candidates.reduce((best, of) => (best === null || far(of) < far(best) ? of : best), null);
  return nearest && nearest.id;
}

// What wires lead to, or come from; through a point where many meet, on to their other ends.
function linked(links, id, back) {
  const [mine, other] = back ? ["to", "from"] : ["from", "to"];
  return links.filter((link) => link[mine] === id).flatMap((link) => (
    link[other][0] === "j" ? linked(links, link[other], back) : [link[other]]));
}
