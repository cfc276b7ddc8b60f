#!/usr/bin/env bash
# Times `contexd index TREE` from nothing to durable, five times, each with a fresh cache; prints every time and the
# median. The file cache is warm: the first run, which is not counted, reads every file.
#
#     scripts/bench-index.sh TREE [RUNS]
set -euo pipefail
tree="$(cd "${1:?usage: bench-index.sh TREE [RUNS]}" && pwd)"
runs="${2:-5}"
cd "$(dirname "$0")/.."

cargo build --locked --workspace --release --bin contexd
CONTEXD="${CARGO_TARGET_DIR:-$PWD/target}/release/contexd"
. scripts/private-daemon.sh

times="$private/times"
for run in $(seq 0 "$runs"); do
    rm -rf "$private/cache"
    began=$(date +%s%N)
    contexd index "$tree" --no-daemon --quiet >"$private/report"
    ended=$(date +%s%N)
    if [ "$run" -gt 0 ]; then
        echo $(((ended - began) / 1000000)) | tee -a "$times" | sed "s/^/run $run: /; s/\$/ ms/"
    fi
done
cat "$private/report"
sort -n "$times" | sed -n "$(((runs + 1) / 2))p" | sed 's/^/median: /; s/$/ ms/'
