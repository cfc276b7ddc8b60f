#!/usr/bin/env python3
"""Unpacks packages, mines documented definitions out of them and writes the pairs to train on.

usage: mine.py ARCHIVES MINER OUT.jsonl.gz [--jobs N]

ARCHIVES is the folder that fetch.py filled; MINER is the program `mine_pairs`
(cargo build --release -p contexd-indexer --example mine_pairs). One JSON array a line: language, package, path,
containers, query (the first paragraph of the documentation), rest (the others), code. A pair whose query and code were
seen before is left out, wherever it came from.
"""
import argparse
import collections
import gzip
import hashlib
import json
import multiprocessing
import pathlib
import re
import subprocess
import tarfile
import tempfile
import zipfile

MAX_MEMBER_BYTES = 400_000
MAX_PACKAGE_BYTES = 80_000_000
MAX_PAIRS_A_PACKAGE = 4_000
MIN_CODE_BYTES = 40  # shorter ones say nothing but a name
BATCH = 40  # archives that one run of the miner sees, so that its queries are compiled once for all
SOURCES = re.compile(
    r"\.(?:py|pyi|rs|js|mjs|cjs|jsx|ts|tsx|go|java|kt|kts|scala|c|h|cc|cpp|cxx|hh|hpp|cs|rb|php|swift|lua|ex|exs|hs|ml"
    r"|mli|jl|r|R|dart|zig|sh|bash|m|mm)$"
)
GENERATED = re.compile(r"\.min\.|\.bundle\.|(^|/)(?:node_modules|vendor|third_party|_vendor|dist|build|target)/")
SECTION = re.compile(
    r"\n\s*\n|\n\s*(?:Args|Arguments|Parameters|Returns?|Raises|Yields|Examples?|Notes?|Usage|See also|#+ [A-Z]\w+)\b"
    r"|(?:^|\n)\s*[:@\\](?:params?|return|returns|type|rtype|throws|raises?|api|since|private|public|internal|see|example"
    r"|deprecated|tparam|template|typeparam|memberof|class|name|function|static|author|version)\b|>>>|```|<pre|<ul|<p>"
)
MARKUP = [
    (re.compile(r"\{@\w+\s+([^}]*)\}"), r"\1"),
    (re.compile(r":\w+(?::\w+)?:`~?([^`<]*)(?:<[^>]*>)?`"), r"\1"),
    (re.compile(r"\[`?([^\]`]*)`?\](?:\([^)]*\)|\[[^\]]*\])?"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>\n]{0,80}>"), " "),
    (re.compile(r"^[@\\](?:brief|summary|description|desc|title|details)\s+"), ""),
    (re.compile(r"\s+"), " "),
]
NO_QUESTION = re.compile(r"(?i)(?:see |same as|deprecated|todo|fixme|test|copyright|licensed|auto-?generated|inherit|@|\{@)")


def unpack(archive, folder):
    """The source files of a .whl, .zip or tar archive; others are passed over."""
    total = 0
    for name, size, read in members(archive):
        if size > MAX_MEMBER_BYTES or not SOURCES.search(name) or GENERATED.search(name) or ".." in name:
            continue
        total += size
        if total > MAX_PACKAGE_BYTES:
            return
        target = folder / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read())


def members(archive):
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                yield entry.filename, entry.file_size, lambda entry=entry: opened.read(entry)
    else:
        with tarfile.open(archive) as opened:
            for entry in opened:
                if entry.isfile():
                    yield entry.name, entry.size, lambda entry=entry: opened.extractfile(entry).read()


def plain(text):
    for pattern, replacement in MARKUP:
        text = pattern.sub(replacement, text.strip())
    return text.strip(" *-=.")


def split_doc(doc):
    """First paragraph as plain text, and all that follows."""
    doc = doc.strip()
    cut = next((match.start() for match in SECTION.finditer(doc) if match.start() > 0), len(doc))
    return plain(doc[:cut]), re.sub(r"\s+", " ", doc[cut:]).strip()


def is_useful(query, code):
    count = len(re.findall(r"[A-Za-z]{2,}", query))
    if not 3 <= count <= 80 or len(query) > 600 or NO_QUESTION.match(query):
        return False
    if sum(ord(character) > 127 for character in query) > len(query) * 0.1:
        return False
    return len(code) >= MIN_CODE_BYTES


def pairs_of(archives, miner):
    """The useful pairs of some archives, each unpacked into a folder of its own."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as root:
        for archive in archives:
            try:
                unpack(archive, pathlib.Path(root) / archive.name)
            except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError, RuntimeError):
                pass  # What was unpacked before the damage is used.
        output = subprocess.run([miner, root], capture_output=True, env={"RAYON_NUM_THREADS": "1"}).stdout
    pairs, counts = [], collections.Counter()
    for line in output.splitlines():
        mined = json.loads(line)
        query, rest = split_doc(mined["doc"])
        package = mined["package"]
        if is_useful(query, mined["code"]) and counts[package] < MAX_PAIRS_A_PACKAGE:
            counts[package] += 1
            context = [mined["language"], package, mined["path"], mined["containers"]]
            pairs.append([*context, query, rest[:600], mined["code"]])
    return pairs


def digest(pair):
    return hashlib.md5((pair[4].lower() + re.sub(r"\s", "", pair[6])[:150]).encode()).digest()


def work(job):
    return pairs_of(*job)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("archives", type=pathlib.Path)
    arguments.add_argument("miner")
    arguments.add_argument("out")
    arguments.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    options = arguments.parse_args()
    archives = sorted(options.archives.iterdir())
    jobs = [(archives[at : at + BATCH], options.miner) for at in range(0, len(archives), BATCH)]
    seen, counts = set(), {}
    with multiprocessing.Pool(options.jobs) as pool, gzip.open(options.out, "wt", compresslevel=3) as out:
        for done, pairs in enumerate(pool.imap(work, jobs, chunksize=1), 1):
            for pair in pairs:
                key = digest(pair)
                if key not in seen:
                    seen.add(key)
                    counts[pair[0]] = counts.get(pair[0], 0) + 1
                    out.write(json.dumps(pair) + "\n")
            print(f"{done} of {len(jobs)} batches, {sum(counts.values())} pairs", flush=True)
    print(json.dumps(dict(sorted(counts.items(), key=lambda item: -item[1]))))


if __name__ == "__main__":
    main()
