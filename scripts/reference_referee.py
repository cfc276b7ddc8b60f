#!/usr/bin/env python3
"""Compares the graph's edges with what a real resolver says.

    cargo run -p contexd-tests --example graph_dump -- --unresolved TREE > uses.jsonl
    scripts/reference_referee.py jedi TREE uses.jsonl
    scripts/reference_referee.py typescript TREE uses.jsonl
    scripts/reference_referee.py lsp TREE uses.jsonl --language rust --server rust-analyzer --suffix .rs

jedi needs `pip install jedi`; typescript needs node and `npm install typescript` (NODE_PATH, or the directory that
the script is run in); lsp runs any language server that speaks over its standard input.
See docs/references.md for what counts as agreement.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys

CONFIDENCES = ["exact", "scoped", "unique_name", "ambiguous", "none"]
SUFFIXES = {"jedi": [".py", ".pyi"], "typescript": [".ts", ".tsx", ".mts", ".cts"]}


def main():
    options = parse_arguments()
    uses = [json.loads(line) for line in options.uses]
    uses = [use for use in uses if use["kind"] != "mention" and is_judged(use["path"], options)]
    random.Random(options.seed).shuffle(uses)
    uses = sorted(uses[: options.sample], key=lambda use: (use["path"], use["line"], use["column"]))
    answers = RESOLVERS[options.resolver](options, uses)
    judged = [(use, answer, verdict(use, answer)) for use, answer in zip(uses, answers)]
    for use, answer, verdict_ in judged:
        if options.show and verdict_ in options.show and use["confidence"] in options.confidence:
            show(options.tree, use, answer, verdict_)
    report(judged)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resolver", choices=sorted(RESOLVERS))
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("uses", type=argparse.FileType("r", encoding="utf-8"))
    parser.add_argument("--sample", type=int, default=2000, help="how many uses are judged")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only files whose path begins so")
    parser.add_argument("--show", nargs="*", choices=["wrong", "missed", "unjudged"], help="prints such uses")
    parser.add_argument("--confidence", nargs="*", default=CONFIDENCES, choices=CONFIDENCES, help="of those shown")
    parser.add_argument("--server", help="lsp: the server's command")
    parser.add_argument("--language", help="lsp: the language's identifier")
    parser.add_argument("--suffix", nargs="*", default=[], help="lsp: suffixes of the files")
    options = parser.parse_args()
    options.tree = options.tree.resolve()
    return options


def is_judged(path, options):
    suffixes = SUFFIXES.get(options.resolver, options.suffix)
    return path.startswith(options.only) and path.endswith(tuple(suffixes))


# An answer is a list of (path in the tree, line), with "value" in front for parameters, local variables and fields
# that a method sets, of which the graph has no definitions; None stands for a definition outside the tree.


def verdict(use, answer):
    """right, wrong, missed (no edge though there is a definition), empty (rightly no edge) or unjudged."""
    targets = {(target["path"], target["line"]) for target in use["targets"] if target}
    inside = {found[-2:] for found in answer if found}
    if not answer:
        return "unjudged"
    if targets & inside:
        return "right"
    if targets:
        return "wrong"
    return "missed" if has_definition(answer) else "empty"


def has_definition(answer):
    """Whether a resolver's first answer is a definition; what else it says of a value is its type."""
    return bool(answer and answer[0] and answer[0][0] != "value")


def report(judged):
    table = collections.Counter((use["confidence"], verdict_) for use, _, verdict_ in judged)
    inside = sum(1 for _, answer, verdict_ in judged if verdict_ == "right" or has_definition(answer))
    print(f"{'confidence':12} {'uses':>6} {'judged':>7} {'right':>6} {'precision':>9} {'recall':>7}")
    total = 0
    for confidence in CONFIDENCES[:-1]:
        count = {v: table[confidence, v] for v in ["right", "wrong", "unjudged"]}
        decided = count["right"] + count["wrong"]
        total += count["right"]
        precision = f"{count['right'] / decided:9.3f}" if decided else f"{'-':>9}"
        recall = f"{count['right'] / inside:7.3f}" if inside else f"{'-':>7}"
        print(f"{confidence:12} {sum(count.values()):6} {decided:7} {count['right']:6} {precision} {recall}")
    missed = table["none", "missed"]
    print(f"no edge: {missed} missed, {table['none', 'empty']} rightly, {table['none', 'unjudged']} unjudged")
    print(f"recall: {total} of {inside} uses with a definition in the tree = {total / max(inside, 1):.3f}")


def show(tree, use, answer, verdict_):
    line = (tree / use["path"]).read_bytes().split(b"\n")[use["line"] - 1].decode("utf-8", "replace").strip()
    said = " ".join(":".join(map(str, found)) if found else "outside" for found in answer)
    ours = " ".join(f"{target['path']}:{target['line']}" for target in use["targets"][:3] if target)
    print(f"{verdict_} {use['confidence']} {use['kind']} {use['path']}:{use['line']} [{use['receiver']}].{use['name']}")
    print(f"    {line[:150]}\n    ours: {ours or '-'}\n    resolver: {said}")


def within(tree, path):
    """The path in the tree with `/`; None where it is outside, or in a directory of installed packages."""
    try:
        relative = pathlib.Path(os.path.normpath(path)).relative_to(tree)
    except ValueError:
        return None
    return None if "node_modules" in relative.parts else relative.as_posix()


def by_file(uses):
    groups = collections.defaultdict(list)
    for number, use in enumerate(uses):
        groups[use["path"]].append((number, use))
    return groups


def columns(lines, use):
    """The use's column in characters and in UTF-16 units, from 0."""
    before = lines[use["line"] - 1][: use["column"] - 1].decode("utf-8", "replace")
    return len(before), len(before.encode("utf-16-le")) // 2


# Python, by jedi


def ask_jedi(options, uses):
    import multiprocessing

    groups = list(by_file(uses).items())
    answers = [[] for _ in uses]
    with multiprocessing.Pool(min(4, os.cpu_count() or 1), start_jedi, (options.tree,)) as pool:
        for done, part in enumerate(pool.imap_unordered(ask_jedi_file, groups), 1):
            for number, answer in part:
                answers[number] = answer
            progress(done, len(groups))
    return answers


def start_jedi(tree):
    global JEDI_TREE, JEDI_PROJECT
    import jedi

    sources = [str(tree / name) for name in ["src", "lib"] if (tree / name).is_dir()]
    # Without installed packages, among which may be the one that the tree holds.
    library = [entry for entry in sys.path if entry.endswith(("lib-dynload", f"python{sys.version_info[0]}.{sys.version_info[1]}"))]
    JEDI_TREE, JEDI_PROJECT = tree, jedi.Project(tree, sys_path=[*sources, str(tree), *library], smart_sys_path=False)


def ask_jedi_file(group):
    import jedi

    path, uses = group
    content = (JEDI_TREE / path).read_bytes()
    lines = content.split(b"\n")
    script = jedi.Script(content.decode("utf-8-sig"), path=JEDI_TREE / path, project=JEDI_PROJECT)
    return [(number, ask_jedi_use(script, lines, use)) for number, use in uses]


def ask_jedi_use(script, lines, use):
    column, _ = columns(lines, use)
    try:
        names = script.goto(use["line"], column, follow_imports=True, follow_builtin_imports=True)
    except Exception:  # jedi gives up on some code with whatever exception
        return []
    # jedi ships stubs of some packages, which stand before the tree's own files.
    return [jedi_place(name) for name in names if not is_shipped_stub(name)]


def is_shipped_stub(name):
    parts = name.module_path.parts if name.module_path else ()
    return "third_party" in parts and "jedi" in parts and "typeshed" not in parts


def jedi_place(name):
    path = name.module_path and within(JEDI_TREE, name.module_path)
    if not path:
        return None
    if name.type == "param":
        return ("value", path, name.line)
    if name.type == "module":
        return (path, 1)
    is_value = name.type == "statement" and (is_attribute(name) or parent_type(name) == "function")
    return ("value", path, name.line) if is_value else (path, name.line)


def parent_type(name):
    try:
        return name.parent().type
    except Exception:  # as above
        return None


def is_attribute(name):
    """Whether it is `self.name = ...`."""
    return name.get_line_code()[: name.column].endswith(".")


# TypeScript, by the compiler's language service


def ask_typescript(options, uses):
    script = pathlib.Path(__file__).with_suffix(".cjs")
    questions = []
    for path, group in by_file(uses).items():
        lines = (options.tree / path).read_bytes().split(b"\n")
        questions += [
            {"number": number, "path": path, "line": use["line"] - 1, "character": columns(lines, use)[1]}
            for number, use in group
        ]
    command = ["node", "--max-old-space-size=6144", str(script), str(options.tree)]
    text = "\n".join(json.dumps(question) for question in questions)
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True)
    answers = [[] for _ in uses]
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        answers[answer["number"]] = [typescript_place(options.tree, found) for found in answer["definitions"]]
    return answers


def typescript_place(tree, found):
    path = within(tree, found["path"])
    if not path:
        return None
    return ("value", path, found["line"] + 1) if found["local"] else (path, found["line"] + 1)


# Any language, by a language server


def ask_server(options, uses):
    server = Server(options)
    answers = [[] for _ in uses]
    groups = by_file(uses)
    for done, (path, group) in enumerate(groups.items(), 1):
        content = (options.tree / path).read_bytes()
        server.open(options.tree / path, content.decode("utf-8", "replace"))
        lines = content.split(b"\n")
        for number, use in group:
            found = server.definition(options.tree / path, use["line"] - 1, columns(lines, use)[1])
            answers[number] = [server_place(options.tree, place_) for place_ in found]
        progress(done, len(groups))
    server.stop()
    return answers


def server_place(tree, found):
    uri = found.get("targetUri") or found["uri"]
    span = found.get("targetSelectionRange") or found["range"]
    path = within(tree, uri_path(uri))
    return (path, span["start"]["line"] + 1) if path else None


def uri_path(uri):
    import urllib.parse

    return urllib.parse.unquote(urllib.parse.urlparse(uri).path)


class Server:
    """A language server that answers one question after the other."""

    def __init__(self, options):
        import shlex

        command = shlex.split(options.server)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.language, self.count = options.language, 0
        root = options.tree.as_uri()
        capabilities = {"textDocument": {"definition": {"linkSupport": True}}, "window": {"workDoneProgress": True}}
        folders = [{"uri": root, "name": options.tree.name}]
        self.running = set()
        self.ask("initialize", {"processId": None, "rootUri": root, "capabilities": capabilities, "workspaceFolders": folders})
        self.tell("initialized", {})

    def open(self, path, text):
        document = {"uri": path.as_uri(), "languageId": self.language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def definition(self, path, line, character):
        at = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": character}}
        for _ in range(200):
            result, error = self.ask("textDocument/definition", at)
            if not error or error.get("code") not in (-32801, -32802):  # content modified, server cancelled
                break
        found = result or []
        return found if isinstance(found, list) else [found]

    def ask(self, method, parameters):
        self.count += 1
        self.send({"id": self.count, "method": method, "params": parameters})
        while True:
            message = self.receive()
            if message.get("id") == self.count and "method" not in message:
                return message.get("result"), message.get("error")
            self.react(message)

    def react(self, message):
        """Answers what the server asks: nothing is configured here."""
        if "id" in message and "method" in message:
            wanted = message.get("params", {}).get("items", []) if message["method"] == "workspace/configuration" else None
            self.send({"id": message["id"], "result": None if wanted is None else [{} for _ in wanted]})

    def tell(self, method, parameters):
        self.send({"method": method, "params": parameters})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif not line and self.process.poll() is not None:
                sys.exit("the language server has gone")
        return json.loads(self.process.stdout.read(length))

    def stop(self):
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(timeout=30)


def progress(done, of):
    if done % 50 == 0:
        print(f"{done} of {of} files", file=sys.stderr)


RESOLVERS = {"jedi": ask_jedi, "typescript": ask_typescript, "lsp": ask_server}

if __name__ == "__main__":
    main()
