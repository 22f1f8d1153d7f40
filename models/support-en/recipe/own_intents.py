"""Writes the rows that `firstline train` is measured on: `python own_intents.py FOLDER`. README.md has the commands.

* `bank_few.jsonl`, `bank_rest.jsonl`: BANKING77's training rows, 10 of each intent and the others.
* `clinc_train.jsonl`, `clinc_dev.jsonl`: CLINC150, its `oos` under the name that Firstline knows, `out_of_scope`.

The other sets are read as they are.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import rows

HERE = Path(__file__).resolve().parent
FEW = 10


def few_and_rest(banking):
    """The first rows of each label by a hash of their text, and all others."""
    taken, few, rest = Counter(), [], []
    for row in sorted(banking, key=lambda r: rows.order(r["text"])):
        taken[row["label"]] += 1
        (few if taken[row["label"]] <= FEW else rest).append(row)
    return few, rest


def main():
    """Writes the files."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--data", type=Path, default=HERE.parents[3] / "shared" / "data")
    given = arguments.parse_args()
    own = given.data / "own-intents"
    few, rest = few_and_rest(rows.read(own / "banking77_train.jsonl.gz"))
    files = {"bank_few": few, "bank_rest": rest}
    for part in ("train", "dev"):
        clinc = rows.read(own / f"clinc150_{part}.jsonl.gz")
        files[f"clinc_{part}"] = [r | {"label": "out_of_scope"} if r["label"] == "oos" else r for r in clinc]
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, found in files.items():
        lines = "".join(json.dumps({"text": r["text"], "label": r["label"]}, ensure_ascii=False) + "\n" for r in found)
        (given.folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        print(f"{given.folder / name}.jsonl: {len(found)} rows")


if __name__ == "__main__":
    main()
