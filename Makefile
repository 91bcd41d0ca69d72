# MindFlip's commands. You need Python 3.11 or newer and make. The commands install everything else.

PYTHON ?= python3
INSTALL = $(PYTHON) mindflip/embedded/install.py
VENV_PYTHON = .venv/bin/python
# If node was installed from PyPI, it is in .venv/bin.
WITH_NODE = PATH="$(CURDIR)/.venv/bin:$$PATH"

.DEFAULT_GOAL := help
.PHONY: help run backup restore test thorough guide soak record check lint prose lower-prose-budget texts messages modules types deployable audit installed pins format hooks docs bench cards seed-large clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { sub(/:.*/, "", $$1); printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: ## run MindFlip on http://localhost:3000 (first start: installs everything)
	@$(INSTALL) run
	@exec $(VENV_PYTHON) manage.py run

TO ?= .
backup: ## write a backup to this folder, or to TO=folder or file
	@$(INSTALL) run
	@$(VENV_PYTHON) manage.py backup "$(TO)"

restore: ## restore a backup: FILE=…; REPLACE=1 replaces existing data
	@$(INSTALL) run
	@$(VENV_PYTHON) manage.py restore "$(FILE)" $(if $(REPLACE),--replace)

test: installed ## run all tests: Python, JavaScript, browser
	@MINDFLIP_CHROMIUM="$$($(VENV_PYTHON) -m tests.helpers.chromium)" || exit 1; export MINDFLIP_CHROMIUM; \
	failed=0; \
	$(VENV_PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder -q tests || failed=1; \
	$(WITH_NODE) node --test $$(find tests/js -name '*.test.js') || failed=1; \
	exit $$failed

guide: installed ## run the samples of docs/integration-guide.md as written, against a real server
	@MINDFLIP_CHROMIUM="$$($(VENV_PYTHON) -m tests.helpers.chromium)" || exit 1; export MINDFLIP_CHROMIUM; \
	$(VENV_PYTHON) -m pytest -q tests/guide tests/e2e/engines/test_guide.py

MINUTES ?= 10
thorough: installed ## fuzz with many examples, import large files, and run `make soak`; MINUTES=10
	@MINDFLIP_CHROMIUM="$$($(VENV_PYTHON) -m tests.helpers.chromium)" || exit 1; export MINDFLIP_CHROMIUM; \
	MINDFLIP_THOROUGH=1 MINDFLIP_CHAOS_SECONDS=$$(($(MINUTES) * 60)) $(VENV_PYTHON) -m pytest -n 2 --dist loadfile -q -m "fuzz or slow" tests

soak: installed ## kill and restart everything at random for MINUTES=10, and check that nothing is lost
	@MINDFLIP_CHAOS_SECONDS=$$(($(MINUTES) * 60)) $(VENV_PYTHON) -m pytest -q tests/resilience/test_chaos.py

record: installed ## record the state of this version for the upgrade test, before a release
	@MINDFLIP_CHROMIUM="$$($(VENV_PYTHON) -m tests.helpers.chromium)" || exit 1; export MINDFLIP_CHROMIUM; \
	$(VENV_PYTHON) -m tests.upgrade.record

check: lint prose texts modules types deployable audit ## lint, prose, untranslated texts, types, missing migrations, deployment settings, settings page, known vulnerabilities

SCRIPTS = eslint.config.js 'static/js/**/*.js' 'tests/js/**/*.js' 'tests/translations/*.js'
lint: installed
	$(VENV_PYTHON) -m ruff check
	$(VENV_PYTHON) -m ruff format --check

prose: installed
	$(VENV_PYTHON) -m tests.prose

lower-prose-budget: installed
	$(VENV_PYTHON) -m tests.prose --lower

texts: installed
	$(VENV_PYTHON) -m tests.translations
	$(VENV_PYTHON) manage.py makemessages --check

messages: installed ## write mindflip/locale/*.pot and merge the texts into the catalogues; LANGUAGE=de adds a language
	$(VENV_PYTHON) manage.py makemessages $(if $(LANGUAGE),--locale $(LANGUAGE))

modules: installed
	$(WITH_NODE) node node_modules/eslint/bin/eslint.js static/js tests/js tests/translations
	$(WITH_NODE) node node_modules/prettier/bin/prettier.cjs --log-level warn --check $(SCRIPTS)
	$(WITH_NODE) node node_modules/typescript/bin/tsc -p static/js/client --noEmit

types: installed
	$(VENV_PYTHON) -m mypy mindflip sessions_app flashcards

deployable: installed
	$(VENV_PYTHON) -m mindflip.embedded.servers $(VENV_PYTHON) manage.py makemigrations --check --dry-run
	$(VENV_PYTHON) manage.py document_settings --check
	$(VENV_PYTHON) manage.py document_protocol --check
	$(VENV_PYTHON) manage.py document_api --check
	MINDFLIP_ALLOWED_HOSTS=mindflip.example MINDFLIP_SECRET_KEY="$$($(VENV_PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		$(VENV_PYTHON) manage.py check --deploy --fail-level WARNING

audit: installed ## find known vulnerabilities in pinned packages; prints NOT AUDITED if no service is available
	$(VENV_PYTHON) -m tests.audit

installed:
	@$(INSTALL) test

PINS = $(VENV_PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make pins" $(if $(FRESH),--upgrade) pyproject.toml
pins: installed ## write requirements*.txt, with hashes, from pyproject.toml; FRESH=1 upgrades transitive dependencies
	$(PINS) --output-file requirements.txt
	$(PINS) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(subst pyproject.toml,--group node,$(PINS)) --output-file mindflip/embedded/node.txt

format: installed ## format the code
	$(VENV_PYTHON) -m ruff check --fix
	$(VENV_PYTHON) -m ruff format
	$(WITH_NODE) node node_modules/prettier/bin/prettier.cjs --log-level warn --write $(SCRIPTS)

hooks: installed ## install a Git hook that runs `make check` before each commit
	$(VENV_PYTHON) -m pre_commit install

docs: installed ## write docs/settings.md, docs/asyncapi.json, docs/openapi.json, docs/api.md and the client's types from the code
	$(VENV_PYTHON) manage.py document_settings
	$(VENV_PYTHON) manage.py document_protocol
	$(VENV_PYTHON) manage.py document_api
	$(WITH_NODE) node node_modules/typescript/bin/tsc -p static/js/client

bench: installed ## measure round trips against a minimal durable relay, and the time of each stage
	$(VENV_PYTHON) -m benchmarks

cards: installed ## measure the quality of cards (minutes; ARGS="--help" lists options)
	@$(WITH_NODE) $(VENV_PYTHON) -m benchmarks.cards $(ARGS)

seed-large: ## fill the database with 1,000,000 generated sessions and 5,000,000 generations (15 GB; ARGS=--remove deletes them)
	@$(VENV_PYTHON) -m benchmarks.seeding $(ARGS)

clean: ## remove everything that was installed, but keep var/ with all data
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache
