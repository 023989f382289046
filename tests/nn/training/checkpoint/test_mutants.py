"""Checkpoint files changed in thousands of ways, most of them with the right checksum: the training goes on from
exactly what the file says, or there is a CheckpointError and nothing has changed.
"""

import copy
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import nn
from nn.callbacks import Callback, EarlyStopping, Logs
from nn.training import CheckpointError, TrainingError
from nn.training.checkpoint.file import FORMAT, VERSION
from tests.nn.small_nets import QUIET
from tests.nn.training.stateful_training import Stop

X = [[0.1, 0.9], [0.4, -0.2], [-0.7, 0.3], [0.8, 0.8], [-0.5, -0.5], [0.2, 0.1]]
Y = [0, 1, 0, 1, 1, 0]

WRONG: list[Any] = [
    None, True, False, 0, 1, -1, 2, 99, 2**53 + 1, 10**9, -(10**40), 10**400, 0.0, 0.5, -1.0, 1e308, float("nan"),
    float("inf"), "", "x", "\ud800", [], [1], [[]], {}, {"a": 1}, [None] * 3,
]  # fmt: skip


class Noise(nn.Module):
    """A part that draws from a generator of NumPy's, and has a buffer."""

    buffers = ("seen",)

    def __init__(self, bits: Any) -> None:
        self.generator, self.seen = np.random.Generator(bits(5)), [0]

    def __call__(self, x: Any) -> Any:
        if not self.training:
            return x
        self.seen[0] += 1
        return [v + 0.01 * self.generator.normal() for v in x]


class Counter(Callback):
    """A callback that takes whatever it is given."""

    def __init__(self) -> None:
        self.epochs = 0

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        self.epochs += 1

    def state_dict(self) -> dict[str, Any]:
        return {"epochs": self.epochs}

    def load_state_dict(self, saved: Any) -> None:
        if type(saved["epochs"]) is not int:
            raise TypeError(f"epochs is a whole number, got {saved['epochs']!r}")
        self.epochs = saved["epochs"]


class Training:
    """All that a training changes, and the training."""

    def __init__(self, bits: Any = np.random.PCG64) -> None:
        hidden, relu = nn.Layer(2, 2, "linear", seed=0), nn.ActivationLayer("relu")
        inner = [
            hidden,
            nn.BatchNorm(2),
            relu,
            nn.Dropout(0.25, seed=1),
            Noise(bits),
            nn.Layer(2, 1, "sigmoid", seed=2),
        ]
        self.model = nn.Sequential(*inner)
        self.optimizer = nn.optim.Adam(self.model.parameters(), lr=0.05)
        self.counter, self.stopping = Counter(), EarlyStopping(patience=9)

    def run(self, folder: Path, *callbacks: Callback, resume: bool) -> nn.training.History:
        return self.model.fit(  # type: ignore[no-any-return]
            X, Y, optimizer=self.optimizer, epochs=4, batch_size=2, validation_data=(X[:3], Y[:3]), seed=3, l2=0.01,
            metrics=["accuracy"], callbacks=[self.counter, *callbacks], early_stopping=self.stopping, engine="eager",
            checkpoint=folder, checkpoint_every=1, resume=resume, **QUIET,
        )  # fmt: skip

    def state(self) -> str:
        """All of it, so that any difference is seen."""
        parts: Any = self.model.layers
        generators = parts[3].rng.getstate(), parts[4].generator.bit_generator.state
        callbacks = self.counter.state_dict(), self.stopping.state_dict()
        return repr((self.model.state_dict(), self.optimizer.state_dict(), generators, callbacks))


class Content(NamedTuple):
    """A checkpoint as it was written, and its content."""

    raw: bytes
    content: dict[str, Any]


@cache
def written(steps: int, bits: Any, folder: Path) -> Content:
    """A checkpoint after so many steps."""
    with pytest.raises(RuntimeError, match="a crash"):
        Training(bits).run(folder / f"{steps}-{bits.__name__}", Stop(steps + 1), resume=False)
    raw = (folder / f"{steps}-{bits.__name__}" / "checkpoint.json").read_bytes()
    return Content(raw, json.loads(raw.partition(b"\n")[2]))


def sealed(body: bytes) -> bytes:
    head = {"format": FORMAT, "version": VERSION, "sha256": hashlib.sha256(body).hexdigest()}
    return json.dumps(head).encode() + b"\n" + body + b"\n"


def places(content: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a content; of long lists of numbers the first and the last."""
    if way:
        yield way
    if isinstance(content, (dict, list)):
        entries: Any = content.items() if isinstance(content, dict) else enumerate(content)
        last = len(content) - 1
        for i, (name, entry) in enumerate(entries):
            if not isinstance(content, list) or last < 6 or i in (0, last):
                yield from places(entry, (*way, name))


def differences(a: Any, b: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places in which two contents differ; the order of names is no difference."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in {*a, *b}:
            yield from differences(a.get(name, ...), b.get(name, ...), (*way, name))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from differences(x, y, (*way, i))
    elif repr(a) != repr(b):
        yield way


def put(content: Any, way: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value in one place."""
    changed = copy.deepcopy(content)
    place = changed
    for name in way[:-1]:
        place = place[name]
    place[way[-1]] = value
    return changed


class Mutant(NamedTuple):
    """A file, where it differs from the one that was written, and its content if that can be told."""

    name: str
    raw: bytes
    content: Any = None


Maker = Callable[[], Mutant]  # a copy of the whole content takes time: only what is tried is made


def in_place(content: dict[str, Any], way: tuple[Any, ...], what: str, entry: Any) -> Mutant:
    """The content with another entry in one place, and the right checksum."""
    changed = put(content, way, entry) if way else entry
    return Mutant(f"{'/'.join(map(str, way))}{what}", sealed(json.dumps(changed).encode()), changed)


def values(content: dict[str, Any]) -> Iterator[Maker]:
    """Each place with each wrong value."""
    for way in places(content):
        for wrong in WRONG:
            yield partial(in_place, content, way, f" = {str(wrong)[:20]!a}", wrong)


def names(content: dict[str, Any], rng: random.Random) -> Iterator[Maker]:
    """Names left out, added, renamed; lists shorter and longer; parts exchanged."""
    dicts = [(), *(way for way in places(content) if isinstance(_at(content, way), (dict, list)))]
    for way in dicts:
        entries = _at(content, way)
        changes: dict[str, Any] = {}
        if isinstance(entries, dict):
            changes["more"] = {**entries, "more": 1}
            for name in list(entries)[:4]:
                changes[f"without {name}"] = {key: x for key, x in entries.items() if key != name}
                changes[f"renamed {name}"] = {key + " " * (key == name): x for key, x in entries.items()}
            changes["turned"] = dict(reversed(entries.items()))
        else:
            changes = {"shorter": entries[:-1], "longer": [*entries, *entries[-1:], 0.5]}
        for what, entry in changes.items():
            yield partial(in_place, content, way, f": {what}", entry)
    keys = list(content)
    for a in keys:
        b = rng.choice(keys)
        yield partial(in_place, content, (), f"{a} and {b} exchanged", {**content, a: content[b], b: content[a]})


def broken(raw: bytes, rng: random.Random, n: int) -> Iterator[Mutant]:
    """Files cut off, with bits turned, blocks moved, lines doubled; and a body that is no JSON under a right seal."""
    body = raw.partition(b"\n")[2].removesuffix(b"\n")
    for _ in range(n):
        place, other = sorted(rng.randrange(len(raw)) for _ in range(2))
        byte = bytes([raw[place] ^ (1 << rng.randrange(8))])
        yield Mutant(f"bit at {place}", raw[:place] + byte + raw[place + 1 :])
        yield Mutant(f"cut at {place}", raw[:place])
        yield Mutant(f"{place} to {other} left out", raw[:place] + raw[other:])
        yield Mutant(f"{place} to {other} doubled", raw[:other] + raw[place:])
        start = rng.randrange(len(body))
        yield Mutant(f"sealed, cut at {start}", sealed(body[:start]))
        turned = body[:start] + bytes([body[start] ^ (1 << rng.randrange(8))]) + body[start + 1 :]
        yield Mutant(f"sealed, bit at {start}", sealed(turned))
    deep = b'{"a": ' * 100_000 + b"1" + b"}" * 100_000
    twins = body.replace(b'"seed":', b'"seed": 3, "seed":', 1)
    for i, text in enumerate(
        [
            b"",
            b"[1]",
            b"null",
            b"NaN",
            b'"' * 99,
            b"[" * 100_000,
            deep,
            twins,
            body + b" 1",
            body.decode().encode("utf-16"),
        ]
    ):
        yield Mutant(f"sealed body {i}", sealed(text))
        yield Mutant(f"head {i}", text + b"\n" + body)


def _at(content: Any, way: tuple[Any, ...]) -> Any:
    for name in way:
        content = content[name]
    return content


# Numbers that a training may have come to: one is as good as another, within the range that the file is checked for.
FREE = re.compile(
    r"state/(parameters|buffers|generators|optimizer/(state|steps|hyperparameters/lr))|history/(history|layers|best_epoch)"
    r"|history/start/(loss|chance|reach|mixed|inputs/[a-z_]+|targets|layers/.*/(weights|bias|dead|saturated|alike))"
    r"|so_far/(loss|penalty|outputs)|watch/\d/(gradient|ratio|fired|seen|saturated|steps)|scale|stopped"
    r"|callbacks/(0/|1/(best|state))|job/own"
)  # fmt: skip


def check(mutant: Mutant, original: Content, folder: Path, bits: Any) -> str:
    """ "refused" or "goes on", and nothing else: with the state as it was, or as the file says."""
    path = folder / "checkpoint.json"
    path.write_bytes(mutant.raw)
    training = Training(bits)
    before = training.state()
    refusal = ""
    try:
        training.run(folder, resume=True)
    except CheckpointError as error:
        refusal = str(error)
    except TrainingError:  # as from weights of 1e308
        pass
    if refusal:
        assert str(path) in refusal, mutant.name
        refusal.encode()  # no lone surrogate: it can be printed
        assert len(refusal) < 600, mutant.name
        assert training.state() == before, mutant.name
        assert path.read_bytes() == mutant.raw, mutant.name
        assert [file.name for file in folder.iterdir()] == ["checkpoint.json"], mutant.name
        return "refused"
    content = mutant.content or _read(mutant.raw)
    changed = ["/".join(map(str, way)) for way in differences(original.content, content)]
    assert all(map(FREE.match, changed)), (mutant.name, changed)
    # What was accepted is what was taken over: a training that ends as it begins writes the same state.
    path.write_bytes(mutant.raw)
    loaded = Training(bits)
    with pytest.raises(RuntimeError, match="at once"):
        loaded.run(folder, Ending(), resume=True)
    assert loaded.model.state_dict() == _numbers_of(content, loaded.model), mutant.name
    assert json.dumps(loaded.optimizer.state_dict()["steps"]) == json.dumps(content["state"]["optimizer"]["steps"])
    assert repr(loaded.stopping.best) == repr(content["callbacks"][1]["best"]), mutant.name
    return "goes on"


class Ending(Callback):
    def on_train_begin(self, logs: Logs) -> None:
        raise RuntimeError("at once")


def _read(raw: bytes) -> Any:
    return json.loads(raw.partition(b"\n")[2])


def _numbers_of(content: dict[str, Any], model: nn.Module) -> dict[str, float]:
    buffers = {f"{name}{i}": x for name, xs in content["state"]["buffers"].items() for i, x in enumerate(xs)}
    saved = {**content["state"]["parameters"], **buffers}
    return {name: saved[name] for name in model.state_dict()}


def mutants(original: Content, seed: int, n: int) -> Iterator[Mutant]:
    """So many mutants of all kinds, the same ones for each seed."""
    rng = random.Random(seed)
    files = [partial(lambda mutant: mutant, mutant) for mutant in broken(original.raw, rng, n // 40)]
    makers: list[Maker] = [*values(original.content), *names(original.content, rng), *files]
    return (make() for make in rng.sample(makers, n))


def run(chosen: Iterable[Mutant], original: Content, folder: Path, bits: Any) -> dict[str, int]:
    counts = {"refused": 0, "goes on": 0}
    folder.mkdir()
    for mutant in chosen:
        counts[check(mutant, original, folder, bits)] += 1
    return counts


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


def test_the_file_itself_is_accepted(base: Path, tmp_path: Path) -> None:
    original = written(4, np.random.PCG64, base)
    itself = [Mutant("", original.raw, original.content)]
    assert run(itself, original, tmp_path / "run", np.random.PCG64) == {"refused": 0, "goes on": 1}


def test_a_few_hundred_mutants(base: Path, tmp_path: Path) -> None:
    """Of every kind, in the middle of the second epoch."""
    original = written(4, np.random.PCG64, base)
    counts = run(mutants(original, 1, 300), original, tmp_path / "run", np.random.PCG64)
    assert counts["refused"] > 200 and counts["goes on"] > 10


GENERATORS = [np.random.MT19937, np.random.Philox, np.random.SFC64, np.random.PCG64DXSM]


@pytest.mark.parametrize("bits", GENERATORS)
def test_states_of_numpys_generators(bits: Any, base: Path, tmp_path: Path) -> None:
    original = written(4, bits, base)
    of_generators = [way for way in places(original.content) if way[1:3] == ("generators", "layers.4.generator")]
    makers = [partial(in_place, original.content, way, "", wrong) for way in of_generators for wrong in WRONG]
    chosen = [make() for make in random.Random(2).sample(makers, 30)]
    assert run(chosen, original, tmp_path / "run", bits)["refused"] > 15


@pytest.mark.parametrize(
    ("bits", "name", "place"),
    [
        (np.random.MT19937, "pos", 625),
        (np.random.MT19937, "pos", -1),
        (np.random.MT19937, "pos", 10**6),
        (np.random.Philox, "buffer_pos", 5),
        (np.random.Philox, "buffer_pos", -1),
        (np.random.PCG64, "has_uint32", 2),
    ],
)
def test_a_place_outside_of_a_generators_block_of_numbers(
    bits: Any, name: str, place: int, base: Path, tmp_path: Path
) -> None:
    """NumPy takes it, and reads what is in the memory there."""
    original = written(4, bits, base)
    [way] = [way for way in places(original.content) if way[-1] == name]
    (tmp_path / "checkpoint.json").write_bytes(in_place(original.content, way, "", place).raw)
    with pytest.raises(CheckpointError, match=f"/{name} must be a whole number from 0 to"):
        Training(bits).run(tmp_path, resume=True)


@pytest.mark.slow
@pytest.mark.parametrize("steps", [3, 4])
def test_thousands_of_mutants(steps: int, base: Path, tmp_path: Path) -> None:
    """At the end of the first epoch, and in the middle of the second."""
    original = written(steps, np.random.PCG64, base)
    counts = run(mutants(original, steps, 1000), original, tmp_path / "run", np.random.PCG64)
    assert counts["refused"] > 650 and counts["goes on"] > 50
