"""Rules about what went wrong on the way: neurons, gradients and steps, and the curve of the loss.

losses 1.0, 0.9, 20.0  ->  "The loss rose from 0.9 to 20: try lr=0.01 (it was 0.1), or clip_norm=1.0"
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from autograd.support.text import plural
from nn.training.diagnosis.causes import DEAD, SATURATED
from nn.training.diagnosis.evidence import NOTHING_LEARNT, Evidence, mlp, percent

VANISHED = 1e-3  # gradient of the first layer as a share of that of the last: it needs a thousand times the steps
LARGE_UPDATE = 0.1  # share of a layer's weights that a step changes: ten of them, and nothing of what it was is left
SMALL_UPDATE = 1e-3  # a thousand steps then change the weights as a whole once
PROGRESS = 0.1  # share of the loss that a training should take off at least
RISEN = 1.15  # validation loss over its lowest
GAP = 3.0  # validation loss over training loss
MATERIAL = 0.1  # of chance: a rise of less is that of a loss that has arrived near 0
FEW = 5  # epochs from which a trend can be told
SHORT = 300  # steps: Adam at its usual 0.001 moves a weight by 0.3 in them, about the size that it has
FALLING = 0.02  # share of the loss that the last tenth took off: ten more such tenths take off a fifth
AHEAD = 30  # tenths, three trainings more: a loss that does not get there by then has another trouble
NARROW = 8  # neurons of a hidden layer: half as many lines as that do not bound much of a plane
CLOSED = 0.3  # share of a penalty in what is made small, from which it and not the loss decides


def killed(e: Evidence) -> Iterator[str]:
    """ReLU neurons that lived at first: steps threw their sums below 0 for every example.

    dead 0.0 before the first step, 0.62 at the end, steps of 0.5 of the weights  ->  a tenth of the rate
    """
    for name, shares in e.of_layers("dead"):
        before = e.at_start(name, "dead") or 0.0
        if shares[-1] >= DEAD > before and e.poor and e.threw(name):
            yield (
                f"{percent(shares[-1])} of {e.place(name)} is dead, giving 0 for every example, of which "
                f"{percent(before)} was before the first step: steps that were too large killed the others. "
                f"Try {e.rate(0.1)}, or clip_norm=1.0"
            )
            return  # layers behind it are sick as well


def driven_to_the_ends(e: Evidence) -> Iterator[str]:
    """Hidden outputs that were not saturated at first.

    saturated 0.0 before the first step, 0.9 at the end, steps of 0.5 of the weights  ->  a tenth of the rate
    """
    names = list(e.history.layers)
    for name, shares in e.of_layers("saturated"):
        before = e.at_start(name, "saturated") or 0.0
        if name != names[-1] and shares[-1] >= SATURATED > before and e.poor and e.threw(name):
            yield (
                f"{percent(shares[-1])} of what {e.place(name)} gives is saturated, where its "
                f"{e.activation(name) or 'activation'} is flat; before the first step it was {percent(before)}, so "
                f"that steps were too large. Try {e.rate(0.1)}, or l2=0.001"
            )
            return  # layers behind it are sick as well


def vanishing(e: Evidence) -> Iterator[str]:
    """A gradient that hardly arrives at the first layer.

    lengths 1e-6 in the first of nine sigmoid layers, 0.04 in the last  ->  activation='relu'
    """
    norms = list(e.of_layers("gradient_norm"))
    if len(norms) < 3 or not e.poor:
        return
    (first, low), (last, high) = norms[0], norms[-1]
    ratio = median(a / b if b else 1.0 for a, b in zip(low, high, strict=True))
    if ratio < VANISHED:
        size = f"{float(f'{1.0 / ratio:.1g}'):,.0f} times smaller than that of" if ratio else "0, unlike that of"
        flat = [name for name in e.history.layers if e.activation(name) == "sigmoid"]
        way = "activation='relu'" if len(flat) > 1 else "batch_norm=True"
        yield (
            f"The gradient of {e.place(first)} is {size} {e.place(last)}: it vanishes on the way, and the first layers "
            f"do not learn. Try {way}, fewer layers or the default weights"
        )


def exploding(e: Evidence) -> Iterator[str]:
    """A loss that rises, or that jumps about.

    losses 0.35, 837, 12                       ->  it rose
    losses 1, 0.2, 0.9, 0.1, 0.8, 0.1, 0.9     ->  it jumps
    """
    loss = e.loss if e.first is None else [e.first, *e.loss]
    if len(loss) < 2 or not e.poor:
        return
    smaller = f"steps are too large. Try {e.rate(0.1)}, or clip_norm=1.0"
    if loss[-1] > 1.5 * loss[0] or max(loss) > 10.0 * loss[0] > 0.0:
        yield f"The loss rose from {loss[0]:.3g} to {max(loss):.3g}: {smaller}"
    elif len(loss) >= FEW:
        # A quarter of the later epochs rise, and by half of the loss: more than the noise of small batches.
        late = loss[len(loss) // 2 :]
        rises = [b - a for a, b in pairwise(late) if b > a]
        wild = len(rises) >= len(late) / 4 and median(rises) > 0.5 * median(late)
        if wild and loss[-1] > PROGRESS * loss[0]:
            yield f"The loss jumps up and down instead of falling: {smaller}"


def held_back(e: Evidence) -> Iterator[str]:
    """A penalty that outweighs the loss, or with which nothing is learnt.

    loss 0.69, as of a guess, with l2=1  ->  l2=0.01
    """
    penalties, penalty = e.settings.get("penalties"), e.finite("penalty")
    if not e.poor or not penalties or not penalty:
        return
    if penalty[-1] > CLOSED * e.loss[-1] or e.level > NOTHING_LEARNT:
        name, strength = max(penalties.items(), key=lambda entry: entry[1])
        yield (
            f"The penalty on the weights holds them near 0, and the loss at {_against_chance(e)}: "
            f"try {name}={strength / 100.0:g} (it was {strength:g})"
        )


def large_steps(e: Evidence) -> Iterator[str]:
    """Steps that change a layer so much that nothing of what it was is left after ten of them.

    ratios 0.35, 0.3, 0.36 and a loss that stays at 0.9  ->  a tenth of the rate
    """
    for name, ratios in e.of_layers("update_ratio"):
        if len(ratios) >= FEW and median(ratios) > LARGE_UPDATE and e.fallen < NOTHING_LEARNT and e.poor:
            yield (
                f"A step changes {e.place(name)} by {percent(median(ratios))} of its weights, where 0.1 % is usual, "
                f"and the loss does not settle: try {e.rate(0.1)}, or clip_norm=1.0"
            )
            return  # layers behind it are sick as well


def overfitting(e: Evidence) -> Iterator[str]:
    """A validation loss that has risen while the training loss went on falling, or that has come apart from it.

    training 0.7, 0.4, 0.2, validation 0.7, 0.5, 0.9  ->  early_stopping=True
    """
    loss, val = e.history.history.get("loss", []), e.history.history.get("val_loss", [])
    epochs = [i for i, v in enumerate(val) if math.isfinite(v) and math.isfinite(loss[i])]
    if len(epochs) < FEW or e.start.get("missing"):
        return
    last, best = epochs[-1], min(epochs, key=lambda i: val[i])
    unit = e.chance or val[epochs[0]]
    rose = val[last] > RISEN * val[best] and loss[last] < loss[best] and val[last] - val[best] > MATERIAL * unit
    apart = val[last] > GAP * loss[last] and val[last] - loss[last] > 2.0 * MATERIAL * unit
    if rose or apart:
        lowest = f", where it was lowest, {val[best]:.3g}, after epoch {best + 1}" if rose else ""
        yield (
            f"It overfits: the loss is {loss[last]:.3g} on the training examples and {val[last]:.3g} on the validation "
            f"examples{lowest}. Try early_stopping=True, l2=0.01, dropout=0.2, a smaller network or more examples"
        )


def too_short(e: Evidence) -> Iterator[str]:
    """Steps that were too few or too small to get anywhere, or a loss that was still on its way.

    180 steps of 0.00002 of the weights  ->  a rate that makes them 0.001
    27 steps of 0.002                    ->  more epochs
    540 steps, the loss 5 % lower than a tenth of the training before, and good in sight  ->  more epochs
    """
    if not e.poor or not e.loss or e.history.stopped not in ("finished", ""):
        return
    arrives = e.chance is None or e.level * (1.0 - min(e.pace, 1.0)) ** AHEAD < e.good
    known, falling = e.steps > 0, e.pace > FALLING and e.loss[-1] > 0.3 * e.loss[0] and arrives
    near, tiny = e.path < 1.0, e.step is not None and e.step < 0.5 * SMALL_UPDATE
    if known and near and tiny and e.steps >= FEW:
        factor = 10.0 ** math.ceil(math.log10(SMALL_UPDATE / max(e.step or 0.0, 1e-9)))
        yield (
            f"A step changes the weights by at most {percent(e.step or 0.0)}, where 0.1 % is usual, and all "
            f"{e.steps} together by at most {percent(e.path)}, while the loss is {_against_chance(e)}: "
            f"try {e.rate(max(factor, 10.0))}"
        )
    elif (
        known
        and (e.steps < SHORT or near or (falling and len(e.loss) >= FEW))
        and (falling or near or len(e.loss) < FEW)
    ):
        yield (
            f"{e.history.epochs} epochs of {e.settings['steps']} steps are {e.steps} steps, and the loss, "
            f"{_against_chance(e)}, was still on its way: try {_longer(e)}"
        )
    elif not known and falling and len(e.loss) >= 2 * FEW:
        yield f"The loss was still falling when the training ended, at {e.loss[-1]:.3g}: try more epochs"


def _longer(e: Evidence) -> str:
    """More epochs, at least threefold, until there are steps enough and weights can go twice their length.

    Or smaller batches, where these are large, or a larger rate.
    """
    factor = max(3.0, 3.0 * SHORT / e.steps, min(2.0 / e.path, 30.0) if e.path else 30.0)
    ways = [f"epochs={math.ceil(factor * e.history.epochs)}"]
    n, size = int(e.settings["examples"]), int(e.settings["batch_size"])
    usual = max(4, min(n // 8, 32))
    if size >= 2 * usual:
        ways.append(f"batch_size={usual}")
    if e.step is not None and e.step < 10.0 * SMALL_UPDATE:
        ways.append(e.rate(3.0))
    return " or ".join([", ".join(ways[:-1]), ways[-1]]) if len(ways) > 1 else ways[0]


def straight(e: Evidence) -> Iterator[str]:
    """Layers that are together one linear map, where neighbours say that there is more to be had.

    nn.MLP(2, [1]) on two circles: 1.0 of chance, neighbours 0.07  ->  nn.MLP(2, [16, 16, 1])
    """
    if not e.poor or e.chance is None or not e.loss or not e.widths:
        return
    columns, *nouts = e.widths
    bent = [e.activation(name) not in ("", "linear") for name in e.history.layers][:-1]
    if len(nouts) == 1:
        remedy = f"without a hidden layer there is but one straight line: try {mlp([columns, 16, 16, *nouts])}"
    elif bent and not any(bent):
        remedy = "layers that are all linear are together but one: try activation='relu'"
    else:
        return
    yield f"The loss stands still at {_against_chance(e)}, and {remedy}"


def too_small(e: Evidence) -> Iterator[str]:
    """A loss that stands still, well above what neighbours say can be reached.

    nn.MLP(2, [1, 1]) on two circles: 0.9 of chance, neighbours 0.07  ->  nn.MLP(2, [16, 16, 1])
    """
    if not e.poor or e.chance is None or not e.loss or len(e.widths) < 3:
        return
    columns, *hidden, last = e.widths
    dropout, step = float(e.settings.get("dropout", 0.0)), e.step
    if min(hidden) < NARROW:
        wider = [max(16, 4 * width) for width in (hidden if len(hidden) > 1 else hidden * 2)]
        remedy = (
            f"as a layer of {plural(min(hidden), 'neuron')} does not bend enough: try {mlp([columns, *wider, last])}"
        )
    elif dropout > CLOSED:
        remedy = f"as dropout leaves too few neurons to agree: try dropout={dropout / 5.0:g}"
    elif step is not None and step < SMALL_UPDATE:
        remedy = f"and a step changes the weights by at most {percent(step)}: try {e.rate(10.0)}"
    elif step is not None and step > 0.3 * LARGE_UPDATE:
        remedy = f"and a step changes the weights by up to {percent(step)}: try {e.rate(0.1)}"
    else:
        wider = [2 * width for width in [*hidden, hidden[-1]]]
        remedy = f"and the network may be too small: try {mlp([columns, *wider, last])}, or {e.rate(3.0)}"
    yield f"The loss stands still at {_against_chance(e)}, {remedy}"


def _against_chance(e: Evidence) -> str:
    if not e.chance:
        return f"{e.loss[-1]:.3g}"
    return f"{e.loss[-1]:.3g}, {percent(e.loss[-1] / e.chance)} of that of a guess without looking at the inputs"
