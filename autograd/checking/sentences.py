"""What was found out about wrong gradients, in sentences: the place by its names, its number, and the rule of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.checking.diagnosis import Case, Finding
from autograd.checking.mistakes import TWICE, Graph, Mistake
from autograd.checking.places import rule_number
from autograd.explanation.notation import Style
from autograd.explanation.operations import rule, write_operation
from autograd.graph.snapshot import Edge
from autograd.support.text import clean

LONGEST = 40  # characters of a formula that stands for a node without a name
FACTORS = ("number", "forgotten", "inverted", "squared", "own", "argument", "confused", "plus")
KINDS = (*FACTORS, "left out", "twice", "only", "sign", "swapped", "another")
PLACES = ("labels", "path", "node", "edge", "link", "piece", "trail", "op", "above", "below", "paths", "all")
DONE = {
    "forgotten": "forgotten", "squared": "there twice", "inverted": "turned round", "argument": "taken of what goes in",
    "confused": "taken by the rule of another function", "plus": "taken with + for the − of its rule",
}  # fmt: skip
SUMS = ("+", "sum")
OPERATORS = (*SUMS, "-", "*", "/", "dot", "neg", "**", "square", "//", "%")
ALL_NAMED = 6  # gradients that are named one by one


def sentence(graph: Graph, finding: Finding, wrong: int) -> str:
    """One line: which gradients of the `wrong` ones, and what is the matter with them."""
    names = [case.name for case in finding.cases]
    if wrong > 1 and len(names) == wrong:
        head = "both" if wrong == 2 else f"all {wrong}"
    elif len(names) > ALL_NAMED:
        head = f"{', '.join(names[:ALL_NAMED])} and {len(names) - ALL_NAMED} more"
    else:
        head = ", ".join(names)
    words = Words(graph, finding.cases)
    answers = [words.describe(answer) for answer in finding.answers]
    text = answers[0] if len(answers) == 1 else f"either {answers[0]}, or {answers[1]}: both fit"
    return f"{head}: {'' if finding.sure else 'perhaps '}{text}"


def zero(graph: Graph, source: int, name: str) -> str:
    """Why the gradient by a node is 0, and rightly so; "" if it is not 0."""
    if graph.derivative(source) != 0.0:
        return ""
    picture = graph.picture
    flat = [e for i in graph.edges(source) if (e := picture.edges[i]).local_grad == 0.0]
    if graph.sizes[source]:
        return "0 is right: the paths cancel"
    if not flat:  # too small for a float, or too many edges to ask
        return "0 is right by the recorded graph"
    words = Words(graph, [Case(name, source, 0.0)])
    factor = f"∂{words.node(flat[0].target)}/∂{words.node(flat[0].source)} = 0"
    return f"0 is right: {factor}" if len(flat) == 1 else f"0 is right: each path has a factor 0, one is {factor}"


class Words:
    """The words for mistakes in some gradients of a graph."""

    def __init__(self, graph: Graph, cases: Sequence[Case]) -> None:
        self.graph, self.picture, self.cases = graph, graph.picture, cases
        self.style = Style()
        self.slips = graph.slips(cases[0].source)
        titles = graph.names(cases[0].source)
        self.titles = {i: self.style.name(title) for i, title in titles.items()}
        # A node without a label is called what the table calls it.
        self.titles |= {case.source: case.name for case in cases if case.source not in titles}

    def describe(self, answer: Sequence[Mistake]) -> str:
        """The sentence of the mistake that says most, out of all that are the same in other words."""
        best = min(answer, key=self._rank)
        kind, place = best.kind, best.place
        if kind == "swapped":
            return f"the numbers of {place[1]} and {place[2]} are swapped"
        if kind == "another":
            return f"the number is the right gradient by {self.node(place[1])}"
        if kind not in FACTORS:
            return self._paths(TWICE if TWICE in answer else best)
        text = self._factor(kind, place)
        # Along a path of slopes 1 alone, such as one that skips a layer, two mistakes are the same.
        paths = [m for m in answer if m.place[0] in ("path", "trail")]
        if place[0] in ("link", "above", "below") and paths:
            text += f"; or, which is the same here, {self._paths(min(paths, key=self._rank))}"
        return text

    def _rank(self, mistake: Mistake) -> tuple[int, int, int]:
        kind, place = mistake.kind, mistake.place
        if place == ("all",):
            return -1 if kind == "sign" else len(KINDS), 0, 0
        ends: tuple[int, ...] = ()
        if place[0] == "edge":
            edge = self.picture.edges[place[1]]
            ends = edge.source, edge.target
        elif place[0] == "node":
            ends = place[1:]
        # To use one thing twice is what goes wrong there.
        if len(ends) == 2 and kind not in FACTORS and self._uses(*ends) > 1:
            return KINDS.index(kind), -1, 0
        # A link between two names says more than an edge between nodes without any. Paths take all the names.
        without = sum(end not in self.titles for end in ends)
        unnamed = without == 2 if kind in FACTORS else without > 0
        return KINDS.index(kind), int(unnamed), PLACES.index(place[0])

    # ----- factors -----

    def _factor(self, kind: str, place: tuple[Any, ...]) -> str:
        if place[0] == "op":
            return self._every(kind, place[1])
        if place[0] == "below" and len(self.cases) > 1:
            numbers = f"∂{self.node(self.picture.root)}/∂{self.node(place[1])}"
            return f"the numbers are {numbers}, and what follows from there down is forgotten"
        value, of, by, edges = self._local(place)
        derivative = f"∂{self.node(of)}/∂{self.node(by)}"
        if kind == "number":
            number = self.style.number(rule_number(self.picture, edges[0]))
            return f"the {number} in {derivative} = {self.style.number(value)} is forgotten ({self._why(edges)})"
        what = f"{derivative} = {self.style.number(value)}"
        why = f" ({self._why(edges)})" if edges else ""
        x = self.picture.nodes[by].data
        if kind == "own":
            own = f"{self.node(by)} = {self.style.number(x)}"
            return f"{what} is the other factor of the product, and not {own} itself"
        if kind == "argument":
            y = self.style.number(self.picture.nodes[of].data)
            return f"{what} was taken with {self.style.number(x)}, what goes in, for {y}, what comes out{why}"
        if kind == "confused":
            other = "σ" if self.picture.nodes[of].op == "tanh" else "tanh"
            return f"{what} was taken by the rule of {other}{why}"
        if kind == "plus":
            wrong = "1 + tanh²" if self.picture.nodes[of].op == "tanh" else "σ(1+σ)"
            return f"{what} was taken as {wrong}, with + for the − of its rule{why}"
        if kind == "forgotten":
            return f"the factor {what} is forgotten{why}"
        if kind == "squared":
            return f"the factor {what} is there twice{why}"
        inverse = f"∂{self.node(by)}/∂{self.node(of)} = {self.style.number(1.0 / value)}"
        return f"the factor {what} is turned round, {inverse} stands in its place{why}"

    def _local(self, place: tuple[Any, ...]) -> tuple[float, int, int, list[Edge]]:
        """The number of a factor, what is derived by what, and its edges from above down."""
        picture, root = self.picture, self.picture.root
        if place[0] in ("edge", "piece"):
            edges = [picture.edges[i] for i in reversed(place[1:])]
            value = 1.0
            for edge in edges:
                value *= edge.local_grad
            return value, edges[0].target, edges[-1].source, edges
        if place[0] == "link":
            routes = self.graph.routes(self.cases[0].source)
            value = next(k.value for k in routes.links[place[2]] if k.source == place[1] and k.slot == place[3])
            return value, place[2], place[1], routes.edges_between([place[1]], [place[2]], place[3])
        if place[0] == "above":
            return self.graph.derivative(place[1]), root, place[1], []
        source = self.cases[0].source
        return self.graph.slope(place[1], source), place[1], source, []

    def _every(self, kind: str, op: str) -> str:
        edges = [e for e in self.picture.edges if self.picture.nodes[e.target].op == op]
        edge, targets = edges[0], {e.target for e in edges}
        rules = rule(self.picture, edge)
        symbol = clean(self.picture.nodes[edge.target].symbol)
        place = f"at every {symbol}" if len(targets) > 1 else f"at {self.node(edge.target)} = {symbol}(…)"
        if kind == "number":
            number = self.style.number(rule_number(self.picture, edge))
            return f"the {number} of the rule is forgotten {place} ({rules})"
        values = {e.local_grad for e in edges}
        value = f" {self.style.number(edge.local_grad)}" if len(values) == 1 else ""
        return f"the local derivative{value} is {DONE[kind]} {place} ({rules})"

    def _why(self, edges: Sequence[Edge]) -> str:
        """What is computed there, and the rules; a sum needs none."""
        telling = [e for e in edges if e.local_grad not in (1.0, -1.0)] or list(edges)
        of = telling[0].target
        rules = list(dict.fromkeys(rule(self.picture, e) for e in telling))[:4]
        # Where one of the nodes has no name, the derivative shows the formula already.
        if len(telling) > 1 or of not in self.titles or self.node(telling[0].source).startswith("("):
            return "; ".join(rules)
        text = self._formula(of, 2)
        return f"{self.node(of)} = {text}: {rules[0]}" if len(text) <= LONGEST else rules[0]

    # ----- paths -----

    def _paths(self, mistake: Mistake) -> str:
        kind, place, total, value = mistake.kind, mistake.place, self.slips.total, self.slips.values[mistake]
        if place == ("all",):
            return "the sign is turned" if kind == "sign" else "all of it is there twice"
        one = len(self.cases) == 1
        flow = {"left out": total - value, "twice": value - total, "sign": (total - value) / 2.0, "only": value}[kind]
        number = self.style.number(flow)
        if place[0] == "paths":
            return f"only {len(place) - 1} of the paths are summed: {'; '.join(map(self._path, place[1:]))}"
        which, several = self._which(place)
        product = "" if not one else f", together {number}" if several else f", its product is {number}"
        verb = ("are" if several else "is") if kind != "sign" else ("have" if several else "has")
        done = {"left out": "left out", "twice": "counted twice", "sign": "the wrong sign"}.get(kind, "")
        if kind == "only":
            rest = f", what is left out comes to {self.style.number(total - value)}" if one else ""
            return f"only {which} {verb} there{rest}"
        return f"{which} {verb} {done}{product}"

    def _which(self, place: tuple[Any, ...]) -> tuple[str, bool]:
        """Paths by name, and whether they may be several."""
        if place[0] in ("path", "trail"):
            return f"the path {self._path(place[1])}", False
        if place[0] == "node":
            return f"the paths through {self.node(place[1])}", True
        edge = self.picture.edges[place[1]] if place[0] == "edge" else None
        by, of = (edge.source, edge.target) if edge else place[1:3]
        uses = self._uses(by, of)
        if edge and uses > 1:
            where = f"{self.node(of)} = {self._formula(of, 2)}" if of in self.titles else self._formula(of, 2)
            return f"one of the {uses} uses of {self.node(by)} in {where}", False
        return f"the paths with the step {self.node(of)} ← {self.node(by)}", True

    def _uses(self, by: int, of: int) -> int:
        return sum(edge.source == by for edge in self.picture.incoming[of])

    def _path(self, key: Sequence[tuple[int, int]]) -> str:
        names = [self.node(self.picture.root, short=True)]
        for index, slot in key:
            # Sums without a name say little; a product or a call without one tells paths apart.
            if index in self.titles or self.picture.nodes[index].op not in (*SUMS, "-", "neg"):
                names.append(self.node(index) + (self.style.raised(slot) if slot else ""))
        if len(names) > 12:
            names = [*names[:6], "…", *names[-5:]]
        return " ← ".join(names)

    # ----- nodes -----

    def node(self, index: int, short: bool = False) -> str:
        """A node by its name, its neuron, or else its formula."""
        if index in self.titles:
            return self.titles[index]
        if self.picture.nodes[index].is_leaf or short:
            return self.style.name(self.picture.nodes[index].name)
        formula = f"({self._formula(index, 2)})"
        return formula if len(formula) <= LONGEST else f"v{index}"

    def _formula(self, index: int, depth: float) -> str:
        nodes, op = self.picture.nodes, self.picture.nodes[index].op

        def name(i: int) -> str:
            node = nodes[i]
            if i in self.titles or node.is_leaf or depth <= 0:
                return self.titles.get(i) or self.style.name(node.name)
            # A sum of sums reads on as one: a quarter of a step.
            text = self._formula(i, depth - (0.25 if node.op in SUMS and op in SUMS else 1.0))
            # A sum of sums needs no brackets, nor does a product in a sum, nor what stands in those of a call.
            bare = op not in OPERATORS or (op in SUMS and node.op in (*SUMS, "*", "dot", "/", "**", "square"))
            return text if bare or node.op not in OPERATORS else f"({text})"

        return write_operation(self.picture, index, self.style, name) if op else self.style.name(nodes[index].name)
