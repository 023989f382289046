"""How long do micrograd's README graph (22 operations) and BurTorch's tiny graph take, forward and backward?"""

from typing import Any

from rivals import Program, field
from timing import compare, held

import autograd


def readme(a: Any, b: Any) -> Any:
    """The expression of micrograd's README."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def readme_without_methods(a: Any, b: Any) -> Any:
    """The same for floats and JAX, whose scalars have no relu()."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a) * (b + a > 0)
    d += 3 * d + (b - a) * (b - a > 0)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def tiny(a: Any, b: Any) -> Any:
    """The expression of BurTorch's first experiment."""
    c = a + b
    d = a * b + b**3
    e = c - d
    return e**2 / 2


def main() -> None:
    """Print both tables; the first line says which engine runs."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}")
    best = graph("README graph", readme, -4.0, 2.0, readme_without_methods)
    held("README graph", best, "chaingrad", "micrograd 0.1.0", faster=30)
    held("README graph", best, "chaingrad", "JAX jitted call", faster=6)
    held("tiny graph", graph("tiny graph", tiny, -41.0, 2.0), "chaingrad", "micrograd 0.1.0", faster=23)


def graph(name: str, program: Program, x: float, y: float, spelled_out: Program | None = None) -> dict[str, float]:
    """Print the table of a graph; the best seconds of each rival."""
    print(f"{name}: value and gradients")
    return compare(field(program, x, y, spelled_out), "chaingrad")


if __name__ == "__main__":
    main()
