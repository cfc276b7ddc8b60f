#!/usr/bin/env python3
"""Judges a token table on held-out packages and on annotated questions, by its similarities alone.

usage: evaluate.py TABLE.safetensors TOKENIZER.json [--heldout FILE] [--questions NAME=ANNOTATIONS:CHUNKS ...] [--power P]

FILE is the heldout.jsonl of prepare.py: mean reciprocal rank of each function among all of its pool, asked for by the
first paragraph of its documentation; one pool of 500 functions each in Python, Rust and JavaScript, and one of each
other language. ANNOTATIONS is a folder in the format that `contexd eval` reads; CHUNKS holds NAME.jsonl for each
repository, the output of `cargo run --release -p contexd-indexer --example embedding_texts -- TREE`: NDCG@10 of
the ten most similar chunks. BM25 over the same words stands beside. Needs: pip install numpy safetensors tokenizers
"""
import argparse
import collections
import json
import math
import pathlib

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from common import words
from prepare import Packer

FIRST_POOL = ("python", "rust", "javascript")
MAX_TOKENS = 512


class Model:
    def __init__(self, table, tokenizer, power):
        loaded = load_file(table)
        self.rows = loaded["embedding"].astype(np.float32) * loaded["scale"].astype(np.float32)[:, None]
        self.packer, self.power = Packer(Tokenizer.from_file(str(tokenizer))), power

    def embed(self, texts):
        out = np.zeros((len(texts), self.rows.shape[1]), np.float32)
        for place, text in enumerate(texts):
            tokens, counts = np.unique(np.array(self.packer.numbers(text, MAX_TOKENS), np.int64), return_counts=True)
            out[place] = (counts.astype(np.float32) ** self.power) @ self.rows[tokens]
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)


def bm25(queries, texts):
    documents = [collections.Counter(words(text)) for text in texts]
    lengths = np.array([sum(document.values()) for document in documents])
    postings = collections.defaultdict(list)
    for place, document in enumerate(documents):
        for word, count in document.items():
            postings[word].append((place, count))
    scores = np.zeros((len(queries), len(texts)), np.float32)
    for row, query in enumerate(queries):
        for word in set(words(query)) & postings.keys():
            found = postings[word]
            weight = math.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            for place, count in found:
                scores[row, place] += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * lengths[place] / lengths.mean()))
    return scores


def reciprocal_ranks(scores):
    own = scores.diagonal()[:, None]
    # A tie counts half, so that a model which says nothing has no advantage.
    return 1 / ((scores > own).sum(1) + ((scores == own).sum(1) - 1) * 0.5 + 1)


def judge_held_out(model, file):
    by_language = collections.defaultdict(list)
    for line in open(file):
        pair = json.loads(line)
        by_language[pair[0]].append((pair[4], pair[6]))
    pools = {"first pool": [pair for language in FIRST_POOL for pair in by_language[language]]}
    pools |= {language: pairs for language, pairs in by_language.items() if len(pairs) >= 100}
    for name, pairs in pools.items():
        queries, codes = zip(*pairs)
        dense = reciprocal_ranks(model.embed(queries) @ model.embed(codes).T).mean()
        print(f"{name:16} {len(pairs):5} functions: MRR {dense:.4f}, BM25 {reciprocal_ranks(bm25(queries, codes)).mean():.4f}", flush=True)


def gain(found, targets):
    """NDCG@10 of the chunks found, each target counted once; a target without lines is its whole file."""
    left, total = list(targets), 0.0
    for rank, (path, start, end) in enumerate(found):
        hit = next((target for target in left if touches(target, path, start, end)), None)
        if hit:
            left.remove(hit)
            total += 1 / math.log2(rank + 2)
    return total / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(targets))))


def touches(target, path, start, end):
    if path != target["path"] and not path.endswith("/" + target["path"]):
        return False
    first = target.get("start_line")
    return first is None or (first <= end and target.get("end_line", first) >= start)


def judge_questions(model, annotations, chunks):
    gains = {}
    for file in sorted(annotations.glob("*.json")):
        lines = [json.loads(line) for line in open(chunks / f"{file.stem}.jsonl")]
        places = [(line["path"], line["start_line"], line["end_line"]) for line in lines]
        questions = json.loads(file.read_text())
        scores = model.embed([question["query"] for question in questions]) @ model.embed([line["text"] for line in lines]).T
        for question, row in zip(questions, scores):
            targets = [target if isinstance(target, dict) else {"path": target} for target in question["relevant"]]
            found = [places[place] for place in np.argsort(-row, kind="stable")[:10]]
            gains.setdefault(question.get("category", "all"), []).append(gain(found, targets))
    everything = [value for values in gains.values() for value in values]
    return len(everything), np.mean(everything), {category: round(float(np.mean(values)), 4) for category, values in gains.items()}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("table")
    arguments.add_argument("tokenizer")
    arguments.add_argument("--heldout")
    arguments.add_argument("--questions", nargs="*", default=[])
    arguments.add_argument("--power", type=float, default=0.5)
    options = arguments.parse_args()
    model = Model(options.table, options.tokenizer, options.power)
    if options.heldout:
        judge_held_out(model, options.heldout)
    for entry in options.questions:
        name, _, folders = entry.partition("=")
        count, mean, categories = judge_questions(model, *map(pathlib.Path, folders.split(":")))
        print(f"{name:16} {count:5} questions: NDCG@10 {mean:.4f} {categories}", flush=True)


if __name__ == "__main__":
    main()
