// On paper: the picture at the step of now, light, with letters of 8 points and more, on as many sheets as that takes.

const SHEETS = [{ name: "high", w: 690, h: 880 }, { name: "wide", w: 940, h: 560 }]; // A4 or Letter, without a heading
const LEAST = 0.97; // scale: 11 pixels are 8.25 points
const MOST_SHEETS = 12;

// Cuts from 0 to `size`, at most `most` apart, where they go through no thing if that can be.
function cutsOf(size, most, spans) {
  const found = [0];
  while (size - found[found.length - 1] > most) {
    const last = found[found.length - 1];
    const free = (place) => spans.every(([from, to]) => place <= from || place >= to);
    const places = spans.map(([, to]) => to + 1).filter((place) => place > last + most / 3 && place <= last + most && free(place));
    found.push(places.reduce((far, place) => Math.max(far, place), 0) || last + most);
  }
  return [...found, size];
}

// The sheets of a plan on one kind of paper: their rectangles, and at what scale.
function sheetsOf({ layout }, paper) {
  const scale = Math.min(1.3, Math.max(LEAST, Math.min(paper.w / layout.w, paper.h / layout.h)));
  const solid = [...layout.boxes].filter(([id]) => id[0] !== "g").map(([, at]) => at);
  const across = cutsOf(layout.w, paper.w / scale, solid.map((thing) => [thing.x - 6, thing.x + thing.w + 6]));
  const down = cutsOf(layout.h, paper.h / scale, solid.map((thing) => [thing.y - 6, thing.y + thing.h + 6]));
  const tiles = down.slice(1).flatMap((y, j) => across.slice(1).map((x, i) => (
    { x: across[i], y: down[j], w: x - across[i], h: y - down[j] })));
  return { name: paper.name, scale, tiles };
}

// The fewest sheets, in any direction; more than a dozen of them is what is on the screen, on one.
function bestSheets(app) {
  const manners = [app.manner, { down: false, tight: true }, { down: true, tight: true }];
  let best = null;
  for (const manner of app.scene.large ? [] : manners) {
    const plan = planOf(app.graph, app.boxes, { slopes: app.manner.slopes, ...manner });
    for (const paper of SHEETS) {
      const next = { plan, ...sheetsOf(plan, paper) };
      if (!best || next.tiles.length < best.tiles.length) best = next;
    }
    if (best.tiles.length === 1) break;
  }
  if (best && best.tiles.length <= MOST_SHEETS) return best;
  const view = app.camera.view();
  const paper = SHEETS[1];
  return { plan: null, name: paper.name, scale: Math.min(paper.w / view.w, paper.h / view.h), tiles: [view] };
}

function fillPaper(app) {
  const { plan, name, scale, tiles } = bestSheets(app);
  const world = make("g", { class: "world" });
  if (plan === null) world.append(...[...app.camera.world.childNodes].map((part) => part.cloneNode(true)));
  else {
    const scene = new Scene(world, app.graph, app.boxes, plan, "");
    scene.refresh({ ...app.scene.state, down: plan.manner.down });
  }
  const sheets = tiles.map((tile, i) => {
    const svg = make("svg", { viewBox: `${round(tile.x)} ${round(tile.y)} ${round(tile.w)} ${round(tile.h)}`,
      width: round(tile.w * scale), height: round(tile.h * scale) });
    svg.append(i ? world.cloneNode(true) : world);
    return svg;
  });
  const { position, steps } = app;
  const step = app.walked ? `Step ${position} of ${steps.last}. ` : "";
  at("paper").className = name;
  at("paper").replaceChildren(el("h1", {}, `Computation graph of ${app.graph.title}`), el("p", {}, step + app.said), ...sheets);
}

function listenToPrinting(app) {
  const root = document.documentElement;
  let theme = root.dataset.theme;
  window.addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    fillPaper(app);
  });
  window.addEventListener("afterprint", () => {
    root.dataset.theme = theme;
    at("paper").replaceChildren();
  });
}
