# make setup · make chat · make test · make test-all · make bench · make faults · make safety · make lint: each makes what it needs and is quick when nothing changed.

PYTHON ?= python3
# The torch that was tested; give any other requirement for another build, for instance: make setup TORCH=./torch-2.13.0.whl
TORCH ?= torch==2.13.0
ARCHIVE ?= $(or $(QA_ARCHIVE),archive)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup chat test test-all bench faults faults-full safety lint system clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(MAKE) --no-print-directory system
	$(PYTHON) -m venv .venv
	@grep -v '^torch==' constraints.txt > .venv/constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c .venv/constraints.txt '$(TORCH)'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c .venv/constraints.txt -e '.[dev]'
	@touch $@

# What Debian must provide; as root it is installed, otherwise the command is printed.
system:
	@sh lab/tools/system.sh

chat: setup
	@test -f '$(ARCHIVE)/archive.sqlite' || $(BIN)/qa add seeds --archive '$(ARCHIVE)'
	@$(BIN)/qa status --json --archive '$(ARCHIVE)' | grep -q '"articles": 0,' && $(BIN)/qa add seeds --archive '$(ARCHIVE)' || true
	@$(BIN)/qa chat --archive '$(ARCHIVE)' --allow-upload

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/typos

# Two workers, a file of tests at a time; one thread each, for two of them would wait for each other on two cores.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile --durations=10

test: lint
	$(PYTEST)

# Everything: the browser tests at every width, all repeats, faults and data sets.
test-all: lint
	$(PYTEST) --all

bench: setup
	$(BIN)/python -m lab.benchmarks

# Kills, power loss, full disks, damage: what `make test` tries of them, or all that is promised before a release.
LANE ?= quick
faults: setup
	$(BIN)/python -m lab.benchmarks.robustness.faults $(if $(filter full,$(LANE)),--full)

faults-full:
	@$(MAKE) --no-print-directory faults LANE=full

# What strangers try: hostile texts, folders, articles that give orders, floods; some minutes, with a browser.
safety: setup
	$(BIN)/python -m lab.benchmarks.robustness.safety

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
