"""`program.jax()` as its users see it: what it takes, what it gives, what it refuses."""

import math
import re
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nn
from autograd import Value, derivative, greater, log, operation, where
from autograd.program import compile
from autograd.program.jax.rows import NotForJax
from nn.module import InMode


@pytest.fixture(scope="module")
def model() -> Any:
    return nn.MLP(3, [4, 2], activation="tanh", batch_norm=True, seed=1)


def program_of(model: nn.Module, targets: int = 2) -> Any:
    x, y = [[Value(0.0, requires_grad=False) for _ in range(n)] for n in (3, targets)]
    with InMode(model, training=False):
        outputs: Any = model(x)
    loss = sum(((o - t) ** 2 for o, t in zip(outputs, y, strict=True)), Value(0.0, role="constant"))
    return compile(loss, [*x, *y])


X, Y = np.arange(12.0).reshape(4, 3) / 10.0, np.ones((4, 2))
XY = np.hstack((X, Y))


def test_a_tree_mirrors_the_module(model: Any) -> None:
    f = program_of(model).jax(model)
    tree = f.parameters()
    # The biases in front of a normalisation do nothing, and are frozen.
    paths = jax.tree_util.tree_flatten_with_path(tree)[0]
    assert {jax.tree_util.keystr(path): leaf.shape for path, leaf in paths} == {
        ".layers[0].weight": (4, 3), ".layers[1].gamma": (4,), ".layers[1].beta": (4,),
        ".layers[3].weight": (2, 4), ".layers[3].bias": (2,),
    }  # fmt: skip
    assert tree.layers[0].weight[1, 2] == model.layers[0].neurons[1].w[2].data
    assert f(tree, (X, Y)).tolist() == pytest.approx(program_of(model)(XY).tolist(), abs=1e-14)


def test_a_tree_and_the_vector_have_the_same_gradient(model: Any) -> None:
    program = program_of(model)
    flat, tree = program.jax(), program.jax(model)
    by_vector = jax.grad(lambda p: flat(p, XY).mean())(flat.parameters())
    by_tree = jax.grad(lambda p: tree(p, (X, Y)).mean())(tree.parameters())
    assert np.abs(by_vector - program.value_and_grad(XY)[1]).max() < 1e-14
    before = model.state_dict()
    tree.write_back(by_tree)
    assert [v.data for v in program.parameters] == pytest.approx(by_vector.tolist(), abs=1e-14)
    model.load_state_dict(before)


def test_leaves_in_another_order_than_the_program_reads_them() -> None:
    """Columns of a matrix, numbers scattered over two lists, one by itself."""
    w = [[Value(float(3 * i + j), role="parameter") for j in range(2)] for i in range(3)]
    b, x = Value(0.5, role="parameter"), [Value(0.0) for _ in range(3)]
    program = compile([sum((w[i][j] * x[i] for i in range(3)), b) for j in range(2)], x)
    rows = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 4.0]])
    for holder in ({"w": w, "b": b}, [w[0], [*w[1], b], w[2]], {"w": [w[2], w[0], w[1]], "b": [b]}):
        f = program.jax(holder)
        assert f(f.parameters(), rows).tolist() == program(rows).tolist()


def test_frozen_parts_are_left_out_of_the_tree(model: Any) -> None:
    model.layers[0].freeze()
    try:
        program = program_of(model)
        f = program.jax(model)
        assert not [name for name in f._tree.names if name.startswith("layers[0]")]
        assert f(f.parameters(), XY).tolist() == pytest.approx(program(XY).tolist(), abs=1e-14)
    finally:
        model.layers[0].unfreeze()


def test_one_example_and_a_batch() -> None:
    w, x, y = Value(3.0), Value(0.0), Value(0.0)
    one, two = compile(w * x * y, [x, y]).jax(), compile([w * x, x + y], [x, y]).jax()
    theta = one.parameters()
    assert float(one(theta, [2.0, 5.0])) == float(one(theta, (2.0, 5.0))) == 30.0
    assert one(theta, ([2.0, 1.0], [[5.0], [1.0]])).tolist() == [30.0, 3.0]
    assert two(theta, [2.0, 5.0]).tolist() == [6.0, 7.0]
    assert two(theta, [[2.0, 5.0], [0.0, 1.0]]).tolist() == [[6.0, 7.0], [0.0, 1.0]]
    assert compile(w * w).jax()(theta).tolist() == 9.0


def test_under_vmap_and_jacobians() -> None:
    w, x, y = Value(3.0), Value(0.0), Value(0.0)
    program = compile([w * x * y, (w * x).relu()], [x, y])
    f, rows = program.jax(), np.array([[2.0, 5.0], [-1.0, 4.0], [0.0, 1.0]])
    theta = f.parameters()
    for jacobian in (jax.jacfwd, jax.jacrev):
        each = jax.jit(jax.vmap(jacobian(f, argnums=1), (None, 0)))(theta, rows)
        assert each.tolist() == program.jacobian(rows).tolist()
    assert jax.vmap(f, (0, None))(jnp.array([[3.0], [1.0]]), rows[0]).tolist() == [[30.0, 6.0], [10.0, 2.0]]


def test_a_branch_not_taken_adds_nothing() -> None:
    """0 · inf is nan to JAX alone, and 0 to the engine: for `where`, and when differentiated forward."""
    x = Value(0.0)
    f = compile(where(x, log(x), 2.0 * x), [x]).jax()
    slope = lambda x: f(jnp.zeros(0), x)  # noqa: E731
    assert [float(d(slope)(jnp.array([0.0]))[0]) for d in (jax.grad, jax.jacfwd)] == [2.0, 2.0]


def test_derivatives_inside_keep_the_rule() -> None:
    """The function takes a derivative, in which 0 · inf is 0; and takes it by numbers in another order."""

    def inside(w: Any, x: Any, y: Any) -> Any:
        return w[1] * derivative(lambda a: where(greater(a, 0.0), log(a), w[0] * a))(x) + w[0] * y

    w, x, y = [Value(3.0), Value(5.0)], np.array([0.0, 2.0]), np.array([1.0, 2.0])
    compiled = compile(inside)
    f = compiled.jax(w, x, y)
    program = compiled.program(w, x, y)
    assert not program._code.same_values
    value, gradient = jax.value_and_grad(lambda p: f(p, (x, y)).sum())(f.parameters())
    wanted, wanted_gradient = program.value_and_grad(np.stack([x, y], axis=1), reduction="sum")
    assert (float(value), gradient.tolist()) == (wanted, wanted_gradient.tolist())


def test_float32_stays_float32() -> None:
    w, x = Value(1e-3), Value(0.0)
    f = compile((w * x + 0.5).exp(), [x], dtype=np.float32).jax()
    theta = f.parameters()
    assert theta.dtype == np.float32 and f(theta, np.ones((2, 1), np.float32)).dtype == np.float32
    assert f(theta, np.ones((2, 1))).dtype == np.float64  # the widest among the arguments
    with jax.enable_x64(False):
        assert f(f.parameters(), np.ones((2, 1))).dtype == np.float32


def test_numbers_that_take_no_gradient_are_those_of_the_moment_or_given() -> None:
    w, scale, x = Value(2.0), Value(10.0, role="parameter", requires_grad=False), Value(0.0)
    f = compile(w * scale * x, [x]).jax()
    scale.data = 7.0
    assert float(f(f.parameters(), [3.0])) == 60.0
    assert float(f(f.parameters(), [3.0], givens=[1.0])) == 6.0


def test_own_operations() -> None:
    @operation(lambda xp, y, x: xp.where(xp.greater(x, 0.0), 2.0 * x, 0.0), name="own square for jax")
    def above(xp: Any, x: Any) -> Any:
        return xp.where(xp.greater(x, 0.0), x * x, 0.0)

    x = Value(0.0)
    f = compile(above(x), [x]).jax()
    assert jax.vmap(jax.grad(lambda x: f(jnp.zeros(0), x)))(jnp.array([[3.0], [-1.0]])).tolist() == [[6.0], [0.0]]


def test_an_operation_that_asks_for_numbers_is_refused() -> None:
    @operation(lambda xp, y, x: 1.0, name="own branch for jax")
    def branch(xp: Any, x: Any) -> Any:
        return x if x > 0.0 else math.sin(x)

    x = Value(1.0)
    f = compile(branch(x), [x]).jax()
    with pytest.raises(NotForJax, match=r"the rules of 'own branch for jax' do not run .*: write them over xp alone"):
        jax.jit(f)(jnp.zeros(0), jnp.ones((4, 1)))


def test_a_function_of_values_has_the_same() -> None:
    @compile
    def squared_error(w: Any, x: Any, y: Any) -> Any:
        return (w[0] * x[0] + w[1] * x[1] - y) ** 2

    w, x, y = [Value(1.0), Value(2.0)], np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([10.0, 0.0])
    f = squared_error.jax(w, x, y)
    value, gradient = jax.value_and_grad(lambda p: f(p, (x, y)).mean())(f.parameters())
    assert (float(value), gradient.tolist()) == (2.5, squared_error.value_and_grad(w, x, y)[1].tolist())


@pytest.mark.parametrize(
    ("parameters", "rows", "message"),
    [
        ([1.0], [[1.0, 2.0]], "parameters has the shape (1,), expected (2,)"),
        ({"w": 1.0}, [[1.0, 2.0]], "the parameters are a tree "),
        ([1.0, 2.0], [[1.0, 2.0, 3.0]], "X has the shape (1, 3), and this program takes 2 inputs"),
        ([1.0, 2.0], (np.ones((2, 1)), np.ones(3)), "X has parts of the shapes (2, 1), (3,): each needs a row for"),
        ([1.0, 2.0], np.ones((1, 1, 2)), "X has parts of the shapes (1, 1, 2): each needs a row for each example"),
    ],
)
def test_refusals(parameters: Any, rows: Any, message: str) -> None:
    v, w, x, y = (Value(1.0) for _ in range(4))
    f = compile(v * x + w * y, [x, y]).jax()
    parameters = np.array(parameters) if isinstance(parameters, list) else parameters
    with pytest.raises(ValueError, match=re.escape(message)):
        f(parameters, rows if isinstance(rows, tuple) else np.array(rows))


def test_trees_that_do_not_fit_are_refused() -> None:
    v, w, x = Value(1.0, "v"), Value(2.0, "w"), Value(0.0, "x")
    program = compile(v * w * x, [x])
    with pytest.raises(ValueError, match="is a parameter of the program, and is not in"):
        program.jax({"v": v})
    with pytest.raises(ValueError, match="some of its Values are parameters of the program and others are not"):
        program.jax([v, w, x])
    with pytest.raises(TypeError, match="a tree of parameters mirrors a module, or lists and dicts of Values"):
        program.jax("model")


def test_nothing_of_jax_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, autograd, nn, autograd.program, nn.training.compiled\n"
        "w, x = autograd.Value(1.0), autograd.Value(2.0)\n"
        "autograd.program.compile(w * x, [x])([[1.0]] * 100)\n"
        "nn.MLP(1, [1]).fit([[1.0]], [1.0], progress=False, engine='compiled')\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('jax', 'jaxlib')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_jax_the_error_names_the_command() -> None:
    code = (
        "import sys; sys.modules['jax'] = None\n"
        "import autograd, autograd.program\n"
        "w, x = autograd.Value(1.0), autograd.Value(2.0)\n"
        "try: autograd.program.compile(w * x, [x]).jax()\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "this needs JAX: pip install 'chaingrad[jax]'"
