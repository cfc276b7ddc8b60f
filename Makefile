# Everything a contributor runs, by name. `make help` lists the targets.

.DEFAULT_GOAL := help
.PHONY: help build demo test lint format doc python-client ci

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

build: ## Build the release binary, target/release/contexd
	cargo build --locked --release --bin contexd

demo: ## Build, index two real trees, ask three questions over gRPC, stop
	scripts/demo.sh

test: ## Run all tests
	scripts/test.sh

lint: ## Check formatting and lints
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

format: ## Format all sources
	cargo fmt --all

doc: ## Build the API documentation, warnings are errors
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

python-client: ## Run the independent Python client against a real daemon
	scripts/python-client.sh

ci: ## Run what continuous integration runs
	bash .ci/run
