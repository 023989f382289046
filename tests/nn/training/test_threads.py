"""Small products run on one thread of NumPy's linear algebra, and everything is as before afterwards."""

from collections.abc import Mapping

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import nn
from nn.callbacks import Callback
from nn.datasets import moons
from nn.training.loop import SMALL, threads_for


def threads() -> list[int]:
    return [found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"]


@pytest.mark.parametrize(("products", "expected"), [(1, 1), (SMALL, 1), (SMALL + 1, 2)])
def test_threads(products: int, expected: int) -> None:
    with threadpool_limits(2, user_api="blas"):
        with threads_for(products):
            assert set(threads()) <= {expected}
        assert set(threads()) <= {2}


def test_a_training_runs_on_one_thread_and_then_as_before() -> None:
    seen: list[list[int]] = []

    class Look(Callback):
        def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
            seen.append(threads())
            if epoch == 1:
                raise ValueError("enough")

    with threadpool_limits(2, user_api="blas"):
        with pytest.raises(ValueError, match="enough"):
            nn.MLP(2, [4, 1], seed=0).fit(*moons(8), epochs=3, callbacks=[Look()], progress=False)
        assert all(set(found) <= {1} for found in seen)
        assert set(threads()) <= {2}
    assert len(seen) == 2
    assert threads(), "NumPy's linear algebra is known to threadpoolctl"
