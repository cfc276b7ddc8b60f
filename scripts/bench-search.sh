#!/usr/bin/env bash
# Times warm searches of TREE over a daemon's Unix socket (the server's own time and what the caller waits), and compares
# the bytes of repeated requests: see tests/examples/search_latency/main.rs, which takes the options.
#
#     scripts/bench-search.sh TREE [--rounds N] [--repeats N] [--questions FILE]...
#
# CONTEXD names a program to measure in place of one that is built.
set -euo pipefail
tree="$(cd "${1:?usage: bench-search.sh TREE [--rounds N] [--repeats N] [--questions FILE]...}" && pwd)"
shift
sources="$(cd "$(dirname "$0")/.." && pwd)"
target_dir="${CARGO_TARGET_DIR:-$sources/target}"

if [ -z "${CONTEXD:-}" ]; then
    cargo build --locked --manifest-path "$sources/Cargo.toml" --workspace --release --bin contexd
    CONTEXD="$target_dir/release/contexd"
fi
cargo build --locked --manifest-path "$sources/Cargo.toml" --package contexd-tests --example search_latency
. "$sources/scripts/private-daemon.sh"

contexd start
contexd repo add "$tree" --wait 600000
"$target_dir/debug/examples/search_latency" "$socket" "$tree" "$@"
