#!/usr/bin/env python3
"""What the teacher, gte-small, says: of every token, to begin with, and of some texts, to learn from.

usage: teacher.py tokens MODEL_DIR DIR             DIR/tokenizer.json -> DIR/initial.npy
       teacher.py texts  MODEL_DIR DIR --minutes N  DIR/sample.jsonl.gz -> DIR/teacher.npz

MODEL_DIR is what `contexd model install gte-small` or ../get-gte-small.sh made. Initial rows are the teacher's
vectors of the tokens alone, reduced by principal components, as Model2Vec does. The texts are read in the
order of the sample until the time is over. Needs: pip install numpy onnxruntime tokenizers
"""
import argparse
import gzip
import json
import pathlib
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

BATCH = 64


class Teacher:
    def __init__(self, directory, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(str(directory / "model_int8.onnx"), options)
        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.no_padding()

    def embed(self, texts, limit):
        """Unit vectors: the mean over a text's tokens."""
        self.tokenizer.enable_truncation(limit)
        numbers = [encoded.ids for encoded in self.tokenizer.encode_batch(texts)]
        out = np.zeros((len(texts), 384), np.float32)
        order = np.argsort([len(ids) for ids in numbers])
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            length = max(len(numbers[row]) for row in rows)
            ids, mask = np.zeros((len(rows), length), np.int64), np.zeros((len(rows), length), np.int64)
            for place, row in enumerate(rows):
                ids[place, : len(numbers[row])] = numbers[row]
                mask[place, : len(numbers[row])] = 1
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            states = self.session.run(None, inputs)[0]
            out[rows] = (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        return out / np.linalg.norm(out, axis=1, keepdims=True)


def initial_rows(teacher, directory, dimension):
    vocabulary = json.loads((directory / "tokenizer.json").read_text())["model"]["vocab"]
    texts = [token.removeprefix("##") for token, _ in sorted(vocabulary.items(), key=lambda entry: entry[1])]
    vectors = teacher.embed(texts, 12)
    vectors -= vectors.mean(0)
    _, _, components = np.linalg.svd(vectors[::2], full_matrices=False)
    reduced = vectors @ components[:dimension].T
    np.save(directory / "initial.npy", reduced / np.linalg.norm(reduced, axis=1).mean())


def text_vectors(teacher, directory, minutes):
    end = time.time() + minutes * 60
    numbers, queries, codes = [], [], []
    with gzip.open(directory / "sample.jsonl.gz", "rt") as lines:
        group = []
        for line in lines:
            group.append(json.loads(line))
            if len(group) == 512:
                numbers += [number for number, _, _ in group]
                queries.append(teacher.embed([query for _, query, _ in group], 48))
                codes.append(teacher.embed([code for _, _, code in group], 96))
                group = []
                if time.time() > end:
                    break
    print(f"{len(numbers)} texts and their code in {minutes} minutes")
    packed = {name: np.concatenate(vectors).astype(np.float16) for name, vectors in (("query", queries), ("code", codes))}
    np.savez(directory / "teacher.npz", numbers=np.array(numbers), **packed)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("what", choices=["tokens", "texts"])
    arguments.add_argument("model", type=pathlib.Path)
    arguments.add_argument("directory", type=pathlib.Path)
    arguments.add_argument("--dimension", type=int, default=256)
    arguments.add_argument("--minutes", type=float, default=20)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    teacher = Teacher(options.model, options.threads)
    if options.what == "tokens":
        initial_rows(teacher, options.directory, options.dimension)
    else:
        text_vectors(teacher, options.directory, options.minutes)


if __name__ == "__main__":
    main()
