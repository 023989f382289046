"""How large the gradients are from layer to layer: whether they vanish or explode on the way back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autograd.support.settings import check_list
from autograd.support.text import short
from nn.columns import named_number
from nn.plots.style import BLUE, SKY, Axes, axes, finish


def gradient_sizes(model: Any, ax: Axes | None = None) -> Axes:
    """The root mean square gradient of each layer's parameters that are not frozen, as bars on a logarithmic axis.

    `model` is a model after `backward()`, or a mapping from a layer's name to its gradients. Bars that fall towards
    the first layer show a vanishing gradient, bars that grow an exploding one. Scales and shifts of a normalisation are
    no weights, so their bars are paler and bear its name.

    Raises ValueError if there is no parameter, or if every gradient is 0: call `loss.backward()` first.
    """
    if not isinstance(model, Mapping) and not hasattr(model, "named_parameters"):
        raise TypeError(f"give a model, or a mapping from layer to its gradients, got {short(model)}")
    layers = _listed(model) if isinstance(model, Mapping) else _by_layer(model)
    sizes = {name: math.sqrt(sum(g * g for g in grads) / len(grads)) for name, grads in layers.items() if len(grads)}
    if not sizes:
        raise ValueError("there is no parameter: give a model, or a mapping from layer to its gradients")
    if not any(sizes.values()):
        raise ValueError("every gradient is 0: call loss.backward() before asking how large they are")
    ax = axes(ax)
    bars = ax.bar(list(sizes), [size or math.nan for size in sizes.values()], color=BLUE, width=0.6)
    for name, bar in zip(sizes, bars, strict=True):
        if "\n" in str(name):  # not a layer of neurons
            bar.set(color=SKY, hatch="//", edgecolor="white")
    ax.set_yscale("log")
    if len(sizes) > 6:
        ax.tick_params(axis="x", rotation=60)
    return finish(ax, "gradient size per layer", "from the first layer to the last", "root mean square gradient")


def _listed(gradients: Mapping[Any, Any]) -> dict[Any, list[float]]:
    layers: dict[Any, list[float]] = {}
    for name, column in gradients.items():
        place = f"model[{short(name)}]"
        entries = check_list("gradient_sizes", place, column, "a list of gradients")
        layers[name] = [named_number(f"{place}[{i}]", g) for i, g in enumerate(entries)]
    return layers


def _by_layer(model: Any) -> dict[str, list[float]]:
    layers: dict[str, list[float]] = {}
    for name, p in model.named_parameters():
        place = name.split(".")
        layer = place[0]
        if layer == "layers" and len(place) > 2:
            module = model.layers[int(place[1])]
            layer = f"layer {place[1]}" + ("" if hasattr(module, "neurons") else f"\n{type(module).__name__}")
        if p.requires_grad:
            layers.setdefault(layer, []).append(p.grad)
    return layers
