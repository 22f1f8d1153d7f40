"""From the trained network's numbers to confidence that means what it says, and how good all of it is."""

import numpy as np
from scipy.optimize import minimize, minimize_scalar

EVIDENCE = ("bias", "log_odds", "similarity", "gap")
NEARLY = 1e-6


def log_softmax(scores):
    """Numerically safe log of the softmax over the last axis."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def temperature(scores, labels, weights):
    """The number that the logits are divided by for the least weighted negative log-likelihood (Guo et al. 2017)."""
    rows = np.arange(len(labels))

    def loss(log_t):
        return -(log_softmax(scores / np.exp(log_t))[rows, labels] * weights).sum() / weights.sum()

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def prototypes(vectors, labels, intents, each, rounds=12):
    """`each` unit vectors for every intent, [intents * each, width]: the centres of its training examples.

    Spherical k-means with a fixed start, the examples farthest from what is chosen already; an intent with
    fewer examples repeats them.
    """
    found = []
    for intent in range(intents):
        own = vectors[labels == intent]
        chosen = [own.mean(0)]
        while len(chosen) < each + 1:
            chosen.append(own[np.argmin((own @ np.array(chosen).T).max(1))])
        centres = np.array(chosen[1:])
        for _ in range(rounds):
            nearest = (own @ centres.T).argmax(1)
            sums = np.array([own[nearest == c].sum(0) if (nearest == c).any() else centres[c] for c in range(each)])
            centres = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        found.append(centres)
    return np.concatenate(found).astype(np.float32)


def log_odds(p):
    """ln(p / (1 - p)), kept finite."""
    p = np.clip(p, NEARLY, 1 - NEARLY)
    return np.log(p / (1 - p))


def intent_evidence(chance, similarity, intent):
    """[1, log odds, similarity, gap] for one intent of each row against all others, as the engine computes it."""
    rows, others = np.arange(len(chance)), similarity.copy()
    others[rows, intent] = -np.inf
    near = similarity[rows, intent]
    return np.stack([np.ones(len(chance)), log_odds(chance[rows, intent]), near, near - others.max(1)], axis=1)


def scope_evidence(chance, similarity, outside):
    """The same for all intents together against `outside`, the one that says that a message is none of them."""
    near = np.delete(similarity, outside, axis=1).max(1)
    gap = near - similarity[:, outside]
    return np.stack([np.ones(len(chance)), -log_odds(chance[:, outside]), near, gap], axis=1)


def chances(logits, intent_temperature):
    """The tempered softmax."""
    return np.exp(log_softmax(logits / intent_temperature))


def best_inside(chance, outside):
    """The most probable intent of each row but for `outside`."""
    inside = chance.copy()
    inside[:, outside] = -1
    return inside.argmax(1)


def fit_logistic(features, right, weights, penalty=1e-3):
    """Logistic regression on the evidence (Platt 1999): {name: weight}, as the card holds it."""
    x = features / (scale := np.maximum(np.abs(features).std(axis=0), 1e-3))

    def loss(w):
        z = x @ w
        value = np.logaddexp(0, z) - right * z
        slope = x.T @ ((1 / (1 + np.exp(-z)) - right) * weights) / weights.sum()
        return (value * weights).sum() / weights.sum() + penalty * (w[1:] ** 2).sum(), slope + np.r_[0, 2 * penalty * w[1:]]

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x / scale
    return dict(zip(EVIDENCE, map(float, found)))


def logistic(features, weights):
    """The probability that the weights give to the evidence, 0 to 1."""
    return 1 / (1 + np.exp(-features @ np.array([weights[name] for name in EVIDENCE])))


def fit_confidence(chance, similarity, gold, outside, weights):
    """The card's two tables of weights: of the best intent being right, and of the message being in scope."""
    best = best_inside(chance, outside)
    return {
        "confidence": fit_logistic(intent_evidence(chance, similarity, best), best == gold, weights),
        "scope": fit_logistic(scope_evidence(chance, similarity, outside), gold != outside, weights),
    }


def judge(chance, similarity, outside, calibration):
    """(top intent, its confidence, how likely the message is in scope) of each row, as the engine has them."""
    inside = logistic(scope_evidence(chance, similarity, outside), calibration["scope"])
    best = best_inside(chance, outside)
    right = np.minimum(logistic(intent_evidence(chance, similarity, best), calibration["confidence"]), inside)
    return np.where(1 - inside > right, outside, best), np.maximum(right, 1 - inside), inside


def expected_calibration_error(confidence, right, bins=15):
    """Mean gap between confidence and accuracy over equal-width bins."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[which == b].mean() - right[which == b].mean()) * (which == b).mean() for b in set(which)]
    return float(sum(gaps))


def auroc(score, positive):
    """Chance that a positive row scores above a negative one; ties count half."""
    ranks = np.empty(len(score))
    values, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = positive.sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(score) - n)))


def recall_at_precision(score, positive, precision=0.9):
    """Largest share of the positive rows found, highest score first, with at least this precision."""
    found = np.cumsum(positive[np.argsort(-score, kind="stable")])
    within = np.flatnonzero(found / np.arange(1, len(score) + 1) >= precision)
    return float(found[within[-1]] / positive.sum()) if len(within) else 0.0


def found_outside(in_scope, outside, kept=0.95):
    """Share of the rows marked in `outside` below the bar that `kept` of the others reach; as `firstline eval` has it."""
    others = np.sort(in_scope[~outside])[::-1]
    bar = others[int(np.ceil(kept * len(others))) - 1]
    return float((in_scope[outside] < bar).mean())


def answered_rightly(confidence, right, answered, error):
    """Largest share of all rows answered rightly at one threshold at which at most `error` of the answers are wrong.

    Only rows marked in `answered` can be; the same as `firstline eval` prints.
    """
    ordered = right[answered][np.argsort(-confidence[answered], kind="stable")]
    within = np.flatnonzero(np.cumsum(~ordered) / np.arange(1, len(ordered) + 1) <= error)
    return float(ordered[: within[-1] + 1].sum() / len(right)) if len(within) else 0.0
