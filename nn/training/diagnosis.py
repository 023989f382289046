"""A diagnosis from the log of a training: what looks wrong, in plain sentences with a remedy each.

The bounds are rules of thumb, set so that nets made sick on purpose are found and nets that learn well are not.

    layers.0 of 8 ReLU neurons, of which 5 gave 0 for every example of the last epoch (5/8 = 0.625 >= DEAD)
    ->  "62 % of layer 1 (layers.0) is dead, giving 0 for every example: try a smaller learning rate ..."
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nn.training.history import History

DEAD = 0.4  # share of the ReLU neurons of a layer that give 0 for every example
SATURATED = 0.5  # share of the outputs of a hidden layer at the ends of their range
VANISHED = 1e-3  # gradient of the first layer as a share of that of the last
LARGE_UPDATE = 0.1  # share of a layer's weights that a step changes
SMALL_UPDATE = 1e-3
PROGRESS = 0.1  # share of the loss that a training should take off at least
RISEN = 1.15  # validation loss over its lowest
GAP = 3.0  # validation loss over training loss
FEW = 5  # epochs from which a trend can be told


def diagnose(history: History) -> list[str]:
    """One sentence for each thing that looks wrong, the likeliest cause first; none if nothing does.

    >>> from nn.training.history import History
    >>> history = History({"lr": 0.1, "layers": {"layers.0": "relu", "layers.1": ""}})
    >>> history.append({"loss": 0.5}, {"layers.0": {"gradient_norm": 0.1, "update_ratio": 0.01, "dead": 0.625}})
    >>> print(*history.diagnose())
    62 % of layer 1 (layers.0) is dead, giving 0 for every example: try a smaller learning rate (it was 0.1) or ...
    """
    if history.failure:
        return [history.failure]
    # Sick layers first: a loss that rises or jumps often follows from them, and so does a step that is too large.
    causes = [sentence for check in (_dead, _saturated, _vanishing) for sentence in check(history)]
    effects = [sentence for check in (_exploding, _large_updates) for sentence in check(history)]
    sentences = causes + effects[:1]
    # A small step is only wrong where nothing else explains that the loss stands still.
    sentences += [] if sentences else _too_small(history)
    sentences += _overfitting(history)
    return sentences or list(_still_falling(history))


def _dead(history: History) -> Iterator[str]:
    for layer, shares in _of_layers(history, "dead"):
        if shares[-1] >= DEAD:
            yield (
                f"{_percent(shares[-1])} of {layer} is dead, giving 0 for every example: try a smaller learning rate "
                f"({_rate(history)}) or He initialisation, init='he_normal'"
            )


def _saturated(history: History) -> Iterator[str]:
    names = list(history.layers)
    for layer, shares in _of_layers(history, "saturated"):
        name = layer.partition("(")[2].rstrip(")")
        if name != names[-1] and shares[-1] >= SATURATED:
            yield (
                f"{_percent(shares[-1])} of what {layer} gives is saturated, where its {_activation(history, name)} is "
                "flat: try standardised inputs, Xavier initialisation, init='xavier_uniform', or a smaller learning "
                f"rate ({_rate(history)})"
            )
        elif name == names[-1] and shares[0] >= SATURATED and _fallen(history) < PROGRESS:
            yield (
                f"{_percent(shares[0])} of the outputs, {layer}, were saturated after the first epoch, and the loss "
                "does not fall: try standardised inputs, smaller initial weights, a smaller learning rate "
                f"({_rate(history)}), or a cross-entropy on raw scores"
            )


def _vanishing(history: History) -> Iterator[str]:
    norms = list(_of_layers(history, "gradient_norm"))
    # Dead neurons pass no gradient on, which is another illness.
    if len(norms) < 3 or any(shares[-1] >= DEAD for _, shares in _of_layers(history, "dead")):
        return
    (first, low), (last, high) = norms[0], norms[-1]
    ratio = median(a / b if b else 1.0 for a, b in zip(low, high, strict=True))
    if ratio < VANISHED:
        size = f"{float(f'{1.0 / ratio:.1g}'):,.0f} times smaller than that of" if ratio else "0, unlike that of"
        yield (
            f"The gradient of {first} is {size} {last}: it vanishes on the way. "
            "Try relu or tanh instead of sigmoid, Xavier initialisation, batch_norm=True or fewer layers"
        )


def _exploding(history: History) -> Iterator[str]:
    loss = _finite(history, "loss")
    if len(loss) < 2:
        return
    smaller = f"try a smaller learning rate ({_rate(history)}) or clip_norm=1.0"
    if loss[-1] > 1.5 * loss[0] or max(loss) > 10.0 * loss[0] > 0.0:
        yield f"The loss rose from {loss[0]:.3g} to {max(loss):.3g}: {smaller}"
    elif len(loss) >= FEW:
        # A quarter of the later epochs rise, and by half of the loss: more than the noise of small batches.
        late = loss[len(loss) // 2 :]
        rises = [b - a for a, b in pairwise(late) if b > a]
        wild = len(rises) >= len(late) / 4 and median(rises) > 0.5 * median(late)
        if wild and loss[-1] > PROGRESS * loss[0]:
            yield f"The loss jumps up and down instead of falling: {smaller}"


def _large_updates(history: History) -> Iterator[str]:
    for layer, ratios in _of_layers(history, "update_ratio"):
        if len(ratios) >= FEW and median(ratios) > LARGE_UPDATE and _fallen(history) < 0.9:
            yield (
                f"A step changes {layer} by {_percent(median(ratios))} of its weights; 0.1 % is usual: "
                f"try a smaller learning rate ({_rate(history)}) or clip_norm=1.0"
            )


def _too_small(history: History) -> Iterator[str]:
    updates = [median(ratios) for _, ratios in _of_layers(history, "update_ratio")]
    slopes = [median(norms) for _, norms in _of_layers(history, "gradient_norm")]
    loss = _finite(history, "loss")
    if len(loss) < FEW or not updates:
        return
    # A net that has learnt all there is to learn stands still too, but on flat ground.
    on_a_slope = max(slopes) > 0.01 * abs(loss[-1])
    if 0.0 <= _fallen(history) < PROGRESS and max(updates) < SMALL_UPDATE and on_a_slope:
        yield (
            f"The loss fell by only {_percent(_fallen(history))} in {len(loss)} epochs, and a step changes the weights "
            f"by at most {_percent(max(updates))}: try a larger learning rate ({_rate(history)})"
        )


def _overfitting(history: History) -> Iterator[str]:
    loss, val = history.history.get("loss", []), history.history.get("val_loss", [])
    epochs = [i for i, v in enumerate(val) if math.isfinite(v) and math.isfinite(loss[i])]
    if len(epochs) < FEW:
        return
    # Either the validation loss has risen while the training loss went on falling, or the two have come apart.
    last, best = epochs[-1], min(epochs, key=lambda i: val[i])
    rose = val[last] > RISEN * val[best] and loss[last] < loss[best]
    apart = val[last] > GAP * loss[last] and val[last] - loss[last] > 0.2 * val[epochs[0]]
    if rose or apart:
        lowest = f", where it was lowest, {val[best]:.3g}, after epoch {best + 1}" if rose else ""
        yield (
            f"It overfits: the loss is {loss[last]:.3g} on the training examples and {val[last]:.3g} on the validation "
            f"examples{lowest}. Try early_stopping, l2, dropout, a smaller network or more examples"
        )


def _still_falling(history: History) -> Iterator[str]:
    loss = _finite(history, "loss")
    if len(loss) < 2 * FEW or history.stopped != "finished":
        return
    before = loss[-1 - len(loss) // 10]  # a tenth of the training earlier
    if 0.3 * loss[0] < loss[-1] < 0.95 * before:
        yield f"The loss was still falling when the training ended, at {loss[-1]:.3g}: try more epochs"


def _of_layers(history: History, measurement: str) -> Iterator[tuple[str, Sequence[float]]]:
    """The numbers of every layer that has them, by its place and name: "layer 1 (layers.0)"."""
    for i, (name, numbers) in enumerate(history.layers.items()):
        if numbers.get(measurement):
            yield f"layer {i + 1} ({name})", numbers[measurement]


def _activation(history: History, name: str) -> str:
    return str(history.settings.get("layers", {}).get(name) or "activation")


def _rate(history: History) -> str:
    rate = history.settings.get("lr")
    return "see lr" if rate is None else f"it was {rate:g}"


def _finite(history: History, name: str) -> list[float]:
    return [x for x in history.history.get(name, []) if math.isfinite(x)]


def _fallen(history: History) -> float:
    """The share of the first loss that is gone in the end; below 0 if it rose."""
    loss = _finite(history, "loss")
    return 1.0 - loss[-1] / loss[0] if len(loss) > 1 and loss[0] > 0.0 else 0.0


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %" if share >= 0.01 or share == 0.0 else f"{100.0 * share:.1g} %"
