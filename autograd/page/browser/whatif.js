// Sliders on the leaves: other numbers, the same graph, all values and gradients computed again in the page.

const SLIDERS_SHOWN = 8;

// From minus to plus something round that is about twice as large as the number; a browser cannot tell where a slider is
// whose two ends are further apart than the largest number.
const WIDEST = 8e307;

function sliderRange(x) {
  const wanted = Number.isFinite(x) ? Math.max(1, Math.min(WIDEST, 2 * Math.abs(x))) : 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return Math.min(WIDEST, power * [1, 2, 3, 5, 10].find((step) => step * power >= wanted * (1 - 1e-9)));
}

class WhatIf {
  // `change(data)` is called with the numbers of all nodes, of which those of the leaves count.
  constructor(place, graph, change) {
    Object.assign(this, { place, graph, change });
    this.why = obstacle(graph);
    this.data = graph.recorded.data.slice();
    this.changed = new Set();
    this.leaves = [];
    for (let node = 0; node < graph.size; node += 1) {
      if (isLeaf(graph, node) && graph.roles[node] !== "constant") this.leaves.push(node);
    }
    this.rows = new Map();
    this.shown = "";
  }

  // Which sliders are there: all of a few leaves; of many, the selected leaf and those that were moved.
  refresh(selected) {
    if (this.why) {
      if (!this.place.childElementCount) this.place.append(el("p", {}, this.why));
      return;
    }
    const few = this.leaves.length <= SLIDERS_SHOWN;
    const wanted = few ? this.leaves : [...new Set([...(this.leaves.includes(selected) ? [selected] : []), ...this.changed])];
    const key = wanted.join(" ");
    if (this.shown !== key || !this.place.childElementCount) {
      this.shown = key;
      this.place.replaceChildren();
      this.rows.clear();
      if (!this.leaves.length) this.place.append(el("p", {}, "All leaves of this graph are constants."));
      else if (!wanted.length) this.place.append(el("p", {}, "Select a leaf, in the graph or by its name, and move its slider."));
      for (const leaf of wanted) this.place.append(this.row(leaf));
      if (wanted.length) {
        this.back = el("button", { type: "button", class: "restore" }, "Back to the recorded numbers");
        this.back.addEventListener("click", () => this.restore());
        this.place.append(this.back);
      }
    }
    for (const [leaf, { slider, field }] of this.rows) {
      const x = this.data[leaf];
      if (slider.valueAsNumber !== x && Number.isFinite(x)) this.setSlider(leaf, slider, x);
      // Twelve digits are enough to read; what counts is kept apart.
      if (document.activeElement !== field) field.value = typedExactly(Number.isFinite(x) ? Number(x.toPrecision(12)) : x);
      slider.setAttribute("aria-valuetext", show(x));
    }
    if (this.back) this.back.disabled = this.changed.size === 0;
  }

  row(leaf) {
    const { graph } = this;
    const name = nameOf(graph, leaf, 24);
    const slider = el("input", { type: "range", step: "any", "aria-label": `${name}, slider`, "data-leaf": leaf });
    const field = el("input", { type: "text", inputmode: "decimal", "aria-label": `${name}, number`, "data-leaf": leaf, spellcheck: "false" });
    this.setSlider(leaf, slider, this.data[leaf]);
    slider.addEventListener("input", () => this.set(leaf, slider.valueAsNumber));
    field.addEventListener("change", () => {
      const text = field.value.trim().replace("−", "-").replace(",", ".");
      const x = SPELLED.has(text) ? SPELLED.get(text) : text === "" ? NaN : Number(text);
      if (Number.isNaN(x) && text !== "nan") field.setAttribute("aria-invalid", "true");
      else {
        field.removeAttribute("aria-invalid");
        this.set(leaf, x);
      }
    });
    this.rows.set(leaf, { slider, field });
    return el("div", { class: "slider" }, el("span", { class: name.length > 12 ? "leaf long" : "leaf" }, name), slider, field);
  }

  // A number that did not come from the slider itself: with it, a range for it and for the recorded number.
  setSlider(leaf, slider, x) {
    const range = Math.max(sliderRange(this.graph.recorded.data[leaf]), sliderRange(x));
    slider.min = String(-range);
    slider.max = String(range);
    slider.value = String(x);
  }

  set(leaf, x) {
    this.data[leaf] = x;
    if (Object.is(x, this.graph.recorded.data[leaf])) this.changed.delete(leaf);
    else this.changed.add(leaf);
    this.change(this.data);
  }

  restore() {
    this.data = this.graph.recorded.data.slice();
    this.changed.clear();
    this.change(this.data);
  }
}
