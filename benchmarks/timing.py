"""How the benchmarks here measure: rivals in turn, several rounds, the best round of each, every result printed."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Runs = Mapping[str, Callable[[], object]]


def seconds(run: Callable[[], object], least: float = 0.05, window: float = 0.001) -> float:
    """Seconds for one call: the best of the windows of a millisecond, or of a call, that fit into `least` seconds.

    On a machine with other work a longer window is interrupted by it each time.
    """
    calls, best, total = 1, float("inf"), 0.0
    while total < least:
        start = time.perf_counter()
        for _ in range(calls):
            run()
        spent = time.perf_counter() - start
        if spent < window:
            calls = max(calls * 2, int(calls * window / max(spent, 1e-9)))
            continue
        best = min(best, spent / calls)
        total += spent
    return best


def compare(rivals: Runs, ours: str, rounds: int = 9, results: Runs | None = None) -> dict[str, float]:
    """Time the rivals in turn, print result, time and ratio to ours for each; returns the best seconds of each.

    The first rival is the control. Rounds alternate, so that a machine that slows down slows all of them. The result is
    that of the first call; `results` gives it where the call alone, which is timed, returns none.
    """
    first = {name: (results or {}).get(name, run)() for name, run in rivals.items()}
    best = {name: float("inf") for name in rivals}
    for _ in range(rounds):
        for name, run in rivals.items():
            gc.collect()  # what the one before left is not the next one's work
            best[name] = min(best[name], seconds(run))
    show(best, ours, first)
    return best


def one_by_one(
    rivals: Runs, ours: str, rounds: int = 60, before: Runs | None = None, text: Callable[[Any], object] = lambda x: x
) -> dict[str, float]:
    """The same for single calls, the median of all: before each of them, what is in `before` runs without being timed.

    A fifth of the calls come first and do not count: they compile, and fill caches. `text` makes of a result what is
    printed.
    """
    times: dict[str, list[float]] = {name: [] for name in rivals}
    first = {name: text(run()) for name, run in rivals.items()}
    for _ in range(rounds + rounds // 5 + 1):
        for name, run in rivals.items():
            if before and name in before:
                before[name]()
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(spent[-rounds:]) for name, spent in times.items()}
    show(medians, ours, first)
    return medians


def show(spent: Mapping[str, float], ours: str, results: Mapping[str, object]) -> None:
    """A line for each: seconds of a call, ratio, result."""
    width = max(map(len, spent))
    for name in spent:
        ratio = spent[name] / spent[ours]
        print(f"  {name:<{width}}  {spent[name] * 1e6:12.2f} µs  {ratio:8.3g} x ours   result {results[name]}")


def held(
    what: str, spent: Mapping[str, float], ours: str, rival: str, at_most: float = 0.0, faster: float = 0.0
) -> None:
    """Print whether ours takes at most so many times the rival's time, or is so many times faster."""
    if ours in spent and rival in spent:
        ratio = spent[rival] / spent[ours] if faster else spent[ours] / spent[rival]
        words = f"{ratio:.4g} times as fast as" if faster else f"{ratio:.4g} x"
        bar(f"{what}: {ours} {words} {rival}", ratio, at_most, faster)


def bar(line: str, figure: float, at_most: float = 0.0, at_least: float = 0.0) -> None:
    """Print a figure's line with the bar that it is held against."""
    met = figure >= at_least if at_least else figure <= at_most
    limit = f"at least {at_least:g}" if at_least else f"at most {at_most:g}"
    print(f"  {'held' if met else 'MISSED'}: {line} (bar: {limit})")
