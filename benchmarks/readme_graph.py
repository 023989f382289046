"""How long do micrograd's README graph (22 operations) and BurTorch's tiny graph take, forward and backward?"""

from typing import Any

from rivals import field
from timing import compare

import autograd


def _relu(x: Any) -> Any:
    if isinstance(x, float):
        return max(x, 0.0)
    return x.relu() if hasattr(x, "relu") else x * (x > 0)


def readme(a: Any, b: Any) -> Any:
    """The expression of micrograd's README."""
    c = a + b
    d = a * b + b**3
    c = c + (c + 1)
    c = c + (1 + c + (-a))
    d = d + (d * 2 + _relu(b + a))
    d = d + (3 * d + _relu(b - a))
    e = c - d
    f = e**2
    return f / 2.0 + 10.0 / f


def tiny(a: Any, b: Any) -> Any:
    """The expression of BurTorch's first experiment."""
    c = a + b
    d = a * b + b**3
    e = c - d
    return e**2 / 2


def main() -> None:
    """Print both tables; the first line says which engine runs."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}")
    for name, program, inputs in (("README graph", readme, (-4.0, 2.0)), ("tiny graph", tiny, (-41.0, 2.0))):
        print(f"{name}: value and gradients")
        best = compare(field(program, *inputs), "chaingrad")
        if "micrograd 0.1.0" in best:
            print(f"  {name}: {best['micrograd 0.1.0'] / best['chaingrad']:.1f} times faster than micrograd")


if __name__ == "__main__":
    main()
