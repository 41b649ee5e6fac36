# Build, test and train. `make` alone lists the targets.

PRESET ?= fashion32
DATA ?= fashion-mnist
# The total number of steps to stop at; empty leaves it to the preset.
STEPS ?=
NP ?= $(if $(HOSTFILE),,2)
# Hosts and their slots (hostfiles/README.md); empty for this machine. Without NP all slots are taken.
HOSTFILE ?=
THREADS ?= 1
OUT ?= runs/$(PRESET)
# Further options of `sagan train`, and of mpirun.
ARGS ?=
MPIFLAGS ?=
# The preset and batch of `make bench`, and the work of `make bench-compare` (docs/performance.md lists it).
BENCH ?= sagan32
BATCH ?=
WORK ?= sagan32
# Of `make bench-scaling`: numbers of ranks, what stays the same as they grow, and the folder for results.
RANKS ?= 1,2
MODE ?= weak
SCALING ?= runs/scaling
# Damaged inputs of each reader for `make fuzz`.
ROUNDS ?= 100000

.NOTPARALLEL:
.PHONY: help setup toolchain build train photographs test test-all test-cluster fuzz bench bench-compare bench-scaling lint format clean

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@printf '\nmake train takes PRESET DATA STEPS NP THREADS OUT HOSTFILE ARGS MPIFLAGS, now:\n'
	@printf '  make train PRESET=%s DATA=%s STEPS=%s NP=%s THREADS=%s OUT=%s\n' \
	  '$(PRESET)' '$(DATA)' '$(STEPS)' '$(NP)' '$(THREADS)' '$(OUT)'

setup: ## Install the Debian packages that are missing, if any.
	@scripts/setup

toolchain:
	@command -v swift >/dev/null || { \
	  echo 'Swift 6.3 or newer is not on the PATH: install it from https://swift.org/install and run make again.' >&2; \
	  exit 69; }

build: toolchain setup ## Build in release mode.
	swift build -c release

train: export SAGAN_ARGS = $(ARGS)
train: export SAGAN_MPIFLAGS = $(MPIFLAGS)
train: build ## Train PRESET on DATA with NP ranks of THREADS threads, or continue the run in OUT.
	@scripts/train '$(PRESET)' '$(DATA)' '$(STEPS)' '$(NP)' '$(THREADS)' '$(OUT)' '$(HOSTFILE)'

photographs: ## Make data/photographs, 1,200 crops of real photographs in 12 class folders.
	@scripts/photographs

test: build ## Run every test.
	@scripts/test

test-all: export SAGAN_TEST_ALL = 1
test-all: test ## Run every test, and all combinations of ranks, threads and the like in place of all pairs: hours.

test-cluster: build ## Train on several hosts simulated by network namespaces, and let them fail; needs root.
	@Tests/cluster/test-cluster

fuzz: build ## Give every reader ROUNDS damaged inputs.
	@scripts/fuzz '$(ROUNDS)'

bench: build ## Time the steps of preset BENCH on one rank of THREADS threads, and its kernels.
	@scripts/bench '$(BENCH)' '$(BATCH)' 1 '$(THREADS)'

bench-compare: build ## Time the steps of WORK beside the same steps in PyTorch.
	@scripts/bench-compare $(WORK) $(ARGS)

bench-scaling: build ## Time steps of BENCH on RANKS ranks, on this machine or the hosts of HOSTFILE: a report in SCALING.
	@.build/release/sagan bench scaling --preset '$(BENCH)' --ranks '$(RANKS)' --mode '$(MODE)' --threads '$(THREADS)' \
	  --out '$(SCALING)' $(if $(BATCH),--batch '$(BATCH)') $(if $(HOSTFILE),--hostfile '$(HOSTFILE)') $(ARGS)

lint: toolchain ## Check formatting, imports, documents and scripts.
	swift format lint --strict --recursive Sources Tests Package.swift
	Tests/import-rules
	Tests/document-rules
	scripts/draw-floors --check
	@if command -v shellcheck >/dev/null; then \
	  { grep --recursive --files-with-matches '^#!/usr/bin/env bash' scripts cluster .ci Tests; ls cluster/pbs/*.pbs; } | xargs shellcheck; \
	  else echo 'shellcheck is not installed: the scripts were not checked.'; fi

format: toolchain ## Format the sources in place.
	swift format --in-place --recursive Sources Tests Package.swift

clean: ## Remove what the build made; runs stay.
	rm -rf .build
