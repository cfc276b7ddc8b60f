#!/usr/bin/env python3
"""Writes tiny-model/: an ONNX text-embedding model of a few hundred bytes for the loader's tests.

Each of the words below has a vector of 4 components; the network looks them up, pooling does the rest.
Needs: pip install numpy onnx
"""
import json
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

DIRECTORY = pathlib.Path(__file__).parent / "tiny-model"
VECTORS = {
    "[PAD]": [9, 9, 9, 9],
    "[UNK]": [0, 0, 0, 1],
    "file": [1, 0, 0, 0],
    "read": [3, 4, 0, 0],
    "open": [0, 1, 0, 0],
    "socket": [0, 0, 1, 0],
    "query": [0, 0, 5, 0],
    "broken": [float("nan"), 0, 0, 0],
}


def network():
    tokens = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in ("input_ids", "attention_mask")]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", 4])
    table = numpy_helper.from_array(np.array(list(VECTORS.values()), np.float32), "table")
    lookup = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    model = helper.make_model(helper.make_graph([lookup], "tiny", tokens, [output], [table]), opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    checker.check_model(model)
    return model


def tokenizer():
    vocabulary = {word: number for number, word in enumerate(VECTORS)}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }


def main():
    DIRECTORY.mkdir(exist_ok=True)
    save(network(), DIRECTORY / "model.onnx")
    (DIRECTORY / "tokenizer.json").write_text(json.dumps(tokenizer(), indent=1) + "\n")
    config = {"model_max_length": 16, "pad_token": "[PAD]"}
    (DIRECTORY / "tokenizer_config.json").write_text(json.dumps(config) + "\n")


if __name__ == "__main__":
    main()
