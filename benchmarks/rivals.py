"""The other engines, each behind one function from a scalar program to a callable; absent ones are named."""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from autograd import Value

Program = Callable[[Any, Any], Any]  # takes two scalars of the engine, returns one


def ours(program: Program, x: float, y: float) -> Callable[[], tuple[float, ...]]:
    """Record, walk back, and read the gradients with chaingrad."""
    return _object_engine(Value, program, x, y)


def micrograd(program: Program, x: float, y: float) -> Callable[[], tuple[float, ...]]:
    """The same with micrograd."""
    return _object_engine(importlib.import_module("micrograd.engine").Value, program, x, y)


def _object_engine(kind: Any, program: Program, x: float, y: float) -> Callable[[], tuple[float, ...]]:
    def run() -> tuple[float, ...]:
        a = kind(x)
        b = kind(y)
        output = program(a, b)
        output.backward()
        return output.data, a.grad, b.grad

    return run


def plain_floats(program: Program, x: float, y: float) -> Callable[[], tuple[float, ...]]:
    """The control: the forward pass alone, on Python floats."""
    return lambda: (program(x, y),)


def torch_eager(program: Program, x: float, y: float) -> Callable[[], tuple[float, ...]]:
    """PyTorch on zero-dimensional float64 tensors."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)

    def run() -> tuple[float, ...]:
        a = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        b = torch.tensor(y, dtype=torch.float64, requires_grad=True)
        output = program(a, b)
        output.backward()
        return output.item(), a.grad.item(), b.grad.item()

    return run


def jax_jitted(program: Program, x: float, y: float) -> Callable[[], tuple[float, ...]]:
    """JAX in float64, compiled before: the call alone."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.value_and_grad(program, argnums=(0, 1)))

    def run() -> tuple[float, ...]:
        value, (slope_x, slope_y) = compiled(x, y)
        return float(value), float(slope_x), float(slope_y)

    return run


def field(program: Program, x: float, y: float, spelled_out: Program | None = None) -> dict[str, Callable[[], object]]:
    """All rivals that are installed, the control first; `spelled_out` is the program for scalars without methods."""
    plain = spelled_out or program
    rivals: dict[str, Callable[[], object]] = {
        "plain floats, forward only": plain_floats(plain, x, y),
        "chaingrad": ours(program, x, y),
    }
    for name, package, make in (
        ("micrograd 0.1.0", "micrograd", micrograd),
        ("PyTorch eager", "torch", torch_eager),
        ("JAX jitted call", "jax", jax_jitted),
    ):
        if importlib.util.find_spec(package) is None:
            print(f"  {name}: not installed, left out")
        else:
            rivals[name] = make(plain if package == "jax" else program, x, y)
    return rivals
