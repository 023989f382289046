// Inside one box: the order within each column, ports, heights and widths. This is layered drawing (Sugiyama, Tagawa and
// Toda 1981): columns are given, vertices are sorted by the barycentre of their neighbours, and heights come last.
//
// The graph p = a·b, q = b·c, s = p + q, with its leaves as they were met:
//
//     columns                  [a, c, b]   [q, p]   [s]     wires a-p, b-p, b-q, c-q, p-s, q-s: a-p and c-q cross b's
//     after bestOrder          [a, b, c]   [p, q]   [s]     no crossing
//     after setHeights         a above p, b between p and q, c below q, s in the middle: wires are nearly level

// Sort every column by where its neighbours stand, to and fro, and keep the order with the fewest crossings.
function bestOrder(columns, segments) {
  firstOrder(columns);
  // Counting crossings is most of the work, so large boxes get fewer rounds.
  const rounds = segments.length > 6000 ? 3 : segments.length > 1500 ? 8 : 24;
  let best = crossings(columns);
  let bestColumns = columns.map((column) => column.slice());
  for (let round = 0; round < rounds && best > 0; round += 1) {
    // One round to the right, by what stands before a vertex, the next to the left, by what comes after it.
    const forward = round % 2 === 0;
    for (let i = 1; i < columns.length; i += 1) {
      sortColumn(columns[forward ? i : columns.length - 1 - i], forward ? "before" : "after", round % 4 > 1);
    }
    // A round may make things worse on its way to something better: the best order so far is remembered.
    const crossed = crossings(columns);
    if (crossed < best) {
      best = crossed;
      bestColumns = columns.map((column) => column.slice());
    }
  }
  columns.forEach((column, i) => {
    column.splice(0, column.length, ...bestColumns[i]);
    number(column);
  });
}

// Depth first from the results, operands in their order: a tree comes out without a crossing.
function firstOrder(columns) {
  const seen = new Set();
  const ordered = columns.map(() => []);
  const stack = columns.flat().filter((v) => !v.after.length).reverse();
  while (stack.length) {
    const v = stack.pop();
    if (seen.has(v)) continue;
    seen.add(v);
    ordered[v.rank].push(v);
    const operands = [...v.before].sort((a, b) => Number(a.wire.slot) - Number(b.wire.slot));
    stack.push(...operands.map((s) => s.from).reverse());
  }
  // What no result depends on keeps its place at the end.
  columns.forEach((column, i) => {
    const rest = column.filter((v) => !seen.has(v));
    column.splice(0, column.length, ...ordered[i], ...rest);
    number(column);
  });
}

function number(column) {
  column.forEach((v, i) => { v.order = i; });
}

// Where a segment ends within a large box matters as much as which box it ends in.
function spot(s, v) {
  const port = v.item && v.item.items && v.item.ports.get(`${v === s.from ? "out" : "in"} ${s.wire.source}`);
  return v.order + (port ? 0.9 * (port / v.h - 0.5) : 0);
}

// By the barycentre: the mean of where the neighbours on one side stand. Ties are turned in every other pair of rounds,
// as two vertices with one barycentre may stand in the wrong order for ever.
function sortColumn(column, side, turnTies) {
  const other = side === "before" ? "from" : "to";
  for (const v of column) {
    const spots = v[side].map((s) => spot(s, s[other]));
    v.wish = spots.length ? spots.reduce((a, b) => a + b) / spots.length : v.order;
  }
  column.sort((a, b) => a.wish - b.wish || (turnTies ? b.order - a.order : a.order - b.order));
  number(column);
}

// Pairs of segments that cross, between all neighbouring columns: inversions, counted with a Fenwick tree.
function crossings(columns) {
  let count = 0;
  for (const column of columns) {
    const ends = column.flatMap((v) => v.after.map((s) => [spot(s, v), spot(s, s.to)]));
    ends.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    // From top to bottom on the left: a wire crosses those before it that end further down on the right.
    const places = [...new Set(ends.map((end) => end[1]))].sort((a, b) => a - b);
    const place = new Map(places.map((value, i) => [value, i + 1]));
    const tree = new Array(places.length + 1).fill(0);
    ends.forEach((end, seen) => {
      let atMost = 0;
      for (let i = place.get(end[1]); i > 0; i -= i & -i) atMost += tree[i];
      count += seen - atMost;
      for (let i = place.get(end[1]); i < tree.length; i += i & -i) tree[i] += 1;
    });
  }
  return count;
}

// Where wires leave and enter: on the right in the middle; on the left spread out, from top to bottom as they come.
function setPorts(columns, wires, pitch) {
  for (const w of wires) {
    w.out = w.a.item && w.a.item.items ? w.a.item.ports.get(`out ${w.source}`) : w.a.h / 2;
    w.in = w.b.item && w.b.item.items ? w.b.item.ports.get(`in ${w.source}`) : w.b.h / 2;
  }
  for (const v of columns.flat()) {
    if (!v.item || v.item.items) continue;
    const entering = [...v.before].sort((a, b) => a.from.order - b.from.order || Number(a.wire.slot) - Number(b.wire.slot));
    const apart = Math.min(pitch, (v.h - 16) / Math.max(1, entering.length - 1));
    entering.forEach((s, i) => {
      s.wire.in = v.h / 2 + (i - (entering.length - 1) / 2) * apart;
      Object.assign(s.wire, { nth: i, of: entering.length, apart });
    });
  }
}

// Heights: every vertex goes to where its wires are straight, as far as its neighbours in the column let it.
function setHeights(columns) {
  for (const column of columns) {
    let y = 0;
    for (const v of column) {
      v.y = y;
      y += v.h + ROOM.row;
    }
    // All columns are centred on one line, to begin with.
    column.forEach((v) => { v.y -= y / 2; });
  }
  // To the right, to the left, and in the end by both sides at once.
  const rounds = columns.flat().length > 3000 ? 4 : 10;
  for (let round = 0; round < rounds; round += 1) {
    columns.forEach((column) => pull(column, ["before"]));
    [...columns].reverse().forEach((column) => pull(column, ["after"]));
  }
  for (let round = 0; round < 3; round += 1) columns.forEach((column) => pull(column, ["before", "after"]));
}

// Each vertex wishes for the mean height of its wires' other ends. A wire that passes a column has a bend there, and a
// kink in the middle of a long wire is seen first: so wires between two bends pull six times as hard, wires at one bend
// twice (the priorities of Gansner et al. 1993 are 8, 2 and 1).
function pull(column, sides) {
  for (const v of column) {
    let sum = 0;
    let weight = 0;
    for (const s of sides.flatMap((side) => v[side])) {
      const strength = s.from.bend && s.to.bend ? 6 : s.from.bend || s.to.bend ? 2 : 1;
      const leave = s.from.y + (s.from === s.wire.a ? s.wire.out : 0);
      const enter = s.to.y + (s.to === s.wire.b ? s.wire.in : 0);
      sum += strength * (v === s.to ? leave - (enter - v.y) : enter - (leave - v.y));
      weight += strength;
    }
    v.wish = weight ? sum / weight : v.y;
    v.weight = weight || 0.2;
  }
  separate(column);
}

// The heights closest to what each wishes (least squares), in this order and without overlap: pool adjacent violators.
// Two vertices, 20 high and 16 apart, that both wish for 0 become one block, and stand at -18 and 18.
function separate(column) {
  const blocks = [];
  let below = 0;
  column.forEach((v, i) => {
    if (i) {
      const above = column[i - 1];
      below += above.h + (above.item && v.item ? ROOM.row : ROOM.wire);
    }
    v.below = below;
    // Less what lies above it, every vertex wishes for the height of the block it will be in. Blocks in the wrong order
    // become one, with the mean of their wishes.
    let block = { sum: v.weight * (v.wish - below), weight: v.weight, members: [v] };
    while (blocks.length && blocks[blocks.length - 1].sum / blocks[blocks.length - 1].weight > block.sum / block.weight) {
      const last = blocks.pop();
      block = { sum: last.sum + block.sum, weight: last.weight + block.weight, members: last.members.concat(block.members) };
    }
    blocks.push(block);
  });
  for (const block of blocks) for (const v of block.members) v.y = block.sum / block.weight + v.below;
}

// Columns as wide as their widest member, further apart where many wires run; returns the width of the box.
function setWidths(columns, { gap, lead, down }, start, end) {
  let x = 0;
  columns.forEach((column, i) => {
    const wide = column.reduce((most, v) => Math.max(most, v.w), 0);
    // Ports on the border of the box stand on its very edge.
    const border = column.some((v) => v.border);
    if (border && i === 0) x = 0;
    else if (i === 0) x = start;
    for (const v of column) {
      if (v.bend) v.w = wide;
      v.x = x + (wide - v.w) / 2;
    }
    x += wide;
    if (i + 1 === columns.length) {
      x += border ? 0 : end;
    } else {
      // Where many wires run between two columns there is more room to tell them apart.
      const runs = column.reduce((sum, v) => sum + v.after.length, 0);
      const edge = border || columns[i + 1].some((v) => v.border);
      const least = !border ? 0 : down ? ROOM.head + Math.max(lead, Math.min(24, 3 * runs)) : lead;
      x += edge ? Math.max(least, ROOM.border + Math.min(30, runs)) : gap + Math.min(60, Math.max(0, runs - 4));
    }
  });
  return x;
}
