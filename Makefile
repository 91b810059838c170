# make demo    grade a sample class, from the release to returned feedback
# make test    lint, check types, run all tests
# make soak    prove the graders with a thousand seeds, and send random input to the readers (hours)
# make bench   grade the same submissions with this kit and with other tools, and a large class (two hours)
# make cuda    run the checks of a device on a GPU, in three minutes; see docs/cuda.md
# The first of these commands makes .venv. A later one makes it again if the pinned versions have changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint soak bench cuda clean

demo: $(READY)
	@$(BIN)/python demo/run.py

test: lint
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

# The whole proof, with a thousand seeds for every correct variant, and the readers of what students and
# platforms send (frames, archives, notebooks, times), with a hundred thousand inputs for each property.
soak: $(READY)
	@$(BIN)/pytest -q --hypothesis-profile=soak tests/isolation/test_wire.py tests/course tests/collecting/test_fuzz.py
	@$(BIN)/autograder verify rnn_fundamentals --thorough --seeds 1000

# Needs nothing but Python, NumPy and PyTorch; WHEELS is a folder with wheels of msgpack and pytest.
cuda:
	@$(PYTHON) benchmarks/cuda.py $(if $(WHEELS),--wheels "$(WHEELS)")

bench: $(READY)
	@$(BIN)/python benchmarks/answers.py
	@$(BIN)/python benchmarks/run.py
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
	rm -rf $(VENV) .venv-cuda demo-course build *.egg-info
