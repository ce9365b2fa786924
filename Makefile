# `make demo` and `make test` need nothing but make and Python >= 3.11: both set up .venv first.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
PINS := setup.cfg pyproject.toml constraints.txt
# What needs Spark, MLflow and other heavy parts has an environment of its own, since MLflow wants an older pyarrow.
HEAVY := .venv-integration
HEAVY_PINS := tests/integration/constraints.txt
AXE := .venv/axe/node_modules/axe-core/axe.min.js

# Small graphs run fastest on one thread, and the tests' processes do not fight for cores. Commands that tests start
# are to find their modules compiled, also where the environment keeps Python from writing that down.
CHECK := OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/

.DEFAULT_GOAL := help
.PHONY: help demo test integration lint docs pages format clean
# A set-up that failed half way leaves no stamp.
.DELETE_ON_ERROR:

help:
	@echo "make demo    set up .venv and run the main job on the embedded data set"
	@echo "make test    set up .venv with all tools and run every check"
	@echo "make integration    the tests of Spark, MLflow and servers, in $(HEAVY)"
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

# Java and Chromium come from the system's packages where this user may install some; tests of what is missing are skipped.
integration: $(HEAVY)/dev.stamp
	@bash tests/integration/system.sh
	OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= GNN2MLP_AXE=$(abspath $(wildcard $(AXE))) $(HEAVY)/bin/python -m pytest -m integration tests/integration

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
	rm -rf .venv $(HEAVY) build site *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage

.venv/bin/python $(HEAVY)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "gnn2mlp needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
		echo "Name one that is: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(@D:/bin=)

.venv/demo.stamp: $(PINS) | .venv/bin/python
	@echo "Setting up .venv (once; a few minutes, mostly torch)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

# The tools come on top of what the demo needs, so the demo is set up as well.
.venv/dev.stamp: $(PINS) | .venv/bin/python
	@echo "Setting up .venv with all tools (once; a few minutes, mostly torch)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch .venv/demo.stamp $@

# The pins of constraints.txt, but for those that the tests' own list replaces.
$(HEAVY)/dev.stamp: $(PINS) $(HEAVY_PINS) | $(HEAVY)/bin/python
	@echo "Setting up $(HEAVY) with Spark and MLflow (once; some minutes)"
	@awk -F== 'NR == FNR { own[tolower($$1)] = 1; print; next } !(tolower($$1) in own)' \
		$(HEAVY_PINS) constraints.txt > $(HEAVY)/constraints.txt
	@$(HEAVY)/bin/python -m pip install --quiet --disable-pip-version-check -c $(HEAVY)/constraints.txt -e '.[dev,integration]'
	@touch $@

# What judges whether everybody can read a page; scripts of the package are not run.
.venv/axe.stamp: Makefile | .venv/bin/python
	@command -v npm >/dev/null && npm install --silent --no-audit --no-fund --ignore-scripts --prefix .venv/axe axe-core@4.14.1
	@touch $@
