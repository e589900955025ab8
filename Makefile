# One command surface: make demo, make test, make check, make bench.
# Everything is installed into .venv and node_modules; the machine itself is left alone.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
ROOMS := platform ingest api dashboards firmware
VENV := .venv/bin
# Three at a time even on two cores, as many tests wait; the files in their order, as those that take long come early.
PYTEST := pytest -n 3 --dist loadfile --no-loadscope-reorder
SITE := dashboards/src/plietsch/dashboards/static/build
WEB_SOURCES := $(shell find dashboards/web -path '*/node_modules' -prune -o -type f -print)
# .venv first: npm's own script looks for "node" on the PATH.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export UV_PROJECT_ENVIRONMENT := .venv
# Some environments forbid it: Python keeps what it has compiled, as its start takes twice as long without.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## what there is to do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: setup ## the whole platform on this machine, with simulated stations (FRESH=1 begins anew)
	@plietsch up $(if $(FRESH),--fresh)

.PHONY: setup
setup: .venv/.installed node_modules/.installed $(SITE)/.vite/manifest.json ## install everything into .venv and node_modules

.venv/bin/uv: requirements.lock
	@tools/preflight $(PYTHON)
	@echo "[1/4] Python environment in .venv"
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/{p=1} p{print} p&&!/\\$$/{exit}' requirements.lock > .venv/uv.lock
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock
	@touch $@

.venv/.installed: .venv/bin/uv requirements.lock pyproject.toml $(ROOMS:%=%/pyproject.toml)
	@echo "[2/4] Python packages from requirements.lock"
	@$(VENV)/uv pip install --quiet --require-hashes -r requirements.lock
	@$(VENV)/uv pip install --quiet --no-deps --no-build-isolation --offline $(ROOMS:%=-e %)
	@touch $@

node_modules/.installed: .venv/.installed package-lock.json package.json platform/package.json firmware/package.json dashboards/web/package.json
	@echo "[3/4] JavaScript packages from package-lock.json"
	@npm ci --silent --no-progress || { echo "npm could not install the packages of package-lock.json: is the network there? Then run the command again." >&2; exit 1; }
	@touch $@

$(SITE)/.vite/manifest.json: node_modules/.installed $(WEB_SOURCES)
	@echo "[4/4] Map and chart of the site"
	@npm run --silent --workspace @plietsch/web build
	@touch $@

.PHONY: test
test: setup ## every test; what needs Chromium or mosquitto says so where they are missing
	@$(PYTEST)

.PHONY: test-long
test-long: setup ## the same at length: a hundred runs of each fault, a million messages through one worker
	@$(PYTEST) --long

.PHONY: bench
bench: setup ## the write path against its limit and peers, and what a node costs (ONLY="B1 N2" BIG=1)
	@PYTHONPATH=bench:tests:firmware/node python -m plietsch_bench $(ONLY) $(if $(BIG),--size big)

.PHONY: check
check: setup ## ruff, pyright, import-linter, npm types, translations and documents in step, locks in step
	@ruff check .
	@ruff format --check .
	@node_modules/.bin/pyright --warnings
	@node_modules/.bin/pyright --warnings -p firmware --typeshedpath "$$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	@lint-imports
	@npm run --silent --workspace @plietsch/web check
	@pytest -q tests/rules
	@tools/lock --check

.PHONY: lock
lock: .venv/bin/uv ## resolve the dependencies anew
	@tools/lock

.PHONY: clean
clean: ## remove what was installed and built (data in .plietsch stays)
	rm -rf .venv node_modules $(SITE)
