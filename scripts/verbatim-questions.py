#!/usr/bin/env python3
"""Makes questions that quote code: snippets and string literals out of a directory of repositories, with their places.

    verbatim-questions.py make REPOS --out DIR [--manifest FILE] [--seed 1] [--snippets 100] [--literals 60]
    contexd eval DIR --repos REPOS [--manifest FILE] --json > report.json
    verbatim-questions.py report report.json

`make` picks places at random, the languages in turn, and writes a file of questions a repository in the format of
`contexd eval`. A snippet is three to six lines that stand once in their repository, and is asked for in four ways:

    snippet            as it stands
    snippet_indented   with other indentation
    snippet_edited     with a name changed in one of its lines
    snippet_line       its longest line alone, if that stands once

A literal is a string of 12 to 80 characters that stands once in its repository, asked for as `literal`, in quotes and
nothing else, or as `literal_asked`, within a sentence. The same seed and files give the same questions.

`report` prints how often the right lines are the first hit and among the first three, by way of asking.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import textwrap

LANGUAGES = {
    ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".cs": "csharp", ".ex": "elixir", ".exs": "elixir", ".go": "go",
    ".hs": "haskell", ".java": "java", ".js": "javascript", ".kt": "kotlin", ".lua": "lua", ".php": "php",
    ".py": "python", ".rb": "ruby", ".rs": "rust", ".scala": "scala", ".sh": "bash", ".bash": "bash",
    ".swift": "swift", ".ts": "typescript", ".zig": "zig",
}
MOST_BYTES = 200_000
LITERAL = re.compile(r'"([^"\\\n]{12,80})"')
NAME = re.compile(r"\b[A-Za-z_]\w{3,}")
COMMENT = ("//", "#", "*", "/*", "--", ";", "<!--", '"""')
TRIES = 400


class Repository:
    """The texts of a repository's code by path, and what stands in them how often."""

    def __init__(self, root):
        self.texts = {}
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            hidden = any(part.startswith(".") for part in inside.parts)
            if path.suffix in LANGUAGES and not hidden and path.is_file() and path.stat().st_size <= MOST_BYTES:
                try:
                    self.texts[inside.as_posix()] = path.read_text()
                except UnicodeDecodeError:
                    continue
        self.everything = collapsed("\n".join(self.texts.values()))

    def stands_once(self, text):
        return self.everything.count(collapsed(text)) == 1


def collapsed(text):
    return " ".join(text.split())


def is_code(line):
    bare = line.strip()
    return len(bare) >= 12 and not bare.startswith(COMMENT) and NAME.search(bare) and re.search(r"[(){}\[\];=<>:.|]", bare)


def pick_snippet(chance, repository, path):
    lines = repository.texts[path].splitlines()
    count = chance.randint(3, 6)
    if len(lines) <= count:
        return None
    start = chance.randrange(len(lines) - count)
    block = lines[start:start + count]
    if not all(line.strip() for line in (block[0], block[-1])) or sum(map(bool, map(is_code, block))) * 3 < count * 2:
        return None
    if any(len(line) > 160 for line in block) or not repository.stands_once("\n".join(block)):
        return None
    return block, place(path, start + 1, start + count)


def pick_literal(chance, repository, path):
    found = list(LITERAL.finditer(repository.texts[path]))
    if not found:
        return None
    match = chance.choice(found)
    text = match.group(1)
    is_text = re.search(r"[A-Za-z]{3}", text) and not re.fullmatch(r"\w+", text) and text == text.strip()
    if not is_text or not repository.stands_once(text):
        return None
    line = repository.texts[path].count("\n", 0, match.start()) + 1
    return text, place(path, line, line)


def place(path, start, end):
    return {"path": path, "start_line": start, "end_line": end}


def indented(block):
    """The block without its common indentation, each level of what is left written otherwise."""
    bare = textwrap.dedent("\n".join(block)).split("\n")
    turned = lambda line: len(line) - len(line.lstrip())
    return "\n".join(("\t" if " " in line[:1] else "   ") * turned(line) + line.strip() for line in bare)


def edited(chance, block):
    """The block with the longest name of one of its lines replaced."""
    number = chance.choice([at for at, line in enumerate(block) if is_code(line)])
    name = max(NAME.findall(block[number]), key=len)
    return "\n".join([*block[:number], block[number].replace(name, "replacement"), *block[number + 1:]])


def questions_on(chance, repository, snippet, target):
    asked = [("snippet", textwrap.dedent("\n".join(snippet))), ("snippet_indented", indented(snippet)),
             ("snippet_edited", edited(chance, snippet))]
    line = max(snippet, key=lambda line: len(line.strip()))
    if is_code(line) and repository.stands_once(line):
        number = target["start_line"] + snippet.index(line)
        yield question("snippet_line", line.strip(), place(target["path"], number, number))
    for category, text in asked:
        yield question(category, text, target)


def question(category, text, target):
    return {"query": text, "category": category, "relevant": [target], "secondary": []}


def make(args):
    rows = json.loads(args.manifest.read_text())["repos"] if args.manifest else []
    below = {row["name"]: row.get("benchmark_root") or "" for row in rows}
    roots = [path for path in sorted(args.repos.iterdir()) if path.is_dir()]
    repositories = {root.name: Repository(root / below.get(root.name, "")) for root in roots}
    files = collections.defaultdict(list)
    for name, repository in repositories.items():
        for path in repository.texts:
            files[LANGUAGES[pathlib.PurePath(path).suffix]].append((name, path))
    chance = random.Random(args.seed)
    asked = collections.defaultdict(list)
    for name, (block, target) in picked(chance, pick_snippet, args.snippets, files, repositories):
        asked[name] += questions_on(chance, repositories[name], block, target)
    for number, (name, (text, target)) in enumerate(picked(chance, pick_literal, args.literals, files, repositories)):
        told = ("literal", f'"{text}"') if number % 2 else ("literal_asked", f'where does "{text}" come from')
        asked[name].append(question(*told, target))
    args.out.mkdir(parents=True, exist_ok=True)
    for name, questions in asked.items():
        (args.out / f"{name}.json").write_text(json.dumps(questions, indent=1, ensure_ascii=False) + "\n")


def picked(chance, pick, count, files, repositories):
    """As many places as wanted, the languages in turn; a language that has none after many tries is left out."""
    languages = sorted(files)
    number = 0
    while number < count and languages:
        language = languages[number % len(languages)]
        for _ in range(TRIES):
            name, path = chance.choice(files[language])
            found = pick(chance, repositories[name], path)
            if found:
                yield name, found
                number += 1
                break
        else:
            languages.remove(language)


def report(args):
    ranks = collections.defaultdict(list)
    for question in json.loads(args.report.read_text())["questions"]:
        ranks[question["category"]].append(question["rank"])
    print(f"{'asked as':18} {'questions':>9} {'first':>7} {'first 3':>8}")
    for category, found in sorted(ranks.items()):
        share = lambda depth: sum(1 <= rank <= depth for rank in found) / len(found)
        print(f"{category:18} {len(found):9} {share(1):7.3f} {share(3):8.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("make")
    command.add_argument("repos", type=pathlib.Path)
    command.add_argument("--out", type=pathlib.Path, required=True)
    command.add_argument("--manifest", type=pathlib.Path)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--snippets", type=int, default=100)
    command.add_argument("--literals", type=int, default=60)
    command.set_defaults(run=make)
    command = commands.add_parser("report")
    command.add_argument("report", type=pathlib.Path)
    command.set_defaults(run=report)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
