# Every target prepares what it needs; nothing here changes the machine outside this folder but `cluster-deps`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Not the one that came with the deployer: it does not know what pip was told.
UV := $(filter-out $(CURDIR)/$(BIN)/uv,$(shell command -v uv))

.PHONY: help setup setup-dev demo test check lint docs soak bench traits clean cluster cluster-down cluster-build cluster-deps

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.user ## Prepare .venv to run the deployer

setup-dev: $(VENV)/.dev ## Prepare .venv to work on the deployer

$(BIN)/python:
	@echo "Making $(VENV)"
ifdef UV
	@uv venv --quiet --python $(PYTHON) $(VENV)
else
	@$(PYTHON) -m venv $(VENV)
endif

# install FILE: the pinned, hashed packages of one requirements file, then the project itself.
ifdef UV
install = uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) && uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
else
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif

$(VENV)/.user: $(BIN)/python requirements/deployer.txt pyproject.toml
	@test -e $(VENV)/.dev || { echo "Installing the deployer into $(VENV)"; $(call install,requirements/deployer.txt); }
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: $(BIN)/python requirements/dev.txt pyproject.toml
	@echo "Installing the deployer and its tests' tools into $(VENV)"
	@$(call install,requirements/dev.txt)
	@$(BIN)/python -m compileall -q src
	@touch $@

demo: setup ## Bring up the demo hub and print its address
	@$(BIN)/deployer deploy demo welcome

test: setup-dev ## Run the whole test suite
	@$(BIN)/python -m pytest $(or $(TESTS),-n 2)

lint: setup-dev ## Formatting, lint, types, import contracts, sizes
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/check_sizes.py

docs: setup-dev ## Build the documentation, warnings are errors
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going docs docs/_build/html
	@echo "docs/_build/html/index.html"

check: lint docs test ## Everything that CI asks for

cluster: setup-dev ## Start a one-node Kubernetes for the tests, or for work by hand, and keep it
	@$(BIN)/python -m tests.support.cluster up

cluster-down: ## End the cluster that `make cluster` started
	@$(BIN)/python -m tests.support.cluster down

cluster-build: setup-dev ## Build that cluster's programs and images, unless they are cached
	@$(BIN)/python -m tests.support.cluster build

cluster-deps: ## Install the Debian packages that such a cluster needs
	@scripts/cluster-deps

soak: setup-dev ## Kill deploys at random moments for MINUTES (10), and see that the next goes on
	@SOAK_MINUTES=$(or $(MINUTES),10) $(BIN)/python -m pytest -s -k test_soak tests/functional/kubernetes/test_recovery.py

bench: setup-dev ## Print the benchmarks' table
	@$(BIN)/python -m bench

lock: ## Pin requirements/*.txt and the proxy anew (needs uv and npm)
	@for name in deployer dev hub; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --no-emit-package rfc3987-syntax --no-emit-package lark \
	  requirements/$$name.in -o requirements/$$name.txt; done
	@cd requirements/proxy && npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts

traits: ## Write anew what a hub can be configured with, from requirements/hub.txt (needs uv)
	@uv run --quiet --no-project --isolated --with-requirements requirements/hub.txt python scripts/generate_traits.py > .traits.json
	@mv .traits.json src/deployer/compiling/data/traits.json

clean: ## Remove what was made here, but not hubs' state
	@rm -rf $(VENV) docs/_build build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
