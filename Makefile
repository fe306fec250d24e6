# make run: the app. make test: the tests. make quick: those without browser and TensorFlow, in a minute. make check: everything CI checks. make soak: kill trainings. make bench: measure everything, ROUNDS=1 in less time. make charts, make screenshots: the pictures of docs/. make vendor: fetch the JavaScript of others. make lock: pin the requirements anew.
PYTHON ?= python3
VENV := .venv
ROUNDS ?= 3
BIN := $(VENV)/bin

.PHONY: run test quick check lint lock vendor soak bench charts screenshots clean

run: $(VENV)/.run
	$(BIN)/streamlit run app.py

# Modules stay together (loadgroup), so that what their tests share is made once; see tests/selection.py.
PARALLEL := -n logical --maxprocesses 4 --dist loadgroup

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(PARALLEL)

quick: $(VENV)/.dev
	$(BIN)/python -m pytest --quick $(PARALLEL)

check: lint test

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(VENV)/.dev
	$(BIN)/python -m benchmarks.soak

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks --rounds $(ROUNDS)

charts: $(VENV)/.dev
	$(BIN)/python -m docs.charts

screenshots: $(VENV)/.dev
	$(BIN)/python -m docs.screenshots

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "MNIST Lab needs Python 3.11, 3.12 or 3.13; try: make PYTHON=python3.12 run"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: requirements.txt $(VENV)/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

# Both locks hold for every system and every Python that pyproject.toml allows.
LOCK := $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock"
lock: $(VENV)/.python
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --group dev -c requirements.txt -o requirements-dev.txt

# JavaScript of others that our components use, with its licence beside it; node's package manager fetches it.
IDIOMORPH := 0.8.0
VENDORED := mnist_lab/ui/components/assets/vendor
vendor:
	cd $(VENDORED) && npm pack --silent idiomorph@$(IDIOMORPH) && tar -xzf idiomorph-$(IDIOMORPH).tgz && rm idiomorph-$(IDIOMORPH).tgz
	cd $(VENDORED) && { echo "// idiomorph $(IDIOMORPH), Zero-Clause BSD licence: see idiomorph.LICENSE. Fetched by: make vendor"; cat package/dist/idiomorph.min.js; } > idiomorph.min.js
	cd $(VENDORED) && mv package/LICENSE idiomorph.LICENSE && rm -r package

clean:
	rm -rf $(VENV)
