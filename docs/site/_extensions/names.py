"""Names in `code` lead to their entry in the reference, wherever they stand.

A name is written as people import it (`nn.losses.mse`), by its end where no other entry has that end (`mse`), or with
its call (`mse()`). Attributes and methods need their class (`Value.backward`): `epochs` may be anybody's, and so may be
`save`, which is a function too. Only `fit` means the same everywhere.

>>> short_names({"nn.losses.mse": "function", "nn.History": "class", "nn.History.epochs": "property"})["mse"]
'nn.losses.mse'
"""

import re
from collections import Counter
from collections.abc import Mapping

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode

MEMBERS = {"attribute", "method", "property", "staticmethod", "classmethod"}
DEFINED = re.compile(r"^\s*(?:def|class) (\w+)", re.MULTILINE)  # a lesson's own function, and not ours
ALWAYS = {"fit": "nn.fit"}


def short_names(kinds: Mapping[str, str]) -> dict[str, str]:
    """The entry that each way to write a name means, where it means one."""
    parts = {name: name.split(".") for name in kinds}
    ends = [(".".join(words[first:]), name) for name, words in parts.items() for first in range(len(words))]
    count = Counter(end for end, _ in ends)
    found = {end: name for end, name in ends if count[end] == 1 or end == name}
    return {end: name for end, name in found.items() if "." in end or kinds[name] not in MEMBERS} | ALWAYS


def around(node: nodes.Node) -> tuple[set[str], set[str]]:
    """The entries that a node stands in, and the parameters of the innermost."""
    ids: set[str] = set()
    parameters: set[str] = set()
    while node := node.parent:
        if isinstance(node, addnodes.desc):
            signature = node[0]
            ids.update(signature["ids"])
            parameters |= {re.split(r"\W", part.astext().lstrip("*"))[0] for part in signature.findall(_is_parameter)}
    return ids, parameters


def _is_parameter(node: nodes.Node) -> bool:
    return isinstance(node, addnodes.desc_parameter)


def _in_first_column(node: nodes.Node) -> bool:
    """Whether a node stands where a table says what another library calls it."""
    while (parent := node.parent) and not isinstance(node, nodes.entry):
        node = parent
    return isinstance(node, nodes.entry) and node.parent[0] is node


def link(app: Sphinx, page: nodes.document, name: str) -> None:
    """Make references of the names in a page."""
    objects = app.env.domains.python_domain.objects
    entries = short_names({entry: thing.objtype for entry, thing in objects.items() if not thing.aliased})
    defined = {word for block in page.findall(nodes.literal_block) for word in DEFINED.findall(block.astext())}
    for code in list(page.findall(nodes.literal)):
        text = code.astext().removesuffix("()")
        entry = entries.get(text)
        if entry is None or text in defined or isinstance(code.parent, nodes.reference | nodes.title):
            continue
        here, parameters = around(code)
        if text in parameters or _in_first_column(code):
            continue
        thing = objects[entry]
        if thing.node_id not in here:
            link = make_refnode(app.builder, name, thing.docname, thing.node_id, code.deepcopy(), entry)
            code.parent.replace(code, link)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all pages are read."""
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
