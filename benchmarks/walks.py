"""How long do questions about a graph take beside the walk back over it? The walk is one for all, in the engine."""

import copy
import pickle
import random
import time
from collections.abc import Callable

import autograd
from autograd import Value, count_paths, explain, leaves, levels, topological_order, trace_table
from autograd.graph.snapshot import snapshot
from autograd.program.passes.graph import read_graph

NODES = 100_000
ROUNDS = 7


def chain(nodes: int) -> tuple[Value, Value]:
    """Deep: each result is made of the one before it and of x."""
    x = Value(0.5, label="x")
    y = x
    for i in range(nodes // 2):
        y = (y * x).tanh() if i % 5 == 0 else y * x + x
    return x, y


def thicket(nodes: int) -> tuple[Value, Value]:
    """Wide and without structure: operations on any of the last thousand results."""
    pick = random.Random(1)
    x = Value(0.5, label="x")
    recent = [x] + [Value(pick.uniform(-1.0, 1.0), label=f"x{i}") for i in range(999)]
    for i in range(nodes):
        a, b = recent[pick.randrange(1000)], recent[pick.randrange(1000)]
        recent[pick.randrange(1000)] = ((a + b) * 0.5, a - 0.5 * b, a * x, a.tanh(), a * b)[i % 5]
    return x, autograd.sum([x, *recent])


def best_ms(run: Callable[[], object]) -> tuple[float, object]:
    """The best of some rounds in milliseconds, and the result of the last one."""
    best, result = float("inf"), None
    for _ in range(ROUNDS):
        result = None  # freeing it is not the question
        start = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - start)
    return best * 1e3, result


def main() -> None:
    """Print milliseconds and times `backward()`; the control is a Python loop over the nodes in order."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}")
    for name, (x, y) in (("a chain", chain(NODES)), ("a thicket", thicket(NODES))):
        order = topological_order(y)
        middle = order[-len(order) // 100]
        walk, _ = best_ms(y.backward)
        print(f"{name} of {len(order):,} nodes; backward() {walk:.2f} ms")
        questions: dict[str, tuple[Callable[[], object], Callable[..., object]]] = {
            "control: a loop": (lambda: sum([v.data for v in order]), float),  # noqa: B023
            "topological_order": (lambda: topological_order(y), len),  # noqa: B023
            "leaves": (lambda: leaves(y), len),  # noqa: B023
            "levels": (lambda: levels(y), len),  # noqa: B023
            "count_paths": (lambda: count_paths(y, middle), int.bit_length),  # noqa: B023
            "snapshot": (lambda: snapshot(y), lambda picture: len(picture.nodes)),  # noqa: B023
            "explain": (lambda: explain(y, x), lambda why: why.total),  # noqa: B023
            "trace_table": (lambda: trace_table(y), lambda table: len(table.snapshot.edges)),  # noqa: B023
            "read_graph": (lambda: read_graph([y]), lambda read: len(read.graph.order)),  # noqa: B023
            "deepcopy": (lambda: copy.deepcopy(y), lambda other: other.data),  # noqa: B023
            "pickle": (lambda: pickle.dumps(y), len),  # noqa: B023
        }
        for question, (run, look) in questions.items():
            spent, result = best_ms(run)
            print(f"  {question:<18} {spent:8.2f} ms  {spent / walk:6.1f} x backward   result {look(result)}")


if __name__ == "__main__":
    main()
