# `make demo` and `make test` need nothing but make and Python >= 3.11: both set up .venv first.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
PINS := setup.cfg pyproject.toml constraints.txt

# Small graphs run fastest on one thread, and the tests' processes do not fight for cores.
CHECK := OMP_NUM_THREADS=1 $(BIN)/

.DEFAULT_GOAL := help
.PHONY: help demo test lint pages format clean
# A set-up that failed half way leaves no stamp.
.DELETE_ON_ERROR:

help:
	@echo "make demo    set up .venv and run the main job on the embedded data set"
	@echo "make test    set up .venv with all tools and run every check"
	@echo "make lint    the checks without the tests"
	@echo "make pages   the tests of pages in a browser (needs Chromium and npm)"
	@echo "make docs    build the documentation's site into site/"
	@echo "make format  format the code and apply safe fixes"
	@echo "make clean   remove .venv and all caches"
	@echo "Settings: PYTHON=$(PYTHON) (3.11 or newer), JOBS=$(JOBS) test processes"

demo: .venv/demo.stamp
	$(BIN)/gnn2mlp run

# Tests of pages run where there is a Chromium, and with axe-core where npm can fetch it; else they are skipped.
test: lint
	@$(MAKE) --no-print-directory --silent .venv/axe.stamp || echo "No axe-core (npm fetches it): its tests are skipped"
	$(CHECK)python -m pytest -n $(JOBS) --dist worksteal

pages: .venv/dev.stamp .venv/axe.stamp
	$(CHECK)python -m pytest -m browser

lint: .venv/dev.stamp
	$(CHECK)ruff check .
	$(CHECK)ruff format --check .
	$(CHECK)mypy
	$(CHECK)lint-imports

docs: .venv/dev.stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build site *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "gnn2mlp needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
		echo "Name one that is: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/demo.stamp: $(PINS) | .venv/bin/python
	@echo "Setting up .venv (once; a few minutes, mostly torch)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

# The tools come on top of what the demo needs, so the demo is set up as well.
.venv/dev.stamp: $(PINS) | .venv/bin/python
	@echo "Setting up .venv with all tools (once; a few minutes, mostly torch)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch .venv/demo.stamp $@

# What judges whether everybody can read a page; scripts of the package are not run.
.venv/axe.stamp: Makefile | .venv/bin/python
	@command -v npm >/dev/null && npm install --silent --no-audit --no-fund --ignore-scripts --prefix .venv/axe axe-core@4.14.1
	@touch $@
