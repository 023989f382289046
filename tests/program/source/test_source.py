"""The source of a program: it stands alone, it is what runs, and labels reach it as identifiers and nothing else."""

import ast
import builtins
import keyword
import linecache
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, digamma, dot, erf, lgamma, operation, polygamma, relu, tanh, topological_order
from autograd import sum as add_up
from autograd.program import Program, compile
from tests.program.comparing import check_same, compiled, leaves
from tests.program.nets import NETS

NASTY = [
    "x\nimport os",
    "x\r\nraise SystemExit",
    '"""',
    "'''",
    "\\",
    "#",
    "x = 1; y",
    "\x0c\x0b\u2028\u2029 raise SystemExit",
    "__import__('os').system('false')",
    "coding: utf-16",
    "P",
    "np",
    "lambda",
    "print",
    "σ",
    "ﬁ",
    "1st",
    "",
    " ",
    "\ud800",
    "X.T[0]",
    "long" * 200,
]


def run_alone(source: str, call: str, folder: Path) -> str:
    """What a fresh Python prints, in which chaingrad cannot be imported."""
    (folder / "saved.py").write_text(source, encoding="utf-8")
    (folder / "autograd.py").write_text("raise ImportError('not here')\n")
    code = f"import numpy as np, saved; print(repr({call}))"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["micrograd's moons", "cross-entropy of softmax", "penalties", "convolution"])
def test_a_saved_module_runs_without_chaingrad(name: str, tmp_path: Path) -> None:
    net = NETS[name]
    rows = net.rows(3)
    program, _ = compiled(net.record, rows, net.weights())
    theta = [p.data for p in program.parameters]
    printed = run_alone(
        program.source, f"[np.asarray(x).tolist() for x in saved.value_and_grad({theta}, np.array({rows}))]", tmp_path
    )
    value, gradients = ast.literal_eval(printed)
    expected = program.value_and_grad(rows)
    check_same(value, expected[0], 1e-15)
    check_same(gradients, expected[1], 1e-15)


def test_special_functions_are_in_the_source(tmp_path: Path) -> None:
    x, w = Value(0.0, "x"), Value(1.5, "w")
    program = compile(erf(x * w) + lgamma(x) * digamma(w) + polygamma(1.0, x) + (x / w).sigmoid(), [x])
    printed = run_alone(
        program.source, "[np.asarray(x).tolist() for x in saved.value_and_grad([1.5], np.array([[0.7]]))]", tmp_path
    )
    value, gradients = program.value_and_grad([0.7])
    assert ast.literal_eval(printed) == [pytest.approx(value, rel=1e-15), pytest.approx(gradients, rel=1e-15)]


def test_an_own_operation_runs_over_arrays() -> None:
    @operation(lambda xp, y, x: xp.where(xp.greater(x, 0.0), 2.0 * x, 0.0), symbol="own\nline")
    def bent(xp, x):  # type: ignore[no-untyped-def]
        return xp.where(xp.greater(x, 0.0), x * x, 0.0)

    x = Value(0.0)
    program = compile(bent(x) + 1.0, [x])
    assert "autograd" not in program.source.replace("autograd.program", "")
    value, _, by_inputs = program.value_and_grad([[3.0], [-3.0]], reduction="sum", inputs=True)
    assert (value, by_inputs.tolist()) == (11.0, [[6.0], [0.0]])


def test_an_own_operation_over_floats_alone_still_runs() -> None:
    @operation(lambda xp, y, x: 2.0 * x if x > 0.0 else 0.0, name="it's\n'''bent")
    def bent(xp, x):  # type: ignore[no-untyped-def]
        return x * x if x > 0.0 else 0.0

    x, w = Value(0.0), Value(2.0)
    program = compile(bent(x * w) + 1.0, [x])
    value, gradients, by_inputs = program.value_and_grad([[3.0], [-3.0]], reduction="sum", inputs=True)
    assert (value, gradients, by_inputs.tolist()) == (38.0, [36.0], [[24.0], [0.0]])
    assert "its rule does not run over arrays" in program.report()


def named_net(labels: list[str]) -> Program:
    """A small net whose leaves and results have these labels, in turns."""
    left = iter(labels * 20)
    x = [Value(0.5, next(left)) for _ in range(3)]
    layer = [([Value(0.1 * i, next(left)) for i in range(3)], Value(0.0, next(left))) for _ in range(2)]
    h = [relu(builtins.sum((w * v for w, v in zip(ws, x, strict=True)), b)) for ws, b in layer]
    single = tanh(x[0] * layer[0][0][1])
    single.label = next(left)
    total = add_up([*h, single * Value(3.0, next(left), requires_grad=False)])
    total.label = next(left)
    return compile(total, x)


def code_of(source: str) -> str:
    """The source without comments and strings."""
    return ast.unparse(ast.parse(source))


def check_harmless(labels: list[str]) -> None:
    program = named_net(labels)
    plain = named_net([f"v{i}" for i in range(len(labels))])
    tree = ast.parse(program.source)
    assert program.source.isascii()
    assert len(list(ast.walk(tree))) == len(list(ast.walk(ast.parse(plain.source)))), program.source
    imported = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [ast.unparse(node) for node in imported] == ["import numpy as np"]
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert functions == {"prepare", "forward", "backward", "shared", "value_and_grad"}
    assigned = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assert not assigned & {*keyword.kwlist, *dir(builtins), "np", "examples", "seed"}
    row = [[0.1, -0.2, 0.3]]
    check_same(program.value_and_grad(row)[1], plain.value_and_grad(row)[1], 1e-15)
    named = str(program.stages)
    assert "\r" not in named
    assert not re.search("[\u2028\u2029\x0b\x0c]", named)


@pytest.mark.parametrize("label", NASTY, ids=ascii)
def test_nasty_labels(label: str) -> None:
    check_harmless([label])


@given(st.lists(st.one_of(st.sampled_from(NASTY), st.text()), min_size=1, max_size=6))
def test_any_labels(labels: list[str]) -> None:
    check_harmless(labels)


def test_labels_become_names() -> None:
    w, x = [Value(0.5, f"layers.0.neurons.0.w{i}") for i in range(3)], [Value(0.0, f"x{i}") for i in range(3)]
    z = dot(w, x, Value(0.1, "layers.0.neurons.0.b"))
    z.label = "hidden state"
    source = compile(tanh(z), x).source
    assert "layers_0_neurons_0_w = P[0:3]" in source
    assert "np.matmul(layers_0_neurons_0_w, x, out=hidden_state)" in source
    assert "np.add(hidden_state, layers_0_neurons_0_b, out=hidden_state)" in source


def test_one_line_an_operation_under_a_comment_for_each_block() -> None:
    net = NETS["cross-entropy of logsumexp"]
    inputs, weights = leaves(net.rows(1), net.weights())
    y = net.record(inputs, weights)
    program = compile(y, inputs)
    body = program.source.split("def forward(X):")[1].split("return")[0].strip().split("\n")
    comments = [line.strip() for line in body if line.strip().startswith("#")]
    numbers = [int(k) for k in re.findall(r"#(\d+)", comments[0])]
    assert comments[0] == f"# z1: 5 dot nodes {', '.join(f'#{k}' for k in numbers)}"
    recorded = topological_order(y)
    assert [recorded[k].op for k in numbers] == ["+"] * 5
    assert recorded[numbers[0] + 1].operands == (recorded[numbers[0]],), "the first neuron's sum goes into its relu"
    assert len(comments) == len(program.stages["lifted"].text.split("\n"))
    assert all(re.fullmatch(r"# .*|np\.[\w.]+\(.*\)|\w+ = X\.T.*", line.strip()) for line in body)


def test_comments_say_which_nodes_and_which_way_back() -> None:
    w, x, y = [Value(0.5, f"w{i}") for i in range(9)], [Value(0.0, f"x{i}") for i in range(9)], Value(0.0, "y")
    z = [tanh(a * b) for a, b in zip(w, x, strict=True)]
    source = compile((add_up(z) - y) ** 2, [*x, y]).source
    assert re.search(r"# times1: 9 \* nodes #\d+, #\d+, #\d+, #\d+, \.\.\., #\d+\n", source)
    assert "# back through power1, minus1\n" in source
    assert "# back through power1, minus1, sum1, tanh1\n" in source, "a gradient that needed no array on its way"


def test_errors_show_the_line_of_the_source() -> None:
    x = Value(0.0, "x")
    program = compile(tanh(x) * 2.0, [x])
    forward, _, _ = program._code.prepare(2, np.zeros(0), np.zeros(0))
    with pytest.raises(IndexError) as caught:
        forward(np.zeros((2, 0)))
    assert "x = X.T" in "".join(traceback.format_exception(caught.value))
    assert any(name.startswith("<program ") for name in linecache.cache)


def test_many_arrays_are_kept_in_one_list() -> None:
    x, y = Value(0.3, "x"), Value(0.5, "y")
    z = x
    for i in range(500):
        z = tanh(z * y) + (x if i % 2 else y)
    program = compile(z, [x])
    assert "A = [None] * " in program.source
    value, gradients = program.value_and_grad([0.3])
    z.backward()
    assert (value, gradients) == (pytest.approx(z.data, rel=1e-14), [pytest.approx(y.grad, rel=1e-12)])
