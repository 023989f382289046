// The bar of steps above and the panel beside the picture.

const at = (id) => document.getElementById(id);

function fillBar(app) {
  const { steps, position } = app;
  const playing = Boolean(app.timer);
  const resting = !app.walked;
  const sentence = resting ? "Every step is done: all values and gradients are known. Play walks through them from the leaves."
    : sayVisit(app) + (position === steps.last ? " That was the last step." : "");
  // Spoken at walking pace only.
  at("sentence").setAttribute("aria-live", playing && Number(at("speed").value) < 1000 ? "off" : "polite");
  if (app.said !== sentence) at("sentence").replaceChildren(el("p", {}, sentence));
  app.said = sentence;
  const { phase } = visitAt(app.graph, steps, position);
  at("sentence").className = resting ? "" : phase;
  at("counter").textContent = `${position} of ${steps.last}`;
  at("position").max = String(steps.last);
  at("position").value = String(position);
  at("position").setAttribute("aria-valuetext", `step ${position} of ${steps.last}, ${PHASES.get(phase)}`);
  at("play").textContent = playing ? "Pause" : "Play";
  disable("reset", position === 0);
  disable("back", position === 0);
  disable("next", position === steps.last);
  disable("end", position === steps.last);
  disable("play", steps.last === 0);
}

// A button that is switched off keeps the keyboard's focus: `disabled` would lose it.
function disable(id, off) {
  at(id).setAttribute("aria-disabled", String(off));
}

// What happened at this step; for a folded box, what the walk inside it has done so far.
function sayVisit(app) {
  const { graph, steps, numbers, position, boxes, known } = app;
  const { phase, node } = visitAt(graph, steps, position);
  const hidden = node < 0 ? -1 : hiddenIn(boxes, node);
  if (hidden < 0 || phase === "seed") return sayStep(graph, steps, numbers, position);
  let visits = 1;
  for (let earlier = position - 1; earlier > 0; earlier -= 1, visits += 1) {
    const before = visitAt(graph, steps, earlier);
    if (before.phase !== phase || hiddenIn(boxes, before.node) !== hidden) break;
  }
  const box = `In the folded box ${shorten(boxes.groups[hidden].title, 40)}, `;
  const name = nameOf(graph, node);
  if (phase === "forward") {
    const last = `${name} = ${graph.ops[node].symbol}(…) = ${show(numbers.data[node])}`;
    return visits === 1 ? `${box}one value is computed: ${last}.` : `${box}${visits} values are computed, the last is ${last}.`;
  }
  const last = `${name}, with ${derivativeName(nameOf(graph, graph.output), name)} = ${show(known.grads[node])}`;
  return visits === 1 ? `${box}one node sends its gradient back: ${last}.` : `${box}${visits} nodes send their gradients back, the last is ${last}.`;
}

function fillPanel(app) {
  const { graph, boxes, numbers, known, selected } = app;
  const about = at("about");
  if (selected < 0) {
    const results = graph.ops.filter((op) => op !== null).length;
    const words = boxes.groups.length ? " Click a box to open or fold it." : "";
    about.replaceChildren(el("p", {}, `${plural(graph.size, "node")}, ${plural(results, "operation")}. `
      + `Click a node to see where its gradient comes from.${words}`));
  } else {
    about.replaceChildren(...aboutNode(graph, selected, numbers, known, app.exact ? showExactly : showSix));
  }
  at("paths-section").hidden = selected < 0;
  if (selected >= 0) {
    const open = at("paths").querySelector("details.flows[open]") !== null;
    const row = document.activeElement.dataset.row;
    at("paths").replaceChildren(...fillChain(graph, numbers, app.paths, app.row, (chosen) => app.choose(chosen)));
    if (open) at("paths").querySelector("details.flows")?.setAttribute("open", "");
    if (row !== undefined) at("paths").querySelector(`[data-row="${row}"]`)?.focus();
  }
  at("fit-path").disabled = selected < 0;
  at("fold-all").disabled = boxes.groups.length === 0 || boxes.folded.size === boxes.groups.length;
  at("open-all").disabled = boxes.folded.size === 0;
  app.whatIf.refresh(selected);
  if (at("table").open) fillTable(at("rows"), graph, numbers, known, app.exact ? showExactly : showSix);
}
