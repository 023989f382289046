"""Source that has been built and can run; the same structure is built once."""

from __future__ import annotations

import linecache
import struct
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from hashlib import blake2b
from typing import Any

from autograd.engine import ops
from autograd.program.build import Compilation, build
from autograd.program.passes.graph import Graph

KEPT = 256  # structures in the cache
NODES_KEPT = 2_000_000  # in their graphs together


class Code:
    """The two programs for a graph: the fast one, and the careful one for numbers that are not finite."""

    def __init__(self, graph: Graph, columns: int, parameters: int) -> None:
        self.columns, self.parameters = columns, parameters
        self.built = build(graph, columns, parameters)

    @cached_property
    def careful_built(self) -> Compilation:
        """Built when it is first needed."""
        return build(self.built.recorded, self.columns, self.parameters, careful=True)

    @cached_property
    def prepare(self) -> Callable[..., Any]:
        """The function of the source that makes forward and backward functions for a batch size."""
        return self._run(self.built.source)

    @cached_property
    def careful_prepare(self) -> Callable[..., Any]:
        """The same of the careful source."""
        return self._run(self.careful_built.source)

    def _run(self, source: str) -> Callable[..., Any]:
        file = f"<program {blake2b(source.encode(), digest_size=6).hexdigest()}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for tracebacks
        weakref.finalize(self, linecache.cache.pop, file, None).atexit = False
        module: dict[str, Any] = {"__name__": "chaingrad_program"}
        exec(compile(source, file, "exec"), module)  # all text in it was made by the passes: labels as identifiers
        found: Callable[..., Any] = module["prepare"]
        return found


_CACHE: OrderedDict[tuple[object, ...], Code] = OrderedDict()
_LOCK = threading.RLock()


def code_for(graph: Graph, columns: int, parameters: int) -> Code:
    """The code for a graph, from the cache if the same structure was compiled before."""
    key = _key(graph, columns, parameters)
    with _LOCK:
        code = _CACHE.get(key)
        if code is None or not _same_structure(code.built.recorded, graph):
            code = _CACHE[key] = Code(graph, columns, parameters)
        _CACHE.move_to_end(key)
        while len(_CACHE) > KEPT or (len(_CACHE) > 1 and _nodes_kept() > NODES_KEPT):
            _CACHE.popitem(last=False)
        return code


def _nodes_kept() -> int:
    return sum([len(code.built.recorded) for code in _CACHE.values()])


def _key(graph: Graph, columns: int, parameters: int) -> tuple[object, ...]:
    """The same for two graphs with the same structure, and different for almost all others."""
    rows = tuple([(name, ops.TABLE[name].index) for name in sorted(set(graph.ops)) if name in ops.TABLE])
    named = [frozenset(found.items()) for found in (graph.settings, graph.labels)]
    leaves = tuple([leaf[:2] for leaf in graph.leaves.values()])
    parts = (tuple(graph.ops), tuple(graph.operands), leaves, _literals(graph), *named)
    return columns, parameters, graph.outputs, rows, hash(parts)


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
