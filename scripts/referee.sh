#!/usr/bin/env bash
# Compares the symbols that contexd finds with the tags of Universal Ctags (`apt-get install universal-ctags`), over the
# trees given, or over the pinned sources that scripts/referee-sources.sh has put into a directory. Needs no daemon.
#
#     scripts/referee.sh TREE...                      a table, a row a language
#     scripts/referee.sh --sources DIR [OPTIONS]      the same over every tree below DIR
#     scripts/referee.sh --misses go --limit 50 TREE  what only ctags finds
#     scripts/referee.sh --extra go --limit 50 TREE   a sample of what only contexd finds
#
# More in tests/examples/symbol_referee/main.rs.
set -euo pipefail
manifest="$(dirname "$0")/../Cargo.toml"

if ! ctags --list-features 2>/dev/null | grep -q '^json'; then
    echo "error: needs Universal Ctags with JSON output (apt-get install universal-ctags)" >&2
    exit 2
fi
trees=()
if [ "${1:-}" = "--sources" ]; then
    trees=("${2:?usage: referee.sh --sources DIR [OPTIONS]}"/*/)
    shift 2
fi
exec cargo run --locked --quiet --manifest-path "$manifest" -p contexd-tests --example symbol_referee -- \
    "$@" ${trees[@]+"${trees[@]%/}"}
