"""Programs: recorded graphs of scalars, compiled to array code. The index of the room.

- `compiling`: `compile`, the entrance: for a recorded graph, or for a function.
- `function`: `CompiledFunction`, a function with a program for each structure of its arguments.
- `arguments`: what is in the arguments of a call: rows of a batch, shared numbers, Values, constants.
- `trace`: a function and the arguments of one call -> a program; later, whether the two still agree.
- `operations`: the two of programs alone, the mean over a batch, and where a factor of exactly 0 stops an infinite one.
- `passes/`: a recorded graph -> blocks of array operations that have their places in memory.
- `source/`: blocks with their places -> NumPy code, forward and backward.
- `jax/`: blocks with their places -> pure functions over `jax.numpy`, where JAX is installed.
- `build`: all passes in a row, what each made (`Stages`), and a report on what became what.
- `code`, `choice`: the ways to run a graph, made when asked for, and which of them runs which batches.
- `taping`: a recorded graph -> a tape, which the compiled engine replays; `Buffers`, the call with no overhead.
- `machine`: source that is compiled, once for each structure, and runs on batches, in chunks.
- `runner`: a tape or a machine at work, on the numbers of one thread.
- `program`: `Program`, values and gradients for one example, for a batch, or for each of its examples.
- `per_example`: gradients of each example by itself, one after the other or by a wider program.
- `second_order`: the graph of a gradient, for Hessians.
- `trainer`: `Trainer`, a working copy of the parameters as one flat vector.
"""

from autograd.program.compiling import compile as compile
from autograd.program.function import CompiledFunction as CompiledFunction
from autograd.program.operations import batch_mean as batch_mean
from autograd.program.operations import stops as stops
from autograd.program.program import Program as Program
from autograd.program.trainer import Trainer as Trainer
