#!/usr/bin/env python3
"""Fits the weights of the ranking on sets of questions, and says how far the fit generalises.

    learn_weights.py collect --contexd BIN --annotations DIR --repos DIR [--manifest FILE] --out FILE
    learn_weights.py fit FILE... [--folds 5] [--kind natural_language]

`collect` asks each question and keeps the signals of the 200 best pieces with what they answer. `fit` searches one
factor at a time (coordinate ascent; Metzler and Croft, 2007) for the mean NDCG@10, on all repositories but a fold's,
measures the fold with what was found, and prints the mean and the spread over the folds beside the present weights. A
fit generalises when it gains more than two standard errors over the folds.
Only then are all repositories fitted. A step is kept when it gains at least STEP: smaller ones are noise.

Needs numpy, and a daemon that `contexd search` may start.
"""

import argparse
import gzip
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tomllib

import numpy as np

SIGNALS = ["lexical", "dense_static", "dense_transformer", "definition", "name_words", "file_words",
           "directory_words", "path_match", "frame", "verbatim", "file_coherence", "linked", "changed_together"]
CLASSES = ["test", "example", "documentation", "configuration", "vendored"]
FACTORS = (0.0, 0.6, 0.8, 1.25, 1.6)
STEP = 3e-4
ROUNDS = 2
DEPTH = 10
WEIGHTS = pathlib.Path(__file__).resolve().parent.parent / "retriever" / "weights.toml"


def ends_in(path, tail):
    return path == tail or path.endswith("/" + tail)


def covers(hit, target):
    if isinstance(target, str):
        target = {"path": target}
    path = target["path"]
    if not (ends_in(hit["path"], path) or ends_in(path, hit["path"])):
        return False
    start, end = target.get("start_line"), target.get("end_line")
    return start is None or end is None or (hit["start_line"] <= end and hit["end_line"] >= start)


def ask(contexd, root, questions):
    command = [contexd, "search", "--stdin", "--json", "--explain", "--repo", str(root)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()  # ready
    for question in questions:
        asked = {"query": question["query"], "k": 200}
        if "focus" in question:
            asked["focus"] = question["focus"]
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        yield json.loads(process.stdout.readline())
    process.stdin.close()
    process.wait()


def collect(args):
    rows = json.loads(pathlib.Path(args.manifest).read_text())["repos"] if args.manifest else []
    below = {row["name"]: row.get("benchmark_root") or "" for row in rows}
    with gzip.open(args.out, "wt") as out:
        for file in sorted(pathlib.Path(args.annotations).glob("*.json")):
            questions = json.loads(file.read_text())
            root = pathlib.Path(args.repos) / file.stem / below.get(file.stem, "")
            answers = ask(args.contexd, root, questions)
            for question, answer in zip(questions, answers):
                out.write(json.dumps(row_of(file.stem, question, answer)) + "\n")
            print(f"{file.stem}: {len(questions)} questions", file=sys.stderr)


def stands_in(focus, path):
    """Whether the focus, PATH or PATH:LINE, is in the file: what stands there is no answer to who asks from there."""
    return focus == path or focus.rpartition(":")[0] == path


def row_of(repository, question, answer):
    targets = question["relevant"] + question.get("secondary", [])
    hits = [{"path": hit["path"], "signals": hit["signals"],
             "answers": [number for number, target in enumerate(targets) if covers(hit, target)]}
            for hit in answer["hits"] if not stands_in(question.get("focus", ""), hit["path"])]
    return {"repository": repository, "kind": answer["query_kind"], "targets": len(targets), "hits": hits}


class Question:
    """The candidates of one question as matrices."""

    def __init__(self, row):
        hits = row["hits"]
        self.repository, self.kind, self.targets = row["repository"], row["kind"], row["targets"]
        value = lambda names: np.array([[hit["signals"].get(name, 0.0) for name in names] for hit in hits])
        self.signals = value(SIGNALS).reshape(len(hits), len(SIGNALS))
        self.classes = value(CLASSES).reshape(len(hits), len(CLASSES)) > 0
        files = {}
        self.files = [files.setdefault(hit["path"], len(files)) for hit in hits]
        self.answers = [hit["answers"] for hit in hits]

    def ndcg(self, weights):
        order = self.order(weights)[:DEPTH]
        covered, gain = set(), 0.0
        for position, hit in enumerate(order):
            new = set(self.answers[hit]) - covered
            covered |= new
            gain += 1 / math.log2(position + 2) if new else 0.0
        ideal = sum(1 / math.log2(position + 2) for position in range(min(DEPTH, self.targets)))
        return gain / ideal if ideal else 0.0

    def order(self, weights):
        """As retriever/src/score.rs and the selection in retriever/src/search.rs do it."""
        factors, priors, (same_file, second_chunk) = weights
        scores = (self.signals @ factors) * np.where(self.classes, priors, 1.0).min(axis=1, initial=1.0)
        seen, best, support = {}, {}, {}
        order = np.argsort(-scores, kind="stable")
        for hit in order:
            first = best.setdefault(self.files[hit], (hit, scores[hit]))
            if first[0] != hit and first[1] > 0:
                support.setdefault(self.files[hit], 1 + second_chunk * scores[hit] / first[1])
        scores *= [support.get(file, 1.0) for file in self.files]
        for hit in order:
            earlier = seen.get(self.files[hit], 0)
            scores[hit] *= same_file ** earlier
            seen[self.files[hit]] = earlier + 1
        return np.argsort(-scores, kind="stable")


def present_weights(kind):
    data = tomllib.loads(WEIGHTS.read_text())
    priors = dict(data["priors"])
    if kind == "report":
        priors["test"] = priors["test_in_report"]
    priors = [priors[name] for name in CLASSES]
    selection = [data["selection"]["same_file"], data[kind]["second_chunk"]]
    return np.array([data[kind][name] for name in SIGNALS] + priors + selection)


def parts(vector):
    return vector[:len(SIGNALS)], vector[len(SIGNALS):-2], vector[-2:]


def mean_ndcg(questions, vector):
    return statistics.fmean(question.ndcg(parts(vector)) for question in questions)


def ascend(questions, vector):
    """Coordinate ascent over the factors of the signals; priors and selection stay, since other kinds share them."""
    best = mean_ndcg(questions, vector)
    for _ in range(ROUNDS):
        for at in range(len(SIGNALS)):
            for factor in FACTORS:
                trial = vector.copy()
                trial[at] *= factor
                found = mean_ndcg(questions, trial)
                if found > best + STEP:
                    best, vector = found, trial
    return vector


def fit(args):
    rows = [json.loads(line) for file in args.files for line in gzip.open(file, "rt")]
    questions = [Question(row) for row in rows if row["kind"] == args.kind and row["hits"]]
    repositories = sorted({question.repository for question in questions})
    present = present_weights(args.kind)
    before, after = [], []
    for fold in range(args.folds):
        held_out = set(repositories[fold::args.folds])
        train = [question for question in questions if question.repository not in held_out]
        test = [question for question in questions if question.repository in held_out]
        found = ascend(train, present)
        before.append(mean_ndcg(test, present))
        after.append(mean_ndcg(test, found))
        print(f"fold {fold}: {len(test)} questions held out: {before[-1]:.4f} -> {after[-1]:.4f}")
    for name, values in (("present", before), ("fitted", after)):
        print(f"{name}: mean {statistics.fmean(values):.4f}, spread {statistics.stdev(values):.4f} over folds")
    gains = [fitted - kept for kept, fitted in zip(before, after)]
    gain, error = statistics.fmean(gains), statistics.stdev(gains) / math.sqrt(len(gains))
    verdict = "the fit generalises" if gain > 2 * error else "the fit does not generalise: keep the present weights"
    print(f"gain {gain:+.4f}, standard error {error:.4f}: {verdict}")
    fitted = ascend(questions, present)
    print(f"fitted to all {len(questions)} questions: {mean_ndcg(questions, present):.4f} -> "
          f"{mean_ndcg(questions, fitted):.4f}\n[{args.kind}]")
    for name, value in zip(SIGNALS, fitted):
        print(f"{name} = {value:.3g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    collecting = commands.add_parser("collect")
    for name in ("contexd", "annotations", "repos", "out"):
        collecting.add_argument(f"--{name}", required=True)
    collecting.add_argument("--manifest")
    collecting.set_defaults(run=collect)
    fitting = commands.add_parser("fit")
    fitting.add_argument("files", nargs="+")
    fitting.add_argument("--folds", type=int, default=5)
    fitting.add_argument("--kind", default="natural_language")
    fitting.set_defaults(run=fit)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
