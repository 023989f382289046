"""`python -m nn`: the demo; `python -m nn digits`: a network learns MNIST; `python -m nn train`: several processes.

`--help` lists what can be chosen.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from autograd.support.text import print_any_sign


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run what it asks for; returns the exit status."""
    print_any_sign()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] not in (["digits"], ["train"]):
        return demo(words)
    try:
        return digits(words[1:]) if words[0] == "digits" else train(words[1:])
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def demo(arguments: Sequence[str]) -> int:
    """The demo, with the words of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m nn",
        description="Work the student example, train a network on two moons, draw what happened.",
        epilog="Other commands: python -m nn digits --help, a network that learns handwritten digits; "
        "python -m nn train --help, a script of yours in several processes.",
    )
    parser.add_argument("--epochs", type=int, default=100, help="training epochs on the two moons (default 100)")
    parser.add_argument("--seed", type=int, default=1337, help="for the weights and the points (default 1337)")
    parser.add_argument(
        "--out", type=Path, default=Path("demo"), metavar="DIR", help="where pictures go (default demo)"
    )
    options = parser.parse_args(arguments)
    if options.epochs < 1:
        parser.error(f"--epochs must be at least 1, got {options.epochs}")

    from nn.demo import run

    try:
        run(options.out, options.epochs, options.seed)
    except OSError as error:
        parser.error(f"cannot write into --out {options.out}: {error.strerror}")
    return 0


def digits(arguments: Sequence[str]) -> int:
    """A network that learns the digits in MNIST's files, with the words after `digits` of the command line."""
    from nn.digits import HELP, check, learn, read
    from nn.training import ENGINES, TrainingError

    parser = argparse.ArgumentParser(
        prog="python -m nn digits",
        description="Train a network on MNIST; draw what it mixes up, its weights and activations.",
        epilog=f"{HELP}\n\nCtrl-C ends the training; what was learned until then is tested and drawn.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, metavar="DIR", help="the folder with MNIST's files")
    add("--out", type=Path, default=Path("demo/digits"), metavar="DIR", help="where pictures go (default demo/digits)")
    add("--save", type=Path, metavar="FILE", help="a .safetensors file for the trained network (default: none)")
    add(
        "--train",
        type=_count,
        metavar="N",
        help="pictures to learn from (default all of train; of t10k alone, 8 in 10)",
    )
    add("--test", type=_count, metavar="N", help="others, to test with (default all of t10k; of t10k alone, 2 in 10)")
    add("--hidden", type=_count, nargs="+", default=[32], metavar="N", help="width of each hidden layer (default 32)")
    add("--epochs", type=_count, default=10, metavar="N", help="how often all pictures are seen (default 10)")
    add("--batch", type=_count, default=32, metavar="N", help="pictures in a step (default 32)")
    add("--lr", type=_rate, default=1e-3, metavar="RATE", help="Adam's learning rate (default 0.001)")
    add("--seed", type=_place, default=0, metavar="N", help="for choice, weights and order of pictures (default 0)")
    add("--show", type=_place, default=0, metavar="N", help="the held-out picture to draw activations for (default 0)")
    add("--engine", choices=ENGINES, default="auto", help="how fit works (default auto, the fastest that fits)")
    options = parser.parse_args(arguments)
    if options.data is None:
        return _failed(parser, 2, f"say where the files are, with --data DIR\n{HELP}")
    try:
        pictures = read(options.data, options.train, options.test, options.seed)
        check(pictures, options.out, options.save, options.show)
    except (ImportError, OSError, ValueError) as error:
        return _failed(parser, 2, str(error))
    print(f"{options.data}: {pictures}")
    try:
        learn(
            pictures, options.out, hidden=options.hidden, epochs=options.epochs, batch=options.batch, lr=options.lr,
            seed=options.seed, engine=options.engine, show=options.show, save=options.save,
        )  # fmt: skip
    except TrainingError as error:
        return _failed(parser, 1, str(error))
    except OSError as error:
        return _failed(parser, 1, f"what was learned could not be written: {error}")
    return 0


def train(arguments: Sequence[str]) -> int:
    """A script in several processes, with the words after `train` of the command line."""
    from nn.training.jax import command

    parser = argparse.ArgumentParser(
        prog="python -m nn train",
        description='Run a script with fit(engine="jax") in several processes that train together.',
        epilog="On each machine, with another number: --coordinator HOST:PORT --processes N --process-id I. HOST:PORT "
        "is where process 0 runs; PORT + 1 is used as well. What follows -- is for the script.",
    )
    add = parser.add_argument
    add("script", metavar="SCRIPT", help="an ordinary Python file")
    add("--local", type=_count, metavar="N", help="start so many processes on this machine")
    add("--coordinator", metavar="HOST:PORT", help="the address at which process 0 listens")
    add("--processes", type=_count, metavar="N", help="how many processes there are on all machines")
    add("--process-id", type=_place, metavar="I", help="the number of the one on this machine, from 0 on")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = parser.parse_args(arguments[:end])
    others = [options.coordinator, options.processes, options.process_id]
    if (options.local is None) == (None in others) or (options.local is not None and others != [None] * 3):
        parser.error("give --local N, or all of --coordinator, --processes and --process-id")
    if options.local is None:
        host, _, port = options.coordinator.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65535:
            parser.error(f"--coordinator is HOST:PORT with a port from 1 to 65534, got {options.coordinator}")
        if options.process_id >= options.processes:
            parser.error(f"--process-id counts from 0 to {options.processes - 1}, got {options.process_id}")
    try:
        script = [command.check(options.script), *arguments[end + 1 :]]
    except (ImportError, OSError) as error:
        parser.error(str(error))
    if options.local is not None:
        return command.run(command.local_plan(script, options.local))
    try:
        return command.run(command.Plan(script, options.coordinator, options.processes, [options.process_id]))
    except OSError as error:
        return _failed(parser, 1, str(error))


def _failed(parser: argparse.ArgumentParser, status: int, message: str) -> int:
    print(f"{parser.prog}: error: {message}", file=sys.stderr)
    return status


def _whole(text: str, least: int) -> int:
    """A whole number from `least` on, for argparse."""
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} on, got {text}")
    return number


_count, _place = partial(_whole, least=1), partial(_whole, least=0)


def _rate(text: str) -> float:
    """A learning rate, for argparse."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a finite number above 0, got {text}")
    return number


if __name__ == "__main__":
    sys.exit(main())
