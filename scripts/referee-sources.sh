#!/usr/bin/env bash
# Fetches the sources listed in LIST (tests/referee-sources.txt) into DIR, a directory each, through the package clients
# that are installed. What is there already stays; what cannot be fetched is named at the end.
#
#     scripts/referee-sources.sh DIR [LIST]
set -euo pipefail
directory="${1:?usage: referee-sources.sh DIR [LIST]}"
list="$(realpath "${2:-$(dirname "$0")/../tests/referee-sources.txt}")"
mkdir -p "$directory"
directory="$(cd "$directory" && pwd)"
work="$(mktemp -d "${TMPDIR:-/tmp}/referee.XXXXXX")"
trap 'rm -rf "$work"' EXIT

# A crate comes with those it depends on, so only it is kept.
fetch_crates() {
    mkdir -p src && touch src/lib.rs
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s = "=%s"\n' "$1" "$2" \
        >Cargo.toml
    cargo vendor --quiet --versioned-dirs vendored >/dev/null 2>&1
    mv "vendored/$1-$2" "$3"
}

fetch_pypi() {
    pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 "$1==$2"
    mkdir "$3"
    python3 -m zipfile -e ./*.whl "$3"
}

fetch_npm() {
    npm pack --silent "$1@$2" >/dev/null
    mkdir "$3"
    tar -x -f ./*.tgz -C "$3"
}

# The lists of source packages are kept apart from the system's.
fetch_debian() {
    local options=(-qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/apt/parts"
        -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root)
    if [ ! -d "$work/apt" ]; then
        mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
        sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/apt/parts/debian.sources"
        apt-get "${options[@]}" update
    fi
    apt-get "${options[@]}" source --download-only --tar-only "$1=$2" >/dev/null
    mkdir "$3"
    for archive in ./*.tar.*[!c]; do
        tar -x -f "$archive" -C "$3"
    done
}

# A binary package, for languages whose packages hold the sources.
fetch_deb() {
    apt-get -qq -o APT::Sandbox::User=root download "$1=$2"
    dpkg -x ./*.deb "$3"
}

failed=()
while read -r client package version _; do
    case "$client" in '' | '#'*) continue ;; esac
    target="$directory/${package##*:}-${version##*:}"
    [ -d "$target" ] && continue
    mkdir "$work/fetch"
    if (cd "$work/fetch" && "fetch_$client" "$package" "$version" unpacked); then
        mv "$work/fetch/unpacked" "$target"
        echo "$client $package $version"
    else
        failed+=("$client $package $version")
    fi
    rm -rf "$work/fetch"
done <"$list"
if [ "${#failed[@]}" -gt 0 ]; then
    printf 'not fetched: %s\n' "${failed[@]}" >&2
fi
