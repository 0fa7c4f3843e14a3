# Everything a newcomer runs. Needed on the machine: git, make, Python 3.11 or newer with venv. Nothing else.
#   make run     the product on 127.0.0.1:8000 (PORT=, DATA=, DEMO=0 to start empty)
#   make test    every test, SQLite and PostgreSQL in turn      make check    format, lint, types, contracts, then the tests
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: run test check lint format figures benchmark lock migration messages assets environment tools clean

PYTHON ?= python3
PORT ?= 8000
DATA ?= data
DEMO ?= 1
# A test that waits for the browser or for PostgreSQL leaves a core to another.
JOBS ?= 3
PYTEST ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	$(if $(UPGRADE),--upgrade)
INPUTS := pyproject.toml hatch_build.py frontend/package.json frontend/package-lock.json frontend/.npmrc
VENDOR := app/static/vendor/.digest
KERNELS := .venv/.kernels

run: $(VENDOR) $(KERNELS)
	@DATA="$(DATA)" PORT="$(PORT)" exec $(BIN)/vis-ma-vie serve $(if $(filter 0 no false,$(DEMO)),--no-demo,--demo)

environment: $(VENDOR) $(KERNELS)
assets: $(VENDOR)
tools: .venv/.tools

.venv/bin/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3.14; do \
		if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making .venv with $$python"; exec "$$python" -m venv .venv; \
		fi; \
	done; echo "Python 3.11 or newer, with venv, is needed: make PYTHON=/path/to/python" >&2; exit 1

.venv/.run: requirements/build.txt requirements/run.txt | .venv/bin/python
	@echo "Installing the locked dependencies"
	@$(PIP) -r requirements/build.txt -r requirements/run.txt
	@touch $@

# The build hook fetches the front-end assets and writes their digest; touched, since it writes nothing when nothing changed.
$(VENDOR): .venv/.run $(INPUTS)
	@echo "Building"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# The solver's kernels, so that nobody's first plan waits for the compiler.
$(KERNELS): .venv/.run $(wildcard solver/kernels/*.py)
	@echo "Compiling the solver's kernels"
	@rm -rf solver/kernels/__pycache__
	@$(BIN)/python -m solver.kernels
	@touch $@

.venv/.tools: .venv/.run requirements/test.txt
	@echo "Installing what the tests need"
	@$(PIP) -r requirements/build.txt -r requirements/test.txt
	@touch $@

test: $(VENDOR) $(KERNELS) .venv/.tools
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST)

lint: $(VENDOR) .venv/.tools
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/deptry .

check: lint test

format: .venv/.tools
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

# The full numbers of the reliability figures; the ordinary tests do a hundredth of each. FIGURE=12 picks one.
figures: $(VENDOR) $(KERNELS) .venv/.tools
	@$(BIN)/python -m tests.figures $(FIGURE)

benchmark: $(VENDOR) $(KERNELS) .venv/.benchmark
	@$(BIN)/python -m benchmarks $(BENCHMARK)

.venv/.benchmark: .venv/.run requirements/benchmark.txt
	@echo "Installing what the solver is compared with"
	@$(PIP) -r requirements/benchmark.txt
	@touch $@

# Pins stay unless UPGRADE=1. The lock files name no host: any mirror or cache serves them.
lock: .venv/.tools
	@$(LOCK) pyproject.toml -o requirements/run.txt
	@$(LOCK) --group build -c requirements/run.txt -o requirements/build.txt
	@$(LOCK) pyproject.toml --group dev -c requirements/run.txt -c requirements/build.txt -o requirements/test.txt
	@$(LOCK) --group benchmark -c requirements/run.txt -c requirements/test.txt -o requirements/benchmark.txt
	@$(BIN)/python frontend/lock.py $(if $(UPGRADE),update,install)

# Brings the English catalogue up to the French sentences of the code; what is new waits there with an empty text.
messages: .venv/.tools
	@mkdir -p app/locale/en/LC_MESSAGES
	@$(BIN)/pybabel -q extract -F babel.cfg -k _ -k ngettext:1,2 --ignore-dirs='.*' --add-location=file --omit-header --sort-output \
		--width=110 -o .venv/messages.pot .
	@$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header --width=110 -l en \
		-i .venv/messages.pot -o app/locale/en/LC_MESSAGES/messages.po

migration: $(VENDOR) .venv/.tools
	@$(BIN)/python -m tests.support.draft_revision "$(m)"

clean:
	rm -rf .venv frontend/node_modules app/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
