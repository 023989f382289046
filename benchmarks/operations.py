"""What does one operation of a Value cost, recorded and dropped, beside a product of two?"""

import timeit

from rivals import installed
from timing import bar

import autograd
from autograd import Value

ROUNDS, CALLS = 15, 20_000
METHODS = "tanh exp log sigmoid sqrt sin cos".split()
FUNCTIONS = {
    "autograd.tanh(v)": "tanh(v)",
    "autograd.maximum(a, b)": "maximum(a, b)",
    "autograd.where(c, a, b)": "where(c, a, b)",
    "a ** b": "a ** b",
}


def main() -> None:
    """Print nanoseconds and ratios; the control is a product of two floats."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; one operation, recorded and dropped")
    names = {
        "a": Value(0.7), "b": Value(0.4), "v": Value(0.3), "c": Value(1.0), "x": 0.7, "y": 0.4,
        "tanh": autograd.tanh, "maximum": autograd.maximum, "where": autograd.where,
    }  # fmt: skip
    timed = {"two floats": "x * y", "a * b": "a * b", **{f"v.{name}()": f"v.{name}()" for name in METHODS}, **FUNCTIONS}
    if installed("micrograd", "micrograd 0.1.0"):
        from micrograd.engine import Value as Other

        names |= {"m": Other(0.7), "n": Other(0.4)}
        timed["micrograd, a * b"] = "m * n"
    timers = {name: timeit.Timer(statement, globals=names) for name, statement in timed.items()}
    best = dict.fromkeys(timers, float("inf"))
    for _ in range(ROUNDS):
        for name, timer in timers.items():
            best[name] = min(best[name], timer.timeit(CALLS) / CALLS * 1e9)
    for name, spent in best.items():
        line = f"{name:<24} {spent:7.0f} ns, {spent / best['a * b']:6.2f} x a * b"
        if name.startswith("v.") or name in FUNCTIONS:
            bar(line, spent / best["a * b"], at_most=4.0 if name in FUNCTIONS else 1.5)
        else:
            print(f"  {line}")


if __name__ == "__main__":
    main()
