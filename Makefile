# chaingrad: `make help` lists the targets. All tools live in .venv; nothing is installed elsewhere.

PYTHON ?= python3

VENV    := .venv
PY      := $(VENV)/bin/python
PIP     := $(PY) -m pip install --quiet --disable-pip-version-check
C_TYPES := $(wildcard autograd/engine/*.pxd autograd/engine/*/*.pxd)
ENGINE  := pyproject.toml setup.py $(C_TYPES) $(C_TYPES:.pxd=.py) $(wildcard autograd/engine/*.h)
CODE    := $(wildcard conftest.py autograd nn tests benchmarks docs/rooms.py docs/gallery.py docs/site/*.py docs/site/_extensions)
PLAIN   := build/uncompiled
CORES   := -n auto --dist worksteal

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do \
	    printf '  make %-16s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: $(VENV)/engine  ## train a small network; its pictures go to demo/
	$(PY) -m nn --out demo

.PHONY: notebooks
notebooks: $(VENV)/notebook  ## install JupyterLab, and open the lessons in it
	$(VENV)/bin/jupyter lab notebooks

.PHONY: test
test: $(VENV)/test  ## tests, docstring and README examples, notebooks
	$(PY) -m pytest $(CORES)

.PHONY: test-slow
test-slow: $(VENV)/test $(VENV)/release  ## the tests marked slow; hypothesis searches 10 times as long
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-long} $(PY) -m pytest $(CORES) -m slow

.PHONY: release-check
release-check: $(VENV)/test $(VENV)/release  ## each distribution, built, installed, tested and taken away again
	$(PY) -m pytest $(CORES) -m slow tests/release tests/test_packaging.py tests/test_hips.py

# The copy is first on the path of a Python started inside it, so it hides the editable installation.
.PHONY: test-uncompiled
test-uncompiled: $(VENV)/test  ## the engine's tests on a copy that is not compiled
	@rm -rf $(PLAIN) && mkdir -p $(PLAIN)
	@cp -R autograd nn tests conftest.py pyproject.toml README.md $(PLAIN)
	@find $(PLAIN)/autograd -name '*.so' -delete
	@cd $(PLAIN) && '$(CURDIR)/$(PY)' -c 'import os, sys, autograd; \
	    inside = autograd.__file__.startswith(os.getcwd() + os.sep); \
	    sys.exit(None if inside and not autograd.compiled else \
	        f"not the plain engine: {autograd.__file__}, compiled={autograd.compiled}")'
	cd $(PLAIN) && '$(CURDIR)/$(PY)' -m pytest $(CORES) autograd $(wildcard tests/engine tests/graph tests/entrances tests/support tests/command tests/seeds tests/habits)

.PHONY: check
check: lint types  ## lint and types

.PHONY: lint
lint: $(VENV)/lint  ## ruff: rules and format
	$(PY) -m ruff check
	$(PY) -m ruff format --check

.PHONY: format
format: $(VENV)/lint  ## let ruff mend what it can
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

.PHONY: types
types: $(VENV)/test $(VENV)/lint $(VENV)/site  ## mypy, strict
	$(PY) -m mypy $(CODE)

.PHONY: pictures
pictures: $(VENV)/test  ## draw the pictures in docs/ again
	$(PY) docs/pictures.py

# Sphinx works on a copy, where pages, pictures and lessons lie at the addresses of the site.
# Two things come from npm and lie on the site itself: Python for the page to try it on, and a font that knows where
# indices stand. Without npm that page says that it cannot start, and formulas have the font of the reader's system.
.PHONY: site
site: $(VENV)/site  ## the documentation as a site, in build/site/html
	@rm -rf build/site
	@[ -d build/npm/node_modules/pyodide ] || ! command -v npm >/dev/null || \
	    npm install --silent --no-fund --no-audit --prefix build/npm pyodide@314 @fontsource/noto-sans-math@5 || true
	$(PY) docs/site/assemble.py build/site/source
	$(PY) -m sphinx -q -W --keep-going build/site/source build/site/html
	@echo 'build/site/html/index.html'

# The pure wheel goes with it; JupyterLite's own Python, and NumPy, come from a CDN when a reader opens a lesson.
.PHONY: lite
lite: $(VENV)/lite  ## JupyterLite with all lessons, in build/lite/site
	@rm -rf build/lite build/lib build/bdist.*
	@mkdir -p build/lite/wheels build/lite/lessons
	CHAINGRAD_NO_EXTENSION=1 $(PY) -m pip --quiet wheel --no-build-isolation --no-deps --wheel-dir build/lite/wheels .
	$(PY) docs/site/lite.py notebooks build/lite/lessons
	cd build/lite && '$(CURDIR)/$(PY)' -m jupyter lite build --contents lessons --output-dir site \
	    --piplite-wheels wheels/*.whl
	@echo 'python -m http.server --directory build/lite/site'  # from a file no browser starts Python

.PHONY: bench
bench: $(VENV)/bench  ## every script in benchmarks/, one after the other
	@set -e; for script in $$(grep -l __main__ benchmarks/*.py); do echo "== $$script"; $(PY) "$$script"; done

.PHONY: clean
clean:  ## remove everything generated but .venv
	rm -rf build demo dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -f $(VENV)/engine
	find autograd -name '*.so' -delete
	find autograd nn tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# Files that only say when a step was last done: the next `make` skips what is up to date.

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { echo >&2 \
	    "error: there is no $(PYTHON); name a Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("error: chaingrad needs Python 3.11 or newer, and $(PYTHON) is %d.%d; \
	name another: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else None)'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo >&2 \
	    "error: this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade 'pip>=25.1'  # the first that reads dependency groups
	@touch $@

# A compiled module hides its source. So it goes first: should the compilation fail, none is better than an old one.
$(VENV)/engine: $(VENV)/made $(ENGINE)
	@find autograd -name '*.so' -delete
	@echo 'installing chaingrad in $(VENV)'
	@$(PIP) --group build
	@PYTHONWARNINGS='ignore:Editable installation' $(PIP) --no-build-isolation --editable '.[plots]'
	@$(PY) -c 'import autograd; print("engine: compiled" if autograd.compiled else \
	    "engine: plain Python, slower (no C compiler? `$(PY) -m pip install -v --no-build-isolation -e .` says why)")'
	@touch $@

$(VENV)/test $(VENV)/lint $(VENV)/bench $(VENV)/site $(VENV)/release $(VENV)/lite: pyproject.toml | $(VENV)/engine
	@echo 'installing the $(@F) tools in $(VENV)'
	@$(PIP) --group $(@F)
	@touch $@

# chaingrad is there already, so this adds what the extra names.
$(VENV)/notebook: pyproject.toml | $(VENV)/engine
	@echo 'installing JupyterLab in $(VENV)'
	@$(PIP) 'chaingrad[notebook]'
	@touch $@
