# Every target does its own set-up. All that it needs is make and Python 3.11 or newer.
#
#   make demo    compile sample-repo/ and show what came out
#   make test    the test suite

VENV := .venv
TORCH := .venv-torch
SERVING := .venv-serving
BIN := $(VENV)/bin
PIP := -m pip --disable-pip-version-check install -qq

# The first Python that is new enough; PYTHON=... names one.
FIND_PYTHON := for one in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python; do \
	if [ -n "$$one" ] && command -v "$$one" >/dev/null 2>&1 && \
	"$$one" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo "$$one"; exit 0; fi; done; \
	echo "Hydra needs Python 3.11 or newer, with its venv module (Debian: python3-venv). None was found; PYTHON=/path/to/python names one." >&2; exit 1

.PHONY: help demo test test-upstream test-torch test-training test-serving lint format bench docs clean

help:
	@echo "make demo            compile sample-repo/ and show what came out"
	@echo "make test            run the test suite"
	@echo "make lint            style, types, and whether generated files are fresh"
	@echo "make test-upstream   the tests against real CRDs and reference cases, in HYDRA_UPSTREAM"
	@echo "make test-torch      the tests against Transformers' model classes (installs torch)"
	@echo "make test-training   train what is compiled, and the trainers' own validators (same environment)"
	@echo "make test-serving    serve what is compiled, and the servers' own validators (installs torch and Ray)"
	@echo "make bench           the benchmark and its peers"
	@echo "make docs            write the generated pages, schemas and sample output anew"
	@echo "make format          format the code"
	@echo "make clean           remove environments, caches and build output"

# ---- environments, each with a stamp that says what is installed

$(VENV)/pyvenv.cfg:
	@python=$$($(FIND_PYTHON)) && echo "Making an environment with $$($$python --version) in $(VENV) ..." && $$python -m venv $(VENV)

$(VENV)/.installed: $(VENV)/pyvenv.cfg pyproject.toml
	@echo "Installing Hydra ..."
	@$(BIN)/python $(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(BIN)/python $(PIP) --editable '.[dev]'
	@touch $@

# What DeepSpeed talks through on processors takes a minute to compile: once here, and not in each pod of a test.
# pip would keep a build that was made otherwise, hence no cache.
WITH_OP := CFLAGS=-g0 DS_BUILD_OPS=0 DS_ENABLE_NINJA=1 DS_BUILD_SHM_COMM=$$(command -v c++ >/dev/null && echo 1 || echo 0)

# torch is pinned together with Transformers: its classes are what the library's facts are compared with. The rest is
# what trains in the tests. LLaMA-Factory and TRL ask for user interfaces and for torchvision, which training text never loads.
$(TORCH)/.installed: pyproject.toml
	@python=$$($(FIND_PYTHON)) && echo "Making an environment with torch in $(TORCH), which takes minutes ..." && $$python -m venv $(TORCH)
	@$(TORCH)/bin/python $(PIP) --editable . 'pytest>=8.3' torch==2.13.0 numpy==2.4.6 transformers==4.57.6 \
		accelerate==1.11.0 datasets==4.0.0 peft==0.18.1 omegaconf==2.4.0 pandas==3.1.1 pyarrow==26.0.1 \
		einops==0.8.2 protobuf==7.36.2 sentencepiece==0.2.3 tiktoken==0.14.0 ninja==1.13.2 setuptools
	@$(WITH_OP) PATH="$(CURDIR)/$(TORCH)/bin:$$PATH" $(TORCH)/bin/python $(PIP) --no-cache-dir --no-build-isolation deepspeed==0.19.8
	@$(TORCH)/bin/python $(PIP) --no-deps llamafactory==0.9.5 trl==0.24.0
	@touch $@

# Ray is pinned because its schema of LLM configurations is not public. No directory here may be called `ray`: Python
# would take it for the package.
$(SERVING)/.installed: pyproject.toml
	@python=$$($(FIND_PYTHON)) && echo "Making an environment with Ray in $(SERVING), which takes minutes ..." && $$python -m venv $(SERVING)
	@$(SERVING)/bin/python $(PIP) --editable . 'pytest>=8.3' torch==2.13.0 numpy==2.4.6 transformers==4.57.6 \
		'ray[serve]==2.60.0' pyarrow==26.0.1 'tritonclient[grpc]==2.73.0' protobuf==6.33.6
	@touch $@

# ---- what people run

demo: $(VENV)/.installed
	@$(BIN)/hydra compile sample-repo
	@echo
	@$(BIN)/python tools/show_tree.py sample-repo/rendered
	@echo
	@echo "This tree is what Argo CD or Flux applies. From here:"
	@echo "  sample-repo/teams/nlp/support-bot/hydra.yaml          what a team writes"
	@echo "  sample-repo/rendered/prod/nlp/support-bot/            what it becomes"
	@echo "  $(BIN)/hydra list models                           models that a spec may name"
	@echo "  $(BIN)/hydra compile --check sample-repo           what CI runs"

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n auto $(ARGS)

test-upstream: $(VENV)/.installed-dev
	@test -d "$(HYDRA_UPSTREAM)" || { echo "HYDRA_UPSTREAM has to name the folder with the CRDs and cases." >&2; exit 1; }
	@$(BIN)/python -m pytest -n auto -m upstream $(ARGS)

test-torch: $(TORCH)/.installed
	@$(TORCH)/bin/python -m pytest tests/torch -m torch $(ARGS)

test-training: $(TORCH)/.installed
	@$(TORCH)/bin/python -m pytest tests/training tests/unit/cli/test_cli_real.py -m training -rs $(ARGS)

test-serving: $(SERVING)/.installed
	@$(SERVING)/bin/python -m pytest tests/serving -m serving -rs $(ARGS)

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/python -m compiler.report.rules_page --check
	@$(BIN)/python -m compiler.spec.schema_export --check
	@$(BIN)/python -m compiler.spec.reference_page --check
	@$(BIN)/python -m tools.memory_points --check
	@$(BIN)/python -m tools.serving_points --check
	@$(BIN)/python -m tools.verdicts_page --check
	@$(BIN)/hydra compile --check --quiet --fail-on warning sample-repo

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m bench $(ARGS)

docs: $(VENV)/.installed
	@$(BIN)/python -m compiler.report.rules_page
	@$(BIN)/python -m compiler.spec.schema_export
	@$(BIN)/python -m compiler.spec.reference_page
	@$(BIN)/python -m tools.memory_points
	@$(BIN)/python -m tools.serving_points
	@$(BIN)/python -m tools.verdicts_page
	@$(BIN)/hydra compile --quiet sample-repo

clean:
	@rm -rf $(VENV) $(TORCH) $(SERVING) build dist bench/out .mypy_cache .pytest_cache .ruff_cache .hypothesis sample-repo/.hydra
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
