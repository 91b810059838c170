# make demo   play the kit on a sample class     make test   run the project's tests
# make soak   prove the graders with a thousand seeds, and fuzz the wire: hours
# make bench  the same submissions here and at the peers, and a large class: two hours
# Both set up .venv first, once; again only when the pinned versions change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint soak bench clean

demo: $(READY)
	@$(BIN)/python demo/run.py

test: lint
	@$(BIN)/pytest -n auto --dist loadfile

# Every correct variant with a thousand seeds, the whole proof, and the decoder of what students'
# processes say, with a hundred thousand frames a property.
soak: $(READY)
	@$(BIN)/pytest -q --hypothesis-profile=soak tests/isolation/test_wire.py
	@$(BIN)/autograder verify rnn_fundamentals --thorough --seeds 1000

bench: $(READY)
	@$(BIN)/python benchmarks/answers.py
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/forks.py
	@$(BIN)/python benchmarks/cover.py
	@$(BIN)/python benchmarks/growth.py

lint: $(READY)
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@said=$$($(BIN)/lint-imports --no-logo --no-cache) || { echo "$$said"; exit 1; }

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12")'
	@echo "setting up $(VENV): some minutes, once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[course,staff,dev]"
	@touch $(READY)

clean:
	rm -rf $(VENV) demo-course build *.egg-info
