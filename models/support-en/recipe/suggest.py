"""Fits the weights of the suggested replies (src/triage/suggest/score.rs): `python suggest.py FILE`.

FILE is what `firstline suggest --judge CHATS --evidence FILE` writes: for each message what speaks for each reply that
could be offered, and whether it is the one that was sent. Two fits, both on the half of the conversations that chooses:

* the rank: a conditional logit over the candidates of a message (McFadden 1974);
* the chance that a reply is the right one: a logistic regression on its rank alone (Platt 1999), over the first five of
  each message, which are those that an agent sees.

The weights that are printed are those of the rank times the slope of the chance, so that one sum is both. What the other
half says of them is printed, and nothing is fitted on that.
"""

import argparse
import json

import numpy as np
from scipy.optimize import minimize

NAMES = ["passage", "earlier", "meaning", "asked", "words", "intent", "chance"]
# None of these can speak against a reply; where a reply comes from can.
NOT_BELOW_0 = {"meaning", "asked", "words", "intent", "chance"}
PULL = 0.002
CHOOSING = 0
FIRST = 5


def read(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    return [row for row in rows if row["candidates"]]


def columns(row):
    return np.array([[one["evidence"][name] for name in NAMES] for one in row["candidates"]])


def right(row):
    return np.array([one["right"] for one in row["candidates"]], dtype=float)


def fit_rank(rows):
    chosen = [(columns(row), right(row)) for row in rows if right(row).any()]
    scale = np.concatenate([x for x, _ in chosen]).std(axis=0) + 1e-9

    def loss(weights):
        value = PULL * len(chosen) * ((weights * scale) ** 2).sum()
        slope = 2 * PULL * len(chosen) * weights * scale**2
        for x, y in chosen:
            odds = np.exp(x @ weights - (x @ weights).max())
            value -= np.log((odds * y).sum() / odds.sum())
            slope += x.T @ (odds / odds.sum() - odds * y / (odds * y).sum())
        return value, slope

    bounds = [(0, None) if name in NOT_BELOW_0 else (None, None) for name in NAMES]
    return minimize(loss, np.zeros(len(NAMES)), jac=True, bounds=bounds).x


def fit_chance(rows, weights):
    """Bias and slope of the log-odds."""
    ranks, sent = [], []
    for row in rows:
        rank = columns(row) @ weights
        first = np.argsort(-rank, kind="stable")[:FIRST]
        ranks.append(rank[first])
        sent.append(right(row)[first])
    ranks, sent = np.concatenate(ranks), np.concatenate(sent)

    def loss(line):
        odds = line[0] + line[1] * ranks
        off = 1 / (1 + np.exp(-odds)) - sent
        return np.logaddexp(0.0, odds).sum() - sent @ odds, np.array([off.sum(), off @ ranks])

    return minimize(loss, np.zeros(2), jac=True).x


def recall(rows, weights, depth):
    found = 0
    for row in rows:
        order = np.argsort(-(columns(row) @ weights), kind="stable")
        found += right(row)[order[:depth]].any()
    return found / max(len(rows), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    rows = read(parser.parse_args().file)
    choosing = [row for row in rows if row["half"] == CHOOSING]
    other = [row for row in rows if row["half"] != CHOOSING]
    weights = fit_rank(choosing)
    bias, slope = fit_chance(choosing, weights)
    print(f"BIAS {bias:.2f} (slope {slope:.3f})")
    for name, weight in zip(NAMES, weights * slope):
        print(f"{name} {weight:.2f}")
    for title, half in [("choosing", choosing), ("other", other)]:
        ceiling = np.mean([right(row).any() for row in half])
        figures = " ".join(f"@{depth} {recall(half, weights, depth):.3f}" for depth in (1, 3, 5))
        print(f"{title}: {len(half)} messages, recall {figures}, in the pool {ceiling:.3f}")


if __name__ == "__main__":
    main()
