# Needs git, make and Python (3.11 or later); everything else is installed into .venv, at the versions in constraints.txt.
#
#   make run    the main job: sweep compute for the alignment_research catalog
#   make test   the suite, doctests included: every law, oracle and published result
#   make test-all   the same with all random cases of the long tests: several times as long
#   make fuzz   tries to break it: files, arguments, catalogs, organisations, interrupts; writes docs/trust.md
#   make explore    the property tests on new random examples; TASKMODEL_EXAMPLES=100 for more of them
#   make lint   ruff, mypy on the package, and the contracts on imports
#   make docs   the pages of docs/, every code cell executed, to docs/_build/html
#   make gallery   runs the analyses: their answers, and figures in taskmodel-results/gallery
#   make bench  what an allocation costs, as multiples of one evaluation of the unit cost
#
# The package is installed editable, so a change to the code needs no reinstall; the stamps bring one when
# pyproject.toml or constraints.txt change. PYTHON chooses the interpreter that .venv is made from.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test test-all explore fuzz lint bench gallery docs

run: $(VENV)/installed-run
	$(BIN)/taskmodel run
	@echo "The command is $(BIN)/taskmodel; as taskmodel after: source $(BIN)/activate"

# Bytecode is kept even where the environment says otherwise: without it each process compiles the
# package and the asserts of all tests anew. Files run in their order, which ends with the short ones.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/installed-test
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test-all: export TASKMODEL_TESTS = all
test-all: test

explore: export TASKMODEL_TESTS = explore
explore: $(VENV)/installed-test
	$(BIN)/python -m pytest --numprocesses auto -m hypothesis tests

fuzz: $(VENV)/installed-test
	$(BIN)/python analysis/trust/run.py --share $(or $(SHARE),0.02)

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/mypy taskmodel
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/installed-docs
	$(BIN)/python -m sphinx --builder html --fail-on-warning --keep-going --quiet docs docs/_build/html
	@echo docs/_build/html/index.html

gallery: $(VENV)/installed-test
	$(BIN)/python analysis/gallery.py

bench: $(VENV)/installed-run
	$(BIN)/python analysis/benchmarks/allocation.py
	$(BIN)/python analysis/benchmarks/core.py

$(BIN)/python:
	@echo "Making $(VENV)"
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed-run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "1 of 2: installing taskmodel and what it needs into $(VENV); a minute or so"
	$(PIP) install --editable '.[plot]' --constraint constraints.txt
	@echo "2 of 2: compiling the numerical kernels, once; a minute or two"
	$(BIN)/taskmodel compile
	touch $@

$(VENV)/installed-test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing taskmodel and its test tools into $(VENV), then compiling; a few minutes"
	$(PIP) install --editable '.[plot,test]' --constraint constraints.txt
	$(BIN)/taskmodel compile
	touch $@

$(VENV)/installed-docs: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --editable '.[docs]' --constraint constraints.txt
	$(BIN)/taskmodel compile
	touch $@
