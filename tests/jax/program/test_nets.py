"""Programs of many forms as functions of JAX: values, gradients and second derivatives are those of the program."""

from typing import Any

import jax
import numpy as np
import pytest

from autograd.program import Program
from tests.program.comparing import check_same, compiled
from tests.program.nets import NETS

TWICE = ["one node a neuron", "cross-entropy of log_softmax", "recurrent", "no matrix"]  # differentiated twice


def program_of(name: str) -> tuple[Program, Any]:
    net = NETS[name]
    rows = net.rows(5)
    return compiled(net.record, rows, net.weights())[0], np.array(rows)


@pytest.mark.parametrize("name", NETS)
def test_values_and_gradients(name: str) -> None:
    program, X = program_of(name)
    f = program.jax()

    def total(parameters: Any, X: Any) -> Any:
        outputs = f(parameters, X)
        return outputs.sum(), outputs

    (_, outputs), (by_parameters, by_inputs) = jax.jit(jax.value_and_grad(total, (0, 1), has_aux=True))(
        f.parameters(), X
    )
    _, wanted, wanted_by_inputs = program.value_and_grad(X, reduction="sum", inputs=True)
    check_same(outputs, program(X), 1e-12)
    check_same(by_parameters, wanted, 1e-10)
    check_same(by_inputs, wanted_by_inputs, 1e-10)


@pytest.mark.parametrize("name", TWICE)
def test_second_derivatives(name: str) -> None:
    program, X = program_of(name)
    f = program.jax()
    hessian = jax.jit(jax.hessian(f))(f.parameters(), X[0])
    wanted = program.hessian(X[0], by="parameters")
    assert np.abs(hessian - wanted).max() < 1e-12 * np.abs(wanted).max()
