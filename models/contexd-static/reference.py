#!/usr/bin/env python3
"""Writes the vectors that the Rust code must reproduce.

usage: reference.py TABLE.safetensors TOKENIZER.json OUT.jsonl [TEXTS.jsonl]

Works from the training artefacts with other people's tokenizer and floating point, and shares nothing with
convert.py or with the Rust code. One line a text of reference_texts.json, one text repeated until it is cut off, and so many of TEXTS.jsonl, evenly spread, that
there are 1,000. TEXTS.jsonl is what `embedding_texts` prints of this repository
(cargo run --release -p contexd-indexer --example embedding_texts -- .). A line:
{"text", "repeat", "tokens", "vector": hex of the unit vector as int8, scaled so that the largest component is 127}.
Needs: pip install numpy safetensors tokenizers
"""
import json
import pathlib
import re
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
MAX_TOKENS, LONGEST_WORD, UNKNOWN = 512, 40, 1
TEXTS, CHARACTERS = 1_000, 240  # in all; of each of TEXTS.jsonl


def token_numbers(tokenizer, text):
    numbers = []
    for word in WORD.findall(text):
        numbers += [number for number in tokenizer.encode(word.lower()[:LONGEST_WORD]).ids if number > UNKNOWN]
    return numbers[:MAX_TOKENS]


def row(table, tokenizer, text, repeat):
    numbers = token_numbers(tokenizer, text * repeat)
    distinct, counts = np.unique(np.array(numbers, np.int64), return_counts=True)
    rows = table["embedding"][distinct].astype(np.float64) * table["scale"][distinct, None]
    vector = (rows * np.sqrt(counts)[:, None]).sum(0)
    largest = np.abs(vector).max()
    quantised = np.round(vector / largest * 127).astype(np.int8) if largest else np.zeros(vector.shape, np.int8)
    return {"text": text, "repeat": repeat, "tokens": numbers, "vector": quantised.tobytes().hex()}


def more_texts(file, count):
    """So many texts of the file, evenly spread, each cut to its first characters."""
    texts = [json.loads(line)["text"][:CHARACTERS] for line in open(file)]
    return [texts[place * len(texts) // count] for place in range(count)]


def main():
    table, tokenizer = load_file(sys.argv[1]), Tokenizer.from_file(sys.argv[2])
    texts = json.loads((pathlib.Path(__file__).parent / "reference_texts.json").read_text())
    texts = [(text, 1) for text in texts] + [(texts[-1] + "\n", 100)]
    if len(sys.argv) > 4:
        texts += [(text, 1) for text in more_texts(sys.argv[4], TEXTS - len(texts))]
    with open(sys.argv[3], "w") as out:
        for text, repeat in texts:
            out.write(json.dumps(row(table, tokenizer, text, repeat)) + "\n")


if __name__ == "__main__":
    main()
