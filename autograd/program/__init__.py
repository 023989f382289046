"""Programs: recorded graphs of scalars, compiled to array code. The index of public names."""

from autograd.program.batches import batch_mean as batch_mean
from autograd.program.compiling import compile as compile
from autograd.program.program import Program as Program
from autograd.program.traced import CompiledFunction as CompiledFunction
from autograd.program.trainer import Trainer as Trainer
