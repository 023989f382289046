"""How long does `import autograd` take over bare Python, and does it stay clear of NumPy?"""

import os
import subprocess
import sys
import time

BAR = 30.0  # milliseconds over bare Python

# With its bytecode kept, as after any installation: to compile the source anew takes three times as long.
ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def milliseconds(code: str) -> float:
    """The best of several fresh interpreters."""
    best = float("inf")
    for _ in range(15):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
        best = min(best, time.perf_counter() - start)
    return best * 1e3


def main() -> None:
    """Print the figures; the control is an interpreter that imports nothing."""
    bare = milliseconds("pass")
    print(f"  bare Python      {bare:6.1f} ms")
    for name in ("autograd", "micrograd.engine", "numpy", "torch", "jax"):
        if subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False).returncode:
            print(f"  {name}: not installed, left out")
        else:
            bar = f" (bar: {BAR:.0f} ms)" if name == "autograd" else ""
            print(f"  import {name:<9} {milliseconds(f'import {name}') - bare:6.1f} ms over bare Python{bar}")
    loaded = subprocess.run(
        [sys.executable, "-c", "import autograd, sys; print('numpy' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"  NumPy loaded by import autograd: {loaded.stdout.strip()}")


if __name__ == "__main__":
    main()
