"""The walls of the house: which room imports which, held against the plan in docs/rooms.py; and how full rooms are."""

import re
from collections import Counter
from pathlib import Path

import pytest

from docs.rooms import (
    DOORS,
    PACKAGES,
    ROOT,
    STOREYS,
    TYPES,
    arrows,
    circles,
    drawn_arrows,
    drawn_doors,
    faults,
    files,
    imports,
    imports_of,
    room_of,
    runs,
    storey_of,
)

EDGES = imports()
ENTRANCES = ("functions", "reductions", "modes", "custom", "testing")


def test_arrows_go_down() -> None:
    assert not faults(EDGES)


def test_rooms_make_no_circle() -> None:
    assert not circles(arrows(EDGES))


def test_files_make_no_circle() -> None:
    """Not even inside of a room; what an `__init__` imports, it offers, and is no arrow."""
    pairs = [(e.source, e.target) for e in EDGES if runs(e) and (e.source, e.target) not in DOORS]
    assert not circles((s, t) for s, t in pairs if not s.endswith("__init__.py"))


def test_every_door_is_used() -> None:
    assert {(edge.source, edge.target) for edge in EDGES if edge.late and not edge.typing} >= DOORS.keys()
    assert {(edge.source, edge.target) for edge in EDGES if edge.typing} >= TYPES


def test_every_room_has_a_storey_and_every_storey_has_rooms() -> None:
    rooms = {room_of(file) for file in files()}
    assert rooms == {room for storey in STOREYS for room in storey}
    assert max(Counter(room for storey in STOREYS for room in storey).values()) == 1


@pytest.mark.parametrize(
    ("file", "line", "fault"),
    [
        ("autograd/support/text.py", "from autograd.engine import ops", "autograd.support -> autograd.engine goes up"),
        ("autograd/engine/ops.py", "import autograd.graph.paths", "autograd.engine -> autograd.graph goes up"),
        ("autograd/graph/paths.py", "def f():\n    from autograd.page import view", "autograd.graph -> autograd.page"),
        (
            "autograd/explanation/order.py",
            "from autograd.program import passes",
            "autograd.program.passes goes sideways",
        ),
        ("autograd/program/build.py", "from .. import picture", "autograd.program -> autograd.picture goes up"),
        ("autograd/program/build.py", "from ...nn import losses", "autograd.program -> nn.losses goes up"),
        ("autograd/page/still.py", "if x:\n    import nn", "autograd.page -> nn goes up"),
        ("nn/losses/targets.py", "from nn import optim", "nn.losses -> nn.optim goes sideways"),
        ("nn/module.py", "from nn.training import fit", "a door, outside of a function"),
        ("nn/module.py", "from nn.sklearn import x", "nn.module -> nn.sklearn goes up"),
        ("nn/module.py", "def f():\n    from nn.training import loop", "nn.module -> nn.training goes up"),
        ("autograd/engine/value.py", "def f():\n    from autograd.graph import paths", "-> autograd.graph goes up"),
        (
            "autograd/program/passes/sums.py",
            "from autograd.program.source import emit",
            "passes -> autograd.program.source",
        ),
        ("autograd/program/source/emit.py", "from autograd.program import build", "source -> autograd.program goes up"),
        ("nn/training/loop.py", "from nn.training.compiled import rows", "nn.training -> nn.training.compiled goes up"),
        ("autograd/graph/paths.py", "import_module('autograd.page')", "autograd.graph -> autograd.page goes up"),
        ("autograd/graph/paths.py", "importlib.import_module('.page', 'autograd')", "autograd.graph -> autograd.page"),
        ("autograd/graph/paths.py", "__import__('autograd.page')", "autograd.graph -> autograd.page goes up"),
        ("autograd/graph/paths.py", "import_module(name)", "nobody can tell which room that is"),
        ("autograd/graph/paths.py", "import tests.conftest", "nobody can tell which room that is, or it is none"),
        ("autograd/graph/paths.py", "if not TYPE_CHECKING:\n    import autograd.page", "autograd.page goes up"),
        ("autograd/graph/paths.py", "if x or TYPE_CHECKING:\n    import autograd.page", "autograd.page goes up"),
        ("nn/places.py", "if TYPE_CHECKING:\n    from nn.io import save", "nn.places -> nn.io goes up, for types"),
    ],
)
def test_a_planted_import_is_found(file: str, line: str, fault: str) -> None:
    before = (ROOT / file).read_text(encoding="utf-8")
    known = set(files())
    assert not faults(imports_of(file, before, known))
    (message,) = faults(imports_of(file, f"{before}\n{line}\n", known))
    assert message.startswith(f"{file}:{before.count(chr(10)) + 2 + line.count(chr(10))} ")
    assert fault in message


@pytest.mark.parametrize(
    "text",
    ["if TYPE_CHECKING:\n    from autograd.page import View", "from autograd.support import text", "import math"],
)
def test_what_is_allowed_is_let_through(text: str) -> None:
    assert not faults(imports_of("autograd/graph/paths.py", text, set(files())))


def test_a_circle_is_found() -> None:
    assert circles([*arrows(EDGES), ("autograd.support", "autograd.page")])


def test_a_room_without_a_place_in_the_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="nn\\.attic has no storey: name it in STOREYS"):
        storey_of("nn.attic")


def test_rooms_are_not_overcrowded() -> None:
    def entries(folder: Path) -> set[str]:
        return {path.name for path in folder.iterdir() if not path.name.startswith((".", "__pycache__"))}

    core = {"__init__.py", "__main__.py", "py.typed", "derivatives", *(f"{name}.py" for name in ENTRANCES)}
    assert len(entries(ROOT / "autograd") - core) <= 10
    assert len(entries(ROOT / "nn")) <= 34
    rooms = [path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob("*.py")]
    full = Counter(path.parent for path in rooms if path.name != "__init__.py")
    assert {str(folder.relative_to(ROOT)) for folder, count in full.items() if count > 16} <= {"nn"}


def test_the_picture_shows_the_rooms_as_they_are() -> None:
    titles = re.findall(r"<title>([\w.]+)&#45;&gt;([\w.]+)</title>", (ROOT / "docs" / "rooms.svg").read_text("utf-8"))
    assert sorted(titles) == sorted([*drawn_arrows(EDGES), *drawn_doors()]), "draw it again: make pictures"


def test_the_contributor_is_told_of_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = [room.replace(".", "/") for storey in STOREYS for room in storey]
    rooms = [folder for folder in folders if (ROOT / folder).is_dir() and folder not in PACKAGES]
    assert not [room for room in rooms if f"`{room}/`" not in text and f"`{room.rpartition('/')[2]}`" not in text]
