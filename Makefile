# Every target does all it needs from a bare machine; a second run starts at once.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run tour images test lint format bench train-default clean distclean
unexport PYTHONPATH PYTHONHOME

PREPARE := @sh scripts/prepare.sh
VENV_PYTHON := .venv/bin/python
OFFSCREEN := QT_QPA_PLATFORM=offscreen

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: ## start the app (ARGS="..."); without a screen, its tour
	$(PREPARE) coco
	@$(VENV_PYTHON) -m scripts.run $(ARGS)

tour: ## run the app offscreen through its tour, into out/tour/
	$(PREPARE) coco
	@$(OFFSCREEN) $(VENV_PYTHON) main.py --tour out/tour $(ARGS)

test: ## run the tests (ARGS="-k name")
	$(PREPARE) dev
	@$(OFFSCREEN) OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE $(VENV_PYTHON) -m pytest $(ARGS)

lint: ## check style and types
	$(PREPARE) dev
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m mypy

format: ## rewrite the code in the project's style
	$(PREPARE) dev
	@$(VENV_PYTHON) -m ruff check --fix .
	@$(VENV_PYTHON) -m ruff format .

images: tour ## make the README's pictures anew, from the tour
	@$(VENV_PYTHON) -m scripts.images

bench: ## measure, into out/bench.json (ONLY=name measures one)
	$(PREPARE) bench
	@$(OFFSCREEN) $(VENV_PYTHON) -m tests.benchmarks $(if $(ONLY),--only $(ONLY)) $(ARGS)

train-default: ## train the decoder that comes with the app (DATA=folder of the three sets)
	$(PREPARE) dev
	@OMP_WAIT_POLICY=PASSIVE $(VENV_PYTHON) -m scripts.train_default --data $(or $(DATA),../shared/data) $(ARGS)

clean: ## remove what was made, but not .venv
	@rm -rf out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove .venv too
	@rm -rf .venv
