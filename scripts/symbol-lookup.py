#!/usr/bin/env python3
"""Looks names up with `contexd symbols` and asks Universal Ctags whether the first answer is a definition of them.

usage: symbol-lookup.py CONTEXD TREE... [--names N] [--seed S]

Takes N names in all (default 500), evenly from the trees: names of classes, functions, methods, structs, enums,
interfaces, traits, constants, types, macros and modules that ctags finds outside tests, each name once. A lookup is
right when its first answer stands in the file and line of one of ctags' definitions of exactly that name; where that
name has a definition outside tests, only those count. Prints the share that is right, and every miss.
"""

import argparse
import json
import random
import re
import subprocess
import sys

KINDS = {
    "class", "function", "func", "method", "struct", "enum", "interface", "trait", "constant", "const", "type",
    "typedef", "alias", "macro", "module", "namespace", "object", "union", "protocol", "record", "subroutine",
}
TEST = re.compile(r"(^|/)(tests?|testing|spec|__tests__|testdata|fixtures?)(/|$)|[._-](test|spec)\.|(^|/)test_|Test\w*\.")


def definitions(tree):
    """Definitions by name: a set of (path, line) each."""
    run = subprocess.run(
        ["ctags", "-R", "--output-format=json", "--fields=+nKz", "--exclude=.git", "-f", "-", "."],
        cwd=tree, capture_output=True, check=True,
    )
    found = {}
    for line in run.stdout.decode("utf-8", "replace").splitlines():
        tag = json.loads(line)
        name = tag.get("name", "")
        if tag.get("_type") == "tag" and tag.get("kind") in KINDS and re.fullmatch(r"[A-Za-z_]\w{2,}", name):
            if not name.startswith("__anon"):
                found.setdefault(name, set()).add((tag["path"].removeprefix("./"), tag["line"]))
    return found


def first_answer(contexd, tree, name):
    """The first definition that contexd gives: (path, line of the name), or None."""
    run = subprocess.run(
        [contexd, "symbols", name, "-k", "1", "--json", "--repo", tree], capture_output=True, text=True, check=False
    )
    if run.returncode not in (0, 1):
        sys.exit(run.stderr)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    return (answers[0]["path"], answers[0]["name_line"]) if answers else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("contexd")
    parser.add_argument("trees", nargs="+")
    parser.add_argument("--names", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    share = -(-arguments.names // len(arguments.trees))
    asked = right = 0
    for tree in arguments.trees:
        known = definitions(tree)
        outside_tests = {
            name: kept
            for name, places in known.items()
            if (kept := {place for place in places if not TEST.search(place[0])})
        }
        names = random.Random(arguments.seed).sample(sorted(outside_tests), min(share, len(outside_tests)))
        for name in names[: arguments.names - asked]:
            answer = first_answer(arguments.contexd, tree, name)
            asked += 1
            if answer in outside_tests[name]:
                right += 1
            else:
                print(f"miss: {tree} {name}: {answer}, not in {sorted(outside_tests[name])[:3]}")
    print(f"{right} of {asked} names: {right / max(asked, 1):.1%}")


if __name__ == "__main__":
    main()
