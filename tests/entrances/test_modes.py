"""no_grad, enable_grad, detect_anomaly: they nest, survive exceptions, and belong to one thread or task."""

import asyncio
import contextvars
import gc
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import FunctionType
from typing import Any

import pytest

import autograd
from autograd import AnomalyError, Value, detect_anomaly, dot, enable_grad, exp, grad, log, no_grad, sqrt, where
from autograd.engine.arithmetic import count_modes
from autograd.engine.state import MODE
from autograd.engine.switch import Switch
from autograd.support.collector import no_collection
from nn.stand_in import StandIn, active_stand_in


def records() -> bool:
    return bool((Value(2.0) * 3).operands)


def test_nesting_and_exceptions() -> None:
    assert records()
    with no_grad():
        assert not records()
        with enable_grad():
            assert records()
            with no_grad(), pytest.raises(ZeroDivisionError):
                raise ZeroDivisionError
            assert records()
        assert not records()
        with pytest.raises(KeyError), enable_grad():
            raise KeyError
        assert not records()
    assert records()


def test_as_decorators() -> None:
    @no_grad()
    def evaluate(x: Value) -> Any:
        return dot([x], [x], x) + exp(x) * x.relu() + x**2

    for _ in range(2):
        result = evaluate(Value(2.0))
        assert result.is_leaf and not result.requires_grad and result.role == "constant"
    assert records()


def test_backward_inside_no_grad_works_as_usual() -> None:
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6.0


def test_modes_belong_to_a_thread() -> None:
    seen = {}
    inside, go_on = threading.Event(), threading.Event()

    def other() -> None:
        with no_grad():
            inside.set()
            go_on.wait(5)
            seen["other"] = records()

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(5)
    seen["main"] = records()
    go_on.set()
    thread.join()
    assert seen == {"main": True, "other": False}


def test_modes_belong_to_a_task() -> None:
    async def without() -> bool:
        with no_grad():
            await asyncio.sleep(0.01)
            return records()

    async def usual() -> bool:
        await asyncio.sleep(0.005)
        return records()

    async def both() -> list[bool]:
        return list(await asyncio.gather(without(), usual()))

    assert asyncio.run(both()) == [False, True]


def test_threads_record_their_own_graphs_on_shared_parameters() -> None:
    w = Value(0.5, role="parameter", requires_grad=True)
    results = {}

    def work(k: int) -> None:
        x = Value(float(k))
        y = x
        for _ in range(2_000):
            y = y * w + x
        y.backward()
        results[k] = x.grad

    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert set(results.values()) == {2.0}


def test_anomaly_in_a_value() -> None:
    p = Value(0.0, label="p")
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"log of \(p = 0\) is -inf, at .*test_modes\.py:\d+"):
        log(p)
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"dot of \(1, inf\) is inf"):
        dot([Value(1.0)], [float("inf")])
    assert log(p).data == float("-inf")


def test_anomaly_in_a_gradient_names_where_the_node_was_recorded() -> None:
    x = Value(0.0, label="x")
    with detect_anomaly():
        y = sqrt(x) * 2
        assert y.operands[0].place.partition(":")[0].endswith("test_modes.py")
        with pytest.raises(
            AnomalyError, match=r"gradient of x = 0 became inf going back through sqrt = 0, recorded at .*py"
        ):
            y.backward()
    assert y.place != "" and (Value(1.0) * 2).place == ""


def test_nothing_is_left_switched_on() -> None:
    with no_grad(), detect_anomaly():
        pass
    assert MODE.get() == (True, False, False)


# ----- Blocks that end in another context than they began in -----


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every change of the counter that each operation tests: what is left on makes all of them slower for good."""
    changes: list[int] = []

    def count(change: int) -> None:
        changes.append(change)
        count_modes(change)

    monkeypatch.setattr("autograd.engine.switch.count_modes", count)
    return changes


@pytest.mark.parametrize("mode", [no_grad, enable_grad, detect_anomaly])
def test_an_asynchronous_generator_that_is_left(mode: Callable[[], Any], counted: list[int]) -> None:
    async def numbers() -> AsyncIterator[int]:
        with mode():
            for i in range(10):
                yield i

    async def first() -> int:
        async for i in numbers():
            return i  # the loop closes the generator later, in a context of its own
        return -1

    assert asyncio.run(first()) == 0
    gc.collect()
    assert counted == [1, -1]
    assert (Value(2.0) * 3.0).requires_grad


def test_a_generator_that_another_context_closes(counted: list[int]) -> None:
    def numbers() -> Iterator[int]:
        with no_grad():
            yield 1

    left = numbers()
    contextvars.copy_context().run(next, left)
    left.close()  # type: ignore[attr-defined]
    assert counted == [1, -1] and (Value(2.0) * 3.0).requires_grad


# ----- Ctrl-C at any moment -----


def interrupted(run: Callable[[], None], number: int) -> bool:
    """Raise KeyboardInterrupt when so many calls of C have returned, where Python looks for signals; whether it was."""
    returned = 0

    def see(frame: object, event: str, argument: object) -> None:
        nonlocal returned
        if event == "c_return":
            if returned == number:
                sys.setprofile(None)
                raise KeyboardInterrupt
            returned += 1

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        run()
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(before)
    return False


@pytest.mark.parametrize("block", [no_grad, enable_grad, detect_anomaly, no_collection, StandIn().active])
def test_an_interrupt_leaves_nothing_switched_on(block: Callable[[], Any], counted: list[int]) -> None:
    def run() -> None:
        with block():
            len(())

    number = 0
    while interrupted(run, number):
        number += 1
        assert MODE.get() == (True, False, False) and gc.isenabled() and active_stand_in() is None, number
        assert sum(counted) == 0, number
    assert number > 2


@pytest.mark.skipif(not autograd.compiled, reason="plain Python may be interrupted at the call of __exit__ itself")
def test_a_block_is_entered_and_left_without_a_step_of_python() -> None:
    assert not isinstance(Switch.__enter__, FunctionType) and not isinstance(Switch.__exit__, FunctionType)


def test_a_switch_is_entered_once_at_a_time() -> None:
    switch = no_grad()
    with switch, pytest.raises(RuntimeError, match=r"entered already.*as no_grad\(\)"), switch:
        pass
    assert records()
    with switch:  # later again
        assert not records()
    assert records()


# ----- Anomalies: where a factor of exactly 0 decided -----

STOPPED: dict[str, Callable[[Value], Value]] = {
    "(√x)²": lambda x: sqrt(x) ** 2,
    "(x·√x)²": lambda x: (x * sqrt(x)) ** 2,
    "(√(x·x))²": lambda x: sqrt(x * x) ** 2,
}


@pytest.mark.parametrize("name", STOPPED)
def test_a_zero_that_stops_an_infinity_is_named(name: str) -> None:
    x = Value(0.0, label="x")
    message = r"going back from sqrt = 0, recorded at .*, a gradient of exactly 0 meets a local derivative of inf"
    with detect_anomaly(), pytest.raises(AnomalyError, match=message):
        STOPPED[name](x).backward()
    with detect_anomaly(), pytest.raises(AnomalyError, match=message):
        grad(STOPPED[name](x), x)
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"/ of \(0.5, 0\) is inf"):  # the recorded slope itself
        grad(STOPPED[name](x), x, create_graph=True)


def test_branches_not_taken_are_no_anomaly_without_the_mode() -> None:
    x = Value(0.0)
    where(x > 0.0, sqrt(x), 0.0).backward()
    assert x.grad == 0.0


def test_a_gradient_that_is_not_finite_is_found_by_grad_too() -> None:
    x = Value(0.0, label="x")
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"the gradient of x = 0 became inf going back through sqrt"),
    ):
        grad(sqrt(x), x)
