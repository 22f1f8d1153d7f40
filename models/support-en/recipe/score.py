"""Measures the shipped files: `python score.py [--data DIR]`. Neither `real_*` nor `written_test_*` was trained or
chosen on; the `public_*` rows were not trained on, but looked at while choosing.

`real_*` are turns of human customers with human agents. "Support" rows are those whose gold label is none of
greeting, thanks, goodbye, affirm, deny, provide_info, help_general, chitchat, out_of_scope; a row is right when
the most likely of all intents is its gold label, and each "answered at 5 % error" is the share of rows, most
confident first, that can be answered with at most 5 % of the answers wrong.
"""

import argparse
import json
import time
import tomllib
from pathlib import Path

import numpy as np

import heads
import rows
from model import Model, run_all

HERE = Path(__file__).resolve().parent
SAMPLES = [
    "where's my stuff", "has my money gone through", "cant get into my account forgot the pw", "when am i booked in",
    "how much juice does the ebike battery hold", "I want to talk to someone", "can you help me choose a mortgage",
    "wo ist mein Paket", "this is the third time I am asking, you people are useless", "hello", "ok thanks",
    "what's the weather", "my parcel arrived broken, can I get a replacement?",
]


def intent_scores(logits, gold, names, temperature, prefix):
    """Accuracy, coverage and calibration over all rows and over the support rows."""
    chance = np.exp(heads.log_softmax(logits / temperature))
    guess, confidence = chance.argmax(1), chance.max(1)
    right = guess == np.array([names.index(g) for g in gold])
    support = np.array([g not in rows.NOT_SUPPORT for g in gold])
    found = {}
    for part, keep in (("", np.ones(len(gold), bool)), ("_support", support)):
        found[f"{prefix}{part}_rows"] = int(keep.sum())
        found[f"{prefix}{part}_accuracy"] = right[keep].mean()
        found[f"{prefix}{part}_answered_at_5_error"] = heads.answered_at(confidence[keep], right[keep], 0.05)
        found[f"{prefix}{part}_ece"] = heads.expected_calibration_error(confidence[keep], right[keep])
    return found


def latency(model):
    """Median milliseconds for exactly 8, 16 and 32 tokens, tokenizing included, one thread."""
    words = "hello i ordered a red coat last week and it still has not come can you please tell me where it is now " * 2
    found = {}
    for tokens in (8, 16, 32):
        text = " ".join(words.split()[: tokens - 2])
        if len(model.tokenizer.encode(text).ids) != tokens:
            raise SystemExit(f"the latency text is not {tokens} tokens long")
        times = []
        for _ in range(400):
            start = time.perf_counter()
            model.run(text)
            times.append(time.perf_counter() - start)
        found[f"latency_ms_{tokens}_tokens"] = float(np.median(times[50:])) * 1000
    return found


def measure(folder, data, intent_t, threads):
    """All scores of the files in `folder`."""
    names = json.loads((folder / "labels.json").read_text(encoding="utf-8"))["intents"]
    onnx, tokenizer = str(folder / "model.onnx"), folder / "tokenizer.json"
    found = {}
    turns = rows.read(data / "real" / "chat_turns_dev.jsonl.gz")
    out = run_all(onnx, tokenizer, [r["text"] for r in turns], threads)
    found |= intent_scores(out["intent_logits"], [r["label"] for r in turns], names, intent_t, "real_turns")
    test = rows.written(data)["test"]
    out = run_all(onnx, tokenizer, [r["text"] for r in test], threads)
    gold = np.array([r["label"] for r in test])
    found |= intent_scores(out["intent_logits"], gold, names, intent_t, "written_test")
    scope = names.index("out_of_scope")
    outside = gold == "out_of_scope"
    found["written_test_out_of_scope_recall"] = (out["intent_logits"][outside].argmax(1) == scope).mean()
    moods = np.array([r["sentiment"] for r in test])
    negative = heads.log_softmax(out["sentiment_logits"])[:, 0]
    found["written_test_negative_auroc"] = heads.auroc(negative, moods == "negative")
    guess = out["sentiment_logits"].argmax(1)
    found["written_test_sentiment_accuracy"] = (guess == [rows.SENTIMENTS.index(m) for m in moods]).mean()
    public = rows.capped(rows.read(data / "intents" / "dev.jsonl.gz"), 60, {"other": 200})
    out = run_all(onnx, tokenizer, [r["text"] for r in public], threads)
    gold = np.array([r["label"] for r in public])
    guess = np.array(names)[out["intent_logits"].argmax(1)]
    unseen = np.array([r["source"] in rows.LEFT_OUT and r["label"] not in rows.NOT_SUPPORT for r in public])
    found["public_dev_out_of_scope_recall"] = (guess == gold)[gold == "out_of_scope"].mean()
    found["public_unseen_sources_support_accuracy"] = (guess == gold)[unseen].mean()
    chats = rows.read(data / "real" / "chat_sentiment_dev.jsonl.gz")
    out = run_all(onnx, tokenizer, [r["text"] for r in chats], threads)
    moods = np.array([r["label"] for r in chats])
    negative = heads.log_softmax(out["sentiment_logits"])[:, 0]
    found["real_sentiment_negative_auroc"] = heads.auroc(negative, moods == "negative")
    guess = out["sentiment_logits"].argmax(1)
    found["real_sentiment_negative_recall"] = (guess == 0)[moods == "negative"].mean()
    found["real_sentiment_accuracy"] = (guess == [rows.SENTIMENTS.index(m) for m in moods]).mean()
    found |= latency(Model(onnx, tokenizer))
    found["model_megabytes"] = (folder / "model.onnx").stat().st_size / 1e6
    return {name: value if isinstance(value, int) else round(float(value), 4) for name, value in found.items()}


def show_samples(folder, intent_t, mood_t):
    """Prints what the model makes of a few messages, for a person to look at."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    model = Model(str(folder / "model.onnx"), folder / "tokenizer.json")
    for text in SAMPLES:
        out = model.run(text)
        intent = np.exp(heads.log_softmax(out["intent_logits"][None] / intent_t))[0]
        mood = np.exp(heads.log_softmax(out["sentiment_logits"][None] / mood_t))[0]
        best = ", ".join(f"{labels['intents'][i]} {intent[i]:.2f}" for i in np.argsort(-intent)[:3])
        print(f"{text!r}: {best}; {labels['sentiments'][mood.argmax()]} (negative {mood[0]:.2f})")


def main():
    """Scores the model beside this recipe and prints the table and the samples."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    arguments.add_argument("--model", type=Path, default=HERE.parent)
    arguments.add_argument("--threads", type=int, default=1)
    given = arguments.parse_args()
    scale = tomllib.loads((given.model / "card.toml").read_text(encoding="utf-8"))["calibration"]
    if given.data.is_dir():
        for name, value in measure(given.model, given.data, scale["intent_temperature"], given.threads).items():
            print(f"{name} = {value}")
    else:
        print(f"no data at {given.data}: scores skipped, samples only")
    show_samples(given.model, scale["intent_temperature"], scale["sentiment_temperature"])


if __name__ == "__main__":
    main()
