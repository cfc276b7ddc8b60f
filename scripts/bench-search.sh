#!/usr/bin/env bash
# Times warm searches of TREE over a daemon's Unix socket and prints percentiles: see tests/examples/search_latency.rs.
#
#     scripts/bench-search.sh TREE [ROUNDS]
set -euo pipefail
tree="$(cd "${1:?usage: bench-search.sh TREE [ROUNDS]}" && pwd)"
cd "$(dirname "$0")/.."

cargo build --locked --workspace --release --bin contexd
cargo build --locked --release --package contexd-tests --example search_latency
target_dir="${CARGO_TARGET_DIR:-$PWD/target}"
CONTEXD="$target_dir/release/contexd"
. scripts/private-daemon.sh

contexd start
contexd repo add "$tree" --wait 600000
"$target_dir/release/examples/search_latency" "$socket" "$tree" "${2:-20}"
