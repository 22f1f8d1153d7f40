"""Fits the weights of the search (src/knowledge/fusion.rs): `python search.py FILE...`.

The files are what `firstline search --judge FOLDER --evidence FILE` writes: for each labelled question what speaks for
its best passages, as it was asked, by its words alone and, where it leans on nothing, after another question. README.md has the
commands.

Two fits, each on the half of the questions whose hash is even, and then on all of them:

* the rank: a conditional logit over the passages of a question (McFadden 1974);
* the chance that a passage is right: a logistic regression on how near it is and how far ahead (Platt 1999), over the
  first five passages of each question, of those without an answer too.

What the second half says of the fit on the first is printed; the weights are those of the fit on all.
"""

import argparse
import json

import numpy as np
from scipy.optimize import minimize

MEANING = ["meaning", "asked", "coverage", "intent", "listed", "beginning", "context"]
WORDS = ["coverage", "words", "intent", "beginning", "context"]
CHANCE = ["nearness", "ahead", "ahead_of_articles", "context"]
FIRST = 5
AHEAD_MAX = 6.0
PULL = 0.005


def read(paths):
    """Questions, each with its passages as arrays."""
    questions = []
    for path in paths:
        for line in open(path, encoding="utf-8"):
            question = json.loads(line)
            if not question["passages"]:
                continue
            passages = question["passages"]
            names = list(passages[0]["evidence"])
            found = {n: np.array([p["evidence"][n] or 0.0 for p in passages]) for n in names}
            found["right"] = np.array([p["right"] for p in passages])
            articles = np.unique([p["article"] for p in passages], return_inverse=True)[1]
            questions.append({**question, **found, "articles": articles, "file": path})
    return questions


def columns(question, names):
    return np.stack([question[name] for name in names], axis=1)


def fit_rank(questions, names):
    """Weights that make the right passages the likeliest, pulled a little towards 0."""
    chosen = [(columns(q, names), q["right"]) for q in questions if q["right"].any()]
    scale = np.concatenate([x for x, _ in chosen]).std(axis=0) + 1e-9

    def loss(weights):
        value, slope = PULL * len(chosen) * weights @ weights, 2 * PULL * len(chosen) * weights
        for x, right in chosen:
            score = x / scale @ weights
            p = np.exp(score - score.max())
            p /= p.sum()
            of_right = np.where(right, p / p[right].sum(), 0.0)
            value -= np.log(p[right].sum() + 1e-12)
            slope -= (of_right - p) @ (x / scale)
        return value, slope

    return minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x / scale


def standings(questions, names, weights, nearness):
    """For the first passages of each question: what the chance is made of, whether it is right, and its place."""
    rows, rights, firsts, shares = [], [], [], []
    for q in questions:
        rank = columns(q, names) @ weights
        order = np.argsort(-rank, kind="stable")
        for place, at in enumerate(order[:FIRST]):
            others = order[order != at]
            elsewhere = order[q["articles"][order] != q["articles"][at]]
            ahead = rank[at] - rank[others[0]] if len(others) else np.inf
            of_articles = rank[at] - rank[elsewhere[0]] if len(elsewhere) else np.inf
            context = weights[names.index("context")] * q["context"][at]
            clipped = np.clip([ahead, of_articles], -AHEAD_MAX, AHEAD_MAX)
            rows.append([1.0, q[nearness][at], *clipped, min(context, AHEAD_MAX)])
            rights.append(q["right"][at])
            firsts.append(place == 0)
            # A question that is asked twice counts half each time.
            shares.append(0.5 if q["way"] != "words" else 1.0)
    return np.array(rows), np.array(rights, float), np.array(firsts), np.array(shares)


def fit_chance(x, right, shares):
    scale = x.std(axis=0)
    scale[0] = 1.0

    def loss(weights):
        score = x / scale @ weights
        p = 1 / (1 + np.exp(-score))
        likelihood = right * np.log(p + 1e-12) + (1 - right) * np.log(1 - p + 1e-12)
        pull = np.r_[0.0, weights[1:]] * 0.02
        return -(shares * likelihood).sum() + pull @ weights / 2, (x / scale).T @ (shares * (p - right)) + pull

    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x / scale


def mean_reciprocal_rank(questions, names, weights):
    values = []
    for q in questions:
        if q["answerable"]:
            rank = columns(q, names) @ weights
            best = [int((rank > rank[at]).sum()) for at in np.flatnonzero(q["right"])]
            values.append(1 / (1 + min(best)) if best else 0.0)
    return np.mean(values)


def calibration_error(p, right):
    bins = np.minimum((p * 10).astype(int), 9)
    return sum(abs(p[bins == b].sum() - right[bins == b].sum()) for b in range(10)) / len(p)


def one(questions, names, nearness):
    """Both fits of one way of searching, held out and on all."""
    chose = [q for q in questions if q["half"] == 0]
    other = [q for q in questions if q["half"] == 1]
    weights = fit_rank(chose, names)
    for file in sorted({q["file"] for q in other}):
        for way in sorted({q["way"] for q in other}):
            part = [q for q in other if q["file"] == file and q["way"] == way]
            if part:
                print(f"  other half, {file}, {way}: MRR {mean_reciprocal_rank(part, names, weights):.3f}")
    x, right, _, shares = standings(chose, names, weights, nearness)
    chance = fit_chance(x, right, shares)
    x, right, first, _ = standings(other, names, weights, nearness)
    p = 1 / (1 + np.exp(-x @ chance))
    print(f"  other half, first passages: calibration error {calibration_error(p[first], right[first]):.3f}")
    weights = fit_rank(questions, names)
    x, right, _, shares = standings(questions, names, weights, nearness)
    chance = fit_chance(x, right, shares)
    print("  rank:", ", ".join(f"{n} {w:.2f}" for n, w in zip(names, weights)))
    print("  chance:", ", ".join(f"{n} {w:.2f}" for n, w in zip(["bias", *CHANCE], chance)))


def main():
    """Prints the weights."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("files", nargs="+")
    questions = read(arguments.parse_args().files)
    print("with meaning")
    one([q for q in questions if q["way"] != "words"], MEANING, "meaning")
    print("by words alone")
    one([q for q in questions if q["way"] == "words"], WORDS, "coverage")


if __name__ == "__main__":
    main()
