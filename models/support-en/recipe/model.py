"""Runs a model the way the engine does: one message, one thread, no padding."""

import os
import tempfile
import threading

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

MAX_TOKENS = 128


class Model:
    """A loaded model.onnx (path or bytes) and its tokenizer."""

    def __init__(self, onnx, tokenizer):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
        self.outputs = [o.name for o in self.session.get_outputs()]
        self.tokenizer = Tokenizer.from_file(str(tokenizer))

    def run(self, text):
        """Every output for one message, by name."""
        ids = np.array([self.tokenizer.encode(text).ids], np.int64)
        found = self.session.run(self.outputs, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return {name: value[0] for name, value in zip(self.outputs, found)}


def run_all(onnx, tokenizer, texts, threads=1):
    """Every output for every text, as arrays by name; `threads` sessions side by side, each at batch 1."""
    results = [None] * len(texts)

    def work(first):
        model = Model(onnx, tokenizer)
        for at in range(first, len(texts), threads):
            results[at] = model.run(texts[at])

    workers = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {name: np.array([r[name] for r in results]) for name in results[0]}


def write(path, content):
    """Replaces a file in one step, so that a running engine never loads half of one."""
    content = content if isinstance(content, bytes) else content.encode("utf-8")
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    os.replace(name, path)
