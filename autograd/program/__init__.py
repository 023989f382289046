"""Programs: recorded graphs of scalars, compiled to array code. The index of public names.

The way from scalars to matrices, in the order of the passes; `stages` runs them:

- `traced`, `traces`, `structure`, `comparing`: functions; `walk`: a recorded graph as plain lists (`ir`).
- `fold`, `sums`, `powers`, `settle`: the canonical graph. `groups`, `lift`: `blocks`, matrix products among them.
- `order`: where everything lies. `forward`, `backward`, `adjoints`, `along`: lines of array code (`formula`, `lines`).
- `split`, `reuse`, `emit`: one operation a line, shared arrays, the source. `report`: what became what.
- `code`, `machine`, `program`, `trainer`, `singly`: what runs it, on one example, a batch, or step by step.
"""

from autograd.program.batch_mean import batch_mean as batch_mean
from autograd.program.compiling import compile as compile
from autograd.program.function import CompiledFunction as CompiledFunction
from autograd.program.program import Program as Program
from autograd.program.trainer import Trainer as Trainer
