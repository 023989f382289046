"""What an optimizer refuses, and its saved state: it goes on bit for bit, and a damaged one changes nothing."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value
from autograd.support.settings import check_non_negative
from nn.optim import SGD, Adam, AdamW, Optimizer, RMSProp, sgd
from tests.nn.optim.optimizer_rows import SETTINGS, TORCH, fresh, ours, train

# ----- What is refused -----

COMPUTED = Value(1.0, label="x") * 2
TWICE = Value(1.0, label="w7")


class Model:
    def parameters(self) -> list[Value]:
        return [Value(1.0)]


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ([], ValueError, "parameters must not be empty"),
        (Value(1.0, label="w"), TypeError, r"the single Value\(.*: put it into a list"),
        (Model(), TypeError, r"give model.parameters\(\)"),
        (3, TypeError, "parameters must be a list of Values, got the single 3"),
        ("ab", TypeError, "got the single 'ab'"),
        ([Value(1.0), 2.0], TypeError, r"parameter 1 must be a Value, got 2.0 \(float\)"),
        ([Value(1.0), COMPUTED], ValueError, r"parameter 1, .* is computed \(by '\*'\): give the leaves"),
        ([TWICE, Value(1.0), TWICE], ValueError, r"parameter 2, w7, is listed twice \(it is parameter 0 too\)"),
    ],
)
def test_parameters_that_are_refused(parameters: Any, error: type[Exception], message: str) -> None:
    makers: list[Callable[[Any], Any]] = [*TORCH, lambda ps: sgd(ps, 0.1)]
    for make in makers:
        with pytest.raises(error, match=message):
            make(parameters)


REFUSED: list[tuple[type[Optimizer], dict[str, Any], type[Exception], str]] = [
    (SGD, {"nesterov": True}, ValueError, "nesterov needs a momentum above 0 and no dampening, got momentum=0"),
    (SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, ValueError, "dampening=0.1: try momentum=0.9"),
    (SGD, {"momentum": 1.0}, ValueError, "SGD: momentum must be a number from 0 on and below 1, got 1.0"),
    (SGD, {"momentum": 2}, ValueError, "momentum must be .*, got 2"),
    (SGD, {"momentum": -0.1}, ValueError, "momentum must be .*, got -0.1"),
    (SGD, {"momentum": math.nan}, ValueError, "momentum must be .*, got nan"),
    (SGD, {"momentum": "0.9"}, TypeError, "momentum must be .*, got '0.9'"),
    (SGD, {"momentum": 0.9, "dampening": 1.0}, ValueError, "dampening must be a number from 0 on and below 1, got 1.0"),
    (SGD, {"momentum": 0.9, "dampening": -1.0}, ValueError, "dampening must be .*, got -1.0"),
    (RMSProp, {"momentum": 1.0}, ValueError, "RMSProp: momentum must be a number from 0 on and below 1, got 1.0"),
    (SGD, {"nesterov": 1}, TypeError, "SGD: nesterov must be True or False, got 1"),
    (RMSProp, {"alpha": 1.0}, ValueError, "alpha must be a number from 0 on and below 1, got 1.0"),
    (RMSProp, {"centered": "yes"}, TypeError, "centered must be True or False, got 'yes'"),
    (Adam, {"betas": (0.9, 1.0)}, ValueError, r"betas\[1\] must be a pair of numbers from 0 on and below 1, got 1.0"),
    (Adam, {"betas": (-0.1, 0.9)}, ValueError, r"betas\[0\] must be .*, got -0.1"),
    (AdamW, {"betas": (0.9, math.nan)}, ValueError, r"AdamW: betas\[1\] must be .*, got nan"),
    (AdamW, {"betas": 0.9}, TypeError, "betas must be a pair of numbers from 0 on and below 1, got 0.9"),
    (Adam, {"betas": (0.9, 0.9, 0.9)}, TypeError, "betas must be a pair"),
]


@pytest.mark.parametrize(("kind", "settings", "error", "message"), REFUSED)
def test_settings_that_are_refused(kind: Any, settings: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        kind([Value(1.0)], **settings)


def test_a_momentum_of_one_would_never_come_to_rest() -> None:
    """What the limit keeps away: on w², rate 0.1, the rule with momentum 1 swings for ever, with 1.1 ever further."""
    rest, swing, fly = (_largest_of_the_last_steps(momentum) for momentum in (0.9, 1.0, 1.1))
    assert rest < 1e-6 < 0.9 < swing < 1.1 < 1e3 < fly


def _largest_of_the_last_steps(momentum: float) -> float:
    settings = {"lr": 0.1, "momentum": momentum, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False}
    w, state, path = 1.0, (0.0,), []
    for step in range(1, 401):
        w, state = SGD.update(w, 2.0 * w, state, step, settings)
        path.append(abs(float(w)))
    return max(path[-50:])


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in TORCH for name, x in kind.limits.items() if x is check_non_negative]
)
def test_every_number_must_be_finite_and_not_negative(kind: Any, name: str, bad: float) -> None:
    with pytest.raises(ValueError, match=f"{kind.__name__}: {name} must be a finite number from 0 on, got {bad}"):
        kind([Value(1.0)], **{name: bad})
    with pytest.raises(TypeError, match=f"{kind.__name__}: {name} must be a finite number from 0 on, got '0.1'"):
        kind([Value(1.0)], **{name: "0.1"})


def test_the_base_class_has_no_rule() -> None:
    with pytest.raises(NotImplementedError, match="an optimizer defines update"):
        Optimizer.update(1.0, 1.0, (), 1, {})


# ----- Saving -----


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_a_saved_state_goes_on_bit_for_bit(kind: Any, settings: dict[str, Any]) -> None:
    whole = train(kind(fresh(), **settings), ours, 20)
    first = kind(fresh(), **settings)
    train(first, ours, 8)
    saved = json.loads(json.dumps(first.state_dict()))
    second = kind([Value(p.data) for p in first.parameters])
    second.load_state_dict(saved)
    assert train(second, ours, 12) == whole[8:]
    assert second.hyperparameters == first.hyperparameters


def test_saved_settings_that_contradict_each_other_change_nothing() -> None:
    optimizer = SGD(fresh(), momentum=0.9)
    before = optimizer.state_dict()
    saved = SGD(fresh(), momentum=0.9, nesterov=True).state_dict()
    saved["hyperparameters"]["momentum"] = 0.0
    with pytest.raises(ValueError, match="nesterov needs a momentum above 0"):
        optimizer.load_state_dict(saved)
    assert optimizer.state_dict() == before


def test_a_state_dict_is_a_copy() -> None:
    optimizer = Adam(fresh())
    saved = optimizer.state_dict()
    train(optimizer, ours, 1)
    assert saved == Adam(fresh()).state_dict()
    optimizer.load_state_dict(saved)
    train(optimizer, ours, 1)
    assert saved == Adam(fresh()).state_dict()


def damage(path: str, value: Any) -> dict[str, Any]:
    """A good state of Adam over four parameters with one entry changed, or left out where the value is `...`."""
    saved: dict[str, Any] = Adam(fresh()).state_dict()
    *parents, last = path.split(".")
    inner = saved
    for parent in parents:
        inner = inner[parent]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return saved


@pytest.mark.parametrize(
    ("saved", "error", "message"),
    [
        (damage("optimizer", "SGD"), ValueError, "this is the state of 'SGD', and the optimizer is 'Adam'"),
        (damage("steps", ...), ValueError, r"the saved entries do not fit: missing \['steps'\], unknown \[\]"),
        (damage("more", 1), ValueError, r"unknown \['more'\]"),
        (damage("hyperparameters.lr", ...), ValueError, r"saved hyperparameters do not fit: missing \['lr'\]"),
        (damage("hyperparameters.lr", -1.0), ValueError, "lr must be a finite number from 0 on, got -1.0"),
        (damage("hyperparameters.betas", [0.9, 2.0]), ValueError, r"betas\[1\]"),
        (damage("hyperparameters", 3), ValueError, "the saved hyperparameters must be a dict, got 3"),
        (damage("steps", [1, 2]), ValueError, "the saved 'steps' must be a list of 4, one for each parameter, got 2"),
        (damage("steps", [1, 2, 3, -4]), ValueError, "'steps' of parameter 3 must be a whole number from 0 on, got -4"),
        (damage("steps", [1, 2, 3, True]), ValueError, "got True"),
        (damage("state.squares", ...), ValueError, r"the saved slots do not fit: missing \['squares'\]"),
        (damage("state.squares", [0.0] * 5), ValueError, "the saved 'squares' must be a list of 4.*, got 5"),
        (damage("state.squares", "abcd"), ValueError, "must be a list of 4, one for each parameter, got 'abcd'"),
        (
            damage("state.average", [0.0, 0.0, None, 0.0]),
            ValueError,
            "'average' of parameter 2 must be a number, got None",
        ),
        ([], ValueError, r"the saved entries must be a dict, got \[\]"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(saved: Any, error: type[Exception], message: str) -> None:
    optimizer = Adam(fresh())
    train(optimizer, ours, 3)
    before = optimizer.state_dict()
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(saved)
    assert optimizer.state_dict() == before
