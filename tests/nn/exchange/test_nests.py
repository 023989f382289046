"""Any network of PyTorch comes over with the same outputs, or is refused."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import nn
from tests.nn.exchange.comparing import Scaled, hooked, outputs

ACTIVATIONS = (
    "ReLU() LeakyReLU() ELU() SELU() SiLU() GELU() GELU('tanh') Mish() Softplus() Sigmoid() LogSigmoid() Tanh() "
    "Hardtanh() Softsign() Softmax(-1) LogSoftmax(1) Identity()"
).split()
REFUSED = (
    "LeakyReLU(0.3) ELU(0.5) Softmax(0) Hardtanh(0.0,6.0) ReLU6() PReLU() Softplus(2.0) LayerNorm(WIDTH) "
    "BatchNorm1d(WIDTH,momentum=None) AlphaDropout(0.0) CELU() Threshold(0.0,0.0)"
).split()


@st.composite
def nests(draw: st.DrawFn) -> tuple[torch.nn.Module, int, bool]:
    """A network of PyTorch, the width of its inputs, and whether some part of it has no equal here."""
    width = nin = draw(st.integers(1, 3))
    refused = False
    stack: list[list[torch.nn.Module]] = [[]]
    for _ in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from("linear linear activation activation norm dropout open close other own".split()))
        if kind == "linear":
            new = draw(st.integers(1, 3))
            stack[-1].append(torch.nn.Linear(width, new, bias=draw(st.booleans())))
            width = new
        elif kind == "norm":
            norm = torch.nn.BatchNorm1d(width, momentum=draw(st.sampled_from([0.0, 0.1, 0.5, 1.0])))
            norm.load_state_dict({**norm.state_dict(), "running_mean": torch.rand(width), "weight": torch.rand(width)})
            stack[-1].append(norm)
        elif kind == "dropout":
            stack[-1].append(torch.nn.Dropout(draw(st.sampled_from([0.0, 1.0]))))  # the others draw numbers
        elif kind == "open":
            stack.append([])
        elif kind == "close" and len(stack) > 1:
            inside = stack.pop()
            stack[-1].append(torch.nn.Sequential(*inside))
        elif kind == "activation":
            stack[-1].append(eval(f"torch.nn.{draw(st.sampled_from(ACTIVATIONS))}"))
        elif kind == "other" and draw(st.booleans()):
            text = draw(st.sampled_from(REFUSED)).replace("WIDTH", str(width))
            stack[-1].append(eval(f"torch.nn.{text}"))
            refused = True
        elif kind == "own" and draw(st.booleans()):
            part: torch.nn.Module = Scaled(width, width)
            if draw(st.booleans()):
                part = hooked(draw(st.sampled_from(["forward", "forward_pre"])), torch.nn.Linear(width, width))
            stack[-1].append(part)
            refused = True
        if stack[-1]:
            last = stack[-1][-1].train(draw(st.booleans()))
            for p in last.parameters():
                p.requires_grad = draw(st.booleans())
    while len(stack) > 1:
        inside = stack.pop()
        stack[-1].append(torch.nn.Sequential(*inside))
    return torch.nn.Sequential(*stack[0]).double(), nin, refused


@given(nests(), st.integers(0, 10**6))
def test_a_nest_equals_itself_after_both_ways_or_is_refused(nest: tuple[torch.nn.Module, int, bool], seed: int) -> None:
    model, nin, refused = nest
    if refused:
        with pytest.raises(TypeError, match="no equal of"):
            nn.from_torch(model)
        return
    here = nn.from_torch(model)
    back = nn.to_torch(here)
    rows = torch.randn(4, nin, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    for train in (None, False, True):  # each module in its own mode first
        models = [deepcopy(m) for m in (model, back)]
        ours = deepcopy(here)
        if train is not None:
            ours.train(train)
            models = [m.train(train) for m in models]
        expected, found = [m(rows).detach().numpy() for m in models]
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
        assert np.array(outputs(ours, rows.tolist())) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert flags(back) == flags(model)


def flags(model: torch.nn.Module) -> list[bool]:
    """What takes a gradient, a missing bias counting as a frozen one, and which modules are in training, in order."""
    known: list[bool] = []
    for part in model.modules():
        if isinstance(part, (torch.nn.Linear, torch.nn.BatchNorm1d)):
            known += [p is not None and p.requires_grad for p in (part.weight, part.bias)]
        if isinstance(part, (torch.nn.Dropout, torch.nn.BatchNorm1d)):
            known.append(part.training)
    return known
