# The same verbs for people and for machines. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
NODE_PATH_FIRST := PATH="$(CURDIR)/$(BIN):$$PATH"
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run demo dev test unit check format e2e test-media bench-main bench-relay chaos fuzz-relay picture contracts diagrams dist dist-functions deploy rollback smoke clean prepare-run prepare-test fuzz-api bench-functions

help: ## list the verbs
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

prepare-run:
	@$(PYTHON) standalone/prepare.py run

prepare-test:
	@$(PYTHON) standalone/prepare.py test

run: prepare-run ## watch a film together: sets up what is missing, then starts on one port
	@$(BIN)/watchparty serve

demo: prepare-run ## a room that is already playing, with two simulated guests
	@$(BIN)/watchparty serve --demo

dev: prepare-run ## the same with reload of Python and hot reload of the page
	@$(NODE_PATH_FIRST) $(BIN)/python -m watchparty.dev

check: prepare-test ## format, lint, types, order of imports, in both languages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports tests/layering/order.toml --no-cache --no-logo
	cd frontend && $(NODE_PATH_FIRST) npm run --silent check

format: ## write the format that `check` wants
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend && $(NODE_PATH_FIRST) npm run --silent fix

unit: ## what needs neither root nor network nor an application or another program
	$(PYTEST) -n 2 -m "not media and not service and not integration and not e2e"

test: prepare-test ## all set-up, then everything: unit, contract, integration, page, end to end
	$(BIN)/python tests/run_all.py

e2e: prepare-test ## only the browser tests
	$(PYTEST) tests/e2e

test-media: prepare-test ## every input case and the fuzzing of the transcoder (long)
	$(PYTEST) tests/transcoder --media-full

fuzz-api: prepare-test ## the HTTP API against its own OpenAPI document, more than 2,000 requests (minutes)
	$(PYTEST) tests/functions/test_api_fuzz.py --hypothesis-profile=api-full

fuzz-relay: prepare-test ## a hundred thousand hostile connections to the relay
	$(PYTEST) tests/sync_relay/test_frame_fuzz.py --fuzz-cases 100000

bench-main: prepare-test ## the main job measured: playable, first frame, API, pong, memory
	PYTHONPATH=tests $(BIN)/python -m bench.main_job

bench-functions: prepare-test ## the functions measured: cold start, warm answers, at SQLite and the Firestore emulator
	PYTHONPATH=tests $(BIN)/python -m bench.functions

bench-relay: prepare-test ## the relay beside a C loop, ws and socket.io (an hour; CELLS=joins,idle for some of it)
	PYTHONPATH=tests $(BIN)/python -m bench.relay $(if $(CELLS),--cells $(CELLS))

chaos: prepare-test ## a million events under faults of relays, Redis and readers, each checked (minutes; SEED=7 again)
	PYTHONPATH=tests $(BIN)/python -m chaos $(if $(SEED),--seed $(SEED))

.PHONY: bench-transcode
bench-transcode: prepare-test ## the transcoder measured against a plain ffmpeg: soon, cheap, good (about 8 minutes)
	$(BIN)/python -m pip install --quiet imageio-ffmpeg==0.8.1 # a static ffmpeg with libvmaf and SVT-AV1
	PYTHONPATH=tests:transcoder $(BIN)/python -m bench.transcode

picture: prepare-test ## take the README's moving picture from the running demo
	PYTHONPATH=tests $(BIN)/python -m e2e.picture

contracts: ## write docs/contracts/, the page's types and Terraform's indexes anew from the code
	$(BIN)/python -m watchparty_api.schema
	$(BIN)/python -m watchparty_relay.schema docs/contracts/socket.schema.json
	$(BIN)/python -m watchparty_transcoder.events.schema
	$(BIN)/python -m watchparty_api.store.firestore_indexes
	$(BIN)/python docs/reference.py
	cd frontend/codegen && $(NODE_PATH_FIRST) npm install --no-save --silent && $(NODE_PATH_FIRST) npm run --silent generate

diagrams: prepare-test ## have Mermaid parse every diagram of the documents
	@mkdir -p .build/diagrams && cp tests/docs/diagrams.mjs .build/diagrams/
	@cd .build/diagrams && $(NODE_PATH_FIRST) npm install --no-save --silent --prefix . mermaid@11.17.2 jsdom@29.1.1
	@$(NODE_PATH_FIRST) node .build/diagrams/diagrams.mjs $$(git ls-files '*.md')

dist: prepare-run ## a wheel with the page inside
	rm -rf standalone/watchparty/page && cp -r frontend/dist standalone/watchparty/page
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir .build/dist .
	rm -rf standalone/watchparty/page

dist-functions: prepare-run ## the archive of the cloud functions, named by its content
	@$(BIN)/python functions/bundle.py .build/dist

deploy: prepare-test ## to Google Cloud, as docs/deployment.md tells (YES=1: without asking)
	@$(BIN)/python terraform/deploy $(if $(YES),--yes)

rollback: prepare-test ## back to the deployment before the newest
	@$(BIN)/python terraform/deploy rollback $(if $(YES),--yes)

smoke: prepare-test ## two people join a room and a film plays, at SITE=https://…
	@$(BIN)/python terraform/deploy smoke --site $(SITE)

clean: ## forget what set-up made (not your films)
	rm -rf .build frontend/dist frontend/node_modules
