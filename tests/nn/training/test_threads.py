"""Small products run on one thread of NumPy's linear algebra, and everything is as before afterwards; threads may ask
one model at once."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import nn
from autograd import Value
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


class Meeting(nn.Module):
    """The first thread that asks it waits for the second; the second until the first has gone."""

    def __init__(self) -> None:
        self.b = Value(1.0, role="parameter")

    def __call__(self, x: Any) -> Any:
        if threading.current_thread() is FIRST[-1]:
            ARRIVED[0].set()
            ARRIVED[1].wait(0.2)
        else:
            ARRIVED[1].set()
            FIRST[-1].join(10.0)
        SEEN.append(self.training)
        return self.b * x[0]


FIRST: list[threading.Thread] = []
ARRIVED: list[threading.Event] = []
SEEN: list[bool] = []


@pytest.mark.parametrize("door", ["predict", "evaluate"])
def test_a_model_is_asked_in_evaluation_by_several_threads(door: str) -> None:
    model = Meeting()

    def ask() -> Any:
        return model.predict([[1.0]]) if door == "predict" else model.evaluate([[1.0]], [1.0])

    FIRST[:], ARRIVED[:], SEEN[:] = [], [threading.Event(), threading.Event()], []
    FIRST.append(threading.Thread(target=ask))
    FIRST[0].start()
    assert ARRIVED[0].wait(10.0)
    ask()
    FIRST[0].join(10.0)
    assert set(SEEN) == {False} and model.training
