"""What does `Program.value_and_grad` of a net over a batch cost, beside NumPy by hand and PyTorch?

Once with the parameters as they are, once with every parameter set between the calls (which is not timed: the call
after it has to read them).
"""

import importlib
from collections.abc import Callable

import numpy as np
from compiled_step import gradients_by_hand, record, setup, torch_loss, weights_by_hand
from one_thread import restart_on_one_thread
from rivals import installed
from timing import held, one_by_one

import autograd

NETS = (((3, 24, 24, 1), 128), ((400, 24, 12, 1), 48), ((400, 96, 48, 1), 64))
Runs = dict[str, Callable[[], object]]


def rivals(sizes: tuple[int, ...], batch: int) -> tuple[Runs, Runs]:
    """The calls, each giving the loss, and what sets all parameters to the numbers that they have."""
    t = setup(sizes, batch)
    weights, biases = weights_by_hand(t)
    numbers = [array.copy() for array in (*weights, *biases)]

    def set_by_hand() -> None:
        for array, number in zip((*weights, *biases), numbers, strict=True):
            array[:] = number

    loss, inputs = record(t)
    program = autograd.compile(loss, inputs)
    rows = np.hstack([t.X, t.Y])
    data = [p.data for p in program.parameters]

    def set_ours() -> None:
        for p, number in zip(program.parameters, data, strict=True):
            p.data = number

    runs: Runs = {
        "NumPy by hand": lambda: gradients_by_hand(t, weights, biases)[0],
        "chaingrad": lambda: program.value_and_grad(rows)[0],
    }
    before: Runs = {"NumPy by hand": set_by_hand, "chaingrad": set_ours}
    if installed("torch", "PyTorch eager"):
        model, compute = torch_loss(t)
        torch = importlib.import_module("torch")
        tensors = list(model.parameters())
        kept = [p.detach().clone() for p in tensors]

        def eager() -> float:
            model.zero_grad()
            value = compute()
            value.backward()
            return float(value.item())

        def set_tensors() -> None:
            with torch.no_grad():
                for p, number in zip(tensors, kept, strict=True):
                    p.copy_(number)

        runs["PyTorch eager"], before["PyTorch eager"] = eager, set_tensors
    return runs, before


def main() -> None:
    """Print two tables for each net."""
    print(
        f"engine: {'compiled' if autograd.compiled else 'plain Python'}; float64, one thread, value and all gradients"
    )
    for sizes, batch in NETS:
        name = f"{'-'.join(map(str, sizes))}, batch {batch}"
        runs, before = rivals(sizes, batch)
        for what, between, most in (("no number set", {}, 1.25), ("all set between calls", before, 1.5)):
            print(f"{name}; {what}")
            medians = one_by_one(runs, "chaingrad", rounds=200, before=between)
            held(f"{name}, {what}", medians, "chaingrad", "NumPy by hand", at_most=most)
            held(f"{name}, {what}", medians, "chaingrad", "PyTorch eager", at_most=0.9)


if __name__ == "__main__":
    restart_on_one_thread()
    main()
