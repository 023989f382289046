"""Nothing that Python can call leads the compiled engine into memory that is not its own.

Every function and every attribute of every class of the compiled modules is called with wrong selves and wrong
arguments. A fault would end the process, so each target has a process of its own, and says what it calls before it
calls it.
"""

import subprocess
import sys
from array import array

import pytest

import autograd
from autograd import Value
from autograd.engine import applying, arithmetic, kernels, node, ops, several, value
from autograd.engine.many import copies, flat, lists, names, numbers, order
from autograd.engine.tape import fingerprint, replay, tape
from autograd.support.answers import Elsewhere
from tests.engine.planted import row_like

HOSTILE = """
import itertools, random, sys
import numpy
from array import array
import autograd
from autograd import Value
from autograd.engine import applying, arithmetic, kernels, node, ops, several, value
from autograd.engine.many import copies, flat, lists, names, numbers, order
from autograd.engine.tape import fingerprint, replay, tape

class Liar(list):
    def __init__(self, items, length): super().__init__(items); self.length = length
    def __len__(self): return self.length

class Shrinks(list):
    "A list that is emptied while its numbers are read."
    def __iter__(self):
        for x in self[:]:
            self.clear()
            yield x

class Emptied:
    "A number that empties a list when it is asked for."
    def __init__(self, items): self.items = items
    def __float__(self): self.items.clear(); return 1.0

class Child(node.Node):
    pass

def mutated():
    numbers = [1.0, 2.0, 3.0]
    numbers[1] = Emptied(numbers)
    return numbers

def computed(): return (Value(1.0) * 2.0 + Value(3.0)).tanh()
def wide(): return autograd.softmax([Value(1.0), Value(2.0), Value(3.0)])[0]

def misplaced(index):
    "A row of the table that says that it stands elsewhere."
    dot = ops.TABLE["dot"]
    op = ops.Op(**{name: getattr(dot, name) for name in ops.Op.__slots__ if name != "index"})
    object.__setattr__(op, "index", index)
    return op

def steps():
    table = ops.TABLE
    made = [(table["*"], [0, 1], ()), (table["softmax"], [3, 2, 1], (1.0,)), (table["**"], [4, 2], ())]
    return tape.Tape(1, 1, [3.0], made, [True, True, False, True, True, True], [5, 3], 1)

FRESH = [
    lambda: None, lambda: 0, lambda: -1, lambda: 2.5, lambda: float("nan"), lambda: 10**400, lambda: True, lambda: "a",
    lambda: b"abc", lambda: [], lambda: [1.0], lambda: [None], lambda: (), lambda: (Value(1.0),), lambda: {}, object,
    lambda: Value(1.0), computed, wide, lambda: Value.__new__(Value), node.Node, Child, lambda: Value,
    arithmetic.Arithmetic,
    lambda: [Value(1.0)] * 300, lambda: [Value(1.0), None], lambda: [computed(), wide()], lambda: Liar([1.0], 300),
    lambda: Liar([Value(1.0)] * 3, 0), lambda: Shrinks([Value(1.0)] * 3), mutated, lambda: array("d", [1.0, 2.0]),
    lambda: iter([1.0]), lambda: ops.TABLE["+"], lambda: ops.TABLE["dot"], lambda: ops.TABLE["tanh"],
    lambda: misplaced(-1), lambda: misplaced(10**6), lambda: 10**9,
    lambda: node.Extra((1, 2), None, (), ""), lambda: complex(1, 2), steps, lambda: replay.Replay(steps()),
    lambda: tape.Tape.__new__(tape.Tape), lambda: replay.Replay.__new__(replay.Replay), lambda: numpy.ones((2, 1)),
    lambda: numpy.ones((300, 1)), lambda: ("number",), lambda: (("list", "number"),),
    lambda: memoryview(b"12345678"), lambda: sys, lambda: fingerprint.Fingerprint([{"a": Value(1.0)}]),
    lambda: fingerprint.Fingerprint.__new__(fingerprint.Fingerprint), lambda: ((fingerprint.Fingerprint([]),),),
    lambda: flat.FlatGraph(order.topological([computed()])),
    lambda: flat.FlatGraph.__new__(flat.FlatGraph), lambda: numbers.NumberReader([Value(1.0)] * 2),
    lambda: order.topological([computed()]), lambda: [5, 1, -1],
]
USES = [
    repr, float, bool, hash, lambda v: v.operands, lambda v: v.local_grads, lambda v: v.params, lambda v: v.place,
    lambda v: v.op, lambda v: v.role, lambda v: v.backward(), lambda v: v._op, lambda v: v._prev, lambda v: v + 1,
    lambda v: v.tanh() * v, lambda v: v.__deepcopy__({}), lambda v: v.__reduce__(), lambda v: setattr(v, "data", 2),
    lambda v: setattr(v, "requires_grad", False), lambda v: setattr(v, "label", "x"), lambda v: v.__init__(1.0),
]

def look_at(result):
    "What came out is used in every way that a node can be, and thrown away."
    for v in result if isinstance(result, (list, tuple)) else [result]:
        if isinstance(v, node.Node):
            for use in USES:
                try: use(v)
                except Exception: pass

def attack(name, call):
    rng = random.Random(name)
    trials = [(a,) for a in FRESH] + [(a, b) for a in FRESH for b in FRESH]
    trials += [tuple(rng.choices(FRESH, k=k)) for k in (0, 3, 3, 3, 4, 4, 5, 5) for _ in range(2000 if k else 1)]
    for trial in trials:
        arguments = [make() for make in trial]
        places[:] = name, arguments
        try: result = call(*arguments)
        except Exception: continue
        for v in arguments: look_at(v)
        look_at(result)

places = []
target = sys.argv[1]
import faulthandler; faulthandler.enable()
owner_name, _, attribute = target.partition(".")
owner = {"node": node, "value": value, "Node": node.Node, "Value": Value, "Extra": node.Extra,
         "Tape": tape.Tape, "Replay": replay.Replay, "Fingerprint": fingerprint.Fingerprint,
         "FlatGraph": flat.FlatGraph, "NumberReader": numbers.NumberReader, "copies": copies, "kernels": kernels,
         "applying": applying, "arithmetic": arithmetic, "flat": flat, "lists": lists,
         "names": names, "numbers": numbers, "order": order, "several": several}[owner_name]
found = getattr(owner, attribute)
print(target, flush=True)
if callable(found): attack(target, found)
else:  # a property: its getter, its setter, its deleter
    attack(target, type(found).__get__.__get__(found))
    attack(target, type(found).__set__.__get__(found))
    attack(target, type(found).__delete__.__get__(found))
print("alive", flush=True)
"""

# What a call of these does is not the engine's: they would end the test's own process or change its classes.
LEFT_OUT = {"__class__", "__dict__", "__doc__", "__module__", "__weakref__", "__file__", "__loader__", "__spec__"}


def targets() -> list[str]:
    owners: dict[str, type] = {"Node": node.Node, "Value": value.Value, "Extra": node.Extra}
    owners |= {"Tape": tape.Tape, "Replay": replay.Replay}
    owners |= {
        "FlatGraph": flat.FlatGraph,
        "Fingerprint": fingerprint.Fingerprint,
        "NumberReader": numbers.NumberReader,
    }
    every = [
        f"{owner}.{name}"
        for owner, kind in owners.items()
        for name in dir(kind)
        if name not in LEFT_OUT and (name in vars(kind) or owner in ("Node", "Value"))
        if not isinstance(vars(kind).get(name), Elsewhere)  # plain Python, and only an error
        if callable(getattr(kind, name)) or hasattr(type(getattr(kind, name)), "__set__")
    ]
    modules = (node, value, applying, arithmetic, several, kernels, copies, flat, lists, names, numbers, order)
    for name, module in ((module.__name__.rpartition(".")[2], module) for module in modules):
        every += [f"{name}.{n}" for n, f in vars(module).items() if type(f).__name__ == "builtin_function_or_method"]
    return every


def run(code: str, *arguments: str) -> None:
    """Run code in a process of its own, which must live to its end."""
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0 and done.stdout.endswith("alive\n"), f"{done.returncode}\n{done.stdout}\n{done.stderr}"


def test_the_list_of_targets_is_whole() -> None:
    every = set(targets())
    assert {"Value.tanh", "Value.__add__", "Value.__init__", "Value.backward", "Node.data", "Node.__reduce__"} <= every
    if autograd.compiled:
        assert {
            "numbers.write_numbers",
            "numbers.numbers_of",
            "node.peek",
            "applying.node",
            "several.dot_node",
            "Replay.values",
            "FlatGraph.adjoints",
            "order.topological",
            "copies.copy_graph",
        } <= every


@pytest.mark.slow
@pytest.mark.skipif(not autograd.compiled, reason="plain Python checks by itself")
@pytest.mark.parametrize("target", targets())
def test_hostile_calls_end_in_errors(target: str) -> None:
    run(HOSTILE, target)


def test_methods_taken_from_the_class_look_at_self_first() -> None:
    code = """
from autograd import Value
for call in (lambda: list(map(Value.sqrt, [1, 4])), lambda: Value.tanh(2), lambda: Value.backward("a" * 100),
             lambda: Value.__add__(2, 3), lambda: Value.data.__get__(2), lambda: Value.__deepcopy__(None, {})):
    try: print(call()); raise SystemExit("no error")
    except (TypeError, AttributeError): pass
assert [y.data for y in map(Value.sqrt, [Value(1.0), Value(4.0)])] == [1.0, 2.0]
print("alive")
"""
    run(code)


def test_computed_nodes_cannot_be_made_leaves_again() -> None:
    x = Value(2.0) * 3.0
    with pytest.raises(TypeError, match=r"op='\*'\) was computed, and cannot be made a leaf: make a new Value"):
        x.__init__(4.0)
    assert (x.data, x.op) == (6.0, "*")
    leaf = Value(2.0, label="w")
    leaf.grad = 5.0
    leaf.__init__(4.0)  # type: ignore[misc]
    assert (leaf.data, leaf.grad, leaf.label) == (4.0, 0.0, "")


def test_a_node_that_was_never_initialised_is_a_leaf() -> None:
    v: Value = Value.__new__(Value)
    assert (v.op, v.operands, v.local_grads, v.data, v.grad, v.is_leaf) == ("", (), (), 0.0, 0.0, True)
    assert not v.requires_grad and (v + 1.0).data == 1.0


def test_a_deep_graph_of_nodes_that_met_init_twice_is_freed() -> None:
    code = """
from autograd import Value
x = Value(1.0)
for _ in range(1_000_000):
    x = x + 1.0
    try: x.__init__(0.0)
    except TypeError: pass
del x
print("alive")
"""
    run(code)


@pytest.mark.parametrize("slopes", [[], [1.0], [1.0, 2.0, 3.0]])
def test_one_local_derivative_an_operand(slopes: list[float]) -> None:
    with pytest.raises(ValueError, match=rf"\*: 2 operands but {len(slopes)} local derivatives"):
        applying.node(ops.TABLE["*"], [Value(1.0), Value(2.0)], 2.0, slopes)


def test_helpers_check_their_lists() -> None:
    vs = [Value(1.0), Value(2.0)]
    none, two = array("d"), array("d", [5.0, 6.0])
    for name, call in (
        ("write_numbers", numbers.write_numbers),
        ("write_gradients", lambda values, array: numbers.write_gradients(values, array, True)),
    ):
        with pytest.raises(ValueError, match=rf"{name}\(\): 2 Values, but 0 numbers"):
            call(vs, none)
        with pytest.raises(TypeError, match=rf"{name}\(\) takes a list of Values, got None in it"):
            call([vs[0], None], two)
        assert [(v.data, v.grad) for v in vs] == [(1.0, 0.0), (2.0, 0.0)]
    reader = numbers.NumberReader(vs)
    for wrong in (none, array("d", [0.0] * 3)):
        with pytest.raises(ValueError, match=rf"read\(\): 2 Values, but {len(wrong)} numbers"):
            reader.read(wrong)
    reader.read(two)
    assert two.tolist() == [1.0, 2.0]
    with pytest.raises(TypeError, match=r"NumberReader\(\) takes a list of Values, got None in it"):
        numbers.NumberReader([vs[0], None])
    with pytest.raises(TypeError, match="a NumberReader is made once"):
        reader.__init__([])  # type: ignore[misc]
    with pytest.raises(TypeError, match="this NumberReader has no nodes"):
        numbers.NumberReader.__new__(numbers.NumberReader).read(two)
    with pytest.raises(ValueError, match="dot: 2 weights but 1 inputs"):
        several.dot_node(vs, [1.0], None)
    with pytest.raises(TypeError, match="takes a row of the table of operations, got"):
        applying.node(row_like(ops.TABLE["*"]), vs, 2.0, [1.0, 1.0])
