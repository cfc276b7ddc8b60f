#!/usr/bin/env python3
"""In how many real failing runs is the file to fix among the first three files of `contexd search`?

    scripts/error-output.py --contexd target/release/contexd DIR

DIR receives the public sources of tests/quality/errors/sources.txt, through the package clients that are installed;
what is there already stays. For each case of tests/quality/errors/cases.json the source is copied, the change that
broke it is made again, and what the compiler, the program or its tests wrote is searched for in it.
"""
import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "tests" / "quality" / "errors"
FILES = 3  # The file to fix has to be among so many.
HITS = 50  # Hits asked for: several may lie in one file.


def fetch(directory):
    """Lays the sources out."""
    subprocess.run([HERE / "referee-sources.sh", directory, CASES / "sources.txt"], check=True)


def source_of(case, directory):
    """The directory that holds the unchanged source of a case, or None where it could not be fetched."""
    _, package, version = case["source"].split()
    root = directory / f"{package}-{version.split(':')[-1]}" / case["root"]
    return root if root.is_dir() else None


def breaks(case, root):
    """Makes the change of a case: lines are replaced, or left out."""
    path = root / case["file"]
    lines = path.read_text().split("\n")
    start, was = case["line"] - 1, case["was"].split("\n")
    if lines[start:start + len(was)] != was:
        raise SystemExit(f"{case['id']}: {case['file']} of {case['source']} is not what it was")
    lines[start:start + len(was)] = [] if case["is"] is None else case["is"].split("\n")
    path.write_text("\n".join(lines))


def first_files(contexd, root, cache, query):
    """The files of an answer in their order."""
    command = [contexd, "search", "--no-daemon", "--json", "--cache-dir", cache, "--repo", root, "-k", str(HITS), "--", query]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode > 1:
        raise SystemExit(answer.stderr)
    hits = [json.loads(line) for line in answer.stdout.splitlines()]
    return list(dict.fromkeys(hit["path"] for hit in hits))


def rank(case, source, contexd):
    """The place of the file to fix among the files of the answer, counted from one; None where it is in none."""
    with tempfile.TemporaryDirectory(prefix="error-output.") as work:
        root, cache = pathlib.Path(work, "project"), pathlib.Path(work, "cache")
        shutil.copytree(source, root, symlinks=True)
        breaks(case, root)
        query = (CASES / "outputs" / f"{case['id']}.txt").read_text()
        files = first_files(contexd, root, cache, query)
    return files.index(case["file"]) + 1 if case["file"] in files else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contexd", default="contexd", help="the program to measure")
    parser.add_argument("directory", type=pathlib.Path)
    arguments = parser.parse_args()
    fetch(arguments.directory)
    found, asked = collections.Counter(), collections.Counter()
    for case in json.loads((CASES / "cases.json").read_text()):
        source = source_of(case, arguments.directory)
        if source is None:
            print(f"left out: {case['id']}, {case['source']} could not be fetched")
            continue
        place = rank(case, source, arguments.contexd)
        asked[case["language"]] += 1
        found[case["language"]] += place is not None and place <= FILES
        print(f"{place or '-':>3}  {case['id']:<34} {case['file']}", flush=True)
    for language, count in sorted(asked.items()):
        print(f"{language:<12} {found[language]:>3} of {count}")
    print(f"{'all':<12} {found.total():>3} of {asked.total()} ({found.total() / max(asked.total(), 1):.1%})")


if __name__ == "__main__":
    main()
