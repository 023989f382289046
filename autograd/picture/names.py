"""What stands in a picture for a label: `neuron 2` for layers.0.neurons.2, and w₂₁ for its weight of input 1.

Numbers are those of the labels, counted from 0; the first index says where a weight leads to, the second where it comes
from. A box says its place as its title, and what is inside does not repeat it. Labels stay as they are: these are
texts for the eye only.
"""

from __future__ import annotations

import re

from autograd.graph.boxes import module_path
from autograd.graph.snapshot import Snapshot
from autograd.support.text import clean

__all__ = ["box_title", "natural", "numbered", "shown_name", "shown_symbol"]

MOST_RAISED = 100  # powers above are written x^100
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SMALL = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LETTERS = re.compile(r"([^\W\d_]{1,3})(\d{1,4})")
_NUMBERED = re.compile(r"(.*?)(\d+)")
_NEURON = re.compile(r"(?:.*\.)?neurons\.(\d+)")


def shown_name(label: str, around: str = "") -> str:
    """A label as a picture shows it inside of a box with the title `around`.

    >>> [shown_name(f"net.layers.0.neurons.2.{name}", "net.layers.0.neurons.2") for name in ("w1", "w12", "b")]
    ['w₂₁', 'w₂,₁₂', 'b₂']
    >>> shown_name("x0"), shown_name("layers.0.gamma3", "layers.0"), shown_name("layers.1.b"), shown_name("loss2")
    ('x₀', 'gamma3', 'layers.1.b', 'loss2')
    """
    name = label.removeprefix(around + ".") if around else label
    match = _LETTERS.fullmatch(name)
    neuron = _NEURON.fullmatch(around)
    if not neuron or "." in name:
        return match[1] + match[2].translate(_SMALL) if match else name
    if not match:
        return name + neuron[1].translate(_SMALL) if re.fullmatch(r"[^\W\d_]", name) else name
    comma = "," if len(match[2]) > 1 or len(neuron[1]) > 1 else ""
    return match[1] + (neuron[1] + comma + match[2]).translate(_SMALL)


def shown_symbol(picture: Snapshot, index: int) -> str:
    """The operation of a node as a picture shows it: x² for a square, and x³ for a power of a constant 3.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(2.0)
    >>> [shown_symbol(snapshot(y), snapshot(y).root) for y in (x**2, x**-1, x**0.5, x**x, x * x)]
    ['x²', 'x⁻¹', '^', '^', '×']
    """
    node = picture.nodes[index]
    power: float = 2.0 if node.op == "square" else 0.5
    if node.op == "**":
        exponent = picture.nodes[picture.incoming[index][1].source]
        power = exponent.data if exponent.role == "constant" else power
    whole = power == power // 1 and abs(power) < MOST_RAISED
    return f"x{str(int(power)).translate(_RAISED)}" if whole else clean(node.symbol)


def box_title(title: str, around: str = "") -> str:
    """The title of a box inside of another one: the last steps of its place, in words.

    >>> box_title("layers.0"), box_title("layers.0.neurons.2", "layers.0"), box_title("encoder.norm")
    ('layer 0', 'neuron 2', 'encoder.norm')
    >>> box_title("layers.0.neurons.2"), box_title("net.cells.3")
    ('layer 0, neuron 2', 'net, cell 3')
    """
    path = module_path(f"{title}.w")
    if not path or (around and not title.startswith(around + ".")):
        return title
    inner = title.removeprefix(around + ".") if around else title
    steps = [step for step in re.split(r"(?<=\d)\.|\.(?=[^\W\d]\w*\.\d)", inner) if step]
    texts = [re.sub(r"^([^\W\d]\w*?)(?<!s)s?\.(\d+)$", r"\1 \2", step) for step in steps]
    return ", ".join(texts) if texts != [inner] else inner


def natural(text: str) -> tuple[int, ...]:
    """The numbers in a text, by which it is sorted among its like.

    >>> natural("layers.0.neurons.12"), natural("x3"), natural("loss")
    ((0, 12), (3,), ())
    """
    return tuple(int(digits) for digits in re.findall(r"\d+", text) if len(digits) < 10)


def numbered(text: str) -> str:
    """What a text has in common with its like: x for x0, x1 and x2; "" for a text without a number at its end.

    >>> numbered("layers.0.neurons.12"), numbered("x3"), numbered("loss")
    ('layers.0.neurons.', 'x', '')
    """
    match = _NUMBERED.fullmatch(text)
    return match[1] if match and match[1] else ""
