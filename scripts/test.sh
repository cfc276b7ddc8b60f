#!/usr/bin/env bash
# Runs all tests: with cargo-nextest where it is installed, else with cargo itself; the examples in the documentation
# by cargo in both cases.
set -euo pipefail
cd "$(dirname "$0")/.."

# The end-to-end tests start the real program; built here, its building does not count as a slow test.
cargo build --locked --workspace --bin contexd
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --workspace --no-fail-fast "$@"
else
    echo "cargo-nextest is not installed, so cargo runs the tests (slower, same tests)" >&2
    cargo test --locked --workspace --all-targets --no-fail-fast "$@"
fi
cargo test --locked --workspace --doc
