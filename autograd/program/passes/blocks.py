"""The second intermediate representation: blocks, each of which is a few lines of array code for many nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]  # numbers of nodes, or positions in an array

ELEMENTWISE, PRODUCT, ROWWISE = "elementwise", "matrix product", "row by row"
ALONG, FAMILY, ACROSS = "along rows", "family", "across the batch"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Nodes that are computed together, as arrays of node numbers.

    form            nodes     operands
    ELEMENTWISE     (n,)      (n,) for each operand of the operation
    PRODUCT         (L, R)    weights (L, k), what they weigh (k, R), then terms to add (L, R)
    ROWWISE         (n,)      left factors (k, n), right factors (k, n), then terms to add (n,)
    ALONG           (n,)      (k, n): one result from each column, as the sum of k
    FAMILY          (k, n)    (k, n): as many results as operands, as the softmax of k
    ACROSS          (n,)      (n,): the mean of each over the examples

    `why` says what stood in the way of a matrix product, if something did.
    """

    form: str
    op: str
    nodes: Numbers
    operands: tuple[Numbers, ...]
    batched: bool
    settings: tuple[float, ...] = ()
    why: str = ""

    @property
    def size(self) -> int:
        """How many nodes."""
        return int(self.nodes.size)

    def describe(self, names: Sequence[str] = ()) -> str:
        """One line; `names` are those of the operands, "" for one without."""
        shown = ["×".join(map(str, of.shape)) for of in self.operands]
        if self.form != ELEMENTWISE:
            shown = [f"{name} ({shape})" if name else shape for name, shape in zip_longest(names, shown, fillvalue="")]
        elif all(names):
            shown = list(names)
        operands = " + ".join([" @ ".join(shown[:2]), *shown[2:]]) if self.form == PRODUCT else " and ".join(shown)
        of = f" of {operands}" if names or self.form != ELEMENTWISE else ""
        return f"{self.size} × {self.op}: {self.form}{of}" + (f" ({self.why})" if self.why else "")
