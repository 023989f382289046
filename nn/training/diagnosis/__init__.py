"""A diagnosis from the log of a training: what looks wrong, in plain sentences with a remedy each.

    layers.0 of 8 ReLU neurons, of which 5 give 0 for every example, but none did before the first step
    ->  "62 % of layer 1 (layers.0) is dead, ... 0 % was before the first step: ... Try lr=0.01 (it was 0.1) ..."

- `start`: what is known before the first step; `baseline`: the loss of a guess, and that of neighbours, which `recall`
  keeps; `weights`: the size of weights; `untrained`: parameters where a module does not look for them.
- `evidence`: the numbers that rules ask for.
- `causes`: rules about examples, targets and weights. `course`: rules about what happened on the way.

Nothing is said of a training whose loss is as good as neighbours say it can be, but about its validation, and about
parameters that no step changes. The bounds are rules of thumb, tried on nets made sick on purpose and on healthy ones
(tests/nn/training/diagnosis).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn.training.diagnosis import causes, course
from nn.training.diagnosis.evidence import Evidence, Rule
from nn.training.diagnosis.untrained import untrained_note

if TYPE_CHECKING:
    from nn.training.history import History

# From causes to effects: what a group finds explains what later ones would find, which are not asked then.
GROUPS: tuple[tuple[Rule, ...], ...] = (
    (causes.no_difference,),
    (causes.inputs, causes.targets, causes.squeezed_scores),
    (causes.alike,),
    (causes.weights,),
    (causes.sorted_classes,),
    (causes.dead_from_the_start, causes.saturated_from_the_start),
    (course.held_back,),
    (course.killed, course.driven_to_the_ends),
    (course.exploding,),
    (course.vanishing,),
    (course.straight,),
    (course.large_steps,),
    (course.overfitting,),
    (course.too_short,),
    (course.too_small,),
)


def diagnose(history: History) -> list[str]:
    """One sentence for each thing that looks wrong; none if nothing does.

    >>> from nn.training.history import History
    >>> history = History({"lr": 0.1, "layers": {"layers.0": "relu", "layers.1": ""}})
    >>> history.append({"loss": 0.5}, {"layers.0": {"gradient_norm": 0.1, "update_ratio": 0.5, "dead": 0.625}})
    >>> print(*history.diagnose())
    62 % of layer 1 (layers.0) is dead, giving 0 for every example, ... Try lr=0.01 (it was 0.1), or clip_norm=1.0
    """
    if history.failure:
        return [history.failure]
    evidence = Evidence(history)
    sentences = _about_the_call(history.start)
    for group in GROUPS:
        found = [sentence for rule in group for sentence in rule(evidence)]
        if found:
            return sentences + found
    return sentences


def before_training(start: Mapping[str, Any]) -> list[str]:
    """What can be said before the first step, of parameters, inputs, the activation at the end, classes held back.

    >>> from nn.training.diagnosis.start import sizes_of
    >>> before_training({"inputs": sizes_of([[1.5]]), "missing": []})
    []
    """
    inputs = [*causes.same(start["inputs"])] or [*causes.sizes(start["inputs"])]
    return [*_about_the_call(start), *inputs, *causes.squeezed(start)]


def _about_the_call(start: Mapping[str, Any]) -> list[str]:
    """What is said however well a training goes: of parameters that no step changes, of one-sided validation."""
    note = untrained_note(start.get("untrained", ()))
    return [*([note] if note else []), *one_sided_validation(start.get("missing", ()))]


def one_sided_validation(missing: Sequence[str]) -> Iterator[str]:
    """Classes that no validation example has.

    >>> print(*one_sided_validation(["2"]))
    The validation examples have none of class 2, so that their loss says nothing about it: try mixed ones, ...
    """
    if missing:
        names = f"class {missing[0]}" if len(missing) == 1 else f"the classes {', '.join(missing)}"
        yield (
            f"The validation examples have none of {names}, so that their loss says nothing about it: try mixed ones, "
            "nn.data.train_validation_split(X, y, stratify=True)"
        )
