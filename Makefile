# Build, test and train. `make` alone lists the targets.

# Variables of the command line alone: what the environment happens to call DATA or OUT is not meant. Recipes get them through
# the environment, unexpanded and unread by a shell: a value is text, whatever it holds.
PRESET = fashion32
DATA = fashion-mnist
# The total number of steps to stop at; empty leaves it to the preset.
STEPS =
# Ranks; empty for two on this machine, or all slots of HOSTFILE.
NP =
# Hosts and their slots (hostfiles/README.md); empty for this machine.
HOSTFILE =
THREADS = 1
# The run directory; empty for runs/PRESET.
OUT =
# Further options of `sagan train`, and of mpirun: words with spaces between them.
ARGS =
MPIFLAGS =
# The preset and batch of `make bench`, and the work of `make bench-compare` (docs/performance.md lists it).
BENCH = sagan32
BATCH =
WORK = sagan32
# Of `make bench-scaling`: numbers of ranks, what stays the same as they grow, and the folder for results.
RANKS = 1,2
MODE = weak
SCALING = runs/scaling
# Where `make install` puts the program: an absolute folder.
PREFIX = /usr/local
# Damaged inputs of each reader for `make fuzz`.
ROUNDS = 100000
# Of `make reproduce`: table2, figure3, table1 or several with commas between, how long runs are, and how many seeds rows have
# (empty for the scale's own). DATA is the scale's own unless it is given.
EXPERIMENT = all
SCALE = quick
SEEDS =

variables = PRESET DATA STEPS NP HOSTFILE THREADS OUT ARGS MPIFLAGS BENCH BATCH WORK RANKS MODE SCALING PREFIX ROUNDS EXPERIMENT SCALE SEEDS
data_origin := $(origin DATA)
export MAKE_DATA_GIVEN = $(filter command,$(data_origin))
$(foreach name,$(variables),$(eval export MAKE_$(name) = $$(value $(name))))
unexport $(variables)

.NOTPARALLEL:
.PHONY: help setup toolchain build train reproduce photographs test test-all test-cluster fuzz bench bench-compare bench-scaling lint format install uninstall clean

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@printf '\nmake train takes PRESET DATA STEPS NP THREADS OUT HOSTFILE ARGS MPIFLAGS, now:\n'
	@printf '  make train PRESET=%s DATA=%s STEPS=%s NP=%s THREADS=%s OUT=%s\n' "$$MAKE_PRESET" "$$MAKE_DATA" "$$MAKE_STEPS" \
	  "$${MAKE_NP:-2}" "$$MAKE_THREADS" "$${MAKE_OUT:-runs/$$MAKE_PRESET}"

setup: ## Install the Debian packages that are missing, if any.
	@scripts/setup

toolchain:
	@case "$${SAGAN_ISA:-}" in '' | x86-64-v4 | x86-64-v3 | baseline) ;; \
	  *) echo "SAGAN_ISA is '$$SAGAN_ISA'; expected x86-64-v4, x86-64-v3 or baseline, or nothing for this machine's." >&2; exit 64 ;; esac
	@command -v swift >/dev/null || { \
	  echo 'Swift 6.3 or newer is not on the PATH: install it from https://swift.org/install and run make again.' >&2; \
	  exit 69; }

build: toolchain setup ## Build in release mode.
	swift build -c release

train: build ## Train PRESET on DATA with NP ranks of THREADS threads, or continue the run in OUT.
	@SAGAN_ARGS=$$MAKE_ARGS SAGAN_MPIFLAGS=$$MAKE_MPIFLAGS scripts/train "$$MAKE_PRESET" "$$MAKE_DATA" "$$MAKE_STEPS" "$$MAKE_NP" \
	  "$$MAKE_THREADS" "$$MAKE_OUT" "$$MAKE_HOSTFILE"

reproduce: build ## Make the runs and the report of EXPERIMENT at SCALE: tables and the figure of the SAGAN paper.
	@SAGAN_ARGS=$$MAKE_ARGS SAGAN_MPIFLAGS=$$MAKE_MPIFLAGS scripts/reproduce "$$MAKE_EXPERIMENT" "$$MAKE_SCALE" \
	  "$${MAKE_DATA_GIVEN:+$$MAKE_DATA}" "$$MAKE_SEEDS" "$$MAKE_NP" "$$MAKE_THREADS" "$$MAKE_OUT" "$$MAKE_HOSTFILE"

photographs: ## Make data/photographs, 1,200 crops of real photographs in 12 class folders, and as many for scores.
	@scripts/photographs

test: build ## Run every test.
	@scripts/test

test-all: export SAGAN_TEST_ALL = 1
test-all: test ## Run every test, and all combinations of ranks, threads and the like in place of all pairs: hours.

test-cluster: build ## Train on several hosts simulated by network namespaces, and let them fail; needs root.
	@Tests/cluster/test-cluster

fuzz: build ## Give every reader ROUNDS damaged inputs.
	@scripts/fuzz "$$MAKE_ROUNDS"

bench: build ## Time the steps of preset BENCH on one rank of THREADS threads, and its kernels.
	@scripts/bench "$$MAKE_BENCH" "$$MAKE_BATCH" 1 "$$MAKE_THREADS"

bench-compare: build ## Time the steps of WORK beside the same steps in PyTorch.
	@set -f; scripts/bench-compare $$MAKE_WORK $$MAKE_ARGS

bench-scaling: build ## Time steps of BENCH on RANKS ranks, on this machine or the hosts of HOSTFILE: a report in SCALING.
	@set -f; .build/release/sagan bench scaling --preset "$$MAKE_BENCH" --ranks "$$MAKE_RANKS" --mode "$$MAKE_MODE" \
	  --threads "$$MAKE_THREADS" --out "$$MAKE_SCALING" $${MAKE_BATCH:+--batch "$$MAKE_BATCH"} \
	  $${MAKE_HOSTFILE:+--hostfile "$$MAKE_HOSTFILE"} $$MAKE_ARGS

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

install: ## Install the program, completions, manual pages and launchers below PREFIX.
	@scripts/install "$$MAKE_PREFIX"

uninstall: ## Remove what make install has put below PREFIX.
	@scripts/install --remove "$$MAKE_PREFIX"

clean: ## Remove what the build made; runs stay.
	rm -rf .build
