# The same commands for people and for CI. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
NODE_PATH_FIRST := PATH="$(CURDIR)/$(BIN):$$PATH"
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run demo dev test unit check format cloud e2e test-media bench-main bench-relay chaos fuzz-relay picture contracts diagrams dist lock deploy rollback smoke clean prepare-run prepare-test fuzz-api bench-functions

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17

prepare-run:
	@$(PYTHON) standalone/prepare.py run

prepare-test:
	@$(PYTHON) standalone/prepare.py test

run: prepare-run ## start the server: installs what is missing, then serves on one port
	@$(BIN)/watchparty serve

demo: prepare-run ## open a room that is already playing, with two simulated guests
	@$(BIN)/watchparty serve --demo

dev: prepare-run ## run the server with reload of Python and hot reload of the page
	@$(NODE_PATH_FIRST) $(BIN)/python -m watchparty.dev

check: prepare-test ## check format, lint, types, dead code and the order of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/vulture
	$(BIN)/lint-imports tests/layering/order.toml --no-cache --no-logo
	cd frontend && $(NODE_PATH_FIRST) npm run --silent check

format: ## format the code as `check` expects
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend && $(NODE_PATH_FIRST) npm run --silent fix

unit: ## run the tests that need no other program, network or database
	$(PYTEST) -n 2 -m "not media and not service and not integration and not e2e"

test: prepare-test ## install what is missing, then run every test: unit, contract, integration, page, end to end
	$(BIN)/python tests/run_all.py

cloud: prepare-test ## run a production in a box: Google Cloud's whole topology on this machine, and a party in it
	$(BIN)/python tests/cloud/namespace.py $(PYTEST) tests/cloud/journey

.PHONY: cloud-faults
cloud-faults: prepare-test ## put back each known fault of the cloud and see its check fail (20 minutes; ONLY="3 7" for some)
	$(BIN)/python tests/cloud/faults/faults.py $(ONLY)

e2e: prepare-test ## run only the browser tests
	$(PYTEST) tests/e2e

test-media: prepare-test ## run every input case and the fuzzing of the transcoder (long)
	$(PYTEST) tests/transcoder --media-full

FIRST ?= 0
FILMS ?= 2000
.PHONY: differential
differential: prepare-test ## compare generated films with plain ffmpeg and keep what differs (an hour; FIRST=4000 FILMS=150)
	PYTHONPATH=tests:transcoder $(BIN)/python -m transcoder.differential --first $(FIRST) --films $(FILMS)

fuzz-api: prepare-test ## fuzz the HTTP API against its OpenAPI document, more than 2,000 requests (minutes)
	$(PYTEST) tests/functions/test_api_fuzz.py --hypothesis-profile=api-full

SECONDS_EACH ?= 60
.PHONY: fuzz
fuzz: prepare-test ## search for inputs that break a reader, by coverage (seven minutes; SECONDS_EACH=20, ONLY="mp4 token")
	$(BIN)/python -m pip install --quiet --only-binary :all: --target .build/atheris --upgrade atheris==3.0.0 # Python 3.11 to 3.13
	PYTHONPATH=tests:functions:sync-relay:transcoder:standalone:.build/atheris \
		$(BIN)/python -m fuzz --seconds $(SECONDS_EACH) $(if $(ONLY),--only $(ONLY))

fuzz-relay: prepare-test ## open a hundred thousand hostile connections to the relay
	$(PYTEST) tests/sync_relay/test_frame_fuzz.py --fuzz-cases 100000

bench-main: prepare-test ## measure the product: time to playable, first frame, API, pong, memory
	PYTHONPATH=tests $(BIN)/python -m bench.main_job

bench-functions: prepare-test ## measure the functions: cold start, warm answers, on SQLite and the Firestore emulator
	PYTHONPATH=tests $(BIN)/python -m bench.functions

.PHONY: bench-cloud
bench-cloud: prepare-test ## measure the production in a box: cold starts, joins, commands, uploads (five minutes)
	PYTHONPATH=tests $(BIN)/python tests/cloud/namespace.py $(BIN)/python -m bench.cloud

bench-relay: prepare-test ## compare the relay with a C loop, ws and socket.io (an hour; CELLS=joins,idle for a part)
	PYTHONPATH=tests $(BIN)/python -m bench.relay $(if $(CELLS),--cells $(CELLS))

.PHONY: bench-scale
bench-scale: prepare-test ## measure what a viewer costs relays and Redis, and extrapolate to a million (seven minutes)
	PYTHONPATH=tests $(BIN)/python -m bench.scale

.PHONY: bench-web
bench-web: prepare-test ## measure what people get in their browsers: bytes, first pictures, skew (four minutes)
	PYTHONPATH=tests $(BIN)/python -m bench.web

.PHONY: bench-home-load
bench-home-load: prepare-test ## measure a home server with 50 rooms of 20 people who chat (a minute)
	PYTHONPATH=tests $(BIN)/python -m bench.home_load

.PHONY: bench-hostile
bench-hostile: prepare-test ## attack a home server with slow clients, and let 1,008 people join (ten minutes)
	PYTHONPATH=tests $(BIN)/python -m bench.hostile_home

chaos: prepare-test ## check a million events under faults of relays, Redis and readers (minutes; SEED=7 repeats a run)
	PYTHONPATH=tests $(BIN)/python -m chaos $(if $(SEED),--seed $(SEED))

.PHONY: chaos-kills
chaos-kills: prepare-test ## kill relay, functions, audit and migrations a thousand times (minutes; SEED=7 repeats a run)
	PYTHONPATH=tests $(BIN)/python -m chaos.kills $(if $(SEED),--seed $(SEED))

.PHONY: audit
audit: prepare-test ## look for known flaws in packages, then repeat every attack that the tests keep (an hour)
	@$(BIN)/python -m pip install --quiet --target .build/pip-audit --upgrade pip-audit==2.10.1
	@$(NODE_PATH_FIRST) PYTHONPATH=tests $(BIN)/python -m audit

.PHONY: bench-transcode
bench-transcode: prepare-test ## compare the transcoder with a plain ffmpeg: latency, cost, quality (about 8 minutes)
	$(BIN)/python -m pip install --quiet imageio-ffmpeg==0.8.1 # a static ffmpeg with libvmaf and SVT-AV1
	PYTHONPATH=tests:transcoder $(BIN)/python -m bench.transcode

picture: prepare-test ## record the README's animation from the running demo
	PYTHONPATH=tests $(BIN)/python -m e2e.picture

contracts: ## regenerate docs/contracts/, the page's types and Terraform's indexes from the code
	$(BIN)/python -m watchparty_api.schema
	$(BIN)/python -m watchparty_relay.protocol.schema > docs/contracts/socket.schema.json
	$(BIN)/python -m watchparty_transcoder.events.schema
	$(BIN)/python -m watchparty_api.store.firestore_indexes
	$(BIN)/python docs/reference.py
	cd frontend/codegen && $(NODE_PATH_FIRST) npm install --no-save --silent && $(NODE_PATH_FIRST) npm run --silent generate

diagrams: prepare-test ## parse every diagram in the documents with Mermaid
	@mkdir -p .build/diagrams && cp tests/docs/diagrams.mjs .build/diagrams/
	@cd .build/diagrams && $(NODE_PATH_FIRST) npm install --no-save --silent --prefix . mermaid@11.17.2 jsdom@29.1.1
	@$(NODE_PATH_FIRST) node .build/diagrams/diagrams.mjs $$(git ls-files '*.md')

dist: prepare-run ## build a wheel that contains the page
	rm -rf standalone/watchparty/page && cp -r frontend/dist standalone/watchparty/page
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir .build/dist .
	rm -rf standalone/watchparty/page

LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --python-version 3.13 \
	--python-platform x86_64-manylinux_2_28 --only-binary :all: --generate-hashes

lock: prepare-run ## pin every package of the images, with hashes (the files requirements.lock)
	$(BIN)/python -m pip install --quiet uv==0.13.9
	$(LOCK) functions/requirements.txt --output-file functions/requirements.lock
	$(LOCK) sync-relay/requirements.txt --output-file sync-relay/requirements.lock
	$(LOCK) sync-relay/requirements.txt sync-relay/compile-requirements.txt --output-file sync-relay/compile-requirements.lock
	$(LOCK) transcoder/requirements.txt --output-file transcoder/requirements.lock
	$(LOCK) standalone/image-requirements.txt --output-file standalone/image-requirements.lock

deploy: $(if $(PREPARED),,prepare-test) ## deploy to Google Cloud as docs/deployment.md describes (YES=1: without a prompt; CANARY=10: 10 % of requests)
	@PYTHONPATH=functions $(if $(PREPARED),python,$(BIN)/python) terraform/deploy $(if $(YES),--yes) $(if $(CANARY),--canary $(CANARY))

rollback: prepare-test ## roll back to the previous deployment
	@$(BIN)/python terraform/deploy rollback $(if $(YES),--yes)

.PHONY: film-budget
film-budget: prepare-test ## show whether the month's budget stops films, or serve them again (RAISE_TO=150: until the month has cost that)
	@WATCHPARTY_STORE_URL=$$(terraform -chdir=terraform output -raw database) \
	WATCHPARTY_KEYS_SECRETS=$$(terraform -chdir=terraform output -raw key_prefix) \
	$(BIN)/watchparty admin film-budget --policy "$$(terraform -chdir=terraform output -raw films_policy)" \
		$(if $(RAISE_TO),--raise-to $(RAISE_TO))

smoke: prepare-test ## run the smoke test against SITE=https://…: two people join a room and a film plays
	@$(BIN)/python terraform/deploy smoke --site $(SITE)

clean: ## delete everything that set-up created (not your films)
	rm -rf .build frontend/dist frontend/node_modules
