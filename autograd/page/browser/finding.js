// Finding nodes by name, operation or number, and all numbers as a table.

const FOUND_SHOWN = 30;

// Every word must be in the name, the operation, the role, the box, or be the beginning of the value.
function findNodes(graph, boxes, numbers, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (let node = 0; node < graph.size; node += 1) {
    const op = graph.ops[node];
    const box = boxes.member[node] >= 0 ? boxes.groups[boxes.member[node]].title : "";
    const where = `${graph.labels[node]} ${nameOf(graph, node)} ${op ? `${op.name} ${op.symbol}` : graph.roles[node]} ${box}`.toLowerCase();
    const value = plainNumber(numbers.data[node]);
    if (words.every((word) => where.includes(word) || value.startsWith(word.replace("−", "-")))) found.push(node);
  }
  // What is called so comes before what only mentions it.
  const whole = text.trim().toLowerCase();
  return found.sort((a, b) => (graph.labels[b].toLowerCase() === whole) - (graph.labels[a].toLowerCase() === whole));
}

// `go(node)` shows a node, `point(node)` only marks it: -1 for none.
function listenToFinding(graph, boxes, current, go, point) {
  const field = document.getElementById("find");
  const list = document.getElementById("found");
  const count = document.getElementById("find-count");
  const fill = () => {
    const found = findNodes(graph, boxes, current(), field.value);
    list.replaceChildren(...found.slice(0, FOUND_SHOWN).map((node) => {
      const button = el("button", { type: "button", "data-node": node }, el("b", {}, nameOf(graph, node, 34)), ` = ${show(current().data[node])}`);
      button.addEventListener("click", () => go(node));
      button.addEventListener("pointerenter", () => point(node));
      button.addEventListener("pointerleave", () => point(-1));
      return el("li", {}, button);
    }));
    count.textContent = !field.value.trim() ? "" : found.length > FOUND_SHOWN ? `${found.length} found, the first ${FOUND_SHOWN} are listed`
      : `${found.length || "none"} found`;
  };
  field.addEventListener("input", fill);
  field.addEventListener("keydown", (event) => {
    const first = list.querySelector("button");
    if (event.key === "Enter" && first) first.click();
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
    if (event.key === "Escape") {
      field.value = "";
      fill();
      event.stopPropagation();
    }
  });
  list.addEventListener("keydown", (event) => {
    const item = event.target.closest("li");
    const to = event.key === "ArrowDown" ? item.nextElementSibling : event.key === "ArrowUp" ? item.previousElementSibling : null;
    if (event.key === "ArrowUp" && !to) field.focus();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") event.preventDefault();
    if (to) to.firstChild.focus();
  });
}

const ROWS_ADDED = 500;

// Every value and gradient: built when it is opened, some hundred rows at a time, and from then on brought up to date.
function fillTable(place, graph, numbers, known, write) {
  if (!place.childElementCount) {
    place.append(el("table", {}, el("thead", {}, el("tr", {}, ...["node", "operation", "value", "gradient"].map((text) => (
      el("th", { scope: "col" }, text))))), el("tbody", {})));
    const more = el("button", { type: "button" });
    more.addEventListener("click", () => addRows(place, graph, more));
    place.append(more);
    addRows(place, graph, more);
  }
  place.refresh = (rows) => {
    for (const row of rows) {
      const node = Number(row.dataset.node);
      const [, , value, gradient] = row.cells;
      const stage = known.gradient(node);
      setText(value, known.hasValue(node) ? write(numbers.data[node]) : "…");
      setText(gradient, stage === "none" ? stage : stage === "later" ? "…" : write(known.grads[node]));
    }
  };
  place.refresh(place.querySelector("tbody").rows);
}

function addRows(place, graph, more) {
  const body = place.querySelector("tbody");
  const from = body.rows.length;
  const end = Math.min(graph.size, from + ROWS_ADDED);
  for (let node = from; node < end; node += 1) {
    body.append(el("tr", { "data-node": node }, el("th", { scope: "row" }, nameOf(graph, node)),
      el("td", {}, isLeaf(graph, node) ? kindOf(graph, node) : shorten(inNames(graph, node), 60)),
      el("td", { class: "number", "data-column": "value" }), el("td", { class: "number", "data-column": "gradient" })));
  }
  more.textContent = `${(graph.size - end).toLocaleString("en")} more`;
  more.hidden = end === graph.size;
  if (place.refresh) place.refresh([...body.rows].slice(from));
}
