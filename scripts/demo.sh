#!/usr/bin/env bash
# Builds contexd, lets a daemon of its own index this repository and the sources of two of its dependencies, asks
# three questions over gRPC, prints ranked hits and a context pack, and stops the daemon.
#
# DEMO_PROFILE=dev uses the development build (continuous integration does, to build only once).
set -euo pipefail
cd "$(dirname "$0")/.."
profile="${DEMO_PROFILE:-release}"

if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold='' plain=''; fi
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

say "building contexd ($profile profile)"
cargo build --locked --workspace --profile "$profile" --bin contexd
target_dir="${CARGO_TARGET_DIR:-target}"
case "$profile" in
    dev) CONTEXD="$target_dir/debug/contexd" ;;
    *) CONTEXD="$target_dir/$profile/contexd" ;;
esac

# The directory of a dependency's sources, as cargo unpacked them.
sources_of() {
    local host
    host="$(rustc -vV | sed -n 's/^host: //p')"
    cargo metadata --locked --format-version 1 --filter-platform "$host" |
        grep -o "\"manifest_path\":\"[^\"]*/$1-[0-9][^\"/]*/Cargo.toml\"" |
        head -n 1 | sed 's/^"manifest_path":"//; s/\/Cargo.toml"$//'
}
tokio="$(sources_of tokio)"
tantivy="$(sources_of tantivy)"
here="$PWD"

. scripts/private-daemon.sh

say "starting a daemon on a private socket"
contexd start
for tree in "$here" "$tokio" "$tantivy"; do
    say "indexing $tree"
    contexd repo add "$tree" --wait 120000
done

say "question 1, to tokio: spawn a blocking task on a thread pool"
contexd search "spawn a blocking task on a thread pool" --repo "$tokio" -k 5

say "question 2, to tantivy: where is the BM25 score of a term computed"
contexd search "where is the BM25 score of a term computed" --repo "$tantivy" -k 5

say "question 3, to this repository: fuse candidate lists into one ranking"
contexd search "fuse candidate lists into one ranking" --repo "$here" -k 5

say "a context pack of at most 1500 tokens: how does the Runtime shut down its blocking pool"
contexd context "how does the Runtime shut down its blocking pool" --repo "$tokio" --budget 1500

say "status"
contexd status

say "stopping the daemon"
contexd stop
say "done"
