// Boxes that can be folded: which are closed, who stands in for a node, and what is seen.

function makeBoxes(page, graph) {
  const groups = page.groups.map((group, id) => ({ ...group, id, boxes: [], nodes: [], size: 0 }));
  const roots = [];
  groups.forEach((group) => (group.parent < 0 ? roots : groups[group.parent].boxes).push(group));
  const loose = [];
  page.member.forEach((box, node) => {
    (box < 0 ? loose : groups[box].nodes).push(node);
    for (let at = box; at >= 0; at = groups[at].parent) groups[at].size += 1;
  });
  return { groups, roots, loose, member: page.member, folded: new Set(page.folded), graph };
}

// The closed box that hides a node, or -1.
function hiddenIn(boxes, node) {
  let hidden = -1;
  for (let at = boxes.member[node]; at >= 0; at = boxes.groups[at].parent) if (boxes.folded.has(at)) hidden = at;
  return hidden;
}

// What stands for a node in the picture: "n12" or "g3".
function standIn(boxes, node) {
  const hidden = hiddenIn(boxes, node);
  return hidden < 0 ? `n${node}` : `g${hidden}`;
}

// Open everything around a node.
function reveal(boxes, node) {
  let changed = false;
  for (let at = boxes.member[node]; at >= 0; at = boxes.groups[at].parent) changed = boxes.folded.delete(at) || changed;
  return changed;
}

// What is seen, as a tree: { id, items } for an open box, { id } for a node or a closed box.
function seenTree(boxes) {
  const open = (group) => (boxes.folded.has(group.id) ? { id: `g${group.id}` } : {
    id: `g${group.id}`, items: [...group.boxes.map(open), ...group.nodes.map((node) => ({ id: `n${node}` }))],
  });
  return { id: "", items: [...boxes.roots.map(open), ...boxes.loose.map((node) => ({ id: `n${node}` }))] };
}

// The edges that are seen: edges of the graph with the same two ends are one, except between two nodes,
// where a * a keeps both. Each is { from, to, slot, members: ["target:position"] }.
function seenLinks(boxes) {
  const { graph } = boxes;
  const stands = graph.labels.map((_, node) => standIn(boxes, node));
  const links = new Map();
  graph.operands.forEach((operands, target) => operands.forEach((source, position) => {
    const [from, to] = [stands[source], stands[target]];
    if (from === to) return;
    const key = from[0] === "n" && to[0] === "n" ? `${from} ${to} ${position}` : `${from} ${to}`;
    if (!links.has(key)) links.set(key, { from, to, slot: position, members: [] });
    links.get(key).members.push(`${target}:${position}`);
  }));
  return [...links.values()];
}

const MOST_CROSSING = 24; // wires of a dense layer that are drawn one by one

// Where each of many things leads to each of many closed boxes, all wires meet in one point between them: two fans of
// 16 + 10 wires for 16 · 10. The points are put into the tree; they come back as id -> "16 × 10".
function bundled(tree, links) {
  const reached = new Map();
  for (const link of links) {
    if (link.to[0] !== "g") continue;
    if (!reached.has(link.from)) reached.set(link.from, new Map());
    reached.get(link.from).set(link.to, link);
  }
  const alike = new Map();
  for (const [source, byTarget] of reached) {
    const key = [...byTarget.keys()].sort().join(" ");
    alike.set(key, [...(alike.get(key) ?? []), source]);
  }
  const joints = new Map();
  const gone = new Set();
  const made = [];
  for (const [key, sources] of alike) {
    const targets = key.split(" ");
    if (Math.min(targets.length, sources.length) < 2 || targets.length * sources.length <= MOST_CROSSING) continue;
    const joint = `j${joints.size}`;
    joints.set(joint, `${sources.length} × ${targets.length}`);
    innermostAround(tree, [...sources, ...targets]).items.push({ id: joint });
    const from = (source) => targets.map((target) => reached.get(source).get(target));
    const into = (target) => sources.map((source) => reached.get(source).get(target));
    for (const link of sources.flatMap(from)) gone.add(link);
    const members = (some) => some.flatMap((link) => link.members);
    targets.sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
    sources.forEach((source, slot) => made.push({ from: source, to: joint, slot, members: members(from(source)) }));
    targets.forEach((target, slot) => made.push({ from: joint, to: target, slot, members: members(into(target)) }));
  }
  return { joints, links: [...links.filter((link) => !gone.has(link)), ...made] };
}

// The innermost open box of the tree that holds all of these.
function innermostAround(tree, ids) {
  const holds = (item) => (item.items ? item.items.reduce((sum, inner) => sum + holds(inner), 0) : Number(ids.includes(item.id)));
  const deeper = tree.items.find((item) => item.items && holds(item) === ids.length);
  return deeper ? innermostAround(deeper, ids) : tree;
}

// All nodes in a box, its inner boxes included.
function nodesIn(group) {
  return [...group.nodes, ...group.boxes.flatMap(nodesIn)];
}

function plural(count, word, words = `${word}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? word : words}`;
}
