# Each target works alone on a fresh clone: it makes the virtual environment it needs.
# Wanted: Python 3.11, 3.12 or 3.13, make, and a package index that pip reaches.

PYTHON ?= python3
STUDY ?= proposals/studies/bundled.toml
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
GOVTOOL := $(PY) -m govtool
READY := $(VENV)/.ready
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
# A PYTHON named by the caller is the only one tried.
TRIED := $(PYTHON) $(if $(filter file,$(origin PYTHON)),python3.13 python3.12 python3.11)

.DEFAULT_GOAL := help
.PHONY: help run test soak lint bench regress verify proposals history clean

help: ## this list
	@echo "usage: make TARGET"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name what; do printf '  %-10s %s\n' "$$name" "$$what"; done
	@echo "PYTHON=... names the interpreter, STUDY=... the study of run, ARGS=... adds to the command."

run: $(READY) ## search, validate and propose from the bundled history (STUDY=file for another study)
	@$(GOVTOOL) run $(STUDY) $(ARGS)

test: $(READY) ## all tests, on two workers
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests $(ARGS)

soak: $(READY) ## all tests, with many more random examples and fresh seeds
	@GOVTOOL_HYPOTHESIS=soak $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests $(ARGS)

lint: $(READY) ## style, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: $(READY) ## every benchmark
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; $(PY) "$$file" $(ARGS); done

regress: $(READY) ## replay the regression backtests against the frozen baselines
	@$(GOVTOOL) regress $(ARGS)

# A proposal made from real history can be verified only where GOVTOOL_HISTORY says that history is.
verify: $(READY) ## re-run every committed proposal and compare each number
	@set -e; for folder in proposals/[0-9]*/; do \
		evidence="$${folder}evidence.json"; \
		if [ -n "$$GOVTOOL_HISTORY" ] || ! [ -f "$$evidence" ] || grep -q reconstructed "$$evidence"; then \
			$(GOVTOOL) verify "$$folder" $(ARGS); \
		else echo "$$folder is not verified: set GOVTOOL_HISTORY to the history it was made from"; fi; \
	done

proposals: $(READY) ## make the proposals from bundled history anew
	@set -e; for study in proposals/studies/bundled*.toml; do $(GOVTOOL) run "$$study" $(ARGS); done

history: $(READY) ## make the bundled reconstructed history anew
	@$(PY) -m govtool.history.reconstruct $(ARGS)

clean: ## remove the environment, caches and build leftovers
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is there only after a finished install. Without it the environment is made from nothing, so that an
# interrupted first try leaves nothing to trip over; with it, changed requirements are installed on top.
$(READY): pyproject.toml constraints.txt
	@set -e; \
	if ! [ -f $(READY) ] || ! $(PY) -c '$(FITS)' 2>/dev/null; then \
		found=; \
		for python in $(TRIED); do \
			if "$$python" -c '$(FITS)' 2>/dev/null; then found=$$python; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "error: none of '$(strip $(TRIED))' is Python 3.11, 3.12 or 3.13: install one, or name it with 'make PYTHON=/path/to/python3'." >&2; \
			exit 2; \
		fi; \
		echo "creating $(VENV) with $$("$$found" --version)"; \
		"$$found" -m venv --clear $(VENV); \
	fi; \
	rm -f $(READY); \
	echo "installing govtool and its tools (about a minute)"; \
	$(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'; \
	touch $(READY)
