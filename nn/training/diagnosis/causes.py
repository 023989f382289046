"""Rules about what was wrong before the first step: the examples, the targets, the weights.

784 inputs into weights between -1 and 1: the first loss is 8.2, where a guess has ln 10 = 2.3
->  "The first loss, 8.2, is 3.6 times that of a guess without looking at the inputs, ...: try the default weights"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nn.training.diagnosis.evidence import FINISHED, Evidence, about, mlp, percent, times

LARGE_INPUT = 10.0  # default weights are made for inputs of about 1: ten times that drives a tanh to its end
SMALL_INPUT = 0.01  # and a hundredth is as if there were next to none, until weights have grown a hundredfold
HARDLY = 0.02  # spread below which it is as if inputs were the same: weights have to tell 1.00 from 1.02
ASIDE = 0.5  # spread of inputs on one side of 0: most of them are on the same side of a neuron's line, which meets 0
MANY = 0.25  # share of columns that are small: one dark pixel of hundreds does not matter
LARGE_TARGET = 10.0  # default weights give outputs of about 1: they have to grow tenfold before they meet it
FAR = 1.8  # times chance: default weights before a softmax or a sigmoid begin at 1.0 to 1.5 times
VERY_FAR = 3.0  # times chance, for a training that has come to something all the same
WIDE = 2.0  # times the size of default weights; their own size differs by a tenth from net to net
DEAD = 0.4  # share of the ReLU neurons of a layer; of default ones, a tenth is dead before the first step
SATURATED = 0.5  # share of the outputs of a layer at the ends of their range
SORTED = 0.25  # changes of the class over those of a mixed order, which with 20 examples has so few once in 2,000
SHIFTED = 0.5  # size of biases, which begin at 0
INF = float("inf")
RANGES = {
    **dict.fromkeys(("sigmoid", "softmax"), (0.0, 1.0)),
    **dict.fromkeys(("tanh", "hardtanh", "softsign"), (-1.0, 1.0)),
    **dict.fromkeys(("relu", "softplus"), (0.0, INF)),
    "logsigmoid": (-INF, 0.0),
}
BEYOND = 0.05  # share of the targets' span that must lie outside: rounding does not count


def no_difference(e: Evidence) -> Iterator[str]:
    """Inputs that are all the same.

    >>> from nn.training.diagnosis.start import sizes_of
    >>> from nn.training.history import History
    >>> history = History()
    >>> history.append({"loss": 0.7}, {})
    >>> history.start = {"inputs": sizes_of([[1.0, 2.0], [1.0, 2.0]])}
    >>> print(*no_difference(Evidence(history)))
    All inputs are the same, so that ...: try inputs that differ, and look at where X comes from
    """
    if e.poor:  # neighbours are anyone, and say nothing
        yield from same(e.start.get("inputs"))


def same(found: dict[str, Any] | None) -> Iterator[str]:
    """The sentence about inputs that do not differ, which can be said before the training."""
    if found and found.get("spread") == 0.0:
        yield (
            "All inputs are the same, so that a network gives all of them the same answer, whatever its weights are: "
            "try inputs that differ, and look at where X comes from"
        )


def inputs(e: Evidence) -> Iterator[str]:
    """Columns of very different, or very large, or very small size, or that hardly differ.

    >>> from nn.training.diagnosis.start import sizes_of
    >>> from nn.training.history import History
    >>> history = History()
    >>> history.append({"loss": 0.7}, {})
    >>> history.start = {"inputs": sizes_of([[1000.0, 0.5], [3000.0, 0.25], [2000.0, 0.75]])}
    >>> print(*inputs(Evidence(history)))
    Inputs are of very different size, about 2,000 in column 0 and 0.5 in column 1, ...
    """
    if e.behind:
        yield from sizes(e.start.get("inputs"))


def sizes(found: dict[str, Any] | None) -> Iterator[str]:
    """The sentence about the inputs alone, which can be said before the training."""
    if not found or not found["largest"]:
        return
    large, small = found["largest"], found["smallest"]
    if found["unlike"] > (0.0 if large > LARGE_INPUT else MANY):
        columns = f"{about(large)} in column {found['of']} and {about(small)} in column {found['from']}"
        seen = f"of very different size, about {columns}"
        why = "and the small ones hardly count"
    elif large > LARGE_INPUT:
        seen, why = (
            f"about {about(large)} in column {found['of']}",
            "where the first weights are made for inputs of about 1",
        )
    elif large < SMALL_INPUT:
        seen, why = f"no larger than about {about(large)}", "where the first weights are made for inputs of about 1"
    elif 0.0 < (spread := found.get("spread") or 1.0) < HARDLY:
        seen = f"almost the same, give or take {percent(spread)} of their size"
        why = "where the first weights are made for inputs around 0"
    else:
        return
    yield f"Inputs are {seen}, {why}: try standardised ones, X, scaling = nn.data.standardise(X)"


def squeezed_scores(e: Evidence) -> Iterator[str]:
    """An activation before a loss that takes raw scores, such as a softmax before one that applies a softmax itself.

    >>> from nn.training.history import History
    >>> history = History()
    >>> history.append({"loss": 0.4}, {})
    >>> history.start = {"scores": "cross_entropy", "output": "softmax"}
    >>> print(*squeezed_scores(Evidence(history)))
    cross_entropy takes raw scores, of any sign and size, and the softmax at the end gives nothing outside of 0 to ...
    """
    if e.behind:
        yield from squeezed(e.start)


def squeezed(start: Mapping[str, Any]) -> Iterator[str]:
    """The sentence about the activation at the end, which can be said before the training."""
    loss, output = start.get("scores"), start.get("output", "")
    if loss and output in RANGES:
        low, high = RANGES[output]
        yield (
            f"{loss} takes raw scores, of any sign and size, and the {output} at the end gives nothing outside of "
            f"{low:g} to {high:g}: try output_activation='linear', as it is when left out"
        )


def targets(e: Evidence) -> Iterator[str]:
    """Numbers to be met that are far from what a network begins with, or that its last activation never gives.

    prices around 300, give or take 40, for outputs of about 1  ->  standardised targets
    targets from -2 to 3 for a sigmoid                         ->  output_activation='linear'
    """
    found = e.start.get("targets")
    if not found or not e.behind:
        return
    low, high = RANGES.get(e.start.get("output", ""), (-INF, INF))
    span = found["high"] - found["low"]
    size = abs(found["mean"]) + found["deviation"]
    if found["low"] < low - BEYOND * span or found["high"] > high + BEYOND * span:
        yield (
            f"The targets go from {about(found['low'])} to {about(found['high'])}, and the {e.start['output']} at the "
            f"end gives nothing outside of {low:g} to {high:g}: try output_activation='linear'"
        )
    elif size > LARGE_TARGET:
        yield (
            f"The targets are around {about(found['mean'])}, give or take {about(found['deviation'])}, and the first "
            "outputs about 1, so that most steps go into the distance: try standardised targets, "
            "y, scaling = nn.data.standardise([[t] for t in y])"
        )


def weights(e: Evidence) -> Iterator[str]:
    """A first loss far above that of a guess, and weights that are wider than they should be.

    first loss 19, a guess 2.3, weights 11 times as wide as by default  ->  the default weights
    first loss 19, a guess 2.3, default weights                         ->  nothing: something else is to blame
    """
    if e.first is None or not e.chance or e.first < (FAR if e.poor else VERY_FAR) * e.chance or e.level < FINISHED:
        return
    wide = {name: e.at_start(name, "weights") or 0.0 for name in e.history.layers}
    name = max(wide, key=lambda layer: wide[layer], default="")
    if name and wide[name] > WIDE:
        yield (
            f"The first loss, {e.first:.3g}, is {times(e.first / e.chance)} that of a guess without looking at the "
            f"inputs, {e.chance:.3g}, as the weights of {e.place(name)} are {times(wide[name])} as wide as by default, "
            "and the training has to undo that first: try the default weights, without init="
        )


def alike(e: Evidence) -> Iterator[str]:
    """Neurons of a layer that nothing tells apart, before the first step and ever after.

    >>> from nn.training.history import History
    >>> history = History()
    >>> history.append({"loss": 0.7}, {"layers.0": {"gradient_norm": 0.1}})
    >>> history.start = {"layers": {"layers.0": {"neurons": 16, "alike": 1.0}}}
    >>> print(*alike(Evidence(history)))
    All 16 neurons of layer 1 (layers.0) have the same weights, before and behind them, ...
    """
    for name in e.history.layers if e.poor else ():
        if e.at_start(name, "alike"):
            yield (
                f"All {e.at_start(name, 'neurons'):g} neurons of {e.place(name)} have the same weights, before and "
                "behind them, so that they get the same gradient and stay alike, as if there were only one: "
                "try the default weights, without init="
            )
            return  # layers behind it are sick as well


def sorted_classes(e: Evidence) -> Iterator[str]:
    """Examples in the order of their classes, that is never changed: each class makes the last one be forgotten.

    >>> from nn.training.history import History
    >>> history = History({"shuffle": False})
    >>> history.append({"loss": 0.7}, {})
    >>> history.start = {"mixed": 0.02}
    >>> print(*sorted_classes(Evidence(history)))
    The examples come sorted by class in every epoch, ...: try shuffle=True
    """
    order, shuffle = e.start.get("mixed"), e.settings.get("shuffle", True)
    if e.poor and not shuffle and e.settings.get("steps") != 1 and order is not None and order < SORTED:
        yield (
            "The examples come sorted by class in every epoch, so that the steps of a class undo what those of "
            "the one before have learnt: try shuffle=True"
        )


def dead_from_the_start(e: Evidence) -> Iterator[str]:
    """ReLU neurons that gave 0 before the first step: no learning rate is to blame.

    dead 0.62 before the first step, 0.62 at the end, weights of 0  ->  the default weights
    the same with default weights, inputs around 3                  ->  standardised inputs
    the same with default weights, inputs around 0                  ->  nn.MLP(2, [16, 16, 1])
    """
    for name, shares in e.of_layers("dead"):
        before = e.at_start(name, "dead")
        if before is not None and before >= DEAD and shares[-1] >= DEAD and e.poor:
            yield (
                f"{percent(before)} of {e.place(name)} was dead before the first step, giving 0 for every example, and "
                f"gets no gradient to come back: try {_better_start(e, name)}"
            )
            return  # layers behind it are sick as well


def saturated_from_the_start(e: Evidence) -> Iterator[str]:
    """Sums so large before the first step that the activation is flat there.

    saturated 1.0 before the first step, biases of 8  ->  biases of 0, the default weights
    """
    for name, shares in e.of_layers("saturated"):
        before = e.at_start(name, "saturated")
        last = name == list(e.history.layers)[-1]
        # An output near 0 or 1 is where it should be, unless it was so before anything was learnt.
        if before is not None and before >= SATURATED and (shares[-1] >= SATURATED or last) and e.poor:
            yield (
                f"{percent(before)} of what {e.place(name)} gives was saturated before the first step, where its "
                f"{e.activation(name)} is flat and hardly lets a gradient through: try {_better_start(e, name)}"
            )
            return  # layers behind it are sick as well


def _better_start(e: Evidence, name: str) -> str:
    """The remedy for sums of one sign: what is unusual of biases, weights and inputs, in this order."""
    weights, spread = e.at_start(name, "weights"), (e.start.get("inputs") or {}).get("spread")
    if (e.at_start(name, "bias") or 0.0) > SHIFTED:
        return "biases of 0, as they begin, and the default weights, without init="
    if weights is not None and 1.0 / WIDE < weights < WIDE:
        if spread is not None and spread < ASIDE:
            return "inputs around 0, on both sides of it, X, scaling = nn.data.standardise(X)"
        if e.activation(name) == "relu" and e.widths:
            columns, *hidden, last = e.widths
            width = max([16, *hidden])
            return (
                f"two wide layers, as of a few neurons all may be dead by chance, {mlp([columns, width, width, last])}"
            )
    return "the default weights, without init="
