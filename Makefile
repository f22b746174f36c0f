# `make` alone lists the targets.

# If it is set, as in many containers, every process compiles all its imports, which takes half of a test's time.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Root is usual in containers, and pip installs into no folder of the system here.
export PIP_ROOT_USER_ACTION := ignore

# Those for which all packages have wheels (docs/develop.md). The first that is found is used, or another: make run PYTHON=python3.13
PYTHONS := 3.14 3.13 3.12 3.11
FITS = -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] not in "$(PYTHONS)".split())'
PYTHON := $(firstword $(foreach name,python3 $(PYTHONS:%=python%) python,$(shell $(name) $(FITS) >/dev/null 2>&1 && echo $(name))))
VENV := .venv/bin
# Only wheels that match the hashes in the lock files. `make WHEELS= …` also accepts source distributions, for processors without
# wheels (docs/develop.md).
WHEELS := --only-binary :all:
# --no-deps, because a lock file is complete, and pip's resolver treats a package with extras as another package, without a
# hash.
INSTALL = pip install --quiet --no-deps --require-hashes $(WHEELS)
SAM := .cache/sam/bin

.DEFAULT_GOAL := help
.PHONY: help tools run sam-local test-sam-local operate prove lint-sar publish sbom bench fuzz explore test test-page test-arm64 test-fast lint format build deploy release-to deploy-page golden docs lock audit clean python

help:  ## List the targets
	@echo "Image thumbnails: make TARGET"
	@sed -n 's/^\([a-z0-9-]*\):.*##  *\(.*\)/  \1 | \2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-17s%s\n", $$1, $$2 }'

run: .venv/run.stamp  ## Run the whole service on this machine and open its page (PORT=3000, EMULATOR_PORT=4566, SET="Animated=yes", USERS="anna ben")
	@exec $(VENV)/python -m dev $(foreach parameter,$(SET),--set '$(parameter)') $(foreach name,$(USERS),--user '$(name)')

sam-local: .venv/run.stamp .cache/sam.stamp  ## Run the whole service with its functions in sam local containers (needs Docker)
	@PATH="$(CURDIR)/$(SAM):$$PATH" exec $(VENV)/python -m dev.sam_local

test: .venv/test.stamp .venv/native.stamp .cache/sam.stamp .cache/checkov.stamp  ## Run all tests: unit, template, service and browser
	@$(VENV)/python -m tests.budget $(MAKE) --no-print-directory prove

prove: lint
	@if [ -n "$$CI" ]; then $(MAKE) --no-print-directory .cache/cdk.stamp; fi
	@PATH="$(CURDIR)/$(SAM):$$PATH" $(VENV)/python -m pytest --ignore=tests/sam_local
	@$(MAKE) --no-print-directory test-sam-local
	@$(MAKE) --no-print-directory test-page

test-sam-local: .venv/test.stamp .cache/sam.stamp  ## Run the tests in containers; without Docker they are skipped
	@PATH="$(CURDIR)/$(SAM):$$PATH" $(VENV)/python -m pytest tests/sam_local

test-page:  ## Test the page's modules alone, in node: types and behaviour
	@if command -v npm >/dev/null; then \
		$(MAKE) --no-print-directory .cache/tsc.stamp && tests/frontend/node_modules/.bin/tsc -p tests/frontend/jsconfig.json \
		&& node --test tests/frontend/*.test.mjs; \
	elif [ -n "$$CI" ]; then echo "node is not installed: the page's modules cannot be tested" >&2; exit 1; \
	else echo "SKIPPED: the tests of the page's modules need node and npm"; fi

test-arm64: .venv/test.stamp .cache/zig.stamp  ## Run the pipeline's tests on an emulated arm64 processor (needs QEMU; ONLY="FILE -k NAME")
	@$(VENV)/python -m tests.arm64 $(ONLY)

test-fast: .venv/test.stamp .venv/native.stamp  ## Run the unit tests, which take two minutes of processor time
	@$(VENV)/python -m pytest tests/unit

lint: .venv/test.stamp  ## Check style and types
	@$(VENV)/ruff check
	@$(VENV)/ruff format --check --quiet || { echo "Run: make format"; exit 1; }
	@$(VENV)/mypy

format: .venv/test.stamp  ## Format the code
	@$(VENV)/ruff check --fix
	@$(VENV)/ruff format

build: .cache/sam.stamp .cache/zig.stamp  ## Build functions and layers for AWS (sam build)
	COMPILER="$(COMPILER)" $(SAM)/sam build

deploy: build  ## Deploy to your AWS account, with questions (sam deploy --guided)
	$(SAM)/sam deploy --guided

lint-sar: build .venv/run.stamp  ## Check the rules of the Serverless Application Repository
	@$(VENV)/python -m publish.lint_sar

publish: lint-sar  ## Publish this version to the Serverless Application Repository (SOURCE=https://…)
	@PATH="$(CURDIR)/$(SAM):$$PATH" $(VENV)/python -m publish --source "$(SOURCE)" --homepage "$(HOMEPAGE)" \
		$(if $(METADATA_ONLY),--metadata-only)

sbom: build .venv/test.stamp  ## List everything in the layers, with each bundled library (CycloneDX, .aws-sam/sbom)
	@$(VENV)/python -m publish.sbom

bench: .venv-bench.stamp .venv-bench/thumbs.stamp .venv-bench/native.stamp  ## Compare the pipeline with its peers (ONLY="race --quick"; ONLY=report writes docs/benchmarks.md)
	@.venv-bench/bin/python -m benchmarks $(or $(ONLY),race)

fuzz: .venv/test.stamp .venv/native.stamp  ## Mutate pictures at random, and report crashes and wrong results (FOR=600, in seconds)
	@$(VENV)/python -m tests.fuzz --seconds $(or $(FOR),600)

explore: .venv/test.stamp  ## Explore orders of events in the life of a job, with crashes (FOR=3600, in seconds)
	@$(VENV)/python -m tests.lifecycle --seconds $(or $(FOR),3600)

operate: .venv/run.stamp  ## List the commands for your deployed stack, which are .venv/bin/python -m operate COMMAND
	@$(VENV)/python -m operate --help

tools: .venv/test.stamp .cache/sam.stamp  ## Install only what release-to needs

release-to: .venv/test.stamp .cache/sam.stamp  ## Deploy the build of `make build`, and test it (ENVIRONMENT=dev or prod)
	@grep -q '^\[$(ENVIRONMENT)\.deploy\.' samconfig.toml || { \
		echo "ENVIRONMENT must be an environment of samconfig.toml: make release-to ENVIRONMENT=dev" >&2; exit 1; }
	@$(VENV)/python -m operate prepare-release --stack-name image-thumbnails-$(ENVIRONMENT)
	$(SAM)/sam deploy --config-env $(ENVIRONMENT) --no-confirm-changeset --no-fail-on-empty-changeset
	@$(VENV)/python -m pytest tests/deployed --deployed image-thumbnails-$(ENVIRONMENT)

deploy-page: .venv/run.stamp  ## Serve page and thumbnails through CloudFront: python -m operate stack delivery deploy --yes
	@$(VENV)/python -m operate stack delivery deploy --yes

golden: .venv/test.stamp  ## Generate the golden pictures, which verify releases
	@$(VENV)/python -m dev.golden

docs: .venv/test.stamp  ## Update the generated parts of the documents
	@$(VENV)/python -m dev.docs

lock: .cache/packages.stamp  ## Update all dependencies to their newest versions, pinned by hash
	$(LOCK) --no-emit-package cffi --no-emit-package pycparser layers/imaging/requirements.in -o layers/imaging/requirements.txt
	$(LOCK) layers/compiler.in -o layers/compiler.txt
	$(LOCK) layers/powertools/requirements.in -o layers/powertools/requirements.txt
	$(LOCK) stacks/authorizer/requirements.in -o stacks/authorizer/requirements.txt
	$(LOCK) dev/requirements.in -o dev/requirements.txt
	$(LOCK) -c dev/requirements.txt -c stacks/authorizer/requirements.txt tests/requirements.in layers/imaging/requirements.in \
		layers/powertools/requirements.in stacks/authorizer/requirements.in -o tests/requirements.txt
	$(LOCK) --no-binary pyvips benchmarks/requirements.in -o benchmarks/requirements.txt
	$(LOCK) tests/sam.in -o tests/sam.txt
	$(LOCK) tests/checkov.in -o tests/checkov.txt
	$(LOCK) tests/packages.in -o tests/packages.txt

# Only packages with wheels, because a source distribution runs its own code when it is installed; with a hash of each file that
# pip may install. The index is not recorded.
LOCK = .cache/packages/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-annotate --no-header \
	--no-emit-index-url --strip-extras --generate-hashes --only-binary :all:

audit: .cache/packages.stamp sbom  ## Check the locked packages, and the libraries in the layers, for known vulnerabilities
	@for lock in $(LOCKS); do echo "$$lock"; \
		.cache/packages/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement $$lock || exit 1; done
	@$(VENV)/python -m publish.vulnerabilities

# Packages that users run come first.
LOCKS = layers/imaging/requirements.txt layers/compiler.txt layers/powertools/requirements.txt stacks/authorizer/requirements.txt \
	dev/requirements.txt tests/requirements.txt tests/sam.txt tests/checkov.txt tests/packages.txt benchmarks/requirements.txt

.cache/tsc.stamp: tests/frontend/package-lock.json
	@echo "installing TypeScript, which checks the page's types (once)"
	@mkdir -p .cache && cd tests/frontend && npm ci --silent --no-audit --no-fund
	@touch $@

# Only CI installs it by itself.
.cache/cdk.stamp: examples/cdk/package-lock.json
	@echo "installing the packages of examples/cdk (once, 60 MB)"
	@mkdir -p .cache/cdk && cp examples/cdk/package.json examples/cdk/package-lock.json .cache/cdk
	@cd .cache/cdk && npm ci --silent --no-audit --no-fund
	@touch $@

# The peers are only for the benchmark; its tables name missing ones.
.venv-bench.stamp: benchmarks/requirements.txt benchmarks/package-lock.json | python
	@echo "installing the peers (once)"
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m $(INSTALL) $(if $(WHEELS),--no-binary pyvips) --requirement benchmarks/requirements.txt
	@if command -v npm >/dev/null; then cd benchmarks && npm ci --silent; else echo "no npm: sharp is left out"; fi
	@touch $@

clean:  ## Remove everything that was built or installed
	rm -rf .venv .venv-bench .venv-bench.stamp .cache .aws-sam layers/.pip layers/.zig benchmarks/node_modules tests/frontend/node_modules

# Whether a Python finds the packages in .venv. PYTHON may be another one than they are for, and .venv/bin/python becomes another
# one when the system's is updated.
FINDS = -c 'import os, sys; sys.exit(not os.path.isdir(".venv/lib/python%d.%d" % sys.version_info[:2]))'

CHOSEN = $(if $(findstring command,$(origin PYTHON)),$(PYTHON))

python:
	@$(or $(PYTHON),false) $(FITS) 2>/dev/null || { \
		echo "Python $(lastword $(PYTHONS)) to $(firstword $(PYTHONS)) is required," \
			"but $(if $(CHOSEN),$(CHOSEN) is another version or is not installed,none was found): https://www.python.org/downloads/" >&2; exit 1; }
	@[ ! -d .venv/lib ] || $(or $(CHOSEN),.venv/bin/python) $(FINDS) 2>/dev/null || { \
		echo "The packages in .venv are for another Python. Run: make clean" >&2; exit 1; }

.venv/bin/python: | python
	@echo "creating a virtual environment in .venv (once)"
	@$(PYTHON) -m venv .venv || { echo "Python cannot create a virtual environment; see its output above. On Debian and Ubuntu: apt install python3-venv" >&2; rm -rf .venv; exit 1; }

# `import thumbs` works in every program of an environment: a line in its site-packages names functions/. An editable
# install would do the same, and build something next to the code that SAM packages.
THUMBS = -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "thumbs.pth").write_text("$(CURDIR)/functions\n")'

.venv/thumbs.stamp: .venv/bin/python
.venv-bench/thumbs.stamp: .venv-bench.stamp
%/thumbs.stamp:
	@$*/bin/python $(THUMBS)
	@touch $@

# What is compiled for the layers, here for this machine. Without it, convert does the same, but takes longer.
COMPILER = $(CURDIR)/.cache/zig
%/native.stamp: $(wildcard layers/imaging/*.zig layers/imaging/*/*.zig) layers/Makefile .cache/zig.stamp
	@$(MAKE) --no-print-directory -C layers native COMPILER="$(COMPILER)" \
		INTO="$$($*/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')"
	@touch $@
.venv/native.stamp: | .venv/bin/python
.venv-bench/native.stamp: | .venv-bench.stamp

.cache/zig.stamp: layers/compiler.txt
	@echo "installing the compiler of layers/imaging (once, 100 MB)"
	@$(MAKE) --no-print-directory -C layers compiler COMPILER="$(COMPILER)"
	@touch $@

.venv/run.stamp: dev/requirements.txt .venv/bin/python | .venv/thumbs.stamp
	@echo "installing the service's dependencies (once, about a minute)"
	@$(VENV)/python -m $(INSTALL) --requirement dev/requirements.txt
	@touch $@

.venv/test.stamp: tests/requirements.txt .venv/run.stamp
	@echo "installing the tests' dependencies (once)"
	@$(VENV)/python -m $(INSTALL) --requirement tests/requirements.txt
	@touch $@

# SAM's command line and checkov, which scans the templates, pin other versions of the emulator's dependencies, so each has its own
# environment.
.cache/%.stamp: tests/%.txt | python
	@echo "installing $* (once)"
	@mkdir -p .cache
	@$(PYTHON) -m venv .cache/$*
	@.cache/$*/bin/python -m $(INSTALL) --requirement $<
	@touch $@
