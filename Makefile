.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
ROUNDS ?= 3
BIN := $(VENV)/bin

.PHONY: help run test quick check lint lock vendor soak cluster-demo bench deploy postgres objects ray charts screenshots sheets clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.run ## the app, at http://localhost:8501
	$(BIN)/streamlit run app.py

# Where Python may keep no compiled files, each process that a test starts would compile the lab again.
test quick: export PYTHONDONTWRITEBYTECODE =
# Modules stay together (loadfile), so that what their tests share is made once, in the order of tests/selection.py.
PARALLEL := --dist loadfile --no-loadscope-reorder

# One process more than cores, as browser tests often wait; at most 4, as each takes a gigabyte of memory.
PROCESSES := $(shell $(PYTHON) -c 'import os; print(min((os.cpu_count() or 1) + 1, 4))')
test: $(VENV)/.dev ## all tests
	$(BIN)/python -m pytest -n $(PROCESSES) $(PARALLEL)

quick: $(VENV)/.dev ## tests without browser and TensorFlow: about a minute
	$(BIN)/python -m pytest --quick -n logical --maxprocesses 4 $(PARALLEL)

check: lint test ## everything that CI checks

lint: $(VENV)/.dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(VENV)/.dev ## kill real trainings at random, and check that nothing is lost
	$(BIN)/python -m benchmarks.soak

cluster-demo: $(VENV)/.dev ## a lab of several machines, on this one: one of them is lost, and its run goes on on another
	$(BIN)/python -m benchmarks.cluster_demo

bench: $(VENV)/.bench ## measure everything; ROUNDS=1 takes less time
	$(BIN)/python -m benchmarks --rounds $(ROUNDS)

deploy: $(VENV)/.dev $(VENV)/.deploy ## lint the container files, and run their steps without Docker; as root
	$(VENV)/deploy/bin/hadolint Dockerfile
	$(VENV)/deploy/bin/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/python -m deploy.bare_environment
	$(BIN)/python -m deploy.proxies

charts: $(VENV)/.dev ## draw the charts of docs/
	$(BIN)/python -m docs.charts

screenshots: $(VENV)/.dev ## take the screenshots of docs/
	$(BIN)/python -m docs.screenshots

sheets: $(VENV)/.dev ## take contact sheets of all pages, to look at, into build/; PAGES=compose,train takes fewer
	$(BIN)/python -m docs.contact_sheets $(if $(PAGES),--pages $(PAGES))

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "MNIST Lab needs Python 3.11, 3.12 or 3.13; try: make PYTHON=python3.12 run"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: requirements.txt $(VENV)/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run $(VENV)/.moto
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

postgres: $(VENV)/.run ## install the driver for a run store in PostgreSQL
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-postgres.txt

objects: $(VENV)/.run ## install what files in an object store (S3, Google Cloud Storage, Azure) need
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-objects.txt

ray: $(VENV)/.run ## install Ray, for a machine of a Ray cluster that trains for the lab
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ray.txt

$(VENV)/.moto: requirements-moto.txt $(VENV)/.python
	$(PYTHON) -m venv $(VENV)/moto
	$(VENV)/moto/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-moto.txt
	touch $@

$(VENV)/.deploy: requirements-deploy.txt $(VENV)/.python
	$(PYTHON) -m venv $(VENV)/deploy
	$(VENV)/deploy/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-deploy.txt
	touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

# All locks hold for every system and every Python that pyproject.toml allows. With the hashes, pip installs no other files.
LOCK := $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
lock: $(VENV)/.python ## pin the requirements again, with the hashes of their files
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --strip-extras --group postgres -c requirements.txt -o requirements-postgres.txt
	$(LOCK) --strip-extras --group objects -c requirements.txt -o requirements-objects.txt
	$(LOCK) --strip-extras --group ray -c requirements.txt -o requirements-ray.txt
	$(LOCK) --strip-extras --group moto -o requirements-moto.txt
	$(LOCK) --strip-extras --group dev -c requirements.txt -o requirements-dev.txt

# JavaScript of others that our components use, with its licence beside it; node's package manager fetches it.
IDIOMORPH := 0.8.0
# Plotly's bundle with the traces that the lab draws, scatter and bar: a quarter of the whole library, which a browser
# needs half a second to read. The same version as in the Python package.
PLOTLY := 4.1.1
VENDORED := mnist_lab/ui/components/assets/vendor
vendor: ## fetch the vendored JavaScript again
	cd $(VENDORED) && npm pack --silent idiomorph@$(IDIOMORPH) && tar -xzf idiomorph-$(IDIOMORPH).tgz && rm idiomorph-$(IDIOMORPH).tgz
	cd $(VENDORED) && { echo "// idiomorph $(IDIOMORPH), Zero-Clause BSD licence: see idiomorph.LICENSE. Fetched by: make vendor"; cat package/dist/idiomorph.min.js; } > idiomorph.min.js
	cd $(VENDORED) && mv package/LICENSE idiomorph.LICENSE && rm -r package
	cd $(VENDORED) && npm pack --silent plotly.js-basic-dist-min@$(PLOTLY) && tar -xzf plotly.js-basic-dist-min-$(PLOTLY).tgz && rm plotly.js-basic-dist-min-$(PLOTLY).tgz
	cd $(VENDORED) && { echo "// plotly.js-basic-dist-min $(PLOTLY), MIT licence: see plotly.LICENSE. Fetched by: make vendor"; cat package/plotly-basic.min.js; } > plotly.min.js
	cd $(VENDORED) && mv package/LICENSE plotly.LICENSE && rm -r package

clean: ## delete the virtual environment
	rm -rf $(VENV)
