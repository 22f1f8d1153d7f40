"""Reads the training rows, splits off what is never trained on, and balances the rest.

The public sets are crowd-written or templated and swamp the rows written for this project, so they are
capped per (source, label) and, for the two labels that would drown the others, as a whole.
"""

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

SENTIMENTS = ["negative", "neutral", "positive"]
NOT_SUPPORT = {
    "greeting", "thanks", "goodbye", "affirm", "deny", "provide_info", "help_general", "chitchat", "out_of_scope",
}
WRITTEN = ("orders", "payments", "accounts", "moods", "scope")
# Share-alike sources stay out, so that the licence of the weights never has to be argued about.
LEFT_OUT = {"sgd_service", "nlu_eval_corpora", "bitext_intent", "bitext_responses"}


def read(path):
    """All rows of one gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def order(text):
    """A number in [0, 1) that depends on the text alone, so a split survives reordered or added rows."""
    return int.from_bytes(hashlib.sha256(text.strip().lower().encode()).digest()[:6], "big") / 2**48


def intents(data):
    """Intent names in the order of the taxonomy: the order of the model's output."""
    return list(json.loads((data / "taxonomy.json").read_text(encoding="utf-8"))["intents"])


def written(data):
    """The rows written for this project, split by text: train 80 %, choose 10 %, test 10 %."""
    parts = {"train": [], "choose": [], "test": []}
    for name in WRITTEN:
        for row in read(data / "written" / f"{name}.jsonl.gz"):
            at = order(row["text"])
            parts["test" if at < 0.1 else "choose" if at < 0.2 else "train"].append(row | {"source": "written"})
    return parts


def capped(rows, per_pair, per_label):
    """At most `per_pair` rows of each (source, label), and of each label what `per_label` says for it."""
    pairs, labels, kept, seen = Counter(), Counter(), [], set()
    for row in sorted(rows, key=lambda r: order(r["text"])):
        pair, text = (row["source"], row["label"]), row["text"].strip().lower()
        limit = per_label.get(row["label"], per_label["other"])
        if text in seen or pairs[pair] >= per_pair or labels[row["label"]] >= limit:
            continue
        seen.add(text)
        pairs[pair] += 1
        labels[row["label"]] += 1
        kept.append(row)
    return kept


def public(data, part, per_pair, per_label):
    """Capped rows of the public intent sets that may be trained on."""
    rows = [r for r in read(data / "intents" / f"{part}.jsonl.gz") if r["source"] not in LEFT_OUT]
    return capped(rows, per_pair, per_label)
