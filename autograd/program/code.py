"""The code of a program: made once for all graphs of one structure, each part of it when it is first asked for.

>>> from autograd import Value
>>> from autograd.program.passes.graph import read_graph
>>> def code(w, x):
...     return code_for(read_graph([w * x * x], [x]).graph, columns=1, parameters=1)
>>> code(Value(3.0), Value(0.0)) is code(Value(-5.0), Value(7.0))
True
"""

from __future__ import annotations

import linecache
import math
import struct
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

from numpy.typing import NDArray

from autograd.engine import ops
from autograd.engine.tape.tape import Tape
from autograd.program import choice
from autograd.program.build import Compilation, build
from autograd.program.jax.plan import Plan, plan_of
from autograd.program.passes.graph import GIVEN, PARAMETER, STOPS, Graph
from autograd.program.taping import tape_for
from autograd.support.text import plural

Array = NDArray[Any]
Functions = tuple[Callable[..., Any], Callable[..., None], Array]  # forward, backward and gX of a program

KEPT = 256  # structures in the cache
NODES_KEPT = 2_000_000  # in their graphs together
PLAIN = (
    "\n  the engine is not compiled: array code runs single examples and small batches too, slower than a tape would"
)


class Code:
    """The ways to run a graph: a tape, fast array code, and careful array code for numbers that are not finite.

    `by_arrays` says whether array code is the rule and a tape the exception; then numbers lie in the order in which
    matrix products read them, else as they were recorded. `parameters` and `givens` are these orders.
    """

    def __init__(self, graph: Graph, columns: int, parameters: int, double: bool = True) -> None:
        self.graph, self.columns, self.count = graph, columns, parameters
        # Else the careful source has other values, too, and not only other gradients.
        self.same_values = STOPS not in graph.ops
        self.can_tape = double and choice.can_tape(graph)
        self.groups, matrices = choice.groups(graph) if self.can_tape else (0, False)
        self.by_arrays = not self.can_tape or choice.has_structure(graph, self.groups, matrices)
        if self.by_arrays:
            self.parameters, self.givens = self.compilation.layout.parameters, self.compilation.layout.givens
        else:
            self.parameters = list(range(parameters))
            self.givens = list(range(sum([leaf.kind == GIVEN for leaf in graph.leaves.values()])))

    @cached_property
    def tape(self) -> Tape:
        """The steps that the compiled engine replays."""
        return tape_for(self.graph, self.columns, self.parameters, self.givens)

    @cached_property
    def tape_below(self) -> float:
        """The number of examples from which on array code is expected to be faster; inf if it never is."""
        blocks = self.compilation.layout.blocks if self.by_arrays else None
        return choice.crossing(self.graph, self.groups, blocks) if self.can_tape else 0.0

    @cached_property
    def compilation(self) -> Compilation:
        """The fast array code."""
        return build(self.graph, self.columns, self.count, as_recorded=not self.by_arrays)

    @cached_property
    def careful_compilation(self) -> Compilation:
        """Only made when it is first needed."""
        return build(self.graph, self.columns, self.count, careful=True)

    @cached_property
    def plan(self) -> Plan:
        """The blocks of the fast array code as steps that change nothing, for JAX."""
        if self.same_values:
            return plan_of(self.compilation.draft.graph, self.compilation.layout)
        # Nobody looks at the results and asks the careful source. So the questions stay, and may change the order.
        asking = build(self.graph, self.columns, self.count, asking=True)
        layout, position = asking.layout, asking.layout.position.copy()
        place = {(PARAMETER, p): k for k, p in enumerate(self.parameters)}
        place.update({(GIVEN, p): len(self.parameters) + k for k, p in enumerate(self.givens)})
        for i, leaf in asking.draft.graph.leaves.items():
            position[i] = place.get(leaf[:2], position[i])
        return plan_of(asking.draft.graph, replace(layout, position=position))

    @property
    def source(self) -> str:
        """The fast array code; where it never runs, what does."""
        if self.tape_below == math.inf and len(self.graph.order) > choice.LARGEST:
            return f"# {self.tape_report()}\n"
        return self.compilation.source

    def report(self) -> str:
        """What runs which batches, and what became what in array code."""
        if not self.can_tape:
            return self.compilation.report() + ("" if choice.COMPILED else PLAIN)
        if self.tape_below == math.inf:
            return self.tape_report()
        return f"{self.tape_report()}\n{self.compilation.report()}"

    def tape_report(self) -> str:
        """What the tape runs, in a line."""
        steps, below = plural(len(self.graph.order), "step"), self.tape_below
        batches = "all batches" if below == math.inf else f"batches of up to {max(math.ceil(below) - 1, 1):,} examples"
        return f"a tape of {steps} in the compiled engine runs {batches}" + (
            "" if below == math.inf else ", array code larger ones"
        )

    @cached_property
    def prepare(self) -> Callable[..., Functions]:
        """The function of the source that sets up forward and backward functions for a batch size."""
        return self._run(self.compilation.source)

    @cached_property
    def careful_prepare(self) -> Callable[..., Functions]:
        """The same of the careful source."""
        return self._run(self.careful_compilation.source)

    def _run(self, source: str) -> Callable[..., Functions]:
        # Tracebacks show the lines of a program while it is in use: the source is in `linecache` as long as this is.
        file = f"<program {blake2b(source.encode(), digest_size=6).hexdigest()}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        weakref.finalize(self, linecache.cache.pop, file, None).atexit = False
        module: dict[str, Any] = {"__name__": "chaingrad_program"}
        exec(compile(source, file, "exec"), module)  # all text in it comes from the passes: labels as identifiers
        prepare: Callable[..., Functions] = module["prepare"]
        return prepare


_CACHE: OrderedDict[tuple[object, ...], Code] = OrderedDict()
_LOCK = threading.RLock()


def code_for(graph: Graph, columns: int, parameters: int, double: bool = True) -> Code:
    """The code for a graph, from the cache if the same structure was compiled before; `double` for float64."""
    key = double, choice.FORCED, *_key(graph, columns, parameters)
    with _LOCK:
        code = _CACHE.get(key)
        # Two structures may have one hash: they are compared.
        if code is None or not _same_structure(code.graph, graph):
            code = _CACHE[key] = Code(graph, columns, parameters, double)
        # What was used longest ago leaves first; one structure always stays, however large.
        _CACHE.move_to_end(key)
        while len(_CACHE) > KEPT or (len(_CACHE) > 1 and _nodes_kept() > NODES_KEPT):
            _CACHE.popitem(last=False)
        return code


def _nodes_kept() -> int:
    return sum([len(code.graph) for code in _CACHE.values()])


def _key(graph: Graph, columns: int, parameters: int) -> tuple[object, ...]:
    """The same for two graphs with the same structure, and different for almost all others."""
    # Rows of the table belong to it: an own operation that was defined again has another index.
    rows = tuple([(name, ops.TABLE[name].index) for name in sorted(set(graph.ops)) if name in ops.TABLE])
    attributes = [frozenset(numbered.items()) for numbered in (graph.settings, graph.labels)]
    leaves = tuple([leaf[:2] for leaf in graph.leaves.values()])
    structure = (tuple(graph.ops), tuple(graph.operands), leaves, _literals(graph), *attributes)
    return columns, parameters, graph.outputs, rows, hash(structure)


def _same_structure(a: Graph, b: Graph) -> bool:
    """Whether two graphs differ in the numbers of their leaves alone; those of literals count."""
    return (
        a.outputs == b.outputs and a.ops == b.ops and a.operands == b.operands and a.settings == b.settings
        and a.labels == b.labels and a.leaves.keys() == b.leaves.keys() and _literals(a) == _literals(b)
        and all(a.leaves[i][:2] == b.leaves[i][:2] for i in a.leaves)
    )  # fmt: skip


def _literals(graph: Graph) -> bytes:
    """The numbers of all literals, by their bits: two that are nan are equal, 0.0 and -0.0 are not."""
    values = [leaf.value for leaf in graph.leaves.values()]  # of other leaves, 0
    return struct.pack(f"{len(values)}d", *values)
