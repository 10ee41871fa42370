# Run `make` to list the targets. Needs GNU make and Python 3.11 or newer.
# All paths are relative, so the checkout may lie in a folder whose name holds blanks.

PYTHON ?= python3
PYTEST_ARGS ?=
LOCK_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BROKEN := $(VENV)/.incomplete

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help setup evidence test check lab benchmark browser disclosure slowdown fuzz kills pictures fonts synthetic format lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv from requirements.lock

# While .venv/.incomplete exists an earlier run was cut short: start again from nothing.
# An environment that is whole is brought up to the lock in place.
$(READY): requirements.lock pyproject.toml
	@rm -f $(READY)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make setup: needs Python 3.11 or newer, and $(PYTHON) is: $$("$(PYTHON)" --version 2>&1)." >&2; \
	  echo "Name another one, for example: make setup PYTHON=python3.12" >&2; exit 1; }
	@if [ -s $(BROKEN) ] && pid=$$(cat $(BROKEN)) && [ "$$pid" != "$$PPID" ] && kill -0 "$$pid" 2>/dev/null; then \
	  echo "make setup: process $$pid is making $(VENV) now. Wait for it, then call make again." >&2; exit 1; fi
	@if [ -e $(BROKEN) ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  echo "Making a new $(VENV)"; rm -rf $(VENV) && mkdir $(VENV) && echo "$$PPID" > $(BROKEN) && "$(PYTHON)" -m venv $(VENV); \
	else echo "$$PPID" > $(BROKEN); fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation -e .
	@echo "Compiling byte code"
	@# Some packages ship files that are not meant to be compiled: those do not matter.
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib/python3.*/site-packages >/dev/null 2>&1 || true
	@$(BIN)/python -m compileall -q -j 0 src
	@rm -f $(BROKEN)
	@: > $(READY)

evidence: $(READY) ## build every edition of the evidence into outputs/
	$(BIN)/pcse build --edition all

check: $(READY) ## lint, types, and the checks of the data and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pcse check

test: check ## all checks, then all tests (PYTEST_ARGS="-k word" narrows them)
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

lab: $(READY) ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

fuzz: $(READY) ## spoil exports at random for some minutes: each is read or refused in words
	PCSE_FUZZ=1500 $(BIN)/python -m pytest -n 2 tests/cleaning/test_fuzz_exports.py

benchmark: $(READY) ## time cleaning, estimates, curves and reports beside their peers (takes some minutes)
	$(BIN)/python benchmarks/read_and_clean.py
	$(BIN)/python benchmarks/estimates.py
	$(BIN)/python benchmarks/resolution.py
	$(BIN)/python benchmarks/runs.py

simulate: $(READY) ## simulate surveys into docs/simulation.md (takes some minutes)
	$(BIN)/python -m simulations

disclosure: $(READY) ## attack 10,000 protected tables into docs/disclosure.md (takes some minutes)
	$(BIN)/python -m simulations.disclosure

slowdown: $(READY) ## simulate issue logs into docs/slow_down.md (takes some minutes)
	$(BIN)/python -m simulations.slow_down

browser: $(READY) ## open every page and every notebook in a real browser (make test opens some of each kind)
	PCSE_EVERYTHING=1 $(BIN)/python -m pytest tests/browser

kills: $(READY) ## kill builds and batches at random moments into docs/kills.md (takes some minutes)
	$(BIN)/python -m tests.running.kills

pictures: $(READY) ## take the pictures of the finished pages
	$(BIN)/python -m tests.browser.pictures

fonts: $(READY) ## write the letters of the charts anew from matplotlib's font
	$(BIN)/python -m pcse_analysis.reporting.fonts

synthetic: $(READY) ## make the example exports in data/synthetic anew
	$(BIN)/python -m pcse_analysis.synthetic

format: $(READY) ## put code and notebooks into the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Keeps the versions that still fit; `make lock LOCK_ARGS=--upgrade` takes the newest.
lock: ## write requirements.lock anew from pyproject.toml
	@if [ -x $(BIN)/uv ]; then uv=$(BIN)/uv; else uv=uv; fi; \
	$$uv pip compile --quiet --universal --generate-hashes --extra dev --extra cluster --python-version 3.11 \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  $(LOCK_ARGS) pyproject.toml -o requirements.lock

clean: ## remove build/ and caches (outputs/, data/ and .venv stay)
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find src tests notebooks -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} + 2>/dev/null || true
