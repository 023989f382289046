"""`python -m nn`: the demo; `python -m nn --help` lists what can be chosen."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run the demo; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m nn", description="Work the student example, train a network on two moons, draw what happened."
    )
    parser.add_argument("--epochs", type=int, default=100, help="training epochs on the two moons (default 100)")
    parser.add_argument("--seed", type=int, default=1337, help="for the weights and the points (default 1337)")
    parser.add_argument(
        "--out", type=Path, default=Path("demo"), metavar="DIR", help="where pictures go (default demo)"
    )
    given = parser.parse_args(arguments)
    if given.epochs < 1:
        parser.error(f"--epochs must be at least 1, got {given.epochs}")

    from nn.demo import run

    try:
        run(given.out, given.epochs, given.seed)
    except OSError as error:
        parser.error(f"cannot write into --out {given.out}: {error.strerror}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
