"""The other engines, each behind one function from a scalar program to a callable; absent ones are named."""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from autograd import Value

Program = Callable[..., Any]  # takes one scalar of the engine for each input, returns one


def ours(program: Program, *inputs: float) -> Callable[[], tuple[float, ...]]:
    """Record, walk back, and read the gradients with chaingrad."""
    return _object_engine(Value, program, inputs)


def micrograd(program: Program, *inputs: float) -> Callable[[], tuple[float, ...]]:
    """The same with micrograd."""
    return _object_engine(importlib.import_module("micrograd.engine").Value, program, inputs)


def _object_engine(kind: Any, program: Program, inputs: tuple[float, ...]) -> Callable[[], tuple[float, ...]]:
    def run() -> tuple[float, ...]:
        leaves = [kind(x) for x in inputs]
        output = program(*leaves)
        output.backward()
        return (output.data, *(leaf.grad for leaf in leaves))

    return run


def plain_floats(program: Program, *inputs: float) -> Callable[[], tuple[float, ...]]:
    """The control: the forward pass alone, on Python floats."""
    return lambda: (program(*inputs),)


def torch_eager(program: Program, *inputs: float) -> Callable[[], tuple[float, ...]]:
    """PyTorch on zero-dimensional float64 tensors."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)

    def run() -> tuple[float, ...]:
        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
        output = program(*leaves)
        output.backward()
        return (output.item(), *(leaf.grad.item() for leaf in leaves))

    return run


def jax_jitted(program: Program, *inputs: float) -> Callable[[], tuple[float, ...]]:
    """JAX in float64, compiled before: the call alone."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.value_and_grad(program, argnums=tuple(range(len(inputs)))))

    def run() -> tuple[float, ...]:
        value, slopes = compiled(*inputs)
        return (float(value), *map(float, slopes))

    return run


def field(program: Program, *inputs: float, jax: Program | None = None) -> dict[str, Callable[[], tuple[float, ...]]]:
    """All rivals that are installed, the control first; `jax` is the program in JAX's spelling if it differs."""
    rivals = {"plain floats, forward only": plain_floats(program, *inputs), "chaingrad": ours(program, *inputs)}
    for name, package, make in (
        ("micrograd 0.1.0", "micrograd", micrograd),
        ("PyTorch eager", "torch", torch_eager),
        ("JAX jitted call", "jax", jax_jitted),
    ):
        if importlib.util.find_spec(package) is None:
            print(f"  {name}: not installed, left out")
        else:
            rivals[name] = make(jax if jax is not None and package == "jax" else program, *inputs)
    return rivals
