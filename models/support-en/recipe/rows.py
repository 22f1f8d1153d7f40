"""Reads the training rows, splits off what is never trained on, and balances the rest.

The public sets are crowd-written or templated and swamp the rows written for this project, so they are
capped per (source, label) and, for the two labels that would drown the others, as a whole.
"""

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from pathlib import Path

WRITTEN = Path(__file__).resolve().parent / "written"
# 979 messages by a writer of their own, for measuring only: nothing of them is trained, chosen or calibrated on.
HELD_OUT = Path(__file__).resolve().parent / "held-out" / "moods.jsonl.gz"
SENTIMENTS = ["negative", "neutral", "positive"]
NOT_SUPPORT = {
    "greeting", "thanks", "goodbye", "affirm", "deny", "provide_info", "help_general", "chitchat", "out_of_scope",
}
# Under share-alike licences that say nothing of what is made by computing on them: they stay out, so that the licence
# of the weights never has to be argued about. (CDLA-Sharing, the licence of bitext, sets no terms for such results.)
SHARE_ALIKE = {"sgd_service", "nlu_eval_corpora"}
# These two are what a company's own intents are measured on, so the encoder must never have seen them.
MEASURED = {"banking77", "clinc150"}
LEFT_OUT = SHARE_ALIKE | MEASURED
# Sets with fine labels of their own: they teach the embedding what "the same request" means.
FINE = ("hwu64", "watson_samples", "rasa_demos", "dstc11_intent", "multidogo")
TOO_COARSE = {("multidogo", "provide_info"), ("multidogo", "out_of_scope")}
# Rows of each (source, label); multidogo, people chatting with people, is nearest to what the model will read.
PER_PAIR = {"multidogo": 120, "other": 40}
PER_LABEL = {"provide_info": 150, "out_of_scope": 400, "other": 200}


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


def written():
    """The rows written for this project, split by text: train 80 %, choose 10 %, test 10 %."""
    parts = {"train": [], "choose": [], "test": []}
    for path in sorted(WRITTEN.glob("*.jsonl.gz")):
        for row in read(path):
            at = order(row["text"])
            parts["test" if at < 0.1 else "choose" if at < 0.2 else "train"].append(row | {"source": "written"})
    return parts


def capped(rows, per_pair, per_label):
    """At most so many rows of each (source, label), by source, and of each label, by label."""
    pairs, labels, kept, seen = Counter(), Counter(), [], set()
    for row in sorted(rows, key=lambda r: order(r["text"])):
        pair, text = (row["source"], row["label"]), row["text"].strip().lower()
        limit = per_label.get(row["label"], per_label["other"])
        most = per_pair.get(row["source"], per_pair["other"])
        if text in seen or pairs[pair] >= most or labels[row["label"]] >= limit:
            continue
        seen.add(text)
        pairs[pair] += 1
        labels[row["label"]] += 1
        kept.append(row)
    return kept


def public(data, part, without=frozenset()):
    """Capped rows of the public intent sets that may be trained on; `without` names sources to leave out as well."""
    rows = read(data / "intents" / f"{part}.jsonl.gz")
    return capped([r for r in rows if r["source"] not in LEFT_OUT | set(without)], PER_PAIR, PER_LABEL)


def fine_groups(data, without=frozenset()):
    """{source: {fine label: texts}}, every label with at least three texts: what belongs together in each source."""
    groups = defaultdict(lambda: defaultdict(set))
    for row in read(data / "intents" / "train.jsonl.gz"):
        source = row["source"]
        if source in FINE and row["source_label"] and (source, row["label"]) not in TOO_COARSE:
            groups[source][row["source_label"]].add(row["text"])
    for row in read(data / "own-intents" / "nlupp.jsonl.gz"):
        label = row["label"] if isinstance(row["label"], str) else "+".join(sorted(row["label"] or []))
        if label:
            groups[f"nlupp_{row['domain']}"][label].add(row["text"])
    return {
        source: {label: sorted(texts) for label, texts in sorted(labels.items()) if len(texts) >= 3}
        for source, labels in sorted(groups.items())
        if source not in without
    }
