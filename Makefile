# openk2 in seven commands. Nothing is asked and nothing outside this folder is changed; the second run starts at once.
#   make run PORT=8080        another port
#   make PYTHON=python3.12    another interpreter for .venv (3.11 to 3.14)
#   make test ARGS="-k chat"  arguments for pytest

PORT ?= 8000
MODEL ?= k2-nano
ARGS ?=
BIN := .venv/bin

.PHONY: help setup dev run test test-clients lint bench

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile

setup: ## make .venv with openk2 and torch's CPU build
	@sh tools/setup.sh run

dev:
	@sh tools/setup.sh dev

run: setup ## start the server and its chat page with K2-nano
	@exec $(BIN)/openk2 serve $(MODEL) --port $(PORT)

test: dev ## run the tests
	@$(BIN)/python -m pytest $(ARGS)

test-clients: dev ## try other people's clients against K2-nano, each in an environment of its own
	@$(BIN)/python tests/clients/run.py $(ARGS)

lint: dev ## check style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: dev ## measure every figure of docs/performance.md, twenty minutes on an idle machine
	@$(BIN)/python benchmarks/run_all.py $(ARGS)
