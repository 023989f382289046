"""Pass: chains of additions become one sum, and sums of products become dots, wherever that leads to matrix products.

After it, a node `dot` has operands a₁..aₖ, b₁..bₖ and then any number of terms to add; k is its setting. All the aᵢ are
alike, and all the bᵢ: neither depends on inputs (computed once for a whole batch); or only the bᵢ do; or both.
A node `sum` has three operands or more. What one batch can share is kept apart from what differs between examples.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autograd.program.passes.graph import INPUT, LITERAL, Graph

ADDITIONS = ("+", "sum", "dot")
# By how many factors of a product differ between examples: from how many products on a sum is worth a dot.
WORTH = (2, 2, 4)
LONG_SUM = 8  # shorter sums stay as they were recorded, term by term
MANY_TERMS = 3  # more terms than this beside the products of a dot are added up on their own

Pair = tuple[int, int]


@dataclass(slots=True)
class Terms:
    """What a tree of additions adds up: products, sorted by how many factors differ between examples; other terms."""

    pairs: tuple[list[Pair], list[Pair], list[Pair]] = field(default_factory=lambda: ([], [], []))
    products: tuple[list[int], list[int], list[int]] = field(default_factory=lambda: ([], [], []))
    rest: list[int] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)  # additions that only lead to others


def collect_sums(graph: Graph) -> Graph:
    """Rewrite the additions of a graph as the module says; the order of summation may change.

    >>> from autograd import Value
    >>> from autograd.program.passes.walk import read_graph
    >>> w, x = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
    >>> z = w[0] * x[0] + w[1] * x[1] + Value(5.0)
    >>> print(collect_sums(read_graph([z], x).graph).describe())
    #8 = dot(#0, #3, #1, #4, #7; 2)
    """
    uses, batched = graph.uses(), graph.batched()
    found: dict[int, Terms] = {}
    gone = bytearray(len(graph))
    inside = bytearray(len(graph))
    for i in reversed(graph.order):
        if graph.ops[i] not in ADDITIONS or inside[i]:
            continue
        terms = _terms(graph, uses, batched, i)
        for j in terms.inner:
            inside[j] = 1
        if _keep_worthwhile(terms) or graph.ops[i] == "dot":
            found[i] = terms
            for j in terms.inner:
                gone[j] = 1
            for nodes in terms.products:
                for j in nodes:
                    gone[j] = 1
    if not found:
        return graph
    writer = _Writer(graph.copy())
    for i in graph.order:
        if i in found:
            writer.write_sum(i, found[i])
        elif not gone[i]:
            writer.order.append(i)
    return writer.graph.with_order(writer.order)


def _terms(graph: Graph, uses: list[int], batched: bytearray, root: int) -> Terms:
    """Open up the tree of additions below `root`, through results that nothing else uses."""
    ops, operands = graph.ops, graph.operands
    terms = Terms()
    rest, inner, pairs, products = terms.rest, terms.inner, terms.pairs, terms.products
    stack = [root]
    while stack:
        j = stack.pop()
        op = ops[j]
        if j != root and uses[j] != 1:
            rest.append(j)
        elif op == "*":
            a, b = operands[j]
            differing = batched[a] + batched[b]
            pairs[differing].append((b, a) if batched[a] > batched[b] else (a, b))
            products[differing].append(j)
        elif op == "dot":
            of = operands[j]
            n = int(graph.settings[j][0]) if j in graph.settings else len(of) // 2
            for a, b in zip(of[:n], of[n : 2 * n], strict=True):
                differing = batched[a] + batched[b]
                pairs[differing].append((b, a) if batched[a] > batched[b] else (a, b))
                products[differing].append(-1)
            stack.extend(of[2 * n :])
            inner.append(j)
        elif op in ADDITIONS:
            stack.extend(operands[j][::-1])
            inner.append(j)
        else:
            rest.append(j)
    inner.remove(root)
    return terms


def _keep_worthwhile(terms: Terms) -> bool:
    """Put products that are too few for a dot back among the other terms; whether anything is left to do."""
    for pairs, products, worth in zip(terms.pairs, terms.products, WORTH, strict=True):
        if 0 < len(pairs) < worth:
            kept = [k for k, j in enumerate(products) if j < 0]  # the products of a dot have no nodes of their own
            terms.rest.extend(j for j in products if j >= 0)
            pairs[:] = [pairs[k] for k in kept]
            products[:] = [-1] * len(kept)
    for products in terms.products:
        products[:] = [j for j in products if j >= 0]
    return any(terms.pairs) or len(terms.rest) >= LONG_SUM


class _Writer:
    """Writes the nodes that stand for the trees of additions."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.batched = graph.batched()
        self.order: list[int] = []

    def write_sum(self, i: int, terms: Terms) -> None:
        """Write what the tree with root i comes to; node i itself is the last."""
        shared = self._shared([j for j in terms.rest if not self.batched[j]])
        apart = [j for j in terms.rest if self.batched[j]]
        fed, computed = self._by_what_they_weigh(terms.pairs[1])
        varying = [pairs for pairs in (terms.pairs[2], fed, computed) if pairs]
        last = not varying and not apart  # then node i itself is shared by the batch
        if terms.pairs[0]:
            shared = [self._dot(i if last else None, i, self._learned_first(terms.pairs[0]), shared)]
            if last:
                return
        if len(shared) > 1 and not last:
            shared = [self._plain(None, shared)]
        rest = [*apart, *shared]
        if not varying:
            self._plain(i, rest)
        for k, pairs in enumerate(varying):
            rest = [self._dot(i if k == len(varying) - 1 else None, i, pairs, rest)]

    def _by_what_they_weigh(self, pairs: list[Pair]) -> tuple[list[Pair], list[Pair]]:
        """Products with columns of X, and with computed rows: these lie in two arrays, a matrix product for each."""
        leaves = self.graph.leaves
        is_fed = [b in leaves and leaves[b].kind == INPUT for _, b in pairs]
        both = list(zip(pairs, is_fed, strict=True))
        return [pair for pair, of in both if of], [pair for pair, of in both if not of]

    def _learned_first(self, pairs: list[Pair]) -> list[Pair]:
        """A leaf that is learned or given on the left of what is computed."""
        leaves = self.graph.leaves
        return [(b, a) if b in leaves and leaves[b].kind != LITERAL and a not in leaves else (a, b) for a, b in pairs]

    def _shared(self, rest: list[int]) -> list[int]:
        """Terms that do not differ between examples; the literals among them are added up here."""
        total = sum([self.graph.leaves[j].value for j in rest if self.graph.is_literal(j)])
        others = [j for j in rest if not self.graph.is_literal(j)]
        return [*others, self.graph.literal(total)] if total != 0.0 else others

    def _write(
        self, i: int | None, origin: int, op: str, operands: tuple[int, ...], settings: tuple[float, ...] = ()
    ) -> int:
        if i is None:
            i = self.graph.add(op, operands, settings, origin)
        else:
            self.graph.ops[i], self.graph.operands[i] = op, operands
            self.graph.settings.pop(i, None)
            if settings:
                self.graph.settings[i] = settings
        self.order.append(i)
        return i

    def _dot(self, i: int | None, origin: int, pairs: list[Pair], rest: list[int]) -> int:
        if len(pairs) == 1:
            product = self._write(None if rest else i, origin, "*", pairs[0])
            return self._plain(i, [product, *rest]) if rest else product
        if len(rest) > MANY_TERMS:
            rest = [self._plain(None, rest)]
        operands = (*[a for a, _ in pairs], *[b for _, b in pairs], *rest)
        return self._write(i, origin, "dot", operands, (float(len(pairs)),))

    def _plain(self, i: int | None, terms: list[int]) -> int:
        """A sum without products, of whatever length."""
        if not terms:
            terms = [self.graph.literal(0.0), self.graph.literal(0.0)]
        if len(terms) == 1:
            terms = [terms[0], self.graph.literal(0.0)]
        return self._write(i, -1 if i is None else i, "+" if len(terms) == 2 else "sum", tuple(terms))
