#!/usr/bin/env python3
"""Trains the token table.

usage: train.py DIR --minutes N [--out DIR/table.safetensors]

DIR is what prepare.py and teacher.py made. The vector of a text is the sum over its distinct tokens of
row * weight * count^POWER, scaled to length 1. Two losses: a symmetric contrastive one over batches of one language,
in which pairs of one package stand together as hard negatives, and, on the texts that the teacher has read, the
divergence of the student's similarities from the teacher's. Runs on an accelerator where PyTorch finds one.
Writes int8 rows with a scale each. Needs: pip install numpy torch safetensors
"""
import argparse
import pathlib
import time

import numpy as np
import torch
from safetensors.numpy import save_file
from torch.nn.functional import cross_entropy, embedding_bag, kl_div, log_softmax, normalize, softmax

BATCH, TOGETHER = 1_024, 16  # pairs in a batch; pairs of one package that stand together
TEMPERATURE = 0.05
TEACHER_BATCH, TEACHER_TEMPERATURE = 512, 0.02
RATES = (2e-3, 1e-2)  # of the rows, of the weights
DROPPED = {"query": 0.1, "code": 0.2}  # share of tokens that a step does not see
RARE = 3e-4  # smoothing of the first weights: RARE / (RARE + frequency)


class Texts:
    """Ragged token lists on the device."""

    def __init__(self, arrays, side, device):
        self.tokens = torch.from_numpy(arrays[f"{side}_tokens"].astype(np.int32)).to(device)
        self.counts = torch.from_numpy(arrays[f"{side}_counts"].astype(np.float32)).to(device)
        self.ends = torch.from_numpy(arrays[f"{side}_ends"]).to(device)
        self.side = side

    def take(self, rows):
        """Tokens, counts and offsets of some texts."""
        starts, lengths = self.ends[rows], self.ends[rows + 1] - self.ends[rows]
        offsets = lengths.cumsum(0) - lengths
        places = torch.arange(int(lengths.sum()), device=rows.device) - torch.repeat_interleave(offsets - starts, lengths)
        return self.tokens[places], self.counts[places], offsets


class Table(torch.nn.Module):
    def __init__(self, rows, frequency, power):
        super().__init__()
        self.rows = torch.nn.Parameter(rows)
        first = (RARE / (RARE + frequency)).clamp_min(1e-3).log()
        self.weights = torch.nn.Parameter(first.clone())
        self.power = power

    def forward(self, texts, rows):
        tokens, counts, offsets = texts.take(rows)
        weights = self.weights[tokens].exp() * counts**self.power
        if self.training:
            weights = weights * (torch.rand_like(weights) >= DROPPED[texts.side])
        return normalize(embedding_bag(tokens, self.rows, offsets.to(tokens.dtype), mode="sum", per_sample_weights=weights), dim=1)


def batches(language, package, chance):
    """Positions of an epoch's batches, each of one language, packages kept together in small groups."""
    out = []
    for number in np.unique(language):
        positions = np.flatnonzero(language == number)
        positions = positions[np.lexsort((chance.random(len(positions)), package[positions]))]
        groups = np.split(positions, np.arange(TOGETHER, len(positions), TOGETHER))
        order = np.concatenate([groups[group] for group in chance.permutation(len(groups))])
        out += [order[start : start + BATCH] for start in range(0, max(len(order) - BATCH // 4, 1), BATCH)]
    return [out[place] for place in chance.permutation(len(out))]


def contrast(a, b):
    scores = a @ b.T / TEMPERATURE
    right = torch.arange(len(a), device=a.device)
    return (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2


def divergence(student, teacher):
    """How far the student's ranking of the others is from the teacher's."""
    return kl_div(log_softmax(student / TEMPERATURE, 1), softmax(teacher / TEACHER_TEMPERATURE, 1), reduction="batchmean")


class Lessons:
    """The teacher's vectors, in random batches."""

    def __init__(self, file, device):
        arrays = np.load(file)
        self.numbers = torch.from_numpy(arrays["numbers"]).to(device)
        self.query, self.code = (torch.from_numpy(arrays[side].astype(np.float32)).to(device) for side in ("query", "code"))

    def loss(self, table, queries, codes):
        picked = torch.randint(len(self.numbers), (TEACHER_BATCH,), device=self.numbers.device)
        rows = self.numbers[picked]
        student = torch.cat([table(queries, rows), table(codes, rows)])
        teacher = torch.cat([self.query[picked], self.code[picked]])
        return divergence(student @ student.T, teacher @ teacher.T)


def quantised(table):
    rows = table.rows.detach().cpu().numpy() * table.weights.detach().exp().cpu().numpy()[:, None]
    scale = np.maximum(np.abs(rows).max(1), 1e-9) / 127
    return {"embedding": np.round(rows / scale[:, None]).astype(np.int8), "scale": scale.astype(np.float32)}


def train(table, texts, lessons, arrays, minutes, share):
    optimizer = torch.optim.Adam([{"params": [table.rows]}, {"params": [table.weights]}])
    chance, start, steps, epoch = np.random.default_rng(0), time.time(), 0, 0
    device = table.rows.device
    while True:
        for batch in batches(arrays["language"], arrays["package"], chance):
            done = (time.time() - start) / (minutes * 60)
            if done >= 1:
                print(f"{steps} steps, {epoch} whole epochs", flush=True)
                return
            for group, rate in zip(optimizer.param_groups, RATES):
                group["lr"] = rate * max(0.02, 1 - done) * min(1, (steps + 1) / 100)
            rows = torch.from_numpy(batch).to(device)
            loss = contrast(*(table(side, rows) for side in texts))
            if lessons and steps % 2 == 0:
                loss = loss + share * lessons.loss(table, *texts)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps += 1
            if steps % 200 == 0:
                print(f"step {steps}, epoch {epoch}, loss {loss.item():.3f}, {time.time() - start:.0f} s", flush=True)
        epoch += 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("directory", type=pathlib.Path)
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--out", type=pathlib.Path)
    arguments.add_argument("--power", type=float, default=0.5, help="of a token's count within a text")
    arguments.add_argument("--teacher", type=float, default=0.5, help="share of the teacher's loss; 0 is none")
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    arrays = dict(np.load(options.directory / "packed.npz"))
    texts = [Texts(arrays, side, device) for side in ("query", "code")]
    rows = torch.from_numpy(np.load(options.directory / "initial.npy").astype(np.float32)).to(device)
    frequency = sum(torch.bincount(text.tokens, text.counts, minlength=len(rows)) for text in texts)
    table = Table(rows, frequency / frequency.sum(), options.power).to(device)
    file = options.directory / "teacher.npz"
    lessons = Lessons(file, device) if options.teacher and file.exists() else None
    train(table, texts, lessons, arrays, options.minutes, options.teacher)
    save_file(quantised(table), options.out or options.directory / "table.safetensors")


if __name__ == "__main__":
    main()
