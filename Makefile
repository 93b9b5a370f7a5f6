# Set-up included: each target makes .venv when it is missing, and brings it up to date.
PYTHON ?= python3
BIN := .venv/bin
# A browser that hangs says nothing of the page: another one is asked (tests/browser.py).
AGAIN := --reruns 2 --only-rerun "Timeout [0-9]+ms exceeded"

.PHONY: demo test lint long browser docs gallery parity places lowest newest environments wheel bench format clean

unexport PYTHONDONTWRITEBYTECODE  # or each of many processes compiles everything again

demo: .venv/.installed  ## render a race of six optimizers on Beale's function
	@mkdir -p demo
	@$(BIN)/trajviz render beale sgd momentum nag adagrad rmsprop adam --steps 199 \
	  -o demo/beale.gif -o demo/beale.mp4 --quiet | sed "s|^|See $(CURDIR)/|"
	@echo "The command is $(BIN)/trajviz; try: $(BIN)/trajviz --help"

test: .venv/.test  ## every check that needs neither a framework nor a system program
	@said=$$(mktemp); $(MAKE) --no-print-directory lint >$$said 2>&1 & lint=$$!; \
	$(BIN)/pytest -n auto --dist worksteal $(PYTEST); tests=$$?; \
	wait $$lint; lint=$$?; cat $$said; rm -f $$said; exit $$((tests | lint))

lint: .venv/.test  ## form, style and types, which are looked at beside the tests
	@code=0; for check in "ruff format --check ." "ruff check ." mypy; do \
	  echo "$(BIN)/$$check"; $(BIN)/$$check || code=1; done; exit $$code

long: .venv/.test  ## what takes longer: whole commands, full disks, signals, budgets, other renderers
	$(BIN)/pytest -m long -n auto --dist worksteal tests

docs: .venv/.installed  ## write the table of options
	$(BIN)/python docs/option_table.py

gallery: .venv/.test  ## render what has changed of the gallery, and write its page
	$(BIN)/trajviz gallery build

browser: .venv/.test  ## pages, the player and the moving SVG in the system's browsers
	$(BIN)/pytest -m browser -n auto $(AGAIN) tests

parity: .venv/.parity  ## the same numbers from torch, keras and optax themselves
	$(BIN)/pytest -m parity -n auto tests/parity

places: .venv/.places  ## sites and decks by the tools that people write with, looked at
	$(BIN)/pytest -m places -n auto $(AGAIN) tests/places

lowest: .venv/.lowest  ## the tests with the lowest versions that pyproject.toml declares
	.ci/suite lowest

newest: .venv/.newest  ## the tests with the newest Python of this machine
	.ci/suite newest

environments: .venv/.lowest .venv/.newest

wheel: .venv/.test  ## the package to install elsewhere, with each help and listing in it
	$(BIN)/python -m hatchling build --target wheel

soak: .venv/.test  ## two minutes of kills, full disks, mutated files and threads
	$(BIN)/python tests/soak/soak.py --minutes 2 $(SOAK)

bench: .venv/.test  ## trajviz against what a user would write otherwise, side by side
	-npm install --silent --prefix .venv/npm gifski@1.7.1
	$(BIN)/python tests/benchmarks/bench.py

format: .venv/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv demo

.venv/.pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "trajviz needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/.installed: .venv/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.test: .venv/.installed
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

.venv/.parity: .venv/.test
	$(BIN)/python -m pip install --quiet --group parity
	@touch $@

.venv/.places: .venv/.test
	$(BIN)/python -m pip install --quiet --group places
	-npm install --silent --prefix .venv/npm @marp-team/marp-cli@4 mystmd@1 reveal.js@6
	@touch $@

.venv/.lowest: .venv/.pip pyproject.toml
	$(BIN)/python .ci/lowest.py >.venv/lowest.txt
	.ci/environment lowest $(PYTHON) --constraint .venv/lowest.txt

.venv/.newest: .venv/.pip pyproject.toml
	.ci/environment newest "$$(.ci/newest)"
