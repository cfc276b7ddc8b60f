#!/usr/bin/env python3
"""Downloads the packages of sources.tsv and checks each against its checksum.

usage: fetch.py OUT_DIR [--sources sources.tsv] [--only N] [--jobs N]

Where a registry is, its own client says: apt, cargo, npm and pip must be there and configured, and proxies are those
of the environment. A file that is there already is not fetched again. What cannot be had is counted and named; the
exit status is 1 if it is more than one file in fifty.
"""
import argparse
import base64
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import urllib.request


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def apt_base():
    return output("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").splitlines()[0].rstrip("/")


def cargo_base():
    """The download address out of the index that cargo keeps; any `cargo fetch` before made it."""
    home = pathlib.Path(output("rustc", "--print", "sysroot")).parents[2]
    homes = [pathlib.Path.home() / ".cargo", home]
    found = [file for folder in homes for file in folder.glob("registry/index/*/config.json")]
    return json.loads(found[0].read_text())["dl"]


def npm_base():
    return output("npm", "config", "get", "registry").rstrip("/")


def pip_base():
    program = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    configured = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True)
    return (configured.stdout.strip() or output(sys.executable, "-c", program)).rstrip("/")


BASES = {"debian": apt_base, "crates": cargo_base, "npm": npm_base, "pypi": pip_base}


def read(url):
    request = urllib.request.Request(url, headers={"User-Agent": "contexd-training"})
    with urllib.request.urlopen(request, timeout=120) as response:
        return response.read()


def address(base, registry, name, version, file):
    if registry == "crates":
        return f"{base}/{name}/{version}/download"
    if registry == "npm":
        return f"{base}/{name}/-/{file}"
    if registry == "debian":
        return f"{base}/{file}"
    page = f"{base}/{name}/"
    link = re.search(rf'href="([^"#]*/{re.escape(file)})[#"]', read(page).decode())
    return urllib.parse.urljoin(page, link.group(1))


def is_right(content, checksum):
    """Checksums are written as the registries write them: sha256:HEX or sha512-BASE64."""
    if checksum.startswith("sha512-"):
        return base64.b64encode(hashlib.sha512(content).digest()).decode() == checksum.removeprefix("sha512-")
    return hashlib.sha256(content).hexdigest() == checksum.removeprefix("sha256:")


def fetch(bases, out, row):
    registry, name, version, file, checksum, _licence = row
    target = out / f"{registry}__{name.replace('/', '_')}__{pathlib.PurePath(file).name}"
    if target.exists():
        return None
    try:
        content = read(address(bases[registry], registry, name, version, file))
    except (OSError, AttributeError) as error:
        return f"{registry} {name} {version}: {error}"
    if not is_right(content, checksum):
        return f"{registry} {name} {version}: wrong checksum"
    partial = target.with_name(target.name + ".part")
    partial.write_bytes(content)
    partial.rename(target)
    return None


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--sources", type=pathlib.Path, default=pathlib.Path(__file__).parent / "sources.tsv")
    arguments.add_argument("--only", type=int, help="this many, evenly spread over the list")
    arguments.add_argument("--jobs", type=int, default=16)
    options = arguments.parse_args()
    rows = [line.split("\t") for line in options.sources.read_text().splitlines() if not line.startswith("#")]
    if options.only:
        rows = rows[:: max(1, len(rows) // options.only)]
    bases = {registry: BASES[registry]() for registry in {row[0] for row in rows}}
    options.out.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda row: fetch(bases, options.out, row), rows)
        failures = [failure for failure in results if failure]
    print("\n".join(failures), file=sys.stderr)
    print(f"{len(rows) - len(failures)} of {len(rows)} packages")
    sys.exit(len(failures) * 50 > len(rows))


if __name__ == "__main__":
    main()
