"""Names in the source, made of labels. A label is any text; what reaches the source is ASCII letters, digits and _."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence

# What the source itself defines or reads; a label that is the same gets a number.
RESERVED = {
    "A", "X", "P", "gP", "gX", "np", "math", "examples", "seed", "inputs", "prepare", "forward", "backward", "theta",
    "value_and_grad", "ones", "largest", "dtype", "shared", "givens", "CONSTANTS", "PARAMETERS", "GIVENS", "SHARED",
    "axis", "out", "mode",
}  # fmt: skip
LONGEST = 32
_TOKEN = re.compile(r"[A-Za-z]+|\d+")


def identifier(text: str) -> str:
    """A Python name that resembles a text, "" if nothing of it can be kept.

    >>> [identifier(label) for label in ("layers.0.w2", "σ(x)", "x'); import os #", "2nd", "∂")]
    ['layers_0_w2', 'sigma_x', 'x_import_os', '_2nd', '']
    """
    spelled = "".join(c if c.isascii() else _greek(c) for c in text[: 4 * LONGEST])
    found = re.sub(r"[^A-Za-z0-9]+", "_", spelled)[:LONGEST].strip("_")
    return f"_{found}" if found[:1].isdigit() else found


def _greek(c: str) -> str:
    words = unicodedata.name(c, "").split()
    if len(words) >= 4 and words[0] == "GREEK" and words[2] == "LETTER":
        return words[3].lower() if words[1] == "SMALL" else words[3].capitalize()
    return "_"


def common_name(labels: Sequence[str]) -> str:
    """One name for several nodes, of what their labels share: numbers that differ among them are left out.

    >>> common_name(["layers.0.neurons.0.w0", "layers.0.neurons.0.w1", "layers.0.neurons.1.w0"])
    'layers_0_w'
    >>> common_name(["x0", "x1", "x2"]), common_name(["a", "b"]), common_name([""])
    ('x', '', '')
    """
    first = _TOKEN.findall(labels[0])
    if len(labels) == 1:
        return identifier(labels[0])
    same = [True] * len(first)
    for label in labels:
        tokens = _TOKEN.findall(label)
        if len(tokens) != len(first):
            return ""
        for k, (a, b) in enumerate(zip(tokens, first, strict=True)):
            if a != b:
                if not (a.isdigit() and b.isdigit()):
                    return ""
                same[k] = False
    last = max((k for k, token in enumerate(first) if not token.isdigit()), default=0)
    kept = [
        token for k, token in enumerate(first)
        if same[k] and (k >= last or token.isdigit() or same[k + 1])  # not "neurons" where its number goes
    ]  # fmt: skip
    return identifier("_".join(kept))


class Names:
    """Names that are given out once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = {*RESERVED, *keyword.kwlist, *keyword.softkwlist, *dir(builtins), *taken}
        self._next: dict[str, int] = {}

    def new(self, wanted: str) -> str:
        """The wanted name, or with a number behind it if that is taken; for "", the number stands behind "v".

        >>> names = Names()
        >>> names.new("w"), names.new("w"), names.new("lambda"), names.new("")
        ('w', 'w_2', 'lambda_2', 'v')
        """
        wanted = wanted or "v"
        found, k = wanted, self._next.get(wanted, 2)
        while found in self.taken:
            found, k = f"{wanted}_{k}", k + 1
        self._next[wanted] = k
        self.taken.add(found)
        return found
