"""Names in the source, made of labels. A label is any text; what reaches the source is ASCII letters, digits and _.

>>> names = Names()
>>> weights = [f"layers.0.neurons.{i}.w{j}" for i in range(2) for j in range(3)]
>>> names.new(common_name(weights)), names.new(common_name(["x'); import os #"])), names.new(common_name(["λ"]))
('layers_0_w', 'x_import_os', 'lamda')
>>> names.new("layers_0_w"), names.new("lambda")
('layers_0_w_2', 'lambda_2')
"""

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
    # Only the beginning is looked at, however long the label is.
    ascii_text = "".join(c if c.isascii() else _greek(c) for c in text[: 4 * LONGEST])
    words = re.sub(r"[^A-Za-z0-9]+", "_", ascii_text)[:LONGEST].strip("_")
    return f"_{words}" if words[:1].isdigit() else words


def _greek(c: str) -> str:
    # Unicode calls σ "GREEK SMALL LETTER SIGMA".
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
    if len(labels) == 1:
        return identifier(labels[0])
    # Labels are compared word by word and number by number; other words, or more of them, have no common name.
    first = _TOKEN.findall(labels[0])
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
    # A word whose number was left out goes with it ("neurons"), but for the last, which says what the nodes are ("w").
    last = max((k for k, token in enumerate(first) if not token.isdigit()), default=0)
    kept = [
        token for k, token in enumerate(first) if same[k] and (k >= last or token.isdigit() or same[k + 1])
    ]  # fmt: skip
    return identifier("_".join(kept))


class Names:
    """Names that are handed out once."""

    def __init__(self, used: Iterable[str] = ()) -> None:
        self.used = {*RESERVED, *keyword.kwlist, *keyword.softkwlist, *dir(builtins), *used}
        self._next: dict[str, int] = {}

    def new(self, label: str) -> str:
        """This name, or with a number behind it if that is used; for "", the number stands behind "v".

        >>> names = Names()
        >>> names.new("w"), names.new("w"), names.new("lambda"), names.new("")
        ('w', 'w_2', 'lambda_2', 'v')
        """
        label = label or "v"
        # Begin where the last search for this label ended: a thousand labels "w" take a thousand steps, not a million.
        name, k = label, self._next.get(label, 2)
        while name in self.used:
            name, k = f"{label}_{k}", k + 1
        self._next[label] = k
        self.used.add(name)
        return name
