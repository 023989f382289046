"""How the benchmarks here measure: rivals in turn, several rounds, the best round of each, every result printed."""

import time
from collections.abc import Callable, Mapping


def seconds(run: Callable[[], object], least: float = 0.05) -> float:
    """Seconds for one call, over as many calls as take about `least` seconds."""
    calls = 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            run()
        spent = time.perf_counter() - start
        if spent >= least:
            return spent / calls
        calls = max(calls * 2, int(calls * least / max(spent, 1e-9)))


def compare(rivals: Mapping[str, Callable[[], object]], ours: str, rounds: int = 9) -> dict[str, float]:
    """Time the rivals in turn, print result, time and ratio to ours for each; returns the best seconds of each.

    The first rival is the control. Rounds alternate, so that a machine that slows down slows all of them.
    """
    best = {name: float("inf") for name in rivals}
    for _ in range(rounds):
        for name, run in rivals.items():
            best[name] = min(best[name], seconds(run))
    width = max(map(len, rivals))
    for name, run in rivals.items():
        ratio = best[name] / best[ours]
        print(f"  {name:<{width}}  {best[name] * 1e6:12.2f} µs  {ratio:8.2f} x ours   result {run()}")
    return best
