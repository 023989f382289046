"""Gradients that are rounding alone: by what shifts a whole batch alike, in front of a normalisation.

    Layer(2, 4) -> BatchNorm(4)      z = w·x + b,  z − mean(z) = w·x − mean(w·x):  b is gone

The slope by such a bias is 0. What backward finds is what rounding leaves of a sum of n terms, 1e-17 or so, another
number in each order of summation; and optimizers that divide by the size of the gradient make whole steps of it: with
RMSProp, the weights of the two engines differed by 0.08 after some epochs. So both engines leave it at 0. The same goes
for what shifts some batches alike: the bias of a ReLU that all examples pass, the weight of an input that is the same
in all of them. There the size of the gradient tells. Penalties still move these parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from autograd import Value, topological_order
from autograd.support.collector import no_collection
from nn.module import InMode, Module
from nn.stand_in import StandIn
from nn.training.examples import as_list
from nn.training.keeper import Keeper

BATCH_MEAN = "batch_mean"  # the name of that operation in `autograd.program`
LINEAR = ("+", "-", "neg", "sum", "mean")  # what shifts their operands, shifts their results
ROUNDING = 1e-13  # of the largest gradient: a sum of some hundred terms of its size, all but cancelled


class Shifts(NamedTuple):
    """Parameters in front of normalisations alone: those that only `ever` shift a batch, and those that `may`."""

    ever: set[Value]
    may: set[Value]

    def leave_out(self, parameters: Sequence[Value]) -> None:
        """Set the gradients to 0 that are rounding alone; `parameters` are all those of the model."""
        smallest = ROUNDING * max([abs(p.grad) for p in parameters])
        for p in (*self.ever, *[p for p in self.may if abs(p.grad) < smallest]):
            p.grad = 0.0


def shifts_of(model: Module, x: Sequence[float]) -> Shifts:
    """The parameters that shift what a normalisation centres; one example is recorded to see it.

    None are found in a model whose code asks for numbers: that cannot be recorded for all numbers at once.

    >>> from nn import BatchNorm, Layer, Sequential
    >>> model = Sequential(Layer(1, 1, "linear"), BatchNorm(1), Layer(1, 1))
    >>> shifts = shifts_of(model, [1.0])
    >>> [p.label for p in shifts.ever], [p.label for p in shifts.may]
    (['layers.0.neurons.0.b'], ['layers.0.neurons.0.w0'])
    """
    from autograd.program.trace import tracing  # few models need it here

    none = Shifts(set(), set())
    stand_in, keeper = StandIn(), Keeper(model, parameters=False)
    inputs = [Value(number, f"x{i}", requires_grad=False) for i, number in enumerate(x)]
    before = keeper.take()
    try:
        with InMode(model, training=True), no_collection(), tracing(recording=True), stand_in.active():
            [output] = model.batch([inputs])
    except Exception:  # whatever code of the user's does with Values whose numbers it must not ask
        return none
    finally:
        keeper.put_back(before)
    factors = [factor for dropout in stand_in.dropouts for factor in dropout.factors]
    return _shifts([v for v in as_list(output) if isinstance(v, Value)], [*inputs, *factors])


def _shifts(outputs: Sequence[Value], fed: Iterable[Value]) -> Shifts:
    order = topological_order(list(outputs))
    # Upwards: what differs between the examples of a batch.
    varying = set(fed)
    for node in order:
        if node.op != BATCH_MEAN and not varying.isdisjoint(node.operands):
            varying.add(node)
    # Downwards: from which nodes a way that no normalisation centres leads to an output; and which nodes change an
    # output if they are shifted by the same number for all examples.
    leads, matters = set(outputs), set(outputs)
    for node in reversed(order):
        if _is_centred(node):
            continue
        for k, operand in enumerate(node.operands):
            if node in leads:
                leads.add(operand)
            if node in matters or not _shifts_alike(node, k, varying):
                matters.add(operand)
    trained = {v for v in order if v.is_leaf and v.requires_grad}
    return Shifts(trained - matters, trained & matters - leads)


def _is_centred(node: Value) -> bool:
    """Whether the node is v − mean(v) over the batch, which no shift of v changes."""
    mean = node.operands[-1] if node.op == "-" else node
    return mean.op == BATCH_MEAN and mean is not node and mean.operands[0] is node.operands[0]


def _shifts_alike(node: Value, k: int, varying: set[Value]) -> bool:
    """Whether a shift of operand k, the same for all examples, shifts the result of each by the same number."""
    if node not in varying or node.op in LINEAR:
        return True
    operands = node.operands
    if node.op == "*":
        return operands[1 - k] not in varying
    if node.op == "/":
        return k == 0 and operands[1] not in varying
    if node.op == "dot":  # weights, inputs, and perhaps a bias
        n = len(operands) // 2
        return k == 2 * n or operands[(k + n) % (2 * n)] not in varying
    return False
