// Start: read what was frozen, draw it, and listen.

function rectangleOn(app, item) {
  const a = app.camera.toScreen(item.at);
  return { x: a.x, y: a.y, w: item.at.w * app.camera.scale, h: (item.frame ? 20 : item.at.h) * app.camera.scale };
}

function itemOf(app, target) {
  const element = target.closest("[data-node], [data-group]");
  if (!element || !app.svg.contains(element)) return null;
  return app.scene.items.get(element.dataset.node !== undefined ? `n${element.dataset.node}` : `g${element.dataset.group}`);
}

function showCard(app, item) {
  const content = item.node !== undefined ? aboutNode(app.graph, item.node, app.numbers, app.known, show)
    : aboutBox(app.graph, item.group, app.known);
  app.card.show(item.id, rectangleOn(app, item), content);
}

function listenToHover(app) {
  // After a click no card comes up before the pointer has moved on: what was clicked stands still, the rest may not.
  app.svg.addEventListener("pointerover", (event) => {
    if (app.clickedAt && Math.hypot(event.clientX - app.clickedAt.x, event.clientY - app.clickedAt.y) < 6) return;
    app.clickedAt = null;
    const item = itemOf(app, event.target);
    const wire = event.target.closest("[data-link]");
    if (item && !(item.frame && !event.target.closest(".handle, .name"))) showCard(app, item);
    else if (wire) {
      const frame = app.svg.getBoundingClientRect();
      app.card.show(`link ${wire.dataset.link}`, { x: event.clientX - frame.left, y: event.clientY - frame.top, w: 8, h: 8 },
        aboutLink(app.graph, app.scene.links[wire.dataset.link], app.numbers, app.known, app.paths));
    } else app.card.hideSoon();
  });
  app.svg.addEventListener("pointerleave", () => app.card.hideSoon());
  // On the stage, not on the SVG: one that listens to focus becomes a stop of the Tab key itself.
  at("stage").addEventListener("focusin", (event) => {
    const item = itemOf(app, event.target);
    if (item && event.target.matches(":focus-visible")) showCard(app, item);
  });
  at("stage").addEventListener("focusout", () => app.card.hideSoon());
}

function onClick(app, target, event) {
  app.clickedAt = { x: event.clientX, y: event.clientY };
  app.byMouse = true;
  app.card.hide(); // the panel says the same, and the card would cover what is lit now
  const item = itemOf(app, target);
  if (!item) {
    if (!target.closest("[data-link]")) app.select(-1);
    return;
  }
  if (item.frame && !target.closest(".handle, .name")) {
    app.select(-1);
    return;
  }
  if (item.node !== undefined) {
    app.moveFocus(item.id, false);
    app.select(app.selected === item.node ? -1 : item.node);
  } else app.toggle(item.group.id);
}

const ASK_ABOVE = 1000; // nodes

function openAll(app) {
  if (app.graph.size <= ASK_ABOVE) return app.foldAll(false);
  const ask = at("ask");
  at("ask-text").textContent = `All ${plural(app.graph.size, "node")} at once? Only a part of the picture can then be read at a time.`;
  at("ask-yes").onclick = () => { ask.close(); app.foldAll(false); };
  at("ask-no").onclick = () => ask.close();
  return ask.showModal();
}

// A button that says aria-disabled="true" does nothing.
function onButton(id, act) {
  at(id).addEventListener("click", () => {
    if (at(id).getAttribute("aria-disabled") !== "true") act();
  });
}

function start() {
  const page = JSON.parse(document.getElementById("data").textContent);
  const app = new App(page);
  document.getElementById("page").hidden = false;
  document.documentElement.classList.add("running");
  at("heading").textContent = `Computation graph of ${app.graph.title}`;
  at("legend").open = window.innerHeight > 700 && window.innerWidth > 800;
  listenToTheme(page.theme);
  firstLook(app);
  new ResizeObserver(() => app.resized()).observe(at("stage"));
  onButton("reset", () => { app.pause(); app.goTo(0); });
  onButton("back", () => { app.pause(); app.go(-1); });
  onButton("next", () => { app.pause(); app.go(1); });
  onButton("end", () => { app.pause(); app.goTo(app.steps.last); });
  onButton("play", () => app.play());
  at("position").addEventListener("input", (event) => { app.pause(); app.goTo(event.target.valueAsNumber); });
  onButton("fit", () => app.fit());
  onButton("fit-path", () => app.fitPath());
  onButton("closer", () => app.camera.zoom(1.3));
  onButton("farther", () => app.camera.zoom(1 / 1.3));
  onButton("fold-all", () => app.foldAll(true));
  onButton("open-all", () => openAll(app));
  onButton("turn", () => app.turn({ down: !app.manner.down }));
  at("slopes").addEventListener("change", (event) => app.turn({ slopes: event.target.checked }));
  at("digits").addEventListener("change", (event) => { app.exact = event.target.checked; fillPanel(app); });
  at("table").addEventListener("toggle", () => fillPanel(app));
  listenToPrinting(app);
  listenToPointers(app.camera, (target, event) => onClick(app, target, event));
  listenToHover(app);
  listenToKeys(app);
  listenToFinding(app.graph, app.boxes, () => app.numbers, (node) => app.goToNode(node), (node) => {
    for (const item of app.scene.items.values()) {
      if (item.element) setClass(item.element, "pointed", node >= 0 && item.id === standIn(app.boxes, node));
    }
  });
  // In the console of the browser: chaingrad.numbers.grads, chaingrad.goTo(0), ...
  window.chaingrad = app;
}

start();
