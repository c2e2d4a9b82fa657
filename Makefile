# The tasks of this checkout; `make` lists them. They need GNU Make and a POSIX shell, nothing else.
#
# Every path is relative, so that the checkout may stand in a folder with spaces in its name.

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help run demo-reset setup test test-all test-sqlite test-postgres replay simulate sequences bench \
        check style types layers migrations deployment catalogues fix clean

# Test processes at a time, and further words for pytest: make test ARGS="tests/policy -x"
WORKERS ?= 2
ARGS ?=
# A server to test on. Without a user in the URL it is the role that is named like you; it has to be a
# superuser. The tests make databases of their own, test_returns_portal…, and drop them again.
TEST_POSTGRES_URL ?= postgres://127.0.0.1:5432/returns_portal

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest -n $(WORKERS) --dist worksteal
# Real orders, too many for this repository. Tests of them run where the folder is.
SHARED := $(if $(wildcard ../shared/data),,and not shared)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

help: ## list these tasks
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r task what; \
	do printf '  make %-12s %s\n' "$$task" "$$what"; done

# --- Using it ---------------------------------------------------------------------------------

run: setup ## start the demo: the shop's data, its payments and the pages; Ctrl-C ends it
	@exec $(PYTHON) manage.py demo

demo-reset: setup ## give the demo its first data back
	@$(PYTHON) manage.py demo --reset

setup: .venv/synced $(CATALOGUES) ## install what the product needs, without the developers' tools

# Each stamp adds to the one before. A changed lock file starts again from the first, which also
# takes away what the lock no longer names.
.venv/synced: .venv/bin/python uv.lock pyproject.toml
	@.ci/sync
	@touch $@

.venv/synced-dev: .venv/synced
	@.ci/sync dev
	@touch $@

.venv/synced-browser: .venv/synced-dev
	@.ci/sync dev browser
	@touch $@

# Without a recipe: where the file is missing, or links to a Python that has gone, make counts it
# as new and syncs again.
.venv/bin/python:

# Babel compiles them, so that nobody needs msgfmt. Not by its command: that one refuses a form that
# names the number where the English singular does not, as Japanese must. `make check` looks closer.
# The language is said aloud: without it Babel leaves the plural forms out.
COMPILE := import sys; from babel.messages import mofile, pofile; po, mo, language = sys.argv[1:]; \
	mofile.write_mo(open(mo, "wb"), pofile.read_po(open(po, "rb"), locale=language))

%.mo: %.po | .venv/synced
	@$(PYTHON) -c '$(COMPILE)' $< $@ $(word 2,$(subst /, ,$<))

# --- Working on it ----------------------------------------------------------------------------

test: setup .venv/synced-dev ## run the tests that need nothing but Python
	@env -u DATABASE_URL $(PYTEST) -m "not postgres and not browser and not scanner and not shared" $(ARGS)

test-all: setup .venv/synced-browser ## run every test, on SQLite with a browser and on PostgreSQL
	@$(MAKE) --no-print-directory --keep-going test-sqlite test-postgres

test-sqlite: setup .venv/synced-browser
	@env -u DATABASE_URL $(PYTEST) -m "not postgres $(SHARED)" $(ARGS)

# The real orders come in once, on SQLite: what PostgreSQL does with an import, small files show.
test-postgres: setup .venv/synced-browser
	@env DATABASE_URL="$(TEST_POSTGRES_URL)" $(PYTEST) -m "not browser and not schedules and not pure and not shared" $(ARGS)

# Every return of half a year, through the product's own actions and over HTTP, to the penny.
WINDOW ?= 30
YEAR := ../shared/data/online-retail

replay: setup ## bring a real half-year through the product: make replay WINDOW=100
	@$(PYTHON) manage.py replay $(YEAR)/orders.csv.gz $(YEAR)/returns.csv.gz --window $(WINDOW) --expect $(YEAR)/expected.json

# One seed is one schedule of people, workers and faults: tests/simulator/README.md.
N := 500
SEED := 1
OVER := sqlite

simulate: setup .venv/synced-dev ## let money survive N schedules of faults: make simulate N=10000, SEED=123 N=1, OVER=postgres
	@env -u DATABASE_URL $(PYTHON) -m tests.simulator --count $(N) --first $(SEED) --over $(OVER)

ORDERS := 1000000

sequences: setup .venv/synced-dev ## put returns of ORDERS random orders through the amounts: make sequences ORDERS=1000
	@env -u DATABASE_URL $(PYTHON) -m tests.benchmarks.sequences --count $(ORDERS)

bench: setup .venv/synced-dev ## measure the speed of the main steps
	@failed=0; for file in tests/benchmarks/[a-z]*.py; do \
		name=$${file##*/}; echo "--- $${name%.py}"; \
		env -u DATABASE_URL $(PYTHON) -m "tests.benchmarks.$${name%.py}" || failed=1; \
	done; exit $$failed

check: .venv/synced-browser ## look for slips: style, types, layers, migrations, deployment, translations
	@$(MAKE) --no-print-directory --keep-going style types layers migrations deployment catalogues

style: .venv/synced-dev
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --check --quiet .

types: .venv/synced-browser
	@$(PYTHON) -m mypy --no-error-summary

layers: .venv/synced-dev
	@.venv/bin/lint-imports --no-logo

migrations: .venv/synced-dev
	@env DATABASE_URL=sqlite:///:memory: $(PYTHON) manage.py makemigrations --check --dry-run

# With the settings of a shop that is open: Django's own list and ours, and no warning left.
deployment: .venv/synced-dev
	@env DEMO=no DEBUG=no BASE_URL=https://returns.example DATABASE_URL=sqlite:///:memory: \
		STRIPE_API_BASE= STRIPE_API_KEY=sk_live_none STRIPE_WEBHOOK_SECRET=whsec_none \
		MAIL_URL=smtps://mail.example \
		$(PYTHON) manage.py check --deploy --fail-level WARNING

catalogues: .venv/synced-dev
	@env PYTHONPATH=. DJANGO_SETTINGS_MODULE=portal.settings $(PYTHON) .ci/catalogues.py

fix: .venv/synced-dev ## mend what can be mended: imports, idioms, layout
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@$(PYTHON) -m ruff format --quiet .

clean: ## remove what was installed or made; the data in var/ stays
	rm -rf .venv var/uv .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find returns portal tests -name __pycache__ -prune -exec rm -rf {} +
	rm -f locale/*/LC_MESSAGES/*.mo
