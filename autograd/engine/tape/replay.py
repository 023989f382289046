"""`Replay`: the numbers of a tape, forward and back, for one example or for blocks of them.

One example runs over rows of one number and gives the bits that recording gives; but not by a softmax of several, whose
sums recording adds up in another order. A batch runs in blocks of examples, a row of numbers side by side for each.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from autograd.engine.flags import REQUIRES
from autograd.engine.node import Node
from autograd.engine.tape.fingerprint import Fingerprint
from autograd.engine.tape.tape import Tape
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from arithmetic.pxd and steps.pxd
    from autograd.engine.arithmetic import number
    from autograd.engine.tape.steps import run_back, run_back_from, run_forward, run_one_back, run_one_forward

BLOCK_BYTES = 128 * 1024  # what the rows of one block may take, to stay in the processor's cache
WIDEST = 256  # examples in a block; more gain nothing
NARROWEST = 8


def takes_gradient(v: Node) -> bool:
    return v._flags & REQUIRES != 0


def start(numbers: Any) -> Any:
    """Where the numbers of an array begin, in C a pointer."""
    return cython.address(numbers[0]) if cython.compiled else numbers


@cython.final
@cython.auto_pickle(False)
@cython.cclass
class Replay:
    """The numbers of a tape: `numbers` and `adjoints` hold those of one example, inputs and parameters first.

    >>> from autograd.engine.ops import TABLE
    >>> from autograd.engine.tape.tape import Tape
    >>> tape = Tape(1, 1, [], [(TABLE["*"], [0, 1], ()), (TABLE["+"], [2, 1], ())], [True] * 4, [3])  # y = w·x + w
    >>> replay = Replay(tape)
    >>> replay.numbers[1] = 3.0
    >>> replay.load([2.0]), replay.gradient(1.0, True), replay.adjoints[:2].tolist()
    (True, 9.0, [3.0, 3.0])
    """

    tape: Any
    numbers: Any
    adjoints: Any
    V: Any  # the same, in C a pointer
    G: Any
    blocks: Any
    has_blocks: bool
    width: int

    def __init__(self, tape: Tape) -> None:
        if self.tape is not None or not isinstance(tape, Tape):
            raise TypeError(f"a Replay takes a Tape, once, got {short(tape)}")
        self._start(tape)

    def _start(self, tape: Tape) -> None:
        if not tape.ready:
            raise TypeError("a Replay takes a Tape that has its steps: make it as Tape(...)")
        self.numbers = array("d", bytes(8 * max(tape.rows, 1)))
        self.adjoints = array("d", bytes(8 * max(tape.leaves + tape.count, 1)))
        at = tape.inputs + tape.parameters
        for i in range(len(tape.numbers)):
            self.numbers[at + i] = tape.numbers[i]
        self.kept, self.kept_too = self.numbers, self.adjoints
        self.V, self.G = start(self.kept), start(self.kept_too)
        room = BLOCK_BYTES // (8 * (tape.rows + tape.leaves + tape.count))
        self.width = NARROWEST
        while self.width * 2 <= min(room, WIDEST):
            self.width *= 2
        self.tape = tape

    def load(self, x: Any) -> bool:
        """Set the inputs to the numbers of one example; False if x is no list of so many (then some may be set)."""
        self._check()
        if not isinstance(x, (list, tuple)) or len(x) != self.tape.inputs:
            return False
        for i in range(self.tape.inputs):
            if i >= len(x):
                return False
            item = x[i]
            if type(item) is float:
                self.V[i] = item
            elif type(item) is int:
                self.V[i] = number(item)
            else:
                return False
        return True

    def load_arguments(self, shapes: tuple[Any, ...], arguments: tuple[Any, ...]) -> bool:
        """The same from the arguments of a call, if they have these shapes: a number, a Value, lists of such.

        A shape is "number", ("list", shape, ...), ("tuple", shape, ...), ("value", id, whether it takes a gradient),
        ("constant", type, object), or the `Fingerprint` of a module.
        """
        self._check()
        self.loaded = 0
        if shapes is None or arguments is None or len(shapes) != len(arguments):
            return False
        for i in range(len(shapes)):
            if not self._load_argument(shapes[i], arguments[i], 0):
                return False
        return bool(self.loaded == self.tape.inputs)

    def _load_argument(self, shape: Any, x: Any, depth: int) -> bool:
        if type(x) is float:
            if shape != "number" or self.loaded >= self.tape.inputs:
                return False
            self.V[self.loaded] = x
            self.loaded += 1
            return True
        if isinstance(shape, Fingerprint):
            return bool(shape.fits(x))
        if not isinstance(shape, tuple) or not shape or depth > 20:
            return False
        if shape[0] == "constant":
            return bool(len(shape) == 3 and x is shape[2])
        if isinstance(x, Node):
            return bool(len(shape) == 3 and shape[0] == "value" and shape[1] == id(x) and shape[2] is takes_gradient(x))
        if type(x) is list or type(x) is tuple:
            if shape[0] != type(x).__name__ or len(shape) != len(x) + 1:
                return False
            for i in range(1, len(shape)):
                if i > len(x) or not self._load_argument(shape[i], x[i - 1], depth + 1):
                    return False
            return True
        return False

    def value(self) -> float:
        """The first output at the numbers that are there."""
        self._check()
        run_one_forward(self.tape, self.V, False)
        y: float = self.V[self.tape.outputs[0]]
        return y

    def gradient(self, seed: float, inputs: bool) -> float:
        """The same, with seed · its gradient in the rows of parameters, and those of inputs if asked for."""
        self._check()
        run_one_forward(self.tape, self.V, True)
        for i in range(self.tape.leaves + self.tape.count):
            self.G[i] = 0.0
        root = self.tape.outputs[0]
        self.G[root] = seed
        run_one_back(self.tape, self.V, self.G, inputs)
        y: float = self.V[root]
        return y

    def jacobian(self, inputs: bool, into: Any) -> None:
        """∂output/∂input or ∂output/∂parameter at the numbers that are there: a row of `into` for each output.

        Going back from one output, only steps that it is made of are looked at: rows that nothing arrived at are
        skipped, a byte each. So 200 outputs of a dot each take the time of one walk over all, and not of 200.
        """
        self._check()
        start = 0 if inputs else self.tape.inputs
        columns = self.tape.inputs if inputs else self.tape.parameters
        if into.shape[0] != len(self.tape.outputs) or into.shape[1] != columns:
            raise ValueError(
                f"into is ({into.shape[0]}, {into.shape[1]}): it takes a row for each of {len(self.tape.outputs)} "
                f"outputs, of {columns} numbers"
            )
        ways = self.tape.to_inputs if inputs else self.tape.to_parameters
        run_one_forward(self.tape, self.V, True)
        arrived = array("b", bytes(self.tape.leaves + self.tape.count))
        for i in range(self.tape.leaves + self.tape.count):
            self.G[i] = 0.0
        for o in range(len(self.tape.outputs)):
            root = self.tape.outputs[o]
            if ways[root]:
                self.G[root] = 1.0
                arrived[root] = 1
                run_back_from(self.tape, self.V, self.G, root, ways, arrived)
            for c in range(columns):
                into[o, c] = self.G[start + c]
                self.G[start + c] = 0.0

    def _check(self) -> None:
        if self.tape is None:
            raise TypeError("this Replay has no tape: make it as Replay(tape)")

    # ----- Batches -----

    def values(self, X: Any, into: Any) -> None:
        """The outputs for each row of X, (examples, inputs), written to `into`, (examples, outputs)."""
        self._check()
        self._check_shapes(X.shape[0], X.shape[1], into.shape[0], into.shape[1], len(self.tape.outputs))
        self._make_blocks()
        for at in range(0, X.shape[0], self.width):
            w = min(self.width, X.shape[0] - at)
            self._read(X, at, w)
            run_forward(self.tape, self.blocks, self.width, w, False)
            for j in range(len(self.tape.outputs)):
                row = self.tape.outputs[j] * self.width
                for e in range(w):
                    into[at + e, j] = self.blocks[row + e]

    def gradients(self, X: Any, seed: float, inputs: bool, into: Any, outputs: Any) -> float:
        """seed · Σ of the first output over the rows of X; seed · its gradient is in the rows of parameters.

        Gradients by inputs go to `into`, (examples, inputs), if asked for; all outputs to `outputs`.
        """
        self._check()
        self._check_shapes(X.shape[0], X.shape[1], outputs.shape[0], outputs.shape[1], len(self.tape.outputs))
        if inputs:
            self._check_shapes(X.shape[0], X.shape[1], into.shape[0], into.shape[1], self.tape.inputs)
        self._make_blocks()
        width = self.width
        leaves = self.tape.inputs + self.tape.parameters
        root = self.tape.outputs[0]
        total = 0.0
        G = self.G_blocks
        V = self.blocks
        for k in range(self.tape.parameters):
            self.G[self.tape.inputs + k] = 0.0
        for at in range(0, X.shape[0], width):
            w = min(width, X.shape[0] - at)
            self._read(X, at, w)
            run_forward(self.tape, V, width, w, True)
            for j in range(len(self.tape.outputs)):
                row = self.tape.outputs[j] * width
                for e in range(w):
                    outputs[at + e, j] = V[row + e]
            for e in range(w):
                total += V[root * width + e]
            # Plainly first: what is finite then would not be otherwise with care.
            for careful in range(2):
                for i in range((self.tape.leaves + self.tape.count) * width):
                    G[i] = 0.0
                for e in range(w):
                    G[root * width + e] = seed
                run_back(self.tape, V, G, width, w, inputs, careful == 1)
                odd = 0.0
                for i in range(0 if inputs else self.tape.inputs * width, leaves * width):
                    odd += G[i] * 0.0
                if odd == 0.0:
                    break
            for k in range(self.tape.parameters):
                row = (self.tape.inputs + k) * width
                part = 0.0
                for e in range(w):
                    part += G[row + e]
                self.G[self.tape.inputs + k] += part
            if inputs:
                for k in range(self.tape.inputs):
                    for e in range(w):
                        into[at + e, k] = G[k * width + e]
        return seed * total

    def _check_shapes(self, examples: int, columns: int, rows: int, width: int, wanted: int) -> None:
        if columns != self.tape.inputs or rows != examples or width != wanted:
            raise ValueError(
                f"X is ({examples}, {columns}) and the results ({rows}, {width}): there are {self.tape.inputs} inputs"
            )

    def _make_blocks(self) -> None:
        """Rows for blocks of examples, with the numbers of parameters and of what stays in each."""
        if not self.has_blocks:
            self.has_blocks = True
            self.block_rows = array("d", bytes(8 * self.tape.rows * self.width))
            self.block_adjoints = array("d", bytes(8 * (self.tape.leaves + self.tape.count) * self.width))
            self.blocks, self.G_blocks = start(self.block_rows), start(self.block_adjoints)
        width = self.width
        for i in range(self.tape.inputs, self.tape.leaves):
            for e in range(width):
                self.blocks[i * width + e] = self.V[i]

    def _read(self, X: Any, at: int, w: int) -> None:
        for k in range(self.tape.inputs):
            row = k * self.width
            for e in range(w):
                self.blocks[row + e] = X[at + e, k]


if not cython.compiled:  # in C, fields are 0 and None from the start
    Replay.tape = None
    Replay.has_blocks = False
