"""The page on random graphs of every operation: all numbers that it shows are the engine's, before and after moves."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import autograd as ag
from autograd import Value, custom, operation
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.page import view
from autograd.support.text import format_number

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]

GRAPHS, FEW = 100, 8
STEPS, MOVES = 10, 4
TOLERANCE = 1e-12
# What is looser, and why: an operation, and "value" or the number of an operand for the slope by it.
LOOSER = {
    ("softplus", 1): (1e-10, "(x·σ(βx) − y)/β takes two nearly equal numbers from each other where βx is large"),
    ("lgamma", "value"): (1e-8, "next to its zeros at 1 and 2, where Python's own has only that many digits"),
}


class Step(NamedTuple):
    """One operation on the nodes at these positions."""

    name: str
    operands: tuple[int, ...]
    settings: tuple[float, ...] = ()


class Graph(NamedTuple):
    """Numbers of leaves, the operations after them, and which leaves have no slider."""

    leaves: tuple[float, ...]
    steps: tuple[Step, ...]
    constants: frozenset[int]

    def __str__(self) -> str:
        lines = [f"v{i} = {x!r}" for i, x in enumerate(self.leaves)]
        lines += [f"v{i} = {step}" for i, step in enumerate(self.steps, len(self.leaves))]
        return "\n".join(lines)


# ----- Operations of the user's, in the table while the tests of this file run -----


def _own() -> dict[str, ops.Op]:
    @operation(lambda xp, y, a, b: y * xp.cos(a), lambda xp, y, a, b: xp.where(a > b, 1.0, -xp.tanh(b)), name="valueOf")
    def smooth(xp: Any, a: Any, b: Any) -> Any:
        return xp.exp(xp.sin(a)) - xp.log1p(b * b)

    @operation(
        lambda xp, y, x: xp.where(x > 0.0, 2.0, 0.5), name="a kink", convention="½ at 0", kink=lambda x: x == 0.0
    )
    def bent(xp: Any, x: Any) -> Any:
        return xp.maximum(2.0 * x, 0.5 * x)

    return {name: ops.TABLE.pop(name) for name in ("valueOf", "a kink")}


OWN = _own()


@pytest.fixture(scope="module", autouse=True)
def own_rows() -> Iterator[None]:
    ops.TABLE.update(OWN)
    yield
    for name in OWN:
        del ops.TABLE[name]


ROWS = {name: op for name, op in ops.TABLE.items() if name not in custom._OWN} | OWN


# ----- Graphs -----


def number(rng: random.Random, special: bool) -> float:
    """Mostly ordinary; often a whole number, so that there are ties and kinks; infinities where they are wanted."""
    if special and rng.random() < 0.3:
        return rng.choice([math.inf, -math.inf, math.nan, 1e300, -1e-300, -0.0])
    return float(rng.randint(-2, 3)) if rng.random() < 0.3 else rng.uniform(-3.0, 3.0)


def operands_of(name: str, rng: random.Random, count: int, order: int) -> Step:
    """Positions of operands, counted from the newest node more often than from the first."""

    def pick() -> int:
        return rng.randrange(count) if rng.random() < 0.5 else count - 1 - rng.randrange(min(4, count))

    op = ROWS[name]
    if name == "polygamma":
        return Step(name, (order, pick()))
    n = rng.choice([2, 3, 5]) if op.variadic else op.arity
    settings = {"var": (1.0,), "std": (0.0,)}.get(name, ())
    if name.endswith("softmax"):
        settings = (float(rng.randrange(n)),)
    return Step(name, tuple(pick() for _ in range(n)), settings)


def result(step: Step, numbers: Sequence[float]) -> float:
    return float(ROWS[step.name].value(ops.FLOATS, [numbers[i] for i in step.operands], step.settings))


def random_graphs(count: int) -> list[Graph]:
    """Graphs in which every operation stands, each at least `count` · STEPS / len(ROWS) times; every fourth has
    infinities and nan in its leaves."""
    rng = random.Random(11)
    deck: list[str] = []
    graphs = []
    for i in range(count):
        special = i % 4 == 3
        leaves = [number(rng, special) for _ in range(rng.randint(2, 4))]
        constants = frozenset({len(leaves)})
        numbers = [*leaves, float(rng.randint(0, 3))]  # the last is the order of a polygamma
        first, steps = len(numbers), []
        for _ in range(STEPS):
            if not deck:
                deck = sorted(ROWS)
                rng.shuffle(deck)
            name = deck.pop()
            tries = [operands_of(name, rng, len(numbers), first - 1) for _ in range(8)]
            # Without infinities in the leaves, also none further on, if that can be had.
            tame = [step for step in tries if abs(result(step, numbers)) < 1e6]
            steps.append(tries[0] if special or not tame else tame[0])
            numbers.append(result(steps[-1], numbers))
        used = {operand for step in steps for operand in step.operands}
        steps.append(Step("sum", tuple(i for i in range(len(numbers)) if i not in used) or (len(numbers) - 1,)))
        graphs.append(Graph(tuple(numbers[:first]), tuple(steps), constants))
    return graphs


HOT: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "**": lambda a, b: a**b, "neg": lambda a: -a, "relu": ag.relu, "tanh": ag.tanh, "exp": ag.exp,
}  # fmt: skip


def record(graph: Graph, leaves: Sequence[float]) -> list[Value]:
    """The nodes of a graph, recorded by the engine: as users write it where that is another way through the engine."""
    nodes = [
        Value(x, f"x{i}", requires_grad=False, role="constant") if i in graph.constants else Value(x, f"x{i}")
        for i, x in enumerate(leaves)
    ]
    for name, operands, settings in graph.steps:
        given = [nodes[i] for i in operands]
        made = HOT[name](*given) if name in HOT else apply(ROWS[name], given, settings)
        assert isinstance(made, Value)
        nodes.append(made)
    return nodes


# ----- Pages -----

READ = r"""
  const named = (x) => Number.isNaN(x) ? "nan" : x === 0 ? "-0" : x > 0 ? "inf" : "-inf";
  const send = (x) => Number.isFinite(x) && !Object.is(x, -0) ? x : named(x);
  const numbers = () => ({ data: chaingrad.numbers.data.map(send), grads: chaingrad.numbers.grads.map(send),
    slopes: chaingrad.numbers.slopes.map((row) => row.map(send)) });
"""
SHOWN = f"""() => {{ {READ}
  document.getElementById("table").open = true;
  chaingrad.exact = true;
  chaingrad.refresh();
  const texts = (all) => [...all].map((element) => element.textContent);
  const nodes = chaingrad.graph.labels.map((_, node) => {{
    chaingrad.select(node);
    const thing = document.querySelector(`#world [data-node="${{node}}"]`);
    const row = document.querySelector(`#rows tr[data-node="${{node}}"]`);
    return {{
      picture: texts(thing.querySelectorAll(".value, .grad")), row: texts([...row.cells].slice(2)),
      about: texts(document.querySelectorAll("#about .value, #about .grad")),
      slopes: texts(document.querySelectorAll("#about li b")), total: send(chaingrad.paths.total),
    }};
  }});
  return {{ ...numbers(), nodes, sliders: chaingrad.whatIf.why }};
}}"""
MOVED = f"""(moves) => {{ {READ}
  const field = (kind, leaf) => document.querySelector(`#what input[type=${{kind}}][data-leaf="${{leaf}}"]`);
  return moves.map(([leaf, x]) => {{
    const [kind, event] = typeof x === "number" ? ["range", "input"] : ["text", "change"];
    field(kind, leaf).value = String(x);
    field(kind, leaf).dispatchEvent(new Event(event));
    return {{ ...numbers(), leaf: send(chaingrad.whatIf.data[leaf]), text: field("text", leaf).value }};
  }});
}}"""


def near(a: float, b: float, tolerance: float = TOLERANCE) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=tolerance)


def shown(x: float) -> str:
    """A number as the page writes it for people."""
    return format_number(x).replace("-", "−")


def backward(output: Value) -> list[Value]:
    """The nodes of a graph in the order of the page, with their gradients; a staircase has none."""
    if output.requires_grad:
        output.backward()
    return ag.topological_order(output)


def check_shown(page: "Page", order: list[Value]) -> None:
    """Every number that can be seen before anything was moved, to the last digit that is written."""
    found = page.evaluate(SHOWN)
    assert found["sliders"] == ""
    for i, v in enumerate(order):
        told = found["nodes"][i]
        exact = [(found["data"][i], v.data), (told["row"][0], v.data), (told["about"][0], v.data)]
        exact += [(found["grads"][i], v.grad)]
        exact += [
            *zip(found["slopes"][i], v.local_grads, strict=True),
            *zip(told["slopes"], v.local_grads, strict=True),
        ]
        if v.requires_grad:
            exact += [(told["row"][1], v.grad), (told["about"][1].rpartition(" = ")[2], v.grad)]
            assert near(float(told["total"]), v.grad, 1e-9) or not math.isfinite(v.grad)  # other order of addition
        assert all(near(float(str(a).replace("−", "-")), b, 0.0) for a, b in exact), (i, exact)
        assert told["picture"] == [shown(v.data), *([f"∂ {shown(v.grad)}"] if v.requires_grad else [])]


Move = tuple[int, float]


def random_moves(graph: Graph, rng: random.Random, special: bool) -> list[Move]:
    leaves = [i for i in range(len(graph.leaves)) if i not in graph.constants]
    return [(rng.choice(leaves), number(rng, special)) for _ in range(MOVES)]


def check_moves(page: "Page", graph: Graph, at: list[int], moves: list[Move]) -> None:
    """Every value and slope after every move, against the graph recorded again; `at` is the place of each node."""
    # A slider cannot hold everything; a field can.
    asked = [(at[leaf], x if abs(x) <= 2.0 else str(x)) for leaf, x in moves]
    leaves = list(graph.leaves)
    for (leaf, _), found in zip(moves, page.evaluate(MOVED, asked), strict=True):
        leaves[leaf] = float(found["leaf"])
        again = record(graph, leaves)
        backward(again[-1])
        for i, v in zip(at, again, strict=True):
            compared: list[tuple[str | int, Any, float]] = [
                ("value", found["data"][i], v.data),
                ("gradient", found["grads"][i], v.grad),
            ]
            compared += [(k, *pair) for k, pair in enumerate(zip(found["slopes"][i], v.local_grads, strict=True))]
            for what, a, b in compared:
                tolerance, _ = LOOSER.get((v.op, what), (TOLERANCE, ""))
                assert near(float(a), b, tolerance), (v.op, what, a, b, [operand.data for operand in v.operands])


@pytest.mark.parametrize("count", [FEW, pytest.param(GRAPHS, marks=pytest.mark.slow)])
def test_all_numbers_shown_and_all_numbers_after_moves_are_those_of_the_engine(count: int, open_page: Open) -> None:
    rng = random.Random(5)
    for i, graph in enumerate(random_graphs(count)):
        nodes = record(graph, graph.leaves)
        order = backward(nodes[-1])
        page = open_page(view(nodes[-1]))
        try:
            check_shown(page, order)
            check_moves(page, graph, [order.index(v) for v in nodes], random_moves(graph, rng, i % 4 == 3))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{graph}") from None
        page.context.close()


def test_even_the_few_graphs_have_every_operation() -> None:
    steps = [step.name for graph in random_graphs(FEW) for step in graph.steps]
    assert set(steps) == set(ROWS)
