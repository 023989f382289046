"""The compiled engine against the same files as plain Python, bit for bit, on random graphs and any numbers.

Two nan are the same: their sign is the processor's business.
"""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd.engine import applying, ops, several
from autograd.engine import value as engine
from autograd.engine.tape import replay, tape
from tests.engine.graphs import Graph, evaluate, graphs
from tests.engine.oracle import built_in_rows

pytestmark = pytest.mark.skipif(
    not autograd.compiled, reason="the engine runs as plain Python: it has no compiled twin"
)

SOURCES = Path(ops.__file__).parent


FILES = "kernels node backward arithmetic applying value several tape/tape tape/steps tape/replay"


def load_plain_engine() -> dict[str, ModuleType]:
    """The compiled files as modules of other names; `autograd` itself stays as it is."""
    modules = {}
    with pytest.MonkeyPatch.context() as patch:
        for path in FILES.split():
            name = path.rpartition("/")[2]
            modules[name] = _execute(f"plain_{name}", SOURCES / f"{path}.py")
            dotted = f"autograd.engine.{path.replace('/', '.')}"
            patch.setitem(sys.modules, dotted, modules[name])
            patch.setattr(dotted, modules[name])  # for `from autograd.engine import kernels`
    return modules


def _execute(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ENGINE = {"value": engine, "applying": applying, "several": several, "tape": tape, "replay": replay}
PLAIN_ENGINE = load_plain_engine()
plain = PLAIN_ENGINE["value"]

# How each engine is asked: operators and methods where it has its own code, the table for the rest.
SPELLED: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "neg": lambda x: -x,
    "abs": abs,
    "relu": lambda x: x.relu(),
    "tanh": lambda x: x.tanh(),
    "exp": lambda x: x.exp(),
    "floor": lambda x: x.__floor__(),
}
PARAMS = {"softmax": (1.0,), "log_softmax": (0.0,), "var": (1.0,), "std": (0.0,)}
ARITIES = {name: op.arity for name, op in built_in_rows().items() if name != "polygamma"} | {"dot": 5}
NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, float("inf"), float("-inf"), float("nan")]),
    st.floats(-10.0, 10.0),
    st.floats(),
)


def spoken_by(modules: dict[str, ModuleType]) -> dict[str, Callable[..., Any]]:
    """Every operation as a function of one engine's Values and of plain numbers."""

    several, applying, module = modules["several"], modules["applying"], modules["value"]

    def of(name: str, op: ops.Op) -> Callable[..., Any]:
        def call(*operands: Any) -> Any:
            is_recorded = any(isinstance(x, module.Value) for x in operands)
            if name in SPELLED and is_recorded:
                return SPELLED[name](*operands)
            if name == "dot" and is_recorded:
                return several.dot_node(list(operands[:2]), list(operands[2:4]), operands[4])
            if name in ("softmax", "log_softmax") and is_recorded:
                return several.softmax_nodes(operands, name == "log_softmax")[int(PARAMS[name][0])]
            return applying.apply(op, operands, PARAMS.get(name, ()))

        return call

    return {name: of(name, op) for name, op in built_in_rows().items()}


COMPILED, PLAIN = spoken_by(ENGINE), spoken_by(PLAIN_ENGINE)
any_graphs = graphs(COMPILED, ARITIES, NUMBERS)


def run(module: ModuleType, spoken: dict[str, Callable[..., Any]], graph: Graph) -> list[str]:
    """Everything that an engine says of a graph, with all its bits; every third leaf is a plain number."""
    leaves = [x if i % 3 == 2 else module.Value(x) for i, x in enumerate(graph.leaves)]
    nodes = evaluate(graph, leaves, spoken)
    for seed in (1.0, -0.5):  # twice: leaves accumulate, interior nodes start anew
        if isinstance(nodes[-1], module.Value) and nodes[-1].requires_grad:
            nodes[-1].backward(seed)
    before = [_bits([node.grad]) for node in nodes if isinstance(node, module.Value)]
    return before + [_seen(node) if isinstance(node, module.Value) else _bits([node]) for node in nodes]


def _seen(node: Any) -> str:
    operands = [operand.data for operand in node.operands]
    numbers = _bits([node.data, node.grad, *operands, *node.local_grads, *node.params])
    return f"{node.op} {node.role} {node.requires_grad} {numbers}"


def _bits(numbers: Sequence[float]) -> str:
    return " ".join(float(x).hex() for x in numbers)


def check_twins(graph: Graph) -> None:
    """Assert that both engines say the same of a graph."""
    for compiled, interpreted in zip(run(engine, COMPILED, graph), run(plain, PLAIN, graph), strict=True):
        assert compiled == interpreted, f"\n{graph}\ncompiled: {compiled}\nplain:    {interpreted}"


def test_these_are_two_engines() -> None:
    assert autograd.compiled and not str(engine.__file__).endswith(".py")
    assert str(plain.__file__).endswith("value.py") and str(plain.Value.__mro__[2].__module__) == "plain_node"
    assert plain.Value is not engine.Value and not isinstance(plain.Value(1.0), engine.Value)
    assert not str(sys.modules["autograd.engine.node"].__file__).endswith(".py")  # put back


def replayed(modules: dict[str, ModuleType], graph: Graph) -> list[str]:
    """The value and the gradients that a tape gives, after a tape at other numbers."""
    steps = [(ops.TABLE[name], operands, PARAMS.get(name, ())) for name, operands in graph.steps]
    flows = [True] * len(graph.leaves)
    for op, operands, _ in steps:
        flows.append(op.differentiable and any(flows[i] for i in operands))
    steps_of = modules["tape"].Tape(len(graph.leaves), 0, [], steps, flows, [len(flows) - 1])
    run = modules["replay"].Replay(steps_of)
    assert run.load([0.5] * len(graph.leaves))
    run.gradient(1.0, True)
    assert run.load(list(graph.leaves))
    value = run.gradient(1.0, True)
    return [_bits([value]), _bits(run.adjoints[: len(graph.leaves)])]


@given(any_graphs)
def test_tapes_bit_for_bit(graph: Graph) -> None:
    assert replayed(ENGINE, graph) == replayed(PLAIN_ENGINE, graph)


def test_the_kinds_of_steps_are_the_same() -> None:
    assert tape.KINDS == PLAIN_ENGINE["tape"].KINDS


@given(any_graphs)
def test_bit_for_bit(graph: Graph) -> None:
    check_twins(graph)


@pytest.mark.slow
@settings(max_examples=3000)
@given(any_graphs)
def test_bit_for_bit_on_many_graphs(graph: Graph) -> None:
    check_twins(graph)


@pytest.mark.parametrize(("name", "op"), built_in_rows().items())
def test_every_operation(name: str, op: ops.Op) -> None:
    points = [
        (1.25, -0.75, 2.0, 0.5, -3.0),
        (0.0, -0.0, float("inf"), 1.0, 2.0),
        (float("nan"), 1e200, -1e200, 0.0, 3.0),
    ]
    for leaves in points:
        count = 5 if name == "dot" else 2 if op.variadic else op.arity
        leaves = (2.0, *leaves[1:]) if name == "polygamma" else leaves
        for order in (tuple(range(count)), tuple(reversed(range(count)))):
            if name != "polygamma" or order[0] == 0:
                check_twins(Graph(leaves[:count], ((name, order),)))


def test_a_difference_in_one_bit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph((3.0,), (("*", (0, 0)),))
    check_twins(graph)
    monkeypatch.setitem(PLAIN, "*", lambda a, b: a * b * (1 + 2**-52))
    with pytest.raises(AssertionError, match=r"compiled: 0x1\.80+p\+1\s+plain: +0x1\.80+3p\+1"):
        check_twins(graph)
