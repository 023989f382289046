"""What PyTorch has no equal of, and what this package has none of, is a TypeError that names it and says why."""

import numpy as np
import pytest
import torch
import torch.ao.nn.intrinsic
import torch.ao.nn.qat
import torch.ao.quantization

import nn
from nn import MLP, Layer, Module, Perceptron, Sequential
from nn.activations import Activation
from tests.nn.exchange.comparing import (
    PARAMETRIZED,
    PRUNED,
    Doubled,
    Doubling,
    Keeping,
    Marked,
    Own,
    Quiet,
    Residual,
    Scaled,
    Tanh,
    agree,
    altered,
    hooked,
    of_perceptrons,
    of_two_widths,
    outputs,
    partly_frozen,
    patched,
    unlike,
)

SHARED = Layer(2, 2)
LINEAR = torch.nn.Linear(2, 2)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Sequential(SHARED, SHARED), "holds a layer in two places: give each place its own"),
        (Sequential(Layer(1, 1), Own()), r"PyTorch has no equal of Own\(\)"),
        (unlike(), r"PyTorch has no equal of Layer of \[ReLUNeuron\(2\), TanhNeuron\(2\)\]"),
        (Layer(1, 1, "sin"), "torch.nn has no module for the activation 'sin'"),
        (Layer(1, 1, lambda z: z), "torch.nn has no module for the activation '<lambda>'"),
        (Sequential(Doubled(Layer(2, 2), Layer(2, 2))), r"PyTorch has no equal of Doubled of \[Layer"),
        (Sequential(Layer(1, 2), Doubling(2, 2)), "PyTorch has no equal of Layer of"),
        (Keeping(0.5), r"PyTorch has no equal of Dropout\(0.5\)"),
        (of_perceptrons(), "PyTorch has no equal of Layer of"),
        (of_two_widths(), "PyTorch has no equal of Layer of"),
        (Perceptron(2), "PyTorch has no equal of Perceptron"),
        (Layer(1, 1, Activation("relu", lambda z: z)), "torch.nn has no module for the activation 'relu'"),
        (MLP(2, [3000, 1], lambda z: z), "torch.nn has no module for the activation '<lambda>'"),
        (Sequential(Doubled(Layer(2, 9000), Layer(9000, 2))), r"PyTorch has no equal of Doubled of \[Lay.*\.\.\.$"),
        (3, r"to_torch: model must be a module of this package, got 3 \(int\)"),
        (torch.nn.Linear(1, 1), r"to_torch: model must be a module of this package, got Linear\(.*"),
        (partly_frozen(), "some of neurons.0.w0 to neurons.1.w1 are frozen and some are not: PyTorch freezes all"),
    ],
)
def test_what_pytorch_has_no_equal_of_is_named(model: Module, message: str) -> None:
    with pytest.raises(TypeError, match=message) as caught:
        nn.to_torch(model)
    assert len(str(caught.value)) < 400


def test_a_subclass_without_code_of_its_own_goes_over() -> None:
    model = Sequential(Quiet(2, 3, "tanh", seed=0), Layer(3, 1, "linear", seed=1))
    agree(model, nn.to_torch(model))


def test_what_a_sequential_of_ones_own_computes_is_respected() -> None:
    model = Doubled(Layer(2, 3, seed=0), Layer(3, 2, seed=1))
    assert model.activations([1.0, 2.0]) == [[v.data for v in model([1.0, 2.0])]]
    inside = Sequential(model, Layer(2, 1, "linear", seed=2))
    assert [len(layer) for layer in inside.activations([1.0, 2.0])] == [2, 1]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (torch.nn.Sequential(LINEAR, LINEAR), "holds a layer in two places: give each place its own"),
        (torch.nn.Conv1d(1, 1, 1), r"there is no equal of Conv1d\(.*\) here"),
        (
            torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.LayerNorm(1)),
            "^module 1: there is no equal of LayerNorm",
        ),
        (
            torch.nn.LeakyReLU(0.2),
            r"there is no equal of LeakyReLU\(negative_slope=0.2\) here: not with these settings",
        ),
        (torch.nn.ReLU6(), r"there is no equal of ReLU6\(\) here: not with these settings"),
        (torch.nn.Softmax(dim=0), r"there is no equal of Softmax\(dim=0\) here: not with these settings"),
        (
            torch.nn.BatchNorm1d(2, affine=False),
            r"there is no equal of BatchNorm1d\(.*\) here: not with these settings",
        ),
        (
            torch.nn.BatchNorm1d(2, momentum=None),
            r"there is no equal of BatchNorm1d\(.*\) here: not with these settings",
        ),
        (torch.nn.BatchNorm1d(2, track_running_stats=False), "there is no equal of BatchNorm1d"),
        (torch.nn.BatchNorm1d(2, eps=0.0), r"there is no equal of BatchNorm1d\(.*\) here: eps keeps the division"),
        (
            torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Sequential(Residual(LINEAR))),
            "^module 1.0: there is no equal of Residual.* Sequential with a forward of its own",
        ),
        (Scaled(2, 2), r"there is no equal of Scaled\(.*\) here: it is a Linear with a forward of its own"),
        (torch.ao.nn.qat.Linear(2, 2, qconfig=torch.ao.quantization.default_qat_qconfig), "a forward of its own"),
        (Tanh(), r"there is no equal of Tanh\(\) here"),
        (patched(), r"there is no equal of Linear\(.*\) here: it is a Linear with a forward of its own"),
        (hooked("forward"), r"there is no equal of Linear\(.*\) here: it has hooks, whose work would be lost: remove"),
        (hooked("forward_pre"), "it has hooks"),
        (hooked("full_backward"), "it has hooks"),
        (hooked("full_backward_pre"), "it has hooks"),
        (hooked("forward", torch.nn.Sequential(LINEAR)), r"there is no equal of Sequential\(.* it has hooks"),
        (torch.nn.Sequential(LINEAR, hooked("forward", torch.nn.ReLU())), r"no equal of ReLU\(\) here: it has hooks"),
        (PRUNED, "it has hooks"),
        (torch.nn.utils.spectral_norm(torch.nn.Linear(2, 2)), "it has hooks"),
        (PARAMETRIZED, "it is parametrized: torch.nn.utils.parametrize.remove_parametrizations ends that"),
        (torch.nn.Linear(2, 2, device="meta"), r"Linear\(.*\) here: it is on the meta device, without numbers"),
        (torch.nn.BatchNorm1d(2, device="meta"), "it is on the meta device, without numbers: load them first"),
        (torch.nn.LazyLinear(2), r"LazyLinear\(.*\) here: its shapes are not known before its first call: call it"),
        (torch.nn.LazyBatchNorm1d(), r"there is no equal of LazyBatchNorm1d\(.*\) here"),
        (
            torch.nn.Linear(2, 2, dtype=torch.complex64),
            "it holds a tensor of torch.complex64, .* floating-point numbers",
        ),
        (altered("bias", torch.nn.Parameter(torch.zeros(1))), r"\(1,\), where .* in the shape \(2,\) belong"),
        (altered("weight", torch.eye(2).to_sparse()), "torch.sparse_coo"),
        (torch.nn.ModuleList([LINEAR]), "there is no equal of ModuleList"),
        (
            torch.nn.Sequential(*[torch.nn.Conv1d(1, 1, 1) for _ in range(500)]),
            r"there is no equal of Conv1d\(.*\) here",
        ),
        (Residual(*[torch.nn.Linear(1, 1) for _ in range(500)]), r"there is no equal of Residual\(.*\.\.\. here"),
        (torch.nn.Sequential(*[LINEAR for _ in range(500)]), "holds a layer in two places"),
        (3, r"from_torch takes a torch.nn.Module, got 3 \(int\)"),
        (torch.nn.Linear, "from_torch takes a torch.nn.Module, got <class"),
        (LINEAR.weight, "from_torch takes a torch.nn.Module, got Parameter"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_what_there_is_no_equal_of_here_is_named(model: torch.nn.Module, message: str) -> None:
    with pytest.raises(TypeError, match=message) as caught:
        nn.from_torch(model)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "module",
    [
        Marked(2, 2),
        torch.nn.modules.linear.NonDynamicallyQuantizableLinear(2, 2),
        torch.ao.nn.intrinsic.LinearReLU(torch.nn.Linear(2, 2), torch.nn.ReLU()),  # type: ignore[no-untyped-call]
        torch.ao.nn.intrinsic.LinearBn1d(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)),  # type: ignore[no-untyped-call]
        altered("weight", torch.nn.Parameter(torch.ones(2, 5))),  # more inputs than the module says it has
    ],
)
def test_fused_and_quantizable_kin_come_over(module: torch.nn.Module) -> None:
    rows = torch.randn(4, next(p for p in module.parameters() if p.ndim == 2).shape[-1], dtype=torch.float64)
    theirs = module.double()(rows)
    assert np.array(outputs(nn.from_torch(module), rows.tolist())) == pytest.approx(theirs.detach().numpy(), abs=1e-12)
