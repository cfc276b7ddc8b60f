#!/usr/bin/env python3
"""Turns a trained token table into the file that contexd compiles in.

usage: convert.py TABLE.safetensors TOKENIZER.json [--name NAME] [--max-tokens N] [--out DIR]

TABLE.safetensors holds `embedding` (int8, tokens x dimension) and `scale` (float32, one a token); TOKENIZER.json is
a WordPiece vocabulary whose tokens 0 and 1 are padding and unknown. Writes DIR/model.bin, whose layout is described
in indexer/src/embed/static_file.rs, and DIR/manifest.json. Needs: pip install numpy safetensors blake3
"""
import argparse
import json
import pathlib
import struct

import blake3
import numpy as np
from safetensors.numpy import load_file

HEADER, ALIGNMENT, RESERVED_TOKENS = 128, 64, 2
LONGEST_WORD = 40  # bytes of a word that the training read
FNV_START, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


def folded_hash(text):
    """FNV-1a of 64 bits, both halves folded into one."""
    value = FNV_START
    for byte in text:
        value = (value ^ byte) * FNV_PRIME % 2**64
    return (value ^ (value >> 32)) % 2**32


def hash_table(texts):
    """Open addressing with linear probing: token number in the lower half of a slot, tag in the upper."""
    count = 2 ** (len(texts) - 1).bit_length() * 2
    slots = np.zeros(count, "<u4")
    for token, text in enumerate(texts):
        if token < RESERVED_TOKENS:
            continue
        folded = folded_hash(text)
        slot = folded % count
        while slots[slot]:
            slot = (slot + 1) % count
        slots[slot] = (folded >> 16) << 16 | token
    return slots


def token_texts(tokenizer):
    vocabulary = json.loads(tokenizer.read_text())["model"]["vocab"]
    texts = [text.encode() for text, _ in sorted(vocabulary.items(), key=lambda entry: entry[1])]
    assert sorted(vocabulary.values()) == list(range(len(texts))), "token numbers have gaps"
    return texts


def relative_weights(scale):
    """Only the direction of a sum counts, so the scales may share any factor: the largest becomes 32,767."""
    return np.round(scale / scale.max() * 32767).astype("<u2")


def header(texts, dimension, max_tokens, slots, text_bytes, digest, name):
    sizes = (1, len(texts), dimension, max_tokens, max(map(len, texts)), LONGEST_WORD, slots, text_bytes)
    fields = b"CTXDSTAT" + struct.pack("<8I", *sizes)
    return fields.ljust(64, b"\0") + digest + name.encode().ljust(32, b"\0")


def model_bytes(table, texts, max_tokens, name):
    rows, scale = table["embedding"], table["scale"]
    assert len(rows) == len(scale) == len(texts) <= 2**16 and rows.shape[1] % 64 == 0
    assert rows.dtype == np.int8 and rows.min() >= -127
    slots = hash_table(texts)
    offsets = np.cumsum([0] + [len(text) for text in texts]).astype("<u4")
    sections = [rows.tobytes(), relative_weights(scale).tobytes(), slots.tobytes(), offsets.tobytes(), b"".join(texts)]
    padded = [section + b"\0" * (-len(section) % ALIGNMENT) for section in sections]
    payload = b"".join(padded[:-1]) + sections[-1]
    digest = blake3.blake3(payload).digest()
    return header(texts, rows.shape[1], max_tokens, len(slots), len(sections[-1]), digest, name) + payload


def checksums(path):
    content = path.read_bytes()
    return {"bytes": len(content), "blake3": blake3.blake3(content).hexdigest()}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("table", type=pathlib.Path)
    arguments.add_argument("tokenizer", type=pathlib.Path)
    arguments.add_argument("--name", default="contexd-static-1")
    arguments.add_argument("--max-tokens", type=int, default=512)
    arguments.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    options = arguments.parse_args()
    texts = token_texts(options.tokenizer)
    model = model_bytes(load_file(options.table), texts, options.max_tokens, options.name)
    (options.out / "model.bin").write_bytes(model)
    manifest = {
        "name": options.name,
        "format_version": 1,
        "tokens": len(texts),
        "dimension": struct.unpack_from("<I", model, 16)[0],
        "max_tokens": options.max_tokens,
        "model.bin": checksums(options.out / "model.bin"),
        "made_from": {"table": checksums(options.table), "tokenizer": checksums(options.tokenizer)},
    }
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
