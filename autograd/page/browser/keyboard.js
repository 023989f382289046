// Everything that the pointer can do, with keys.

function listenToKeys(app) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    const field = target.closest("input:not([type=checkbox]), select, textarea");
    const inGraph = app.svg.contains(target) && target !== app.svg;
    if (event.key === "Escape") return escape(app);
    if (field) return undefined;
    if (inGraph && graphKey(app, event.key)) return event.preventDefault();
    const done = stepKey(app, event.key) || (at("letters").checked && letterKey(app, event.key.toLowerCase()));
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

// Left and right along the edges, up and down in the picture: to whatever is nearest.
function neighbour(app, item, key) {
  const middle = (of) => ({ x: of.at.x + of.at.w / 2, y: of.at.y + (of.frame ? 10 : of.at.h / 2) });
  const here = middle(item);
  let candidates = [];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const [mine, other] = key === "ArrowLeft" ? ["to", "from"] : ["from", "to"];
    candidates = app.scene.links.filter((link) => link[mine] === item.id).map((link) => app.scene.items.get(link[other]));
    if (item.frame) candidates = [...app.scene.items.values()].filter((other_) => other_ !== item && !other_.frame && item.nodes.some((node) => (
      other_.node === node || (other_.nodes && other_.nodes.includes(node)))));
  } else if (key === "ArrowUp" || key === "ArrowDown") {
    const down = key === "ArrowDown";
    candidates = [...app.scene.items.values()].filter((of) => of !== item && (down ? middle(of).y > here.y + 2 : middle(of).y < here.y - 2));
  }
  // Sideways counts more than along: the next one in the same column, not the one that is a little lower elsewhere.
  const weight = key === "ArrowUp" || key === "ArrowDown" ? [3, 1] : [0.1, 1];
  const far = (of) => weight[0] * Math.abs(middle(of).x - here.x) + weight[1] * Math.abs(middle(of).y - here.y);
  const nearest = candidates.reduce((best, of) => (best === null || far(of) < far(best) ? of : best), null);
  return nearest && nearest.id;
}
