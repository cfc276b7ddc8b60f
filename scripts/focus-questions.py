#!/usr/bin/env python3
"""Makes questions that are asked from a file: what else is to be changed? Out of the histories of some repositories.

    focus-questions.py CLONES --out DIR [--questions 25] [--commits 1500] [--seed 1]
    contexd eval DIR/annotations --repos DIR/repos

CLONES holds git clones with their histories: a directory of each, or a git directory `repo` in it. Of each repository,
DIR/repos gets the state before its newest commits, and DIR/annotations what these commits ask of it: a commit with one
parent and two to eight files of code gives a question. Its subject without what gives the answer away is asked (as
`contexd eval mine` does), one of the files it changed, picked at random, is where the asking person stands (the focus),
and the others are the answer. Only files that were there before count, and nothing in DIR/repos knows of the commits
that are asked about: its history ends before them.
"""

import argparse
import json
import pathlib
import random
import re
import subprocess

CODE = {
    ".bash", ".bats", ".c", ".cc", ".cpp", ".cs", ".cxx", ".ex", ".exs", ".go", ".h", ".hpp", ".hs", ".java", ".js",
    ".jsx", ".kt", ".kts", ".lua", ".php", ".py", ".rb", ".rs", ".scala", ".sh", ".swift", ".ts", ".tsx", ".zig",
}
FILES = range(2, 9)
FEWEST_WORDS = 4
ROUTINE = re.compile(r"\W*(merge|revert|release|bump|version|v\d|prepare)\b", re.IGNORECASE)


def git(directory, *words):
    done = subprocess.run(["git", "-C", str(directory), *words], capture_output=True, check=True)
    return done.stdout.decode(errors="replace")


def commits(clone, count):
    """The newest commits with one parent, newest first: name, subject, changed paths."""
    log = git(clone, "log", "--no-merges", "--first-parent", f"-{count}", "--name-only", "--format=%x01%H%x00%s", "HEAD")
    for entry in log.split("\x01")[1:]:
        head, _, paths = entry.partition("\n")
        name, _, subject = head.partition("\x00")
        yield name, subject, [path for path in paths.splitlines() if path]


def without_answers(subject, paths):
    """`subject` without paths, names of the files and numbers of issues."""
    names = {part for path in paths for part in (path.lower(), path.lower().rsplit("/", 1)[-1], stem(path))}

    def gives_away(word):
        bare = re.sub(r"^[^\w/]+|[^\w/]+$", "", word).lower()
        return "/" in bare or bare in names or word.strip("()").startswith("#")

    return " ".join(word for word in subject.split() if not gives_away(word))


def stem(path):
    return path.lower().rsplit("/", 1)[-1].split(".")[0]


def questions(clone, wanted, most_commits, chance):
    """The newest commits that ask something, and the newest commit before them all."""
    before = set(git(clone, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    found, last = [], None
    for name, subject, paths in commits(clone, most_commits):
        code = sorted(path for path in paths if pathlib.PurePosixPath(path).suffix in CODE and path in before)
        query = without_answers(subject, paths)
        if len(paths) not in FILES or len(code) < 2 or ROUTINE.match(subject) or len(query.split()) < FEWEST_WORDS:
            continue
        focus = chance.choice(code)
        found.append({"query": query, "focus": focus, "category": "commit",
                      "relevant": [path for path in code if path != focus]})
        last = name
        if len(found) == wanted:
            break
    return found, last


def present(question, files):
    """The question as far as its files are among `files`; None where nothing is left to ask."""
    relevant = [path for path in question["relevant"] if path in files]
    return {**question, "relevant": relevant} if relevant and question["focus"] in files else None


def make(clone, name, out, args):
    chance = random.Random(f"{args.seed} {name}")
    found, last = questions(clone, args.questions, args.commits, chance)
    if last is None:
        return 0
    base = f"{last}~1"
    files = set(git(clone, "ls-tree", "-r", "--name-only", base).splitlines())
    found = [question for question in (present(question, files) for question in found) if question]
    tree = out / "repos" / name
    if not tree.exists():
        git(clone, "clone", "--quiet", "--shared", "--no-checkout", str(clone.absolute()), str(tree.absolute()))
        git(tree, "checkout", "--quiet", "--detach", git(clone, "rev-parse", base).strip())
    (out / "annotations" / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
    return len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--questions", type=int, default=25, help="most questions a repository")
    parser.add_argument("--commits", type=int, default=1500, help="most commits that are looked at")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    (args.out / "annotations").mkdir(parents=True, exist_ok=True)
    for entry in sorted(args.clones.iterdir()):
        clone = entry / "repo" if (entry / "repo").is_dir() else entry
        if (clone / ".git").exists() or (clone / "HEAD").exists():
            name = entry.name.split("+")[-1]
            try:
                print(name, make(clone, name, args.out, args), flush=True)
            except subprocess.CalledProcessError as error:
                print(name, "left out:", error.stderr.decode(errors="replace").strip(), flush=True)


if __name__ == "__main__":
    main()
