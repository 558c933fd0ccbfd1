# The verbs of this project. `make demo` and `make test` are all that a newcomer needs.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: demo test check soak bench format clean

$(VENV)/ready: pyproject.toml uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(abspath $(VENV)) UV_SYSTEM_CERTS=1 $(BIN)/uv sync --quiet --active --frozen
	touch $@

demo: $(VENV)/ready   ## a small city on an embedded ledger: import, ask, prove
	$(BIN)/provident demo --dir demo

check: $(VENV)/ready  ## formatter, linter, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check           ## everything that must hold before a push
	$(BIN)/pytest -n 2 --dist loadgroup -m "not soak"

soak: $(VENV)/ready   ## long simulations
	$(BIN)/pytest -n 2 -m soak

bench: $(VENV)/ready  ## figures, side by side in one run
	$(BIN)/provident bench

format: $(VENV)/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) demo
