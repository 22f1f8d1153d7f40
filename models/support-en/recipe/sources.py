"""What each public source is worth, and how a source that was left out is read: `python sources.py [--data DIR]`.

Heads, nearest examples and calibration are fitted without each public source in turn and tried on rows of it that no run
was fitted on; beside them those fitted with all. The cheap form: the encoder is that of the shipped files and has seen
every source. Prints a table for README.md. Writes nothing that ships.
"""

import argparse
from pathlib import Path

import graph
import make
import network
import rows
import score
from model import run_all

HERE = Path(__file__).resolve().parent
FIGURES = ("_support_rows", "_support_accuracy", "_support_ece", "_rows", "_accuracy", "_ece")


def without(rows_of, out, source):
    """The rows that are not of one source, and what the encoder gave for them."""
    kept = [i for i, r in enumerate(rows_of) if r["source"] != source]
    return [rows_of[i] for i in kept], {name: values[kept] for name, values in out.items()}


def unseen(data, source, seen):
    """Rows of a source with texts that nothing is fitted on, capped like those of the other strangers."""
    found = [r for part in ("train", "dev") for r in rows.read(data / "intents" / f"{part}.jsonl.gz")]
    found = [r for r in found if r["source"] == source and r["text"].strip().lower() not in seen]
    return rows.capped(found, *score.PER_STRANGER)


def figures(onnx, calibration, tests, names, given):
    """The scores of one model on the rows of each source."""
    found = {}
    for source, test in tests.items():
        out = run_all(onnx, given.model / "tokenizer.json", [r["text"] for r in test], given.threads)
        scores = score.intent_scores(out, [r["label"] for r in test], names, calibration, source)
        found[source] = [scores.get(source + figure) for figure in FIGURES]
    return found


def main():
    """Fits with all sources and without each, and prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    arguments.add_argument("--model", type=Path, default=HERE.parent)
    arguments.add_argument("--threads", type=int, default=1)
    given = arguments.parse_args()
    names, parts, recipe = rows.intents(given.data), rows.written(), network.Recipe()
    public, held = (rows.public(given.data, part) for part in ("train", "dev"))
    seen, tokenizer = parts["train"] + public, given.model / "tokenizer.json"
    encoder = graph.encoder_of((given.model / "model.onnx").read_bytes())
    out = make.features(encoder, tokenizer, seen, given.threads)
    texts = {r["text"].strip().lower() for r in seen + held + parts["choose"]}
    tests = {source: unseen(given.data, source, texts) for source in sorted({r["source"] for r in public})}
    tests = {source: test for source, test in tests.items() if test}

    def fitted(source):
        kept, kept_out = without(seen, out, source)
        onnx = make.make_graph(encoder, kept_out, names, kept, recipe)
        kept_held = [r for r in held if r["source"] != source]
        return onnx, make.calibrate(onnx, tokenizer, names, parts, kept_held, given.threads)

    whole = figures(*fitted(None), tests, names, given)
    print("source: " + ", ".join(figure.strip("_") for figure in FIGURES), flush=True)
    for source, test in tests.items():
        left_out = figures(*fitted(source), {source: test}, names, given)[source]
        for label, values in (("with", whole[source]), ("without", left_out)):
            print(f"{source} {label}: " + ", ".join("-" if v is None else f"{v:.3f}" for v in values), flush=True)


if __name__ == "__main__":
    main()
