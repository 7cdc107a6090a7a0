# What a fresh clone needs: GNU make and one Python, 3.12 or newer. Every target that needs an
# environment makes .venv first and makes it again only when it no longer fits.

DEMO ?= problems/library/roll_out.yaml
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
PYTHONS := python3 python3.14 python3.13 python3.12

# An activated environment or a search path of the caller must not leak into ours.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test lint format fuzz calibrate bench bench-smoke bench-peers clean

help:
	@echo "make demo     solve $(DEMO)"
	@echo "make test     style, types and all tests but the fuzz tests"
	@echo "make lint     style and types only"
	@echo "make format   bring the code into shape"
	@echo "make fuzz     the fuzz tests"
	@echo "make bench    rackmix beside raw CBC and HiGHS: hours; see benchmarks/README.md"
	@echo "              (bench-smoke: its tests only; bench-peers: serving mixes)"
	@echo "make calibrate  fit the estimates to their evidence again"
	@echo "make clean    remove the environment and everything built"
	@echo "PYTHON=...    the Python to use; otherwise the first fit of: $(PYTHONS)"

demo: $(STAMP)
	@$(BIN)/rackmix solve "$(DEMO)"

test: lint
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not fuzz"

lint: $(STAMP)
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

format: $(STAMP)
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

fuzz: $(STAMP)
	@$(BIN)/python -m pytest -q -m fuzz --hypothesis-profile=fuzz

# Each script writes one file of catalogs/data; the same evidence gives the same bytes.
calibrate: $(STAMP)
	@$(BIN)/python -m calibration.training
	@$(BIN)/python -m calibration.serving

bench: $(STAMP)
	@$(BIN)/python -m benchmarks.run $(if $(SIZES),--sizes $(SIZES)) $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(LIMIT),--limit $(LIMIT)) $(if $(ENGINES),--engines $(ENGINES)) \
		$(if $(THREADS),--threads $(THREADS)) $(if $(AGAIN),--again)

bench-smoke: $(STAMP)
	@$(BIN)/python -m pytest -q benchmarks tests/benchmarks

bench-peers: $(STAMP)
	@$(BIN)/python -m benchmarks.peers.run $(if $(LIMIT),--limit $(LIMIT))

clean:
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp says for which place and which PYTHON=... the environment was made: a moved clone
# would otherwise go on running the code of its old place.
MADE_FOR := $(strip $(CURDIR) $(PYTHON))
ifneq "$(strip $(shell cat $(STAMP) 2>/dev/null))" "$(MADE_FOR)"
.PHONY: $(STAMP)
endif

# Prints the path of the first Python that is new enough. The second round, from the root
# directory, is for version managers that fail inside a folder whose .python-version names a
# version they do not have.
define FIND_PYTHON
if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; else set -- $(PYTHONS); fi; \
for directory in . /; do for candidate in "$$@"; do \
	(cd $$directory && "$$candidate" -c \
		'import sys; sys.version_info < (3, 12) and sys.exit(1); print(sys.executable)' \
	) 2>/dev/null && exit; \
done; done; \
echo "rackmix needs Python 3.12 or newer, and none of these is: $$*" \
	"(name another one with PYTHON=...)." >&2; exit 1
endef

# An environment that works is kept, one whose installation was interrupted is thrown away. The
# mark turns into the stamp only when everything is in.
$(STAMP): pyproject.toml constraints.txt
	@set -e; mark=$(VENV)/unfinished; \
	if [ -e $$mark ] || [ "$$(cat $@ 2>/dev/null || echo "$(MADE_FOR)")" != "$(MADE_FOR)" ] || \
		! $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; \
	then \
		python=$$($(FIND_PYTHON)); \
		echo "Making $(VENV) with $$python"; \
		"$$python" -m venv --clear $(VENV); \
	fi; \
	echo "$(MADE_FOR)" > $$mark; \
	echo "Installing rackmix and what it needs into $(VENV)"; \
	$(BIN)/python -m pip install -qq --editable '.[dev]' --constraint constraints.txt; \
	mv $$mark $@
