"""Pass: chains of additions become one sum, and sums of products become dots, wherever that leads to matrix products.

After it, a node `dot` has operands a₁..aₖ, b₁..bₖ and then any number of terms to add; k is its setting. All the aᵢ are
alike, and all the bᵢ: neither depends on inputs (computed once for a whole batch); or only the bᵢ do; or both.
A node `sum` has three operands or more. What one batch can share is kept apart from what differs between examples.

>>> from autograd.program.passes.graph import Value, read_graph
>>> w, x = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
>>> graph = read_graph([w[0] * x[0] + w[1] * x[1] + Value(5.0)], inputs=x).graph
>>> print(graph.describe())
#2 = *(#0, #1)
#5 = *(#3, #4)
#6 = +(#2, #5)
#8 = +(#6, #7)
>>> print(collect_sums(graph).describe())
#8 = dot(#0, #3, #1, #4, #7; 2)
"""

from __future__ import annotations

from collections.abc import Iterable
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
    """Rewrite the additions of a graph as the module says; the order of summation may change."""
    uses, batched = graph.uses(), graph.batched()
    sums: dict[int, Terms] = {}
    inner: set[int] = set()  # additions below a root
    absorbed: set[int] = set()  # nodes that sums have taken in
    # From the outputs down: the first addition of a tree that is met is its root.
    for i in reversed(graph.order):
        if graph.ops[i] not in ADDITIONS or i in inner:
            continue
        terms = _terms(graph, uses, batched, i)
        inner.update(terms.inner)
        if _keep_worthwhile(terms) or graph.ops[i] == "dot":
            sums[i] = terms
            absorbed.update(terms.inner, *terms.products)
    if not sums:
        return graph
    # Upwards again, so that what a sum adds up is written before it.
    writer = _Writer(graph.copy())
    for i in graph.order:
        if i in sums:
            writer.write_sum(i, sums[i])
        elif i not in absorbed:
            writer.order.append(i)
    return writer.graph.with_order(writer.order)


def _terms(graph: Graph, uses: list[int], batched: bytearray, root: int) -> Terms:
    """Open up the tree of additions below `root`, through results that nothing else uses."""
    terms = Terms()
    rest, inner, pairs, products = terms.rest, terms.inner, terms.pairs, terms.products
    stack = [root]
    while stack:
        j = stack.pop()
        op, product = graph.ops[j], j
        factors: Iterable[tuple[int, ...]] = ()
        if j != root and uses[j] != 1:
            rest.append(j)  # its number is needed elsewhere too, so it is computed by itself
        elif op == "*":
            factors = (graph.operands[j],)
        elif op == "dot":
            left, right, others = graph.dot_parts(j)
            factors, product = zip(left, right, strict=True), -1  # its products have no nodes of their own
            stack.extend(others)
            inner.append(j)
        elif op in ADDITIONS:
            stack.extend(graph.operands[j][::-1])  # so that the leftmost is next
            inner.append(j)
        else:
            rest.append(j)
        for a, b in factors:
            # What differs between examples stands on the right: weights @ inputs.
            differing = batched[a] + batched[b]
            pairs[differing].append((b, a) if batched[a] > batched[b] else (a, b))
            products[differing].append(product)
    inner.remove(root)
    return terms


def _keep_worthwhile(terms: Terms) -> bool:
    """Put products that are too few for a dot back among the other terms; whether anything is left to do."""
    for pairs, products, worth in zip(terms.pairs, terms.products, WORTH, strict=True):
        if 0 < len(pairs) < worth:
            kept = [k for k, j in enumerate(products) if j < 0]  # those of a dot, which are no nodes
            terms.rest.extend(j for j in products if j >= 0)
            pairs[:] = [pairs[k] for k in kept]
            products[:] = [-1] * len(kept)
    # From here on, `products` are the nodes that a dot takes in.
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
        """Write the sum with root i, in as few nodes as it takes; node i itself is the last.

        With weights w and u, columns x, computed numbers v, a bias b and a term t per example, Σ w·x + Σ u·v + b + t
        becomes dot(u, v, dot(w, x, t, b)).
        """
        # What the batch shares is added up first, once for all examples.
        shared = self._shared([j for j in terms.rest if not self.batched[j]])
        differing = [j for j in terms.rest if self.batched[j]]
        by_inputs, by_computed = self._split_by_array(terms.pairs[1])
        dots = [pairs for pairs in (terms.pairs[2], by_inputs, by_computed) if pairs]
        all_shared = not dots and not differing  # then node i itself is shared by the batch
        if terms.pairs[0]:
            shared = [self._dot(i if all_shared else None, i, self._weights_first(terms.pairs[0]), shared)]
            if all_shared:
                return
        if len(shared) > 1 and not all_shared:
            shared = [self._sum(None, shared)]
        # Then the dots, each with the one before among its terms: the last of them is node i.
        rest = [*differing, *shared]
        if not dots:
            self._sum(i, rest)
        for k, pairs in enumerate(dots):
            rest = [self._dot(i if k == len(dots) - 1 else None, i, pairs, rest)]

    def _split_by_array(self, pairs: list[Pair]) -> tuple[list[Pair], list[Pair]]:
        """Products with columns of X, and with computed rows: these lie in two arrays, a matrix product for each."""
        leaves = self.graph.leaves
        inputs = [b in leaves and leaves[b].kind == INPUT for _, b in pairs]
        both = list(zip(pairs, inputs, strict=True))
        return [pair for pair, is_input in both if is_input], [pair for pair, is_input in both if not is_input]

    def _weights_first(self, pairs: list[Pair]) -> list[Pair]:
        """A parameter or a given on the left of what is computed."""
        leaves = self.graph.leaves
        return [(b, a) if b in leaves and leaves[b].kind != LITERAL and a not in leaves else (a, b) for a, b in pairs]

    def _shared(self, rest: list[int]) -> list[int]:
        """Terms that do not differ between examples; the literals among them are added up here."""
        total = sum([self.graph.leaves[j].value for j in rest if self.graph.is_literal(j)])
        others = [j for j in rest if not self.graph.is_literal(j)]
        return [*others, self.graph.literal(total)] if total != 0.0 else others

    def _dot(self, i: int | None, origin: int, pairs: list[Pair], rest: list[int]) -> int:
        if len(pairs) == 1:  # a product, then
            product = self._write(None if rest else i, origin, "*", pairs[0])
            return self._sum(i, [product, *rest]) if rest else product
        if len(rest) > MANY_TERMS:  # each term of a dot is a line of its own in the program
            rest = [self._sum(None, rest)]
        operands = (*[a for a, _ in pairs], *[b for _, b in pairs], *rest)
        return self._write(i, origin, "dot", operands, (float(len(pairs)),))

    def _sum(self, i: int | None, terms: list[int]) -> int:
        """A sum without products, of whatever length."""
        # At least two terms: adding 0.0 is what the engine does too, and turns -0.0 into 0.0.
        terms = [*terms, *[self.graph.literal(0.0) for _ in range(2 - len(terms))]]
        return self._write(i, -1 if i is None else i, "+" if len(terms) == 2 else "sum", tuple(terms))

    def _write(
        self, i: int | None, origin: int, op: str, operands: tuple[int, ...], settings: tuple[float, ...] = ()
    ) -> int:
        """Write node i, or a new node for None, which stands for node `origin`."""
        if i is None:
            i = self.graph.add(op, operands, settings, origin)
        else:
            self.graph.ops[i], self.graph.operands[i] = op, operands
            self.graph.settings.pop(i, None)
            if settings:
                self.graph.settings[i] = settings
        self.order.append(i)
        return i
