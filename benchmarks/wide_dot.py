"""What does fusing buy? A weighted sum of 784 inputs as one node, as 1,568 small nodes, and elsewhere."""

import importlib
import importlib.util
import random
from collections.abc import Callable
from typing import Any

from timing import compare

import autograd
from autograd import Value, dot

WIDTH = 784


def numbers(seed: int) -> list[float]:
    """784 numbers between -1 and 1."""
    rng = random.Random(seed)
    return [rng.uniform(-1, 1) for _ in range(WIDTH)]


def expanded(w: list[Any], x: list[Any], b: Any) -> Any:
    """The sum as micrograd writes it."""
    return sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)


def recorded(kind: Any, neuron: Callable[..., Any]) -> Callable[[], tuple[float, float]]:
    """Record and walk back; the parameters stay, as in training."""
    w, b = [kind(v) for v in numbers(1)], kind(0.5)
    x = [kind(v) for v in numbers(2)]

    def run() -> tuple[float, float]:
        w[7].grad = 0.0
        z = neuron(w, x, b)
        z.backward()
        return z.data, w[7].grad

    return run


def main() -> None:
    """Print the table."""
    print(f"engine: {'compiled' if autograd.compiled else 'plain Python'}; a neuron with {WIDTH} inputs")
    w, x = numbers(1), numbers(2)
    rivals: dict[str, Callable[[], object]] = {
        "plain floats, forward only": lambda: expanded(w, x, 0.5),
        "chaingrad, one dot node": recorded(Value, dot),
        "chaingrad, small nodes": recorded(Value, expanded),
    }
    if importlib.util.find_spec("micrograd"):
        import sys

        sys.setrecursionlimit(10_000)  # micrograd walks by recursion
        rivals["micrograd 0.1.0"] = recorded(importlib.import_module("micrograd.engine").Value, expanded)
    if importlib.util.find_spec("torch"):
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)
        weights = torch.tensor(w, dtype=torch.float64, requires_grad=True)
        inputs = torch.tensor(x, dtype=torch.float64)

        def tensors() -> tuple[float, float]:
            weights.grad = None
            z = weights @ inputs + 0.5
            z.backward()
            return z.item(), weights.grad[7].item()

        rivals["PyTorch, tensors of 784"] = tensors
    compare(rivals, "chaingrad, one dot node")


if __name__ == "__main__":
    main()
