"""Spellings of other libraries: each works, or is answered with what does the job here.

A row is a program, and either what its last expression gives or, for a refusal, the error and what it must say.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from autograd.support import answers, habits

START = """
import math, numpy as np, autograd, nn
from autograd import Value, draw, grad, value_and_grad
x, y = Value(2.0, label="x"), Value(3.0, label="y")
loss = x * y
X, t = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 0.5]
model = nn.MLP(2, [2, 1], "tanh", seed=0)
several = nn.MLP(2, [2, 3], seed=0)
def fit(model=model, y=t, **settings):
    return model.fit(X, y, progress=False, seed=0, **settings)
class Hooked(nn.Callback):
    pass
"""

WORKS: list[tuple[str, Any]] = [
    ("loss.item()", 6.0),
    ("loss.backward(retain_graph=True); x.grad", 3.0),
    ("loss.backward(); loss.backward(retain_graph=True); x.grad", 6.0),
    ("float(np.var([x, y]))", 0.25),
    ("float(np.std(np.array([x, y])))", 0.5),
    ("np.var([x, y]).backward(); (x.grad, y.grad)", (-0.5, 0.5)),
    ("float(np.mean([x, y]))", 2.5),
    ("float(np.deg2rad(np.array([Value(180.0)]))[0])", np.pi),
    ("autograd.rad2deg(autograd.deg2rad(90.0))", 90.0),
    ("d = autograd.deg2rad(x); d.backward(); x.grad", np.pi / 180.0),
    ("value_and_grad(lambda p: p['w'] * p['v'])({'w': 2.0, 'v': 3.0})", (6.0, {"w": 3.0, "v": 2.0})),
    ("value_and_grad(lambda p, n: p[0] ** n)([2.0], n=3)", (8.0, [12.0])),
    ("value_and_grad(lambda p: p['w'][1] * p['b'])({'w': (1.0, 2.0), 'b': 3.0})[1]", {"w": [0.0, 3.0], "b": 2.0}),
    ("autograd.derivative(lambda x, n: x**n)(2.0, n=3)", 12.0),
    ("autograd.hessian(lambda p: p['a'] * p['b'])({'a': 1.0, 'b': 1.0})", [[0.0, 1.0], [1.0, 0.0]]),
    ("autograd.jacobian(lambda x, n: [x * n])(2.0, n=3.0)", [[3.0]]),
    ("autograd.hvp(lambda p, n: p['a'] ** n)({'a': 2.0}, {'a': 1.0}, n=3)", {"a": 12.0}),
    ("autograd.jvp(lambda p, n: p['a'] ** n)({'a': 2.0}, {'a': 1.0}, n=3)", (8.0, 12.0)),
    ("history = fit(epochs=2); history['loss'] == history.history['loss']", True),
    ("history = fit(); 'loss' in history and 'accuracy' not in history", True),
    ("history = fit(); list(history)", ["loss", "lr"]),
    ("model.predict(X).shape, several.predict(X).shape", ((3,), (3, 3))),
    ("type(model.predict([[0.0, 1.0]])).__name__", "ndarray"),
    ("type(model.predict_classes(X)).__name__, type(model.predict_classes(np.array(X))).__name__", ("list", "ndarray")),
    ("draw([x * y, x + y]).snapshot.outputs", (2, 3)),
    ("Value(1.0, requires_grad=True).requires_grad", True),
    ("from autograd.engine import Value as V; V is Value", True),
    ("hasattr(loss, 'clone'), hasattr(model, 'forward'), hasattr(nn, 'Linear')", (False, False, False)),
    ("getattr(autograd, 'tensor', None)", None),
    ("float(divmod(x * 2.5, 2)[0]), float(divmod(x * 2.5, y)[1]), float(divmod(7, y)[1])", (2.0, 2.0, 1.0)),
    ("d = divmod(x * 2.5, y)[1]; d.backward(); (x.grad, y.grad)", (2.5, -1.0)),
    (
        "model.layers[0][1] is model.layers[0].neurons[1], len(model.layers[0]), len(list(several.layers[1]))",
        (True, 2, 3),
    ),
    ("n = nn.Neuron(1); n.activation = 'tanh'; n.activation.name, repr(n)", ("tanh", "TanhNeuron(1)")),
    ("l = nn.Layer(1, 2); l.activation = autograd.tanh; {n.activation.name for n in l.neurons}", {"tanh"}),
    ("l = nn.Layer(1, 2); l.activation = 'softmax'; round(float(sum(l([1.0]))), 12)", 1.0),
    ("a = nn.ActivationLayer('relu'); a.activation = 'square'; a([-3.0])", [9.0]),
    ("nn.losses.binary_cross_entropy([1.0, 0.0], [1, 0])", 0.0),
    ("round(nn.losses.binary_cross_entropy([Value(1.0), Value(0.0)], [0.5, 0.5]).data, 6)", 50.0),
    ("nn.losses.cross_entropy([several([1.0, 2.0])], [2]).op", "mean"),
    ("hasattr(x, 'shape'), hasattr(x, 'sum'), hasattr(draw(loss), 'render')", (False, False, False)),
    ("import copy, pickle; d = draw(loss); copy.deepcopy(d) == d == pickle.loads(pickle.dumps(d))", True),
]

REFUSED: list[tuple[str, type[Exception], str]] = [
    # Numbers and graphs
    ("loss.backward(create_graph=True)", ValueError, "autograd.grad(output, inputs, create_graph=True)"),
    ("loss.backward(retain_graph='no')", TypeError, "retain_graph must be True or False"),
    ("grad(lambda x: x * x)", TypeError, "of a function f, derivative(f)(x)"),
    ("grad(loss)", TypeError, "as in grad(loss, [w, b])"),
    ("grad(loss, wrt=[x])", TypeError, "did you mean inputs?"),
    ("grad(loss, [x], retain_graph=True)", TypeError, "leave it out"),
    ("value_and_grad(lambda x: x * x)(x=2.0)", TypeError, "Give by position"),
    ("autograd.tensor(2.0)", AttributeError, "autograd.Value(2.0"),
    ("from autograd import tensor", ImportError, "autograd.Value(2.0"),
    ("from autograd import numpy", ImportError, "import numpy as np"),
    ("import autograd.numpy as np", ModuleNotFoundError, "HIPS's: `pip uninstall -y autograd chaingrad`"),
    ("import autograd.numpy as np", ModuleNotFoundError, "`import numpy as np` will do"),
    ("autograd.zeros(3)", AttributeError, "[Value(0.0) for _ in range(n)]"),
    ("autograd.tahn", AttributeError, "did you mean tanh?"),
    ("autograd.vjp", AttributeError, "grad(output, inputs, seed=...)"),
    ("autograd.jit(loss)", AttributeError, "compile(f)"),
    ("autograd.GradientTape()", AttributeError, "loss.backward()"),
    ("from autograd import gradcheck", ImportError, "autograd.testing.gradcheck"),
    ("from autograd import MLP", ImportError, "import nn"),
    ("draw(model)", TypeError, "model(x)"),
    ("autograd.view(model)", TypeError, "model(x)"),
    ("draw([])", ValueError, "empty list"),
    ("draw([x, x * y], highlight=x)", ValueError, "paths to one output"),
    ("loss.clone()", AttributeError, "copy.copy(x)"),
    ("loss.numpy()", AttributeError, "x.data"),
    ("loss.cuda()", AttributeError, "no device"),
    ("loss.grad_fn", AttributeError, "x.op"),
    ("x.zero_grad()", AttributeError, "x.grad = 0.0"),
    ("x.requires_grad_()", AttributeError, "x.requires_grad = True"),
    ("x.name = 'w'", AttributeError, "x.label"),
    ("x.value", AttributeError, "x.data"),
    ("autograd.compile(lambda x: 2.0 * x.item())(1.0)", autograd.TracingError, "item()"),
    ("x.pow(2)", AttributeError, "x ** n"),
    ("x._children", AttributeError, "x.operands"),
    ("Value(2.0, (x,), 'tanh')", TypeError, "@autograd.operation"),
    ("Value(2.0, (x, y))", TypeError, "@autograd.operation"),
    ("x.softmax()", AttributeError, "autograd.softmax([x, y])"),
    ("x.shape", AttributeError, "one number"),
    ("x.sum()", AttributeError, "leave it out"),
    ("x.zero_()", AttributeError, "x.data = 0.0"),
    ("x.add_(1.0)", AttributeError, "x.data -= 0.1 * x.grad"),
    ("x.register_hook(print)", AttributeError, "read x.grad after backward()"),
    ("draw(loss).render()", AttributeError, 'draw(x).save("graph.svg")'),
    ("draw(loss).view()", AttributeError, "autograd.view(x)"),
    ("draw(loss).show()", AttributeError, "a notebook shows it by itself"),
    ("draw(loss).sourse", AttributeError, "did you mean source?"),
    ("autograd.testing.assert_gradient(x, 2.0, 1e-3)", TypeError, "give the others by name"),
    ("autograd.testing.assert_gradient(x, 2.0, tol=1e-3)", TypeError, "did you mean rtol?"),
    ("autograd.testing.assert_gradients({x: 2.0}, loss=loss)", TypeError, "did you mean output?"),
    ("class Own(Value): pass", TypeError, "not an acceptable base type"),
    # Names of nn
    ("nn.Linear(2, 1)", AttributeError, "nn.Layer(nin, nout)"),
    ("from nn import Linear", ImportError, "nn.Layer(nin, nout)"),
    ("nn.Dense(1)", AttributeError, "nn.Layer(nin, nout)"),
    ("nn.ReLU()", AttributeError, 'nn.ActivationLayer("relu")'),
    ("nn.MSELoss()", AttributeError, "nn.losses.mse"),
    ("nn.CrossEntropyLoss()", AttributeError, "nn.losses.cross_entropy"),
    ("nn.functional", AttributeError, "nn.losses"),
    ("nn.Parameter(1.0)", AttributeError, 'role="parameter"'),
    ("nn.ModelCheckpoint('best')", AttributeError, 'checkpoint="folder"'),
    ("from nn.callbacks import ModelCheckpoint", ImportError, 'checkpoint="folder"'),
    ("nn.callbacks.LearningRateScheduler", AttributeError, "schedule=nn.schedules"),
    ("nn.schedules.StepLR", AttributeError, "step_decay"),
    ("nn.optim.RMSprop", AttributeError, "RMSProp"),
    ("nn.losses.MSELoss", AttributeError, "use mse"),
    ("nn.metrics.accuracy_score", AttributeError, "use accuracy"),
    ("from nn.data import train_test_split", ImportError, "train_validation_split"),
    ("nn.MPL(2, [1])", AttributeError, "did you mean MLP?"),
    ("nn.DataLoader(X)", AttributeError, "nn.data.batches"),
    ("nn.MLPClassifier()", AttributeError, "nn.sklearn"),
    ("nn.cross_entropy", AttributeError, "nn.losses.cross_entropy"),
    ("from nn import cross_entropy", ImportError, "nn.losses.cross_entropy"),
    ("nn.activations.relu", AttributeError, "autograd.relu"),
    ("nn.activations.ReLU", AttributeError, 'nn.ActivationLayer("relu")'),
    ("from nn.activations import tanh", ImportError, "autograd.relu"),
    ("nn.init.xavier_uniform_", AttributeError, 'init="xavier_uniform"'),
    ("nn.init.kaiming_normal_", AttributeError, "use he_normal"),
    ("nn.init.xavier_unifrom", AttributeError, "did you mean xavier_uniform?"),
    ("from nn.layers import Linear", ImportError, "nn.Layer(nin, nout)"),
    ("from nn.layers import Layer", ImportError, "from nn import Layer"),
    ("from nn.layers import ReLU", ImportError, 'nn.ActivationLayer("relu")'),
    ("nn.datasets.make_moons(100)", AttributeError, "use moons"),
    ("nn.datasets.load_iris()", AttributeError, "use iris"),
    ("nn.datasets.mnist()", AttributeError, "nn.idx.load_mnist(folder)"),
    ("nn.datasets.moons(n_samples=10)", TypeError, "did you mean n?"),
    ("nn.datasets.circles(10, random_state=0)", TypeError, "did you mean seed?"),
    # Models and histories
    ("model(1.0, 0.0)", TypeError, "model([1.0, 0.0])"),
    ("model.layers[0](1.0, 0.0)", TypeError, "model([1.0, 0.0])"),
    ("nn.SGD(model.parameters()).step(lambda: loss)", TypeError, "loss.backward() comes first"),
    ("nn.Adam(model.parameters()).step(closure=lambda: loss)", TypeError, "loss.backward() comes first"),
    ("model.forward([0.0, 1.0])", AttributeError, "model(x)"),
    ("model.compile(loss='mse')", AttributeError, "model.fit(X, y"),
    ("model.score(X, t)", AttributeError, "model.evaluate"),
    ("model.predit(X)", AttributeError, "did you mean predict?"),
    ("model.to('cpu')", AttributeError, "no device"),
    ("model.zero_grad(set_to_none=True)", TypeError, "set to 0.0: leave it out"),
    ("nn.SGD(model.parameters()).zero_grad(set_to_none=True)", TypeError, "leave it out"),
    ("nn.SGD(model.parameters()).learning_rate", AttributeError, "optimizer.lr"),
    ("model(X)", TypeError, "model.predict(X)"),
    ("model(np.array(X))", TypeError, "model.batch(X)"),
    ("model.predict([0.1, 0.2])", TypeError, "for one example, give [X]"),
    ("nn.MLP(1, [1]).predict([0.1, 0.2])", TypeError, "[[x] for x in X]"),
    ("model.predict([0.1, 0.2, 0.3])", TypeError, "give [X]; for one number each, give [[x] for x in X]"),
    ("several.predict_proba(X)", ValueError, "was not fitted yet"),
    ("fit(loss='mse'); model.predict_proba(X)", ValueError, "was fitted with mse"),
    ("fit(loss=lambda p, y: (p[0] - y[0]) ** 2); model.predict_proba(X)", ValueError, "a loss of your own"),
    ("nn.MLP(2, [1], 'relu', 'tanh').predict_proba(X)", ValueError, "it ends in tanh"),
    ("fit().plot()", AttributeError, "nn.plots.loss_curve(history)"),
    ("fit().loss", AttributeError, "history['loss']"),
    ("fit()['accuracy']", KeyError, "which holds 'loss', 'lr'"),
    ("nn.History()['loss']", KeyError, "no epoch has ended"),
    # Settings
    ("fit(loss='bce')", ValueError, "binary_cross_entropy_with_logits, on raw scores"),
    ("fit(loss='mes')", ValueError, "did you mean mse?"),
    ("fit(optimizer='momentum')", ValueError, "functools.partial(nn.SGD, momentum=0.9)"),
    ("fit(optimizer='adams')", ValueError, "did you mean adam?"),
    ("fit(metrics=['roc_auc'])", ValueError, "confusion_matrix"),
    ("fit(learning_rate=0.1)", TypeError, "did you mean lr?"),
    ("fit(y=['a', 'b', 'a'])", TypeError, "nn.sklearn.MLPClassifier"),
    ("Hooked.on_epoch_ends = print; fit(callbacks=[Hooked()])", TypeError, "did you mean on_epoch_end?"),
    ("Hooked.on_batch_end = print; fit(callbacks=[Hooked()])", TypeError, "use on_train_batch_end"),
    ("Hooked.on_train_epoch_end = print; fit(callbacks=[Hooked()])", TypeError, "use on_epoch_end"),
    ("h = Hooked(); h.on_epoch_ends = print; fit(callbacks=[h])", TypeError, "did you mean on_epoch_end?"),
    ("nn.losses.binary_cross_entropy([1, 0], [0.9, 0.2])", ValueError, "did they change places?"),
    ("nn.losses.binary_cross_entropy([1.0, 0.0, 1.0], [Value(0.9), Value(0.2), Value(1.0)])", ValueError, "places?"),
    ("nn.losses.cross_entropy(several([1.0, 2.0]), 2)", TypeError, "as in ([model(x)], [y])"),
    ("nn.losses.cross_entropy(several([1.0, 2.0]), [2])", TypeError, "as in ([model(x)], [y])"),
    ("nn.losses.cross_entropy(several([1.0, 2.0]), [0, 0, 1])", TypeError, "as in ([model(x)], [y])"),
    ("nn.losses.categorical_cross_entropy([0.5, 0.5], 1)", TypeError, "2 scores of one example"),
    ("nn.metrics.accuracy(model.predict(X), [0, 1, 1])", ValueError, "first, accuracy(truth, predictions)"),
    ("nn.metrics.f1([0.5, 0.7], [0, 1])", ValueError, "the truth comes first, f1(truth, predictions)"),
    ("nn.MLP(2, [2, 1], activations=['relu', 'tanh'])", TypeError, "output_activation= for the last"),
    ("nn.MLP(2, [2, 1], activation=['relu', 'tanh'])", TypeError, "one of all hidden layers, and output_activation="),
    ("nn.Neuron(1).activation = 'softmax'", ValueError, "goes over a whole layer"),
    ("model.layers[0].activation = 'thanh'", ValueError, "is not known"),
    ("model.layers[0].activation = 3", TypeError, "a name or a function"),
    ("fit(callbacks=[nn.EarlyStopping('val_loss')])", ValueError, "give fit(..., validation_split=0.2)"),
    ("fit(callbacks=[nn.ReduceLROnPlateau('val_loss')])", ValueError, "validation_data=(X, y)"),
    ("nn.losses.binary_cross_entropy([1, 0], model.batch(X[:2]))", ValueError, "predictions"),
    ("nn.losses.binary_cross_entropy_with_logits([1, 0], [0.9, 0.2])", ValueError, "did they change places?"),
    (
        "fit(callbacks=[nn.ReduceLROnPlateau()], schedule=nn.schedules.constant(0.1))",
        ValueError,
        "both set the rate",
    ),
]  # fmt: skip


def run(program: str) -> Any:
    """Run a program after START; the value of its last line if that is an expression."""
    names: dict[str, Any] = {"__name__": "program"}
    exec(START, names)
    *statements, last = ast.parse(program).body
    exec(compile(ast.Module(statements, []), "<program>", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "<program>", "eval"), names)
    exec(compile(ast.Module([last], []), "<program>", "exec"), names)
    return None


@pytest.mark.parametrize(("program", "result"), WORKS)
def test_works(program: str, result: Any) -> None:
    assert run(program) == result


@pytest.mark.parametrize(("program", "error", "answer"), REFUSED)
def test_is_answered(program: str, error: type[Exception], answer: str) -> None:
    with pytest.raises(error, match=re.escape(answer)):
        run(program)


# ----- The table names what is there -----

NAMED = re.compile(r"\b(?:nn|autograd)(?:\.\w+)+")
OFFERED = re.compile(r"\buse (\w\w+)(?![\w.])")
PLACES = {"nn.losses": nn.losses, "nn.optim": nn.optim, "nn.metrics": nn.metrics, "nn.callbacks": nn.callbacks}
PLACES |= {"nn.layers": nn.layers, "nn.activations": nn.activations, "nn.init": nn.init, "nn.datasets": nn.datasets}
PLACES |= {"nn.schedules": nn.schedules, "nn.data": nn.data, "nn": nn, "autograd": autograd}


@pytest.mark.parametrize("owner", habits.TABLE)
def test_answers_name_what_exists(owner: str) -> None:
    for words, text in habits.TABLE[owner].items():
        for name in NAMED.findall(text):
            thing: Any = {"nn": nn, "autograd": autograd}[name.split(".")[0]]
            for part in name.split(".")[1:]:
                thing = getattr(thing, part)
        if owner in PLACES:
            for name in OFFERED.findall(text):
                known = (
                    hasattr(PLACES[owner], name) or name in nn.optim.NAMES or name in ("a", "pandas", "fit", "random")
                )
                assert known, (words, name)


@pytest.mark.parametrize("owner", habits.TABLE)
def test_words_are_not_there(owner: str) -> None:
    """An entry for a name that exists would never be read."""
    model = nn.MLP(1, [1])
    things = {**PLACES, "Value": Value(1.0), "Module": model, "History": nn.History(), "Callback": nn.Callback()}
    things["Drawing"] = autograd.draw(Value(1.0))
    things["Optimizer"] = nn.SGD(model.parameters())
    assert not [word for word in habits.WORDS[owner] if word in dir(things[owner])]


def test_the_words_on_a_value_stand_in_its_class() -> None:
    assert {name for name in vars(Value) if answers.is_elsewhere(Value, name)} == set(habits.WORDS["Value"])


def test_no_word_stands_twice() -> None:
    for rows in habits.TABLE.values():
        words = [word for row in rows for word in row.split()]
        assert len(words) == len(set(words))
