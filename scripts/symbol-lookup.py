#!/usr/bin/env python3
"""Looks names up with `contexd symbols` and asks Universal Ctags whether the first answer is a definition of them.

usage: symbol-lookup.py CONTEXD TREE... [--names N] [--seed S]

Takes N names in all (default 500), evenly from the trees: names of classes, functions, methods, structs, enums,
interfaces, traits, constants, types, macros and modules that ctags finds outside tests in languages that both know, each
name once. Left out is what is local to a function, what ctags makes up (anonymous functions), imported names that it
lists as definitions, and header guards. A lookup is right when ctags has a definition of exactly that name, of whatever
kind, in the file and line of the first answer. Prints the share that is right, and every miss.
"""

import argparse
import json
import random
import re
import subprocess
import sys

LANGUAGES = {
    "C", "C++", "C#", "Elixir", "Go", "Haskell", "Java", "JavaScript", "Julia", "Kotlin", "Lua", "ObjectiveC", "OCaml",
    "PHP", "Protobuf", "Python", "R", "Ruby", "Rust", "SQL", "Sh", "TypeScript",
}
KINDS = {
    "class", "function", "func", "method", "struct", "enum", "interface", "trait", "constant", "const", "type",
    "typedef", "macro", "module", "namespace", "object", "union", "protocol", "record", "talias",
}
# Kinds that a language's parser gives to locals or imports too, without saying so.
UNTRUSTED = {("Kotlin", "constant"), ("TypeScript", "constant"), ("JavaScript", "constant"), ("Sh", "constant")}
CALLABLE = {"function", "func", "method", "procedure", "lambda", "closure", "getter", "setter", "constructor"}
TEST = re.compile(r"(^|/)(tests?|testing|spec|__tests__|testdata|fixtures?)(/|$)|[._-](test|spec)\.|(^|/)test_|Test\w*\.")
GUARD = re.compile(r"_H(PP|H|XX)?_*$")


def is_asked(tag):
    """Whether a tag's name may be asked for."""
    language, kind = tag.get("language", ""), tag.get("kind", "")
    made_up = tag["name"].startswith(("__anon", "AnonymousFunction", "anonymous"))
    is_local = tag.get("scopeKind", "") in CALLABLE
    is_guard = kind == "macro" and GUARD.search(tag["name"])
    trusted = language in LANGUAGES and kind in KINDS and (language, kind) not in UNTRUSTED
    return trusted and not (made_up or is_local or is_guard or TEST.search(tag["path"]))


def definitions(tree):
    """The names to ask for, and all places of every name: a set of (path, line) each."""
    run = subprocess.run(
        ["ctags", "-R", "--output-format=json", "--fields=+nKzlsZ", "--exclude=.git", "-f", "-", "."],
        cwd=tree, capture_output=True, check=True,
    )
    asked, places = set(), {}
    for line in run.stdout.decode("utf-8", "replace").splitlines():
        tag = json.loads(line)
        if tag.get("_type") != "tag" or "line" not in tag:
            continue
        tag["path"] = tag["path"].removeprefix("./")
        tag["name"] = re.split(r"[.:]", tag["name"])[-1]
        if not re.fullmatch(r"[A-Za-z_]\w{2,}", tag["name"]):
            continue
        places.setdefault(tag["name"], set()).add((tag["path"], tag["line"]))
        if is_asked(tag):
            asked.add(tag["name"])
    return asked, places


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
        candidates, places = definitions(tree)
        names = random.Random(arguments.seed).sample(sorted(candidates), min(share, len(candidates)))
        for name in names[: arguments.names - asked]:
            answer = first_answer(arguments.contexd, tree, name)
            asked += 1
            if answer in places[name]:
                right += 1
            else:
                print(f"miss: {tree} {name}: {answer}, not in {sorted(places[name])[:3]}")
    print(f"{right} of {asked} names: {right / max(asked, 1):.1%}")


if __name__ == "__main__":
    main()
