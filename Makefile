# Inning: daily commands. `make` alone prints them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON3 ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.setup-stamp
COMPOSE ?= docker compose
PYTEST := $(PY) -m pytest
ARGS ?=

.PHONY: help
help: ## Show these commands
	@awk 'BEGIN {FS = ":.*## "; print "make <command>, one of:\n"} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ The stack on this machine, without Docker

.PHONY: setup
setup: $(STAMP) ## Make .venv and install what the lock file names (only when it changed)

$(STAMP): requirements-dev.txt deploy/local/setup-venv
	@PYTHON3="$(PYTHON3)" deploy/local/setup-venv $(VENV) requirements-dev.txt
	@touch $@

.PHONY: up
up: setup ## Start PostgreSQL, Kafka, the stand-ins and the services
	@$(PY) -m deploy.local up $(ARGS)

.PHONY: down
down: setup ## Stop all of it
	@$(PY) -m deploy.local down

.PHONY: status
status: setup ## Show each process: pid, since when, ready or not, restarts
	@$(PY) -m deploy.local status

.PHONY: logs
logs: setup ## Show logs: make logs ARGS="billing --follow"
	@$(PY) -m deploy.local logs $(ARGS)

.PHONY: lag
lag: setup ## Show what waits: outboxes, consumers, dead letters
	@eval "$$($(PY) -m deploy.local env)" && $(PY) -m shared.operate lag

.PHONY: demo
demo: setup ## Play a water company's quarter, from the bills to the last reconciled cent
	@$(PY) -m deploy.demo $(ARGS)

.PHONY: migrate
migrate: setup ## Bring the database of the running stack up to date
	@eval "$$($(PY) -m deploy.local env)" && $(PY) -m shared.migrate $(ARGS)

.PHONY: token
token: setup ## Print a development access token: make token ARGS="--role clerk --creditor '*'"
	@$(PY) -m deploy.local.issuer token $(ARGS)

##@ Tests

.PHONY: test
test: setup ## Run all tests, in a process for each processor; ARGS="-n0 --pdb" in one
	@$(PYTEST) -n auto --maxprocesses 4 $(ARGS)

.PHONY: test-unit
test-unit: setup ## Run the tests that need nothing but Python
	@$(PYTEST) tests/unit $(ARGS)

.PHONY: test-integration
test-integration: setup ## Run the tests against a real PostgreSQL and broker
	@$(PYTEST) tests/integration $(ARGS)

.PHONY: test-contract
test-contract: setup ## Run the tests of events and REST as others see them
	@$(PYTEST) tests/contract $(ARGS)

.PHONY: test-e2e
test-e2e: setup ## Run the stories through the whole stack
	@$(PYTEST) tests/e2e $(ARGS)

.PHONY: bench
bench: setup ## Measure, each figure beside the floor of the same run
	@$(PY) -m tests.load $(ARGS)

.PHONY: match-eval
match-eval: setup ## Measure how often the matching engine is right: make match-eval ARGS="--help"
	@$(PY) -m tests.evaluation $(ARGS)

##@ The code

.PHONY: check
check: setup ## Format, lint, types, import directions, sizes, event schemas
	@$(MAKE) --jobs 2 --keep-going --output-sync check-types check-rest

.PHONY: check-types check-rest
check-types:
	@$(VENV)/bin/mypy

check-rest:
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/lint-imports
	@$(PY) -m deploy.checks.sizes
	@$(PY) -m shared.events.schemas --check
	@$(PY) -m deploy.checks.openapi --check

.PHONY: fmt
fmt: setup ## Format, and mend what ruff can mend
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

.PHONY: schemas
schemas: setup ## Write the contracts to docs/events and docs/openapi
	@$(PY) -m shared.events.schemas
	@$(PY) -m deploy.checks.openapi

UV_COMPILE := $(VENV)/bin/uv pip compile pyproject.toml -q --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.PHONY: lock
lock: setup ## Resolve requirements.txt and requirements-dev.txt anew
	@$(UV_COMPILE) --group dev -o requirements-dev.txt
	@$(UV_COMPILE) -c requirements-dev.txt -o requirements.txt

##@ The stack in containers

.PHONY: compose-up
compose-up: ## Build and start the containers; .env with random secrets is made once
	@deploy/compose/make-env
	@$(COMPOSE) up --build --detach $(ARGS)

.PHONY: compose-observe
compose-observe: ## The same, with Grafana, Jaeger and Prometheus beside them
	@deploy/compose/make-env
	@COMPOSE_PROFILES=demo,observability OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 \
	  $(COMPOSE) up --build --detach $(ARGS)

.PHONY: compose-token
compose-token: ## Print an access token for the containers: make compose-token ARGS="--role clerk"
	@$(COMPOSE) exec -T issuer python -m deploy.local.issuer token $(ARGS)

.PHONY: compose-down
compose-down: ## Stop the containers and drop their data
	@deploy/compose/make-env
	@COMPOSE_PROFILES=demo,observability,folder,sftp $(COMPOSE) down --volumes --remove-orphans $(ARGS)

.PHONY: test-compose
test-compose: setup ## Run integration and end-to-end tests against containers of their own
	@COMPOSE="$(COMPOSE)" deploy/compose/test $(ARGS)
