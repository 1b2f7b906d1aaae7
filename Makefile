# Everything there is to do with Millrace. `make help` lists it. Needs Debian 12 and the Swift toolchain; the rest is set up on the way.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PREFIX ?= /usr/local
DATA ?= data/demo
# Seconds that each fuzzer of `make fuzz` runs; minutes of imports and of recording in `make soak`, its kills, and its markets of faults.
FUZZ_SECONDS ?= 60
SOAK_MINUTES ?= 30
KILLS ?= 1000
SEEDS ?= 10
MILLRACE := .build/release/millrace

.PHONY: help run build test bench format lint soak tsan fuzz install fresh clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Set up, build, and run the demo (ARGS='--port 8080')
	@mkdir -p $(DATA)
	@exec $(MILLRACE) demo --data $(DATA) $(ARGS)

build: ## Set up and build .build/release/millrace
	@scripts/setup
	@swift build -c release --product millrace

test: ## Set up, build, and run every test (about twenty minutes)
	@scripts/test

bench: ## Race DuckDB, Polars, chDB and readers of feeds (ARGS='--write' keeps the tables in Benchmarks/results)
	@scripts/setup bench
	@swift build -c release --product millrace
	@for part in LiveBench OpenDBench OpenDServer; do swift build -c release --product $$part; done
	@.venv/bin/python Benchmarks/run.py $(ARGS)

format: ## Format the Swift sources
	@swift format --in-place --parallel --recursive Package.swift Sources Tests Fuzz

lint: ## Check format, layering and house rules
	@scripts/lint

soak: build ## Import and record for SOAK_MINUTES, KILLS kills, SEEDS markets of faults, ThreadSanitizer
	@scripts/setup spark
	@SOAK_MINUTES=$(SOAK_MINUTES) KILLS=$(KILLS) SEEDS=$(SEEDS) scripts/soak

tsan: ## Run the tests where threads meet under ThreadSanitizer
	@scripts/setup tests
	@scripts/tsan

fuzz: ## Fuzz the decoders for FUZZ_SECONDS each
	@scripts/setup
	@scripts/fuzz $(FUZZ_SECONDS)

install: build ## Lay down PREFIX/bin and PREFIX/lib, which run anywhere, and PREFIX/share
	@scripts/install "$(DESTDIR)$(PREFIX)"

fresh: ## Prove `make run` and `make test` in a minimal Debian 12 (root)
	@scripts/fresh

clean: ## Remove what was built; .deps and .venv stay
	@rm -rf .build
