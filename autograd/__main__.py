"""`python -m autograd "tanh(a*b + c)" a=2 b=-3 c=10`: a formula's value and every gradient, on the command line."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import autograd
from autograd.command.expression import ExpressionError, evaluate, known_functions
from autograd.engine.value import Value
from autograd.support.text import print_any_sign, short


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, print the answers; returns the exit status: 0, or 2 for what cannot be read."""
    print_any_sign()
    parser = _parser()
    # A formula may begin with a minus, which would look like an option: a blank before it says that it is none.
    words = sys.argv[1:] if arguments is None else arguments
    options = parser.parse_args([f" {word}" if re.match(r"-[^-h]", word) else word for word in words])
    options.expression = options.expression.strip()
    try:
        values = _values(options.values)
        output = evaluate(options.expression, values)
        output.label = output.label or "output"
        if output.requires_grad:
            output.backward()
        print(f"{options.expression} = {output.data!r}")
        for name, value in values.items():
            print(f"  d/d{name} = {value.grad!r}")
        _show(options, output, values)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        description="Evaluate a formula and its derivative by every name in it.",
        epilog=f"Functions: {', '.join(sorted(known_functions()))}. Names: those given, and pi, e, inf, nan.",
    )
    parser.add_argument("expression", help='the formula, such as "tanh(a*b + c)"')
    parser.add_argument("values", nargs="*", metavar="name=value", help="a number for each name in it")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the graph into a file (.svg, .dot, .png, .pdf)")
    parser.add_argument("--explain", metavar="NAME", help="write the derivative by NAME as a sum over paths")
    parser.add_argument("--table", action="store_true", help="print the forward and reverse pass as a table")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the graph as an interactive page")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    return parser


def _values(pairs: Sequence[str]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise ExpressionError(f"{short(pair)} is not of the form name=value: write it without spaces, such as a=2")
        if name in known_functions():
            raise ExpressionError(f"{short(name)} is the name of a function: choose another name for the value")
        if name in values:
            raise ExpressionError(f"{short(name)} is given twice")
        values[name] = Value(_number(name, text), label=name)
    return values


def _number(name: str, text: str) -> float:
    """A number as it is written, or a formula without names, such as 1/3 or pi/4."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return evaluate(text, {}).data
    except ExpressionError as error:
        remedy = "; a decimal number has a point" if "," in text else ""
        raise ExpressionError(f"the value of {name} is not a number: {short(text)}{remedy}") from error


def _show(options: argparse.Namespace, output: Value, values: dict[str, Value]) -> None:
    if options.explain is not None:
        if options.explain not in values:
            raise ExpressionError(
                f"--explain {options.explain}: there is no such name; given are {', '.join(values) or 'none'}"
            )
        print(f"\n{autograd.explain(output, values[options.explain])}")
    if options.table:
        print(f"\n{autograd.trace_table(output)}")
    if options.svg:
        print(f"wrote {autograd.draw(output).save(options.svg)}: the graph, with every number and local derivative")
    if options.html or options.open:
        page = autograd.view(output)
        if options.html:
            print(f"wrote {page.save(options.html)}: the graph as a page, to step through and to ask what if")
        if options.open:
            page.open()


if __name__ == "__main__":
    sys.exit(main())
