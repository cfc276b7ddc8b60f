#!/usr/bin/env bash
# Runs examples/contexd_client.py, an independent gRPC client, against a real daemon: the packages it needs go into a
# virtual environment below the target directory, nothing is installed elsewhere.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
    echo "python-client: $*" >&2
    if [ -n "${CI:-}" ]; then exit 1; fi
    echo "python-client: skipped; the other tests do not need it" >&2
    exit 0
}

command -v python3 >/dev/null || missing "python3 is not installed"
target_dir="${CARGO_TARGET_DIR:-$PWD/target}"
requirements="examples/requirements.txt"
venv="$target_dir/python-client"
if ! cmp -s "$requirements" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv" || missing "python3 cannot create a virtual environment (is its venv module installed?)"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" ||
        missing "pip cannot install $requirements"
    cp "$requirements" "$venv/requirements.txt"
fi

cargo build --locked --workspace --bin contexd
CONTEXD="$target_dir/debug/contexd"
. scripts/private-daemon.sh

tree="$private/tree"
mkdir -p "$tree/.git"
cat >"$tree/greeting.py" <<'PY'
def greet_the_newcomer(name):
    """Says hello to somebody who has just arrived."""
    return f"welcome, {name}"
PY
contexd start
contexd repo add "$tree" --wait 60000

output="$("$venv/bin/python" examples/contexd_client.py "$socket" "$tree" "say hello to a new person")"
printf '%s\n' "$output"
for expected in contexd.v1.SearchService contexd.v1.ContextService grpc.health.v1.Health "greeting.py:1-3" \
    "return f\"welcome, {name}\""; do
    grep -qF -- "$expected" <<<"$output" || { echo "python-client: no '$expected' in the output" >&2; exit 1; }
done
echo "python-client: passed"
