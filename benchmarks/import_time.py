"""How long does `import autograd` take over bare Python, and does it stay clear of NumPy?"""

import os
import subprocess
import sys
import time

from rivals import installed
from timing import bar

# With its bytecode kept, as after any installation: to compile the source anew takes three times as long.
ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def milliseconds(codes: list[str]) -> list[float]:
    """The best of several fresh interpreters for each, in turn."""
    best = [float("inf")] * len(codes)
    for _ in range(15):
        for k, code in enumerate(codes):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
            best[k] = min(best[k], time.perf_counter() - start)
    return [spent * 1e3 for spent in best]


def main() -> None:
    """Print the figures; the control is an interpreter that imports nothing."""
    names = ["autograd", *[name for name in ("micrograd", "numpy") if installed(name, name)]]
    bare, *others = milliseconds(["pass", *[f"import {name}" for name in names]])
    print(f"  bare Python      {bare:6.1f} ms")
    for name, spent in zip(names, others, strict=True):
        print(f"  import {name:<9} {spent - bare:6.1f} ms over bare Python")
    bar(f"import autograd takes {others[0] - bare:.1f} ms over bare Python", others[0] - bare, at_most=30)
    loaded = subprocess.run(
        [sys.executable, "-c", "import autograd, sys; print('numpy' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"  NumPy loaded by import autograd: {loaded.stdout.strip()}")


if __name__ == "__main__":
    main()
