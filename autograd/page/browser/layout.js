// Where everything stands: columns from left to right, operands before results, boxes inside boxes. A picture that runs
// down is laid out from left to right, too, with width and height exchanged, and turned in the end.
// An open box is laid out by itself first and is then one large thing in the box around it. A wire that crosses the
// border of a box runs through a port on the border, so that it never runs over what is inside.
//
// A box with p and q inside, between x and y, is first laid out as columns [in port], [p], [q], [out port]; its size is
// then that of one vertex between x and y, and in the end its inside moves to where the box stands (toPageCoordinates).

const ROOM = { row: 15, wire: 10, pad: 12, head: 24, border: 16 };

// `tree` as from seenTree, `links` as from seenLinks, `sizeOf(id)` gives { w, h }. In `manner`, `down` is the direction,
// `gap` the room between columns, `pitch` that between two wires that enter a node, and `lead` in front of such wires.
// Returns { boxes: id -> { x, y, w, h }, routes: one list of points for each link, w, h }; the points are not turned.
function layOut(tree, links, sizeOf, manner) {
  const { down } = manner;
  const parents = new Map();
  const containers = [];
  const enter = (container) => {
    container.vertices = new Map();
    container.wires = new Map();
    container.items.forEach((item, i) => {
      parents.set(item.id, container);
      if (item.items) enter(item);
      const { w, h } = item.items ? {} : sizeOf(item.id);
      container.vertices.set(item.id, { key: item.id, item, w: down ? h : w, h: down ? w : h, first: i });
    });
    containers.push(container); // inner boxes first
  };
  enter(tree);
  const routes = links.map((link) => threaded(link, parents));
  const arranged = new Map();
  containers.forEach((container) => arrange(container, manner, arranged));
  const boxes = new Map();
  toPageCoordinates(tree, 0, 0, boxes);
  if (down) for (const at of boxes.values()) [at.x, at.y, at.w, at.h] = [at.y, at.x, at.h, at.w];
  return { boxes, routes: routes.map(pointsOf), w: down ? tree.h : tree.w, h: down ? tree.w : tree.h };
}

// The wires of a link, from the box of its source out to the common box and in to its target.
function threaded({ from, to, slot }, parents) {
  const above = new Set();
  for (let at = parents.get(to); at; at = parents.get(at.id)) above.add(at);
  const wires = [];
  let at = from;
  let box = parents.get(from);
  for (; !above.has(box); box = parents.get(box.id)) {
    wires.push(wire(box, at, `out ${from}`, from, ""));
    at = box.id;
  }
  const way = [];
  for (let id = to; ; id = parents.get(id).id) {
    way.unshift(id);
    if (parents.get(id) === box) break;
  }
  way.forEach((id, i) => {
    const last = id === to;
    wires.push(wire(parents.get(id), i ? `in ${from}` : at, id, from, last ? slot : ""));
  });
  return wires;
}

function wire(box, a, b, source, slot) {
  const key = `${a}|${source}|${b}|${slot}`;
  for (const end of [a, b]) if (!box.vertices.has(end)) box.vertices.set(end, { key: end, w: 0, h: 0, border: true });
  if (!box.wires.has(key)) box.wires.set(key, { box, a: box.vertices.get(a), b: box.vertices.get(b), source, slot });
  return box.wires.get(key);
}

// Give every vertex of one box its place relative to the box, and the box its size and ports. Boxes with the same inside,
// such as the neurons of a layer, are put in order once: `arranged` keeps what was found.
function arrange(box, manner, arranged) {
  const vertices = [...box.vertices.values()];
  const wires = [...box.wires.values()];
  for (const v of vertices) {
    if (v.item && v.item.items) Object.assign(v, { w: v.item.w, h: v.item.h });
  }
  const columns = intoColumns(vertices, wires);
  const segments = intoSegments(columns, wires);
  const things = [...vertices, ...wires.flatMap((w) => w.bends)];
  things.forEach((v, i) => { v.index = i; });
  const key = insideOf(vertices, wires);
  if (arranged.has(key)) {
    repeat(arranged.get(key), things, columns, wires);
  } else {
    bestOrder(columns, segments);
    setPorts(columns, wires, manner.pitch);
    setHeights(columns);
    arranged.set(key, { columns: columns.map((column) => column.map((v) => v.index)), heights: things.map((v) => v.y),
      ends: wires.map(({ out, in: into, nth, of, apart }) => ({ out, in: into, nth, of, apart })) });
  }
  const pad = box.id === "" ? 5 : ROOM.pad;
  const head = box.id === "" ? 5 : ROOM.head;
  const all = columns.flat();
  const top = all.reduce((least, v) => Math.min(least, v.y), Infinity);
  all.forEach((v) => { v.y += (manner.down ? pad : head) - top; });
  box.w = setWidths(columns, manner, manner.down ? head : pad, pad);
  box.h = all.reduce((most, v) => Math.max(most, v.y + v.h), 0) + pad;
  box.ports = new Map(vertices.filter((v) => v.border).map((v) => [v.key, v.y]));
}

// What order and heights depend on: the kind and height of every vertex, and the ends of every wire.
function insideOf(vertices, wires) {
  const port = (v, end, source) => (v.item && v.item.items ? v.item.ports.get(`${end} ${source}`) : "");
  const things = vertices.map((v) => `${v.h}${v.border ? v.key.slice(0, 2) : v.item && v.item.items ? "box" : ""}`);
  const ends = wires.map((w) => `${w.a.index} ${w.b.index} ${w.slot} ${port(w.a, "out", w.source)} ${port(w.b, "in", w.source)}`);
  return `${things.join()};${ends.join()}`;
}

function repeat(found, things, columns, wires) {
  found.columns.forEach((column, i) => {
    columns[i].splice(0, columns[i].length, ...column.map((index) => things[index]));
    number(columns[i]);
  });
  things.forEach((v, i) => { v.y = found.heights[i]; });
  wires.forEach((w, i) => Object.assign(w, found.ends[i]));
}

// Columns as far right as the results allow, so that a leaf stands next to its first use; ports on the borders.
function intoColumns(vertices, wires) {
  const ahead = new Map(vertices.map((v) => [v, []]));
  const open = new Map(vertices.map((v) => [v, 0]));
  for (const w of wires) {
    ahead.get(w.a).push(w);
    open.set(w.b, open.get(w.b) + 1);
  }
  // Topological order; where closed boxes run in a circle, the first of them is taken and its wires run back.
  const order = [];
  const ready = vertices.filter((v) => open.get(v) === 0).reverse();
  const left = new Set(vertices);
  while (left.size) {
    const v = ready.pop() ?? left.values().next().value;
    if (!left.delete(v)) continue;
    v.turn = order.length;
    order.push(v);
    for (const w of ahead.get(v)) {
      open.set(w.b, open.get(w.b) - 1);
      if (open.get(w.b) === 0 && left.has(w.b)) ready.push(w.b);
    }
  }
  for (const w of wires) w.back = w.a.turn >= w.b.turn;
  const exits = vertices.some((v) => v.key.startsWith("out "));
  for (const v of order.reverse()) {
    const forward = ahead.get(v).filter((w) => !w.back);
    v.rank = Math.max(v.border || !exits ? 0 : 1, ...forward.map((w) => w.b.rank + 1));
  }
  const highest = vertices.reduce((most, v) => Math.max(most, v.key.startsWith("in ") ? 0 : v.rank), 0);
  for (const v of vertices) if (v.key.startsWith("in ")) v.rank = highest + 1;
  const most = vertices.reduce((rank, v) => Math.max(rank, v.rank), 0);
  const columns = Array.from({ length: most + 1 }, () => []);
  for (const v of vertices) {
    v.rank = most - v.rank;
    columns[v.rank].push(v);
  }
  return columns;
}

// Cut wires into pieces from column to column, with a bend in every column that they pass.
function intoSegments(columns, wires) {
  const segments = [];
  for (const w of wires) {
    w.bends = [];
    if (w.back) continue;
    let from = w.a;
    for (let rank = w.a.rank + 1; rank <= w.b.rank; rank += 1) {
      const to = rank === w.b.rank ? w.b : { key: "", w: 0, h: 0, bend: true, rank };
      if (to.bend) {
        w.bends.push(to);
        columns[rank].push(to);
      }
      segments.push({ from, to, wire: w });
      from = to;
    }
  }
  for (const column of columns) for (const v of column) Object.assign(v, { before: [], after: [] });
  for (const s of segments) {
    s.from.after.push(s);
    s.to.before.push(s);
  }
  return segments;
}

// From positions in the boxes to positions on the page.
function toPageCoordinates(box, x, y, boxes) {
  Object.assign(box, { x, y });
  for (const v of box.vertices.values()) {
    if (!v.item) continue;
    boxes.set(v.key, { x: x + v.x, y: y + v.y, w: v.w, h: v.h });
    if (v.item.items) toPageCoordinates(v.item, x + v.x, y + v.y, boxes);
  }
}

// The points of a route; a pair with the same height is a straight run.
function pointsOf(wires) {
  const points = [];
  for (const w of wires) {
    const at = (x, y) => points.push({ x: w.box.x + x, y: w.box.y + y });
    if (!points.length) at(w.a.x + w.a.w, w.a.y + w.out);
    if (w.back) points.back = true;
    for (const bend of w.bends) {
      at(bend.x, bend.y);
      at(bend.x + bend.w, bend.y);
    }
    at(w.b.x, w.b.y + w.in);
  }
  points.entry = wires[wires.length - 1]; // the how-manieth it is of those that enter
  return points;
}
