"""What runs at `a * b` and at `backward()`. The map of the engine, to read before its files.

**A node.** Every number is a `Value`: a row of C fields (`node.py`), with the operators (`arithmetic.py`) and all else
that a number can do (`value.py`); a .pxd file beside each gives the C types. A node holds its number `_data`, its
gradient `_grad`, the code of the operation that made it, up to two operands `_a` and `_b`, and one local derivative for
each: `_da` = ∂node/∂a, `_db` = ∂node/∂b. A leaf has the code `LEAF` and no operands; its `_flags` say whether it takes
a gradient, and what role it plays.

**`a * b`.** The operator calls `_multiply`, which makes one node: the product, and the local derivatives b and a,
computed there and then and kept. That is all that recording is; there is no tape beside the nodes, and a graph lives
as long as somebody holds its end. `a * 3.0` keeps the 3.0 inside the node, in place of a local derivative that nobody
needs, and makes a constant leaf of it when somebody looks at `.operands`. The hot operations are spelled out in
`arithmetic.py`, value and slopes side by side. Every other one is a row of the table in `ops.py`: a forward rule and
one derivative rule an operand, each written over a namespace `xp`, so that the same row serves floats, recorded Values
(for second derivatives), NumPy programs and the page's JavaScript. `apply` in `applying.py` evaluates a row and makes
the node. An operation over many operands makes one wide node, with its operands and their slopes apart, in an `Extra`;
`several.py` has dot, softmax, where and maximum.

**Numbers.** Floats follow IEEE 754 and never raise: 1/0 is inf, log(-1) is nan. `ieee.py` has the operations for which
Python's own would raise, `special.py` those that its math module lacks, `rules.py` what several rows share.

**`y.backward()`** (`backward.py`). First an order: `_link` walks down from y without recursion (a chain of a million
operations is ordinary) and links every computed node in front of its operands, with its gradient set to 0. Then the
chain rule along those links: y's gradient is 1, and each node adds to each of its operands what goes along that edge,

    operand.grad += local derivative · node.grad

When a node's turn comes, all that used it have added their part; so what it passes on is complete, and a leaf that
reaches y along several paths ends with the sum over the paths. Leaf gradients are not reset: they add up from one
`backward()` to the next. A local derivative of exactly 0 stops even an infinite gradient, so that a branch not taken
(`where`, `relu`) cannot turn the sum into nan.

    >>> from autograd.engine import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> y = a * b + a                                  # a reaches y along two paths
    >>> y.op, [v.label or v.op for v in y.operands], y.local_grads, y.operands[0].local_grads
    ('+', ['*', 'a'], (1.0, 1.0), (-3.0, 2.0))
    >>> y.backward()
    >>> a.grad, b.grad                                 # 1·(-3) + 1 and 1·2
    (-2.0, 2.0)

**Memory.** A graph can hold no cycle (operands are older than the node, labels are str), so nodes are out of the
cyclic collector's sight. Compiled ones lie side by side in slabs, in the order in which they were made, and a deep
graph is freed by a loop, where C would recurse. Both are C, in `memory.h`: the one part that Python has no words for.

**Many nodes.** `many/` has what a walk in Python, node by node, would be slow at: an order, a graph as flat arrays,
copies, numbers into arrays and out of them. `tape/` runs a recorded graph again at other numbers.

**Modes.** `no_grad`, `detect_anomaly` and tracing are kept in `state.py`, per thread and task, and changed for a block
by `switch.py`. While none is on, an operation pays one test of the counter `modes` for them.

The same files run as plain Python where there is no C compiler (`uncompiled.py` stands in for Cython's decorators),
with the same numbers, bit for bit.
"""

from autograd.engine.value import Value as Value
