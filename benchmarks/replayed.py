"""What does it buy to keep a graph, and run it again on other numbers, beside recording it anew? One example a call."""

from collections.abc import Callable
from typing import Any

from readme_graph import readme, readme_without_methods
from rivals import Program, casadi_buffer, installed, ours
from timing import bar, compare, held

import autograd
from autograd import Value

SIZES = (3, 10, 25, 100, 1000)


def buffer_call(program: Program, x: float, y: float) -> tuple[Callable[[], object], Callable[[], object]]:
    """The replay on its own buffers, and the value and gradients that are in them then."""
    a, b = Value(x), Value(y)
    call = autograd.compile(program(a, b), inputs=[a, b]).buffers()
    call.x[:] = x, y
    return call.value_and_grad, lambda: (call.value_and_grad(), *call.by_inputs.tolist())


def operations(count: int) -> Program:
    """A formula of so many operations, hardly two of them at the same place of the graph."""

    def formula(a: Any, b: Any) -> Any:
        v = a
        for _ in range(count // 4):
            v = (v * a + b - a) * b
        for _ in range(count % 4):
            v = v * b
        return v

    return formula


def readme_graph() -> None:
    """micrograd's README graph: recorded, replayed, and by CasADi."""
    print("README graph, value and gradients, the call alone")
    call, result = buffer_call(readme, -4.0, 2.0)
    rivals: dict[str, Callable[[], object]] = {
        "chaingrad, recorded": ours(readme, -4.0, 2.0),
        "chaingrad, buffers": call,
    }
    results = {"chaingrad, buffers": result}
    if installed("casadi", "CasADi"):
        rivals["CasADi, buffers"], results["CasADi, buffers"] = casadi_buffer(readme_without_methods, -4.0, 2.0)
    best = compare(rivals, "chaingrad, buffers", results=results)
    held("README graph", best, "chaingrad, buffers", "chaingrad, recorded", faster=2)
    held("README graph", best, "chaingrad, buffers", "CasADi, buffers", at_most=1.5)


def programs(count: int) -> None:
    """A program and a compiled function at one example, gradients by both numbers."""
    print(f"{count} operations, value and gradients by two numbers")
    formula = operations(count)
    a, b = Value(0.9), Value(0.7)
    program = autograd.compile(formula(a, b), inputs=[a, b])
    function = autograd.compile(lambda a, b: formula(a, b))
    best = compare(
        {
            "chaingrad, recorded": ours(formula, 0.9, 0.7),
            "chaingrad, program": lambda: program.value_and_grad([0.9, 0.7], inputs=True),
            "chaingrad, function": lambda: function.value_and_grad(0.9, 0.7, inputs=True),
        },
        "chaingrad, recorded",
        rounds=5,
    )
    for name in ("chaingrad, program", "chaingrad, function"):
        if count >= 10:
            held(f"{count} operations", best, name, "chaingrad, recorded", faster=1)
        else:
            more = (best[name] - best["chaingrad, recorded"]) * 1e6
            bar(f"{count} operations: {name} {more:.2f} µs more than recording", more, at_most=1)


def main() -> None:
    """Print a table for each graph."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}")
    readme_graph()
    for count in SIZES:
        programs(count)


if __name__ == "__main__":
    main()
