# Each wish is one command; `make help` lists them.

UV_VERSION := 0.13.9
UV := .tools/uv/bin/uv
PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py

# What is installed carries the name of what was asked for.
ASKED := $(shell cat requirements/dev.txt .python-version | sha256sum | cut -c1-16)
SYNCED := .venv/synced-$(ASKED)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

SNAPSHOT := tests/api/test_contract.py::test_a_change_of_the_contract_is_a_visible_diff

# For what only imports the settings: no database is started.
NO_DATABASE := DATABASE_URL=postgresql://nobody@127.0.0.1:1/none

.DEFAULT_GOAL := help
.PHONY: help install demo demo-reset test prove bench bench-export bench-lists bench-outbox bench-reconciliation check run worker bot seed lock messages audit openapi permissions screenshots

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(SYNCED) $(CATALOGUES) ## Everything the demo needs; a second time it does nothing
	@deploy/system-packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
		|| echo "Going on without them: statements as PDF will fail."

demo: install ## Circle with demo data on http://127.0.0.1:8000 (or PORT=...)
	@$(MANAGE) demo

demo-reset: install ## Delete the demo's data and start over
	@$(PYTHON) -m backoffice.laptop
	@$(MANAGE) demo

test: install ## All tests
	@deploy/system-packages chromium-headless-shell redis-server
	@$(PYTHON) -m pytest -n 2

prove: install ## The properties of prices, refunds, receipts and the API, on five times as many cases as in the suite
	@EXAMPLES_TIMES=5 $(PYTHON) -m pytest -n 2 tests/sales/test_pricing.py tests/sales/test_quote.py tests/sales/test_refunds.py \
		tests/finance/test_share_refund.py tests/finance/test_fiscal.py tests/api/test_contract.py

bench: install ## What the catalogue's pages take with 20,000 tours and 100,000 dates
	@BENCH_TOURS=20000 $(PYTHON) -m pytest tests/catalog/test_search_at_scale.py -k "quick or every_tour"

bench-reconciliation: install ## What 100,000 lines of a registry take, with 1,000 faults to find
	@BENCH_LINES=100000 $(PYTHON) -m pytest tests/finance/test_reconciliation_at_scale.py

bench-audit: install ## What the proofs of the books take with a million ledger lines
	@BENCH_LINES=1000000 $(PYTHON) -m pytest -s tests/sales/test_audit.py -k big_books

check: install ## Style, layers, types, migrations, settings, the API's snapshot
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@$(NO_DATABASE) .venv/bin/mypy
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --fail-level WARNING
	@$(NO_DATABASE) $(PYTHON) -m pytest $(SNAPSHOT)

bench-export: install ## What an export of a million ledger lines takes, in time and memory
	@BENCH_LINES=1000000 $(PYTHON) -m pytest -s tests/sales/test_reports_at_scale.py

bench-lists: install ## What every page of the back office takes over a million bookings
	@BENCH_BOOKINGS=1000000 TEST_DATABASE=test_lists $(PYTHON) -m pytest -s --reuse-db \
		tests/backoffice/test_lists_at_scale.py

bench-outbox: install ## What ten thousand messages take at the pace that Telegram permits
	@BENCH_MESSAGES=10000 $(PYTHON) -m pytest -s tests/outside/test_drain_at_scale.py

run: install ## The web server alone, reloading on changes
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) runserver $${PORT:-8000}

worker: install ## The worker alone
	@$(MANAGE) run_huey --quiet

bot: install ## The Telegram bot, fetching what people write; needs TELEGRAM_BOT_TOKEN
	@$(MANAGE) bot

seed: install ## The demo's data, without starting anything
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed_demo

audit: install ## Prove the books: every balance recomputed from its lines
	@$(MANAGE) audit_books

openapi: install ## Write the API's snapshot anew, after a change that is meant
	@$(NO_DATABASE) $(MANAGE) openapi_snapshot

permissions: install ## Write docs/permissions.md anew from the table of roles
	@$(NO_DATABASE) $(MANAGE) permissions

screenshots: install ## Take docs/screenshots anew from the running demo
	@deploy/system-packages chromium-headless-shell
	@$(MANAGE) screenshots

messages: install ## Collect the texts to translate into locale/
	@deploy/system-packages gettext
	@$(NO_DATABASE) $(MANAGE) makemessages -l ru -l uz --no-obsolete --no-wrap --no-location \
		--ignore '.venv/*' --ignore '.tools/*' --ignore 'var/*' --ignore 'tests/*'

lock: $(UV) ## Pin the newest versions that requirements/*.in allow
	@for name in base dev; do \
		$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes \
			requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

$(UV):
	@python3 -m pip install -qq --disable-pip-version-check --root-user-action ignore \
		--target .tools/uv uv==$(UV_VERSION)

$(SYNCED): | $(UV)
	@test -x $(PYTHON) || $(UV) venv --quiet --python 3.13 .venv
	@$(UV) pip sync --quiet --compile-bytecode --python $(PYTHON) --require-hashes requirements/dev.txt
	@rm -f .venv/synced-*; touch $@

%.mo: %.po | $(SYNCED)
	@.venv/bin/pybabel --quiet compile -i $< -o $@
