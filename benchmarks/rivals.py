"""The other engines, each behind one function from a scalar program to a callable; absent ones are named."""

import importlib
import importlib.util
from array import array
from collections.abc import Callable
from typing import Any

import tuple_scheme

from autograd import Value

Program = Callable[[Any, Any], Any]  # takes two scalars of the engine, returns one
Call = Callable[[], tuple[float, ...]]


def installed(package: str, name: str) -> bool:
    """Whether a rival is here; if not, its name is printed."""
    here = importlib.util.find_spec(package) is not None
    if not here:
        print(f"  {name}: not installed, left out")
    return here


def jax_in_float64() -> Any:
    """The module, set to float64."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    return jax


def ours(program: Program, x: float, y: float) -> Call:
    """Record, walk back, and read the gradients with chaingrad."""
    return _object_engine(Value, program, x, y)


def micrograd(program: Program, x: float, y: float) -> Call:
    """The same with micrograd."""
    return _object_engine(importlib.import_module("micrograd.engine").Value, program, x, y)


def tuples(program: Program, x: float, y: float) -> Call:
    """The same with local derivatives as tuples."""
    return _object_engine(tuple_scheme.Value, program, x, y)


def _object_engine(kind: Any, program: Program, x: float, y: float) -> Call:
    def run() -> tuple[float, ...]:
        a = kind(x)
        b = kind(y)
        output = program(a, b)
        output.backward()
        return output.data, a.grad, b.grad

    return run


def plain_floats(program: Program, x: float, y: float) -> Call:
    """The control: the forward pass alone, on Python floats."""
    return lambda: (program(x, y),)


def torch_eager(program: Program, x: float, y: float) -> Call:
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


def jax_jitted(program: Program, x: float, y: float) -> Callable[[], object]:
    """JAX in float64, compiled before, numbers on the device: the call alone."""
    jax = jax_in_float64()
    compiled = jax.jit(jax.value_and_grad(program, argnums=(0, 1)))
    a, b = jax.numpy.array(x), jax.numpy.array(y)
    return lambda: jax.block_until_ready(compiled(a, b))


def xad(program: Program, x: float, y: float) -> Call:
    """XAD's Python binding: one tape, recorded anew at each call."""
    adjoint = importlib.import_module("xad.adj_1st")
    tape = adjoint.Tape()

    def run() -> tuple[float, ...]:
        tape.activate()
        tape.clearAll()
        a, b = adjoint.Real(x), adjoint.Real(y)
        tape.registerInput(a)
        tape.registerInput(b)
        tape.newRecording()
        output = program(a, b)
        tape.registerOutput(output)
        output.derivative = 1.0
        tape.computeAdjoints()
        result = output.value, a.derivative, b.derivative
        tape.deactivate()
        return result

    return run


def casadi_buffer(program: Program, x: float, y: float) -> tuple[Callable[[], object], Callable[[], object]]:
    """CasADi's function of a graph, called on its own buffers; and the value and gradients that are in them then."""
    casadi = importlib.import_module("casadi")
    a, b = casadi.SX.sym("a"), casadi.SX.sym("b")
    output = program(a, b)
    function = casadi.Function("f", [a, b], [output, casadi.gradient(output, casadi.vertcat(a, b))])
    buffer, call = function.buffer()
    rows = [array("d", numbers) for numbers in ([x], [y], [0.0], [0.0, 0.0])]
    for i in (0, 1):
        buffer.set_arg(i, memoryview(rows[i]))
        buffer.set_res(i, memoryview(rows[2 + i]))

    def result(kept: object = buffer) -> tuple[float, ...]:  # the call does not keep its buffers alive
        call()
        return *rows[2].tolist(), *rows[3].tolist()

    return call, result


def field(program: Program, x: float, y: float, spelled_out: Program | None = None) -> dict[str, Callable[[], object]]:
    """All rivals that are installed, the control first; `spelled_out` is the program for scalars without methods."""
    plain = spelled_out or program
    rivals: dict[str, Callable[[], object]] = {
        "plain floats, forward only": plain_floats(plain, x, y),
        "chaingrad": ours(program, x, y),
        "tuples of local derivatives": tuples(program, x, y),
    }
    for name, package, make, own in (
        ("micrograd 0.1.0", "micrograd", micrograd, program),
        ("PyTorch eager", "torch", torch_eager, program),
        ("JAX jitted call", "jax", jax_jitted, plain),
        ("XAD", "xad", xad, plain),
    ):
        if installed(package, name):
            rivals[name] = make(own, x, y)
    return rivals
