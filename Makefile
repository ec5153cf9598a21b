# Everything a newcomer needs, on a machine with Python 3.11+ and make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
DEMO ?= 1
PORT ?= 8000
HOST ?= 127.0.0.1
# "later": the migrations and the wheel are checked by `make test`, which is to follow, and not twice.
HOUSE ?= now
# Tests wait for each other's processes and for the clock about half of the time: one more at once than there are processors.
AT_ONCE ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: help run test lint check bench soak clean migration

help: ## Show what can be done here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@echo "Setting up the environment in .venv (once)…"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

run: .venv/ready ## Set everything up and start the product (DEMO=0: without the demo service; PORT=8000)
	@$(BIN)/accreditation migrate
	@if [ "$(DEMO)" != "0" ]; then $(BIN)/accreditation demo --first-start; fi
	@exec $(BIN)/accreditation serve --host $(HOST) --port $(PORT)

test: .venv/ready ## Set everything up and pass the tests
	@$(BIN)/python -m pytest -n $(AT_ONCE) --dist loadfile --no-loadscope-reorder

lint: .venv/ready ## What is checked without running anything: style, types, floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy accreditation cohorts vetting scheduler
	@$(BIN)/lint-imports

check: lint ## Everything CI checks besides the tests: lint, types, floors, migrations, wheel
	@if [ "$(HOUSE)" != "later" ]; then $(BIN)/python -m pytest -q -m 'not soak' tests/house; fi

bench: .venv/ready ## Measure the product against a bare floor, ratios in one run
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.planner

soak: .venv/ready ## The full figures of the heavy checks (takes long)
	@$(BIN)/python -m pytest -m soak

clean: ## Remove the environment and caches (the data in var/ stays)
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
