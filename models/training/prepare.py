#!/usr/bin/env python3
"""Splits pairs into training and evaluation, makes the vocabulary and packs texts into token numbers.

usage: prepare.py OUT_DIR PAIRS.jsonl.gz... [--tokens N]

Whole packages are held out (common.is_held_out). Writes OUT_DIR/tokenizer.json (WordPiece over split identifiers),
OUT_DIR/heldout.jsonl (at most 60 functions a package, 500 a language) and OUT_DIR/packed.npz: for queries and for
code the distinct tokens of each text with how often they occur, and language and package of each pair.
Needs: pip install numpy tokenizers
"""
import argparse
import collections
import gzip
import json
import pathlib
import random

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from common import LONGEST_WORD, RESERVED_TOKENS, is_held_out, package_key, words

QUERY_TOKENS, CODE_TOKENS = 48, 256
PATH_WORDS = 8  # words of the path that stand before a chunk, as in store/src/document.rs
HELD_OUT_A_PACKAGE, HELD_OUT_A_LANGUAGE = 60, 500
PAIRS_A_PACKAGE = 2_000
EVALUATED = "evaluated.txt"  # packages that other evaluations search in: never trained on


def read_pairs(files, evaluated):
    by_package = collections.defaultdict(list)
    for file in files:
        with gzip.open(file, "rt") as lines:
            for line in lines:
                pair = json.loads(line)
                by_package[pair[1]].append(pair)
    return {package: pairs for package, pairs in by_package.items() if package_key(package) not in evaluated}


def split(by_package, chance):
    train, held_out = [], collections.defaultdict(list)
    for package, pairs in sorted(by_package.items()):
        chance.shuffle(pairs)
        if is_held_out(package):
            for pair in pairs[:HELD_OUT_A_PACKAGE]:
                held_out[pair[0]].append(pair)
        else:
            train += pairs[:PAIRS_A_PACKAGE]
    for pairs in held_out.values():
        chance.shuffle(pairs)
        del pairs[HELD_OUT_A_LANGUAGE:]
    return train, held_out


def code_text(pair, chance):
    """The code as the index embeds it: where it stands, then its body; parts are left out by chance."""
    _, _, path, containers, _, rest, code = pair
    stem = path.rsplit(".", 1)[0]
    head = [" ".join(words(stem)[-PATH_WORDS:])] if chance.random() < 0.6 else []
    head += containers if chance.random() < 0.6 else []
    head += [rest] if chance.random() < 0.4 else []
    return " ".join(head) + "\n" + code


def train_tokenizer(counts, size):
    """WordPiece; words count by the square root of how often they occur, so that rare ones get tokens too."""

    def repeated():
        for word, count in counts.items():
            if count >= 2 and len(word) <= 32:
                yield " ".join([word] * min(int(count**0.5) + 1, 300))

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[PAD]", "[UNK]"], min_frequency=3, show_progress=False)
    tokenizer.train_from_iterator(repeated(), trainer)
    return tokenizer


class Packer:
    """Texts to distinct token numbers and their counts."""

    def __init__(self, tokenizer):
        self.tokenizer, self.known = tokenizer, {}

    def numbers(self, text, limit):
        out = []
        for word in words(text):
            if word not in self.known:
                ids = self.tokenizer.encode(word[:LONGEST_WORD]).ids
                self.known[word] = [number for number in ids if number >= RESERVED_TOKENS]
            out += self.known[word]
            if len(out) >= limit:
                break
        return out[:limit]

    def pack(self, texts, limit):
        tokens, counts, ends = [], [], [0]
        for text in texts:
            distinct, count = np.unique(np.array(self.numbers(text, limit) or [0], np.uint16), return_counts=True)
            tokens.append(distinct)
            counts.append(np.minimum(count, 255).astype(np.uint8))
            ends.append(ends[-1] + len(distinct))
        return np.concatenate(tokens), np.concatenate(counts), np.array(ends, np.int64)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("pairs", nargs="+")
    arguments.add_argument("--tokens", type=int, default=32_768)
    options = arguments.parse_args()
    chance = random.Random(1)
    evaluated = set((pathlib.Path(__file__).parent / EVALUATED).read_text().split())
    train, held_out = split(read_pairs(options.pairs, evaluated), chance)
    print(f"{len(train)} pairs to train on:", dict(collections.Counter(pair[0] for pair in train).most_common()), flush=True)
    print("held out:", {language: len(pairs) for language, pairs in held_out.items()}, flush=True)
    with open(options.out / "heldout.jsonl", "w") as lines:
        lines.writelines(json.dumps(pair) + "\n" for pairs in held_out.values() for pair in pairs)
    codes = [code_text(pair, chance) for pair in train]
    counts = collections.Counter()
    for pair, code in zip(train, codes):
        counts.update(words(pair[4]))
        counts.update(words(code[:2_000]))
    tokenizer = train_tokenizer(counts, options.tokens)
    tokenizer.save(str(options.out / "tokenizer.json"))
    packer, arrays = Packer(tokenizer), {}
    for side, texts, limit in (("query", [pair[4] for pair in train], QUERY_TOKENS), ("code", codes, CODE_TOKENS)):
        arrays[f"{side}_tokens"], arrays[f"{side}_counts"], arrays[f"{side}_ends"] = packer.pack(texts, limit)
    for name, position in (("language", 0), ("package", 1)):
        _, arrays[name] = np.unique([pair[position] for pair in train], return_inverse=True)
    np.savez(options.out / "packed.npz", **arrays)
    with gzip.open(options.out / "sample.jsonl.gz", "wt", compresslevel=3) as lines:
        # For the teacher: which pairs it reads, and their texts.
        for number in chance.sample(range(len(train)), min(len(train), 200_000)):
            lines.write(json.dumps([number, train[number][4], codes[number][:1_500]]) + "\n")


if __name__ == "__main__":
    main()
