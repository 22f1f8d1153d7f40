"""Fits the weights of the suggested replies (src/triage/suggest/score.rs): `python suggest.py FILE`.

FILE is what `firstline suggest --judge CHATS --evidence FILE` writes: for each message what speaks for each reply that
could be offered, and whether it is the one that was sent. One logistic regression over all candidates, on the half of the
conversations that chooses; what the other half says of it is printed, and nothing is fitted on that.
"""

import argparse
import json

import numpy as np
from scipy.optimize import minimize

NAMES = ["passage", "earlier", "meaning", "asked", "words", "asked_words", "intent", "chance"]
# None of these can speak against a reply; where a reply comes from can.
NOT_BELOW_0 = {"meaning", "asked", "words", "asked_words", "intent", "chance"}
PULL = 0.002
CHOOSING = 0


def read(path):
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    return [row for row in rows if row["candidates"]]


def columns(row):
    return np.array([[one["evidence"][name] for name in NAMES] for one in row["candidates"]])


def right(row):
    return np.array([one["right"] for one in row["candidates"]], dtype=float)


def fit(rows):
    x = np.concatenate([columns(row) for row in rows])
    y = np.concatenate([right(row) for row in rows])
    x = np.hstack([x, np.ones((len(x), 1))])

    def loss(weights):
        odds = x @ weights
        value = np.logaddexp(0.0, odds).sum() - y @ odds + PULL * len(rows) * (weights[:-1] ** 2).sum()
        slope = x.T @ (1 / (1 + np.exp(-odds)) - y)
        slope[:-1] += 2 * PULL * len(rows) * weights[:-1]
        return value, slope

    bounds = [(0, None) if name in NOT_BELOW_0 else (None, None) for name in NAMES] + [(None, None)]
    return minimize(loss, np.zeros(x.shape[1]), jac=True, bounds=bounds).x


def recall(rows, weights, depth):
    found = 0
    for row in rows:
        order = np.argsort(-(columns(row) @ weights[:-1]), kind="stable")
        found += right(row)[order[:depth]].any()
    return found / max(len(rows), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    rows = read(parser.parse_args().file)
    choosing = [row for row in rows if row["half"] == CHOOSING]
    other = [row for row in rows if row["half"] != CHOOSING]
    weights = fit(choosing)
    print(f"BIAS {weights[-1]:.2f}")
    for name, weight in zip(NAMES, weights):
        print(f"{name} {weight:.2f}")
    for title, half in [("choosing", choosing), ("other", other)]:
        ceiling = np.mean([right(row).any() for row in half])
        figures = " ".join(f"@{depth} {recall(half, weights, depth):.3f}" for depth in (1, 3, 5))
        print(f"{title}: {len(half)} messages, recall {figures}, in the pool {ceiling:.3f}")


if __name__ == "__main__":
    main()
