"""Measures the shipped files: `python score.py [--data DIR]`. None of the rows measured on was trained or chosen on.

`real_*` are turns of human customers with human agents, `unseen_*` public sources left out of the training.
"Support" rows are those whose gold label is none of greeting, thanks, goodbye, affirm, deny, provide_info,
help_general, chitchat, out_of_scope; a row is right when the most likely of all intents is its gold label, and
"answered rightly at 5 % error" is the share of rows answered rightly when the most confident ones are answered, as
many as possible with at most 5 % of the answers wrong.
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
PER_STRANGER = {"other": 40}, {"out_of_scope": 300, "provide_info": 100, "other": 400}
UNSEEN = ("_support_accuracy", "_ece", "_out_of_scope_recall", "_out_of_scope_recall_at_95_kept")
SAMPLES = [
    "where's my stuff", "has my money gone through", "cant get into my account forgot the pw", "when am i booked in",
    "how much juice does the ebike battery hold", "I want to talk to someone", "can you help me choose a mortgage",
    "wo ist mein Paket", "this is the third time I am asking, you people are useless", "hello", "ok thanks",
    "what's the weather", "my parcel arrived broken, can I get a replacement?",
]


def unread_half(text):
    """Whether a real turn is in the half whose mistakes were never looked at when the conventions were mended."""
    return int(rows.order(text) * 1e6) % 2 == 1


def judged(out, names, calibration):
    """(top intent, its calibrated confidence, how likely the message is in scope) of each row, as the engine has them."""
    chance = heads.chances(out["intent_logits"], calibration["intent_temperature"])
    return heads.judge(chance, out["similarity"], names.index("out_of_scope"), calibration)


def intent_scores(out, gold, names, calibration, prefix):
    """Accuracy, what can be answered and calibration, over all rows and over the support rows."""
    guess, confidence, in_scope = judged(out, names, calibration)
    right = guess == np.array([names.index(g) for g in gold])
    answered = guess != names.index("out_of_scope")
    support = np.array([g not in rows.NOT_SUPPORT for g in gold])
    found = {}
    for part, keep in (("", np.ones(len(gold), bool)), ("_support", support)):
        if keep.any():
            found[f"{prefix}{part}_rows"] = int(keep.sum())
            found[f"{prefix}{part}_accuracy"] = right[keep].mean()
            found[f"{prefix}{part}_answered_rightly_at_5_error"] = heads.answered_rightly(
                confidence[keep], right[keep], answered[keep], 0.05
            )
            found[f"{prefix}{part}_ece"] = heads.expected_calibration_error(confidence[keep], right[keep])
    outside = np.array([g == "out_of_scope" for g in gold])
    if outside.any():
        found[f"{prefix}_out_of_scope_recall"] = right[outside].mean()
    if outside.any() and not outside.all():
        found[f"{prefix}_out_of_scope_recall_at_95_kept"] = heads.found_outside(in_scope, outside)
    return found


def mood_scores(out, moods, prefix):
    """How well unhappy customers are found."""
    negative, gold = heads.log_softmax(out["sentiment_logits"])[:, 0], np.array(moods) == "negative"
    guess = out["sentiment_logits"].argmax(1)
    return {
        f"{prefix}_negative_rows": int(gold.sum()),
        f"{prefix}_negative_auroc": heads.auroc(negative, gold),
        f"{prefix}_negative_recall_at_90_precision": heads.recall_at_precision(negative, gold),
        f"{prefix}_sentiment_accuracy": (guess == [rows.SENTIMENTS.index(m) for m in moods]).mean(),
    }


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


def measure(folder, data, calibration, threads):
    """All scores of the files in `folder`."""
    names = json.loads((folder / "labels.json").read_text(encoding="utf-8"))["intents"]
    onnx, tokenizer = str(folder / "model.onnx"), folder / "tokenizer.json"

    def run(part):
        return run_all(onnx, tokenizer, [r["text"] for r in part], threads)

    found = {}
    turns = rows.read(data / "real" / "chat_turns_dev.jsonl.gz")
    out = run(turns)
    found |= intent_scores(out, [r["label"] for r in turns], names, calibration, "real_turns")
    unread = [i for i, r in enumerate(turns) if unread_half(r["text"])]
    half, gold = {name: value[unread] for name, value in out.items()}, [turns[i]["label"] for i in unread]
    found |= intent_scores(half, gold, names, calibration, "real_turns_unread_half")
    chats = rows.read(data / "real" / "chat_sentiment_dev.jsonl.gz")
    found |= mood_scores(run(chats), [r["label"] for r in chats], "real_sentiment")
    test = rows.written()["test"]
    out = run(test)
    found |= intent_scores(out, [r["label"] for r in test], names, calibration, "written_test")
    found |= mood_scores(out, [r["sentiment"] for r in test], "written_test")
    moods = rows.read(rows.HELD_OUT)
    out = run(moods)
    found |= intent_scores(out, [r["label"] for r in moods], names, calibration, "held_out")
    found |= mood_scores(out, [r["sentiment"] for r in moods], "held_out")
    strangers = [r for part in ("train", "dev") for r in rows.read(data / "intents" / f"{part}.jsonl.gz")]
    strangers = rows.capped([r for r in strangers if r["source"] in rows.LEFT_OUT], *PER_STRANGER)
    errors = []
    for source in sorted({r["source"] for r in strangers}):
        part = [r for r in strangers if r["source"] == source]
        scores = intent_scores(run(part), [r["label"] for r in part], names, calibration, f"unseen_{source}")
        errors.append(scores[f"unseen_{source}_ece"])
        found |= {name: value for name, value in scores.items() if "support_rows" in name or name.endswith(UNSEEN)}
    found["unseen_sources_ece_mean"] = np.mean(errors)
    found |= latency(Model(onnx, tokenizer))
    found["model_megabytes"] = (folder / "model.onnx").stat().st_size / 1e6
    return {name: value if isinstance(value, int) else round(float(value), 4) for name, value in found.items()}


def show_samples(folder, calibration):
    """Prints what the model makes of a few messages, for a person to look at."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    model = Model(str(folder / "model.onnx"), folder / "tokenizer.json")
    for text in SAMPLES:
        out = {name: value[None] for name, value in model.run(text).items()}
        top, confidence, in_scope = judged(out, labels["intents"], calibration)
        chance = heads.chances(out["intent_logits"], calibration["intent_temperature"])[0]
        mood = np.exp(heads.log_softmax(out["sentiment_logits"] / calibration["sentiment_temperature"]))[0]
        best = ", ".join(f"{labels['intents'][i]} {chance[i]:.2f}" for i in np.argsort(-chance)[:3])
        mood = f"{labels['sentiments'][mood.argmax()]} (negative {mood[0]:.2f})"
        top = f"{labels['intents'][top[0]]}, confidence {confidence[0]:.2f}, in scope {in_scope[0]:.2f}"
        print(f"{text!r}: {top}; softmax {best}; {mood}")


def main():
    """Scores the model beside this recipe and prints the table and the samples."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    arguments.add_argument("--model", type=Path, default=HERE.parent)
    arguments.add_argument("--threads", type=int, default=1)
    given = arguments.parse_args()
    scale = tomllib.loads((given.model / "card.toml").read_text(encoding="utf-8"))["calibration"]
    if given.data.is_dir():
        for name, value in measure(given.model, given.data, scale, given.threads).items():
            print(f"{name} = {value}")
    else:
        print(f"no data at {given.data}: scores skipped, samples only")
    show_samples(given.model, scale)


if __name__ == "__main__":
    main()
