"""How long does a chain of 20,000 operations take to record, walk back and free? micrograd recurses."""

import importlib
import importlib.util
import time
from typing import Any

from timing import seconds

import autograd
from autograd import Value

LENGTH = 20_000


def chain(x: Any, length: int) -> Any:
    """x · 1.0000001, again and again."""
    y = x
    for _ in range(length):
        y = y * 1.0000001
    return y


def per_node(kind: Any, length: int, rounds: int = 5) -> tuple[float, float, float, float]:
    """Best nanoseconds a node to record, walk back, free; and the gradient."""
    best = [float("inf")] * 3
    slope = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        x = kind(1.0)
        y = chain(x, length)
        recorded = time.perf_counter()
        y.backward()
        walked = time.perf_counter()
        slope = float(x.grad)
        del y
        freed = time.perf_counter()
        for i, spent in enumerate((recorded - start, walked - recorded, freed - walked)):
            best[i] = min(best[i], spent / length * 1e9)
    record, walk, free = best
    return record, walk, free, slope


def main() -> None:
    """Print nanoseconds a node; the control is the same loop on plain floats."""
    result = chain(1.0, LENGTH)
    control = seconds(lambda: chain(1.0, LENGTH)) / LENGTH * 1e9
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; a chain of {LENGTH:,} operations")
    print(f"  plain floats, forward    {control:7.0f} ns a node   result {result!r}")
    record, walk, free, slope = per_node(Value, LENGTH)
    print(
        f"  chaingrad                {record:7.0f} + {walk:.0f} back + {free:.0f} freed ns a node   "
        f"gradient {slope!r}\n"
        f"  in all {(record + walk + free) * LENGTH / 1e6:.2f} ms, {(record + walk + free) / control:.2f} x the control"
    )
    if importlib.util.find_spec("micrograd"):
        kind = importlib.import_module("micrograd.engine").Value
        try:
            kind_chain = chain(kind(1.0), LENGTH)
            kind_chain.backward()
            print("  micrograd 0.1.0: done")
        except RecursionError:
            print(f"  micrograd 0.1.0          RecursionError at {LENGTH:,}; at 900:")
            record900, walk900, free900, _ = per_node(kind, 900)
            ours900 = sum(per_node(Value, 900)[:3])
            print(f"  micrograd 0.1.0          {record900:7.0f} + {walk900:.0f} back + {free900:.0f} freed ns a node")
            print(f"  at 900 operations: {(record900 + walk900 + free900) / ours900:.1f} times faster than micrograd")
    if importlib.util.find_spec("torch"):
        torch = importlib.import_module("torch")
        record_t, walk_t, free_t, slope_t = per_node(
            lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True), LENGTH, rounds=2
        )
        print(
            f"  PyTorch eager            {record_t:7.0f} + {walk_t:.0f} back + {free_t:.0f} freed ns a node"
            f"   gradient {slope_t!r}"
        )
        print(f"  {(record_t + walk_t + free_t) / (record + walk + free):.1f} times faster than PyTorch eager")


if __name__ == "__main__":
    main()
