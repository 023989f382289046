"""Compile the engine where that is possible; everything else is in pyproject.toml.

The engine is every module below autograd/engine that has a .pxd file with its C types beside it. Compiling is
optional. Whatever goes wrong on the way (no Cython, no C compiler, an error in either) leaves a complete
installation that runs the same files as plain Python, and says so in a line.
``CHAINGRAD_NO_EXTENSION=1`` leaves the extension out on purpose. Free-threaded Python does without it: the slabs
that its nodes lie in are guarded by the lock of the interpreter.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ENGINE = Path("autograd/engine")

# Compiled and uncompiled, the engine must give the same bits. By default GCC fuses a * b + c into one
# instruction with one rounding where the machine has it (every 64-bit ARM has); Python rounds twice.
# -g0: Python's own flags ask for debugging information, which is a third of the compiler's time.
# -fno-plt: the engine's work is mostly calls into libpython; direct ones save 10 % of a small graph's time.
C_FLAGS = ["-O3", "-ffp-contract=off", "-g0", *(["-fno-plt"] if sys.platform == "linux" else [])]
MSVC_FLAGS = ["/O2", "/fp:precise"]

DIRECTIVES = {
    "language_level": "3",
    "annotation_typing": False,  # the .pxd files hold the C types; annotations are for people and mypy
    "autotestdict": False,  # doctest finds the docstrings without it
    # A method with binding=True takes any object for self when it is taken from the class: Value.tanh(2) would read
    # memory that is not a Value's. Without it methods are CPython's own descriptors, which look first.
    "binding": False,
    "boundscheck": False,
    "cpow": True,  # ** is C's pow, never complex
    "cdivision": True,  # x / 0 in C is inf or nan; kernels.py sees to the same uncompiled
    "embedsignature": True,
    "embedsignature.format": "clinic",  # the form that inspect.signature reads from a compiled function
    "wraparound": False,
}


def plain_python(reason: str) -> None:
    """Say in one line why the engine is not compiled."""
    print(f"chaingrad: {reason}: the engine runs as plain Python, slower", file=sys.stderr)


class BuildPy(build_py):
    """Also remove an engine that was compiled in place earlier.

    Python prefers value.*.so to value.py, so an old one would hide every later change of value.py
    when the coming compilation fails or is left out.
    """

    def run(self) -> None:
        if self.editable_mode:
            for stale in [*ENGINE.rglob("*.so"), *ENGINE.rglob("*.pyd")]:
                stale.unlink()
        super().run()


class OptionalBuildExt(build_ext):
    """Translate the engine to C and compile it: all of it, or on any failure none of it."""

    def build_extensions(self) -> None:
        step = "Cython cannot be imported"
        try:
            from Cython.Build import cythonize

            step = "Cython could not translate the engine"
            # build_dir keeps the C files away from the sources; force, because Cython's own check for
            # changes sees neither these directives nor a new release of Cython.
            translated = cythonize(
                self.extensions,
                build_dir="build/cython",
                compiler_directives=DIRECTIVES,
                force=True,
                quiet=True,
            )

            step = "the C compiler is missing or failed"
            for ext, c in zip(self.extensions, translated, strict=True):
                ext.sources = c.sources
                ext.extra_compile_args = MSVC_FLAGS if self.compiler.compiler_type == "msvc" else C_FLAGS
            with ThreadPoolExecutor() as pool:
                list(pool.map(self.build_extension, self.extensions))
        except Exception as error:  # whatever it is, the plain engine is there
            # A compiled module cannot share C types with a plain one, so half an engine is none.
            for ext in self.extensions:
                Path(self.get_ext_fullpath(ext.name)).unlink(missing_ok=True)
            plain_python(f"{step} ({textwrap.shorten(str(error) or repr(error), 100)})")


def extensions() -> list[Extension]:
    """One optional extension for each module of the engine."""
    sources = [path.with_suffix(".py") for path in sorted(ENGINE.rglob("*.pxd"))]
    return [
        Extension(".".join(source.with_suffix("").parts), [str(source)], include_dirs=[str(ENGINE)], optional=True)
        for source in sources
    ]


skip = ""
if os.environ.get("CHAINGRAD_NO_EXTENSION", "") not in ("", "0"):
    skip = "CHAINGRAD_NO_EXTENSION is set"
elif sysconfig.get_config_var("Py_GIL_DISABLED"):
    skip = "the extension is not made for free-threaded Python"
if skip:
    plain_python(skip)

setup(
    ext_modules=[] if skip else extensions(),
    cmdclass={"build_ext": OptionalBuildExt, "build_py": BuildPy},
)
