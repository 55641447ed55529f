# make demo | test-fast | test | test-all | coverage | lint | docs | layers | bench | licences | lock | lowest: each creates .venv and installs what it needs by itself.
# make demo LOCKED=1 installs exactly the versions of requirements.lock, checked by their hashes.
PYTHON ?= python3
VENV   := $(if $(LOCKED),.venv-locked,.venv)
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test-fast test test-all coverage lint docs layers bench licences lock lowest clean

demo: $(STAMP)
	$(BIN)/python run_benchmark.py train configs/train_demo.yaml
	$(BIN)/python run_benchmark.py run configs/demo.yaml

# The tests that need no process and no torch: under a minute.
test-fast: $(STAMP)
	$(BIN)/python -m pytest --fast -n auto --dist worksteal

test: $(STAMP)
	$(BIN)/python -m pytest -m "not long" -n auto --dist worksteal

# Also those that take long and whose kind a shorter test guards: before a release, and after a change of what they test.
test-all: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist worksteal

# Lines and branches that the fast lane leaves out; what only other processes run counts as left out.
coverage: $(STAMP)
	$(BIN)/python -m pytest --fast -n auto --dist worksteal --cov --cov-branch --cov-report=term-missing:skip-covered

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The site is built into site/; a dead link or an unknown name is an error.
docs: $(VENV)/.docs-installed
	$(BIN)/python -m mkdocs build --strict

layers: $(STAMP)
	$(BIN)/python -m tests.layers

bench: $(STAMP)
	$(BIN)/python -m tests.performance

lock: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	head -1 requirements.lock > requirements.new
	$(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-header pyproject.toml >> requirements.new
	mv requirements.new requirements.lock

# The tests on the lowest versions that pyproject.toml allows.
lowest:
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[dev]'
	.venv-lowest/bin/python -m pytest -n auto --dist loadfile

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
ifdef LOCKED
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
endif
	touch $@

$(VENV)/.docs-installed: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	touch $@

# Licences, and known vulnerabilities, of all that the engine needs.
licences: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/python -m tests.licences
	$(BIN)/pip-audit --strict --disable-pip --requirement requirements.lock

clean:
	rm -rf .venv .venv-* build dist site *.egg-info
