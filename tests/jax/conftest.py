"""What the tests of JAX share: its float64, which is off unless somebody asks for it."""

from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(autouse=True)
def float64() -> Iterator[None]:
    """A block with JAX's float64, as a user would write it."""
    with jax.enable_x64(True):
        yield
