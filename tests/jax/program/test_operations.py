"""Every row of the table for JAX, against the engine: at kinks, ties, both zeros, nan and the infinities."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.program.source.test_operations import CASES, TOLERANCE, engine, program_for


@pytest.mark.parametrize(("name", "settings"), CASES, ids=str)
def test_values_and_slopes(name: str, settings: tuple[float, ...]) -> None:
    program, points = program_for(name, settings)
    values, slopes = zip(*[engine(name, settings, point) for point in points], strict=True)
    f = program.jax()

    @jax.jit
    def values_and_slopes(X: Any) -> Any:
        y, back = jax.vjp(lambda X: f(f.parameters(), X), X)
        return y, back(jnp.ones_like(y))[0]

    got, got_slopes = values_and_slopes(jnp.array(points))
    # Two libraries differ in the last digits, and then 1 − tanh² is 0 or 2e-16.
    for numbers, wanted in ((got, values), (got_slopes, slopes)):
        np.testing.assert_allclose(numbers, wanted, TOLERANCE.get(name, 1e-12), atol=1e-15)
