"""How much of each score is the luck of the heads' seed: `python seeds.py [--data DIR] [--seeds 5]`, some ten minutes.

The encoder is that of the shipped files; heads, nearest examples and calibration are fitted anew for each seed, and every
score is that of `score.py`. Prints mean, standard deviation and range. Writes nothing that ships.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

import graph
import make
import network
import rows
import score
from model import write

HERE = Path(__file__).resolve().parent
# Of the machine, not of the seed.
LEFT_OUT = ("latency_ms", "model_megabytes")


def measure(folder, encoder, out, names, parts, public, given, seed):
    """All scores under one seed; `folder` holds the tokenizer, and takes the model."""
    recipe, (train, held) = network.Recipe(seed=seed), public
    onnx = make.make_graph(encoder, out, names, parts["train"] + train, recipe)
    write(folder / "model.onnx", onnx)
    calibration = make.calibrate(onnx, folder / "tokenizer.json", names, parts, held, given.threads)
    return score.measure(folder, given.data, calibration, given.threads)


def main():
    """Measures each seed and prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    arguments.add_argument("--model", type=Path, default=HERE.parent)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--seeds", type=int, default=5)
    given = arguments.parse_args()
    names, parts = rows.intents(given.data), rows.written()
    public = [rows.public(given.data, part) for part in ("train", "dev")]
    encoder = graph.encoder_of((given.model / "model.onnx").read_bytes())
    out = make.features(encoder, given.model / "tokenizer.json", parts["train"] + public[0], given.threads)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("tokenizer.json", "labels.json"):
            write(folder / name, (given.model / name).read_bytes())
        found = []
        for seed in range(given.seeds):
            found.append(measure(folder, encoder, out, names, parts, public, given, seed))
            print(f"seed {seed}: {json.dumps(found[-1])}", flush=True)
    for name, first in found[0].items():
        values = np.array([scores[name] for scores in found])
        if not isinstance(first, int) and not name.startswith(LEFT_OUT):
            spread = f"{values.std(ddof=1):.4f} ({values.min():.4f} to {values.max():.4f})"
            print(f"{name} = {values.mean():.4f} +- {spread}")


if __name__ == "__main__":
    main()
