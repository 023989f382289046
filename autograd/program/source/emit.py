"""Pass: emit. The lines as the source of a Python module that needs nothing but NumPy.

`prepare` sets up, once for a batch size, the arrays and their parts, and returns the two functions that use them:

>>> from autograd import Value
>>> from autograd.program import compile
>>> w, x = Value(0.0, label="w"), Value(0.0, label="x")
>>> source = compile(w * x, inputs=[x]).source
>>> print(source[source.index("    # parts") : source.index("    def backward")])
    # parts of the vectors of parameters and of gradients
    w = P[0:1].reshape(())
    g_w = gP[0:1].reshape(())
    # arrays for the batch; those that share one are not needed at the same time
    times1 = np.empty((examples,), dtype)
    gX = np.zeros((1, examples), dtype)
    ones = np.ones(examples, dtype)
    g_x = gX[0]
<BLANKLINE>
    def forward(X):
        x = X.T[0]
        # times1: * node #2
        np.multiply(w, x, out=times1)
        return times1
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from autograd.program.source.buffers import accepts_out, share_buffers, split
from autograd.program.source.draft import Draft, Line, Section
from autograd.program.source.formula import Formula, literal, written
from autograd.program.source.numpy_names import HELPERS, NEED_MATH, NEEDS

TITLE = """A scalar formula compiled to array code.

X has a row for each example of a batch. All other arrays have a row for each node, #k in the recorded graph, and a
column for each example. P begins with the parameters, gP with the gradient by them; g_name is the gradient by name.
seed is the gradient by one result: 1/n in a mean over n examples. Where a result or a gradient is not finite, chaingrad
runs its careful source on the batch instead.
"""
CAREFUL_TITLE = """A scalar formula compiled to array code, with every factor of exactly 0 minded.

As the engine has it, a path with such a factor adds nothing, even where another of its factors is infinite or nan.
"""
MANY_NAMES = 400  # with more arrays than this, they are kept in one list: Python's compiler takes long over many names
_WORD = re.compile(r"[A-Za-z_]\w*")
_NAME = re.compile(r'"[^"]*"|(?<![.\w])[A-Za-z_]\w*')  # a string, or a word that is neither an attribute nor in 1e300


def emit(draft: Draft) -> tuple[str, int]:
    """The whole module, and how many rows per example its arrays have together."""
    # Cut lines into single operations, then find arrays that can share memory: results, until forward has returned
    # them, can not.
    forward, backward = split(draft.forward), split(draft.backward)
    outputs = {result.buffer for result in draft.results if isinstance(result, Formula)}
    places = share_buffers(draft.buffers, [*forward, *backward], dict.fromkeys(outputs, len(forward) - 1))
    # The two functions, and around them only what they use.
    last = f"return {', '.join(map(written, draft.results))}"
    body_forward = _function("forward", "X", forward, draft.locals, last, False)
    guarded = bool(draft.layout.parameters)
    body_backward = _function("backward", "X, seed, inputs=False", backward, draft.locals, "", guarded)
    arrays, names = _arrays(draft, places, _words([*body_forward, *body_backward]))
    code = [*arrays, "", *body_forward, "", *body_backward, "", "return forward, backward, gX"]
    # Helpers and indices are found by their names, so these are looked at before arrays lose theirs.
    words = _words(code)
    if len(names) > MANY_NAMES:
        code = _in_one_list(code, names)
    module = [*_head(draft, words), *_prepare(code), *_callers(draft)]
    rows = sum(math.prod(draft.buffers[kept].shape) for kept in set(places.values()) if draft.buffers[kept].batched)
    return "\n".join(module) + "\n", rows + draft.columns


def _words(lines: Iterable[str]) -> set[str]:
    return {word for line in lines if not line.lstrip().startswith("#") for word in _WORD.findall(line)}


# ----- The functions -----


def _function(
    name: str, arguments: str, sections: Sequence[Section], parts_of_x: Mapping[str, str], last: str, guarded: bool
) -> list[str]:
    body: list[str] = []
    # Each section under its comment; lines that only a gradient by inputs needs, under one `if` where they adjoin.
    for section in sections:
        if section.lines:
            body.append(f"# {section.comment}")
        inside = False
        for line in section.lines:
            if guarded and line.only_inputs and not inside:
                body.append("if inputs:")
            inside = guarded and line.only_inputs
            body.append(("    " if inside else "") + statement(line))
    # In front stand the parts of X that the lines use.
    used = _words([*body, last])
    heads: list[str] = []
    for text, part in reversed(list(parts_of_x.items())):  # a part of a part comes later
        if part in used:
            heads.insert(0, f"{part} = {text}")
            used |= _words([text])
    lines = [*heads, *body, *([last] if last else [])] or ["pass"]
    return [f"def {name}({arguments}):", *[f"    {line}" for line in lines]]


def statement(line: Line) -> str:
    """The source of one line.

    >>> from autograd.program.source.formula import call, name
    >>> z, w, x = name("z"), name("W"), name("x")
    >>> print(statement(Line(z, call("np.matmul", w, x, axes="nb"))))
    np.matmul(W, x, out=z)
    >>> print(statement(Line(z, -name("b", "n"), "add")))
    np.subtract(z, b, out=z)
    """
    target, formula = line.target.text, line.formula
    text = written(formula)
    if line.how == "local":
        return f"{target} = {text}"
    if line.how == "put":
        return f"{target}[{line.index}] = {text}"
    if line.how == "at":
        return f"np.add.at({target}, {line.index}, {text})"
    # Everything else writes into an array that is there: `out=` where the function has it, a copy where not.
    if line.how == "add":
        if isinstance(formula, Formula) and formula.function == "np.negative":
            return f"np.subtract({target}, {written(formula.parts[0])}, out={target})"
        return f"np.add({target}, {text}, out={target})"
    if not isinstance(formula, Formula) or not (formula.axes or any(part.buffer for part in formula.names())):
        return f"{target}.fill({text})" if target.isidentifier() else f"{target} = {text}"
    function, _, keywords = formula.function.partition("|")
    if accepts_out(formula.function):
        more = [*([keywords] if keywords else []), *(["axis=0"] if function == "np.take" else []), f"out={target}"]
        more += ['mode="clip"'] if function == "np.take" else []  # with mode="raise", np.take copies its output
        return f"{function}({', '.join([*map(written, formula.parts), *more])})"
    return f"np.copyto({target}, {text})"


# ----- What stands around them -----


def _arrays(draft: Draft, places: Mapping[str, str], used: set[str]) -> tuple[list[str], set[str]]:
    """The lines that make the arrays and their parts, and all names of both."""
    # The array behind each view, which may be a view of a view: those of P and gP are set up first, arrays of the batch
    # before their views.
    root = {buffer: buffer for buffer in draft.buffers}
    for text, view in draft.views.items():
        base = _WORD.match(text)
        root[view] = root.get(base.group(), base.group()) if base else ""
    needed = set(used)
    chosen: list[tuple[str, str]] = []
    for text, view in reversed(list(draft.views.items())):  # a view of a view comes later
        if view in needed:
            needed |= _words([text])
            chosen.append((text, view))
    chosen.reverse()
    of_vectors = [f"{view} = {text}" for text, view in chosen if root[view] in ("P", "gP")]
    of_arrays = [f"{view} = {text}" for text, view in chosen if root[view] not in ("P", "gP")]
    lines = ["# parts of the vectors of parameters and of gradients", *of_vectors] if of_vectors else []
    lines.append("# arrays for the batch; those that share one are not needed at the same time")
    # Arrays that share memory are several names of one.
    sharing: dict[str, list[str]] = {}
    for buffer_name, physical in places.items():
        sharing.setdefault(physical, []).append(buffer_name)
    for physical, members in sharing.items():
        buffer = draft.buffers[physical]
        shape = [*map(str, buffer.shape), *(["examples"] if buffer.batched else [])]
        text = f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"
        lines.append(f"{' = '.join(members)} = np.empty({text}, dtype)")
    lines.append(f"gX = np.zeros(({draft.columns}, examples), dtype)")
    if "ones" in used:
        lines.append("ones = np.ones(examples, dtype)")
    if "largest" in used:
        lines.append("largest = np.finfo(dtype).max")
    return lines + of_arrays, {*places, *[view for _, view in chosen]}


def _in_one_list(code: Sequence[str], names: set[str]) -> list[str]:
    """The same code with A[k] in place of each of these names."""
    number = {name: f"A[{k}]" for k, name in enumerate(sorted(names))}

    def replaced(line: str) -> str:
        return line if line.lstrip().startswith("#") else _NAME.sub(lambda word: number.get(word[0], word[0]), line)

    return [f"A = [None] * {len(number)}  # the arrays and their parts", *map(replaced, code)]


def _prepare(code: Sequence[str]) -> list[str]:
    doc = '"""Two functions for batches of so many examples: their results, and then the gradients, into gP and gX."""'
    inner = [f"    {line}".rstrip() for line in code]
    return ["", "", "def prepare(examples, P, gP, dtype=np.float64):", f"    {doc}", *inner]


def _head(draft: Draft, used: set[str]) -> list[str]:
    # A helper stands behind those that it calls.
    helpers = [helper for helper in HELPERS if helper in used]
    for helper in list(helpers):
        helpers = [*[need for need in NEEDS.get(helper, ()) if need not in helpers], *helpers]
    title = CAREFUL_TITLE if draft.careful else TITLE
    imports = (["import math", ""] if set(helpers) & set(NEED_MATH) else []) + ["import numpy as np", ""]
    layout = draft.layout
    lines = [
        *(f'"""{title}"""', "", *imports),
        f"PARAMETERS = {len(layout.parameters)}  # P begins with them",
        f"GIVENS = {len(layout.givens)}  # then numbers that are given, but take no gradient",
        f"CONSTANTS = [{', '.join(map(literal, layout.constants))}]",
        f"SHARED = {layout.shared}  # the length of P: then what is computed of these, the same for all examples",
    ]
    for index, values in draft.indices.items():
        if index in used:
            lines.append(f"{index} = np.array({values.tolist()}, dtype=np.intp)")
    # Two helpers may have one text: `own_value` and `own_slope`.
    for text in dict.fromkeys(HELPERS[helper] for helper in helpers):
        lines += ["", text.rstrip("\n")]
    return lines


def _callers(draft: Draft) -> list[str]:
    # How to call the two functions without chaingrad. Only the gradient of the first output is computed; its result
    # has an axis of its own if it is one of several that lie together.
    first = draft.results[0]
    batched = isinstance(first, Formula) and "b" in first.axes
    result = "forward(X)" + ("[0]" if len(draft.results) > 1 else "")
    result += "[0]" if isinstance(first, Formula) and first.axes.startswith("n") else ""
    return f'''

def shared(theta, givens=(), dtype=np.float64):
    """The vector P for these parameters."""
    P = np.zeros(SHARED, dtype)
    P[:PARAMETERS] = theta
    P[PARAMETERS : PARAMETERS + GIVENS] = givens
    P[PARAMETERS + GIVENS : PARAMETERS + GIVENS + len(CONSTANTS)] = CONSTANTS
    return P


def value_and_grad(theta, X, givens=()):
    """The mean of the result over the examples, which are the rows of X, and its gradient by the parameters theta."""
    P = shared(theta, givens)
    gP = np.zeros_like(P)
    forward, backward, gX = prepare(len(X), P, gP)
    with np.errstate(all="ignore"):
        value = float(np.mean({result}))
        backward(X, {"1.0 / len(X)" if batched else "1.0"})
    return value, gP[:PARAMETERS]
'''.rstrip("\n").split("\n")
