"""How much memory does a graph take, what does one leaf keep of it, and does memory grow when graphs come and go?

Every figure is the growth of the resident memory of a process of its own.
"""

import subprocess
import sys

from timing import bar

from autograd import Value

RESIDENT = """
import gc, os
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
def chain(x, length):
    y = x
    for _ in range(length // 2):
        y = y * x + x
    return y
"""
NODES = (
    RESIDENT
    + """
{kind}
x = Value(0.5)
kept = chain(x, 1000)
before = resident()
kept = chain(x, {length})
print((resident() - before) / {length})
"""
)
LEAVES = (
    RESIDENT
    + """
from autograd import Value
chain(Value(0.5), 1000)
kept = [None] * 10_000
before = resident()
for i in range(10_000):
    kept[i] = leaf = Value(0.5)
    {graph}
    del leaf
print(resident() - before)
"""
)
CYCLES = (
    RESIDENT
    + """
from autograd import Value
x = Value(0.5)
for i in range(50):
    chain(x, 100_000).backward()
    if i == 4:
        before = resident()
print(resident() - before)
"""
)


def run(code: str) -> float:
    """The number that a program prints, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout)


def main() -> None:
    """Print bytes; the control is a rival's node, and as many leaves without a graph."""
    ours = run(NODES.format(kind="from autograd import Value", length=1_000_000))
    size = Value(1.0).__sizeof__()
    bar(f"a node of two operands takes {size} bytes, {ours:.1f} of resident memory with its slab", size, at_most=96)
    there = run(NODES.format(kind=f"import sys; sys.path.insert(0, {sys.path[0]!r})\nfrom tuple_scheme import Value",
                             length=100_000))  # fmt: skip
    print(f"  tuples of local derivatives: {there:.1f} bytes")
    alone = run(LEAVES.format(graph="pass"))
    kept = run(LEAVES.format(graph="chain(leaf, 198).backward()"))
    print(f"  10,000 leaves alone: {alone / 1e6:.2f} MB; one leaf kept of each of 10,000 graphs: {kept / 1e6:.2f} MB")
    bar(f"a leaf that outlives its graph takes {kept / alone:.2f} x a leaf alone", kept / alone, at_most=2.0)
    grown = run(CYCLES)
    bar(f"100,000 nodes recorded and dropped fifty times: {grown / 1e6:.2f} MB more after the fiftieth than after "
        "the fifth", grown / 1e6, at_most=1.0)  # fmt: skip


if __name__ == "__main__":
    main()
