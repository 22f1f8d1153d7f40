"""Builds the ONNX graph by hand: the int8 encoder first, then on it the two fp32 heads and the nearest examples.

Hand-built rather than exported from torch, because torch costs gigabytes to install and its export is
then fused and quantised by tools that only do part of it per channel. Here every choice is visible:
weights int8 with one scale per output column, word vectors int8 with one scale per row, activations
quantised as they come (so batch 1 only: a batch would share one scale), everything else fp32.
"""

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

from model import MAX_TOKENS

LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, 1e-12
MASK_NAME = "key_mask"
POOLS = ("for_intent", "for_sentiment")
# AVX2 without VNNI adds two u8 x s8 products into 16 bits and saturates: 2 * 255 * 64 still fits, so weights
# up to 63 give the same embedding on every CPU, for a cosine to fp32 of 0.9915 instead of 0.9920.
PRODUCT_LIMIT, TABLE_LIMIT = 63, 127


def quantise(weight, axis, limit):
    """Symmetric int8 with one scale per slice of `axis`: per-tensor scales wreck MiniLM (cosine 0.80)."""
    rest = tuple(i for i in range(weight.ndim) if i != axis)
    scale = np.abs(weight).max(axis=rest, keepdims=True).astype(np.float32) / limit
    scale[scale == 0] = 1
    return np.clip(np.rint(weight / scale), -limit, limit).astype(np.int8), scale


class Graph:
    """Collects nodes and constants, and names what nobody else needs to name, from `prefix` on."""

    def __init__(self, state, prefix=""):
        self.state, self.prefix, self.nodes, self.constants = state, prefix, [], []

    def const(self, name, value):
        """Adds a constant and returns its name."""
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def op(self, kind, inputs, outputs=1, out=None, domain="", **attributes):
        """Adds a node; returns its output name, or all of them where there are several."""
        base = out or f"{self.prefix}{kind}_{len(self.nodes)}"
        names = [base] if outputs == 1 else [f"{base}_{i}" for i in range(outputs)]
        name = f"{self.prefix}n{len(self.nodes)}"
        self.nodes.append(h.make_node(kind, inputs, names, name=name, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def matmul(self, x, weight, name):
        """x @ weight in int8; ONNX Runtime folds these nodes into one DynamicQuantizeMatMul on load."""
        q, scale = quantise(weight, axis=1, limit=PRODUCT_LIMIT)
        a, a_scale, a_zero = self.op("DynamicQuantizeLinear", [x], outputs=3)
        zero = self.const(f"{name}.zero", np.zeros(q.shape[1], np.int8))
        product = self.op("MatMulInteger", [a, self.const(f"{name}.int8", q), a_zero, zero])
        total = self.op("Mul", [a_scale, self.const(f"{name}.scale", scale.reshape(-1))])
        return self.op("Mul", [self.op("Cast", [product], to=T.FLOAT), total])

    def skip_norm(self, x, skip, bias, norm):
        """LayerNorm(x + bias + skip).

        Not as ONNX Runtime's SkipLayerNormalization, which takes three times as long on a CPU; `Sum` in place of the
        second `Add` keeps it from being fused to that on load. It makes a message of 16 tokens 0.3 ms faster.
        """
        parts = [self.const(f"{norm}.{p}", self.state[f"{norm}.{p}"]) for p in ("weight", "bias")]
        x = self.op("Sum", [self.op("Add", [x, self.const(bias, self.state[bias])]), skip])
        return self.op("LayerNormalization", [x, *parts], axis=-1, epsilon=EPSILON)

    def embed(self):
        """Word vectors (int8, dequantised row by row) + positions + the one token type, normalised."""
        words, scale = quantise(self.state["embeddings.word_embeddings.weight"], axis=0, limit=TABLE_LIMIT)
        positions = self.state["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        positions = positions + self.state["embeddings.token_type_embeddings.weight"][0]
        word = self.op("Gather", [self.const("words.int8", words), "input_ids"])
        row_scale = self.op("Gather", [self.const("words.scale", scale), "input_ids"])
        word = self.op("Mul", [self.op("Cast", [word], to=T.FLOAT), row_scale])
        length = self.op("Shape", ["input_ids"], start=1, end=2)
        zero = self.const("zero", np.array([0], np.int64))
        position = self.op("Slice", [self.const("positions", positions), zero, length])
        parts = [self.const(p, self.state[p]) for p in ("embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias")]
        return self.op("LayerNormalization", [self.op("Add", [word, position]), *parts], axis=-1, epsilon=EPSILON)

    def layer(self, x, index):
        """One transformer layer: query, key and value share one quantisation of x and one product."""
        at = f"encoder.layer.{index}."
        names = [f"{at}attention.self.{n}" for n in ("query", "key", "value")]
        joined = np.concatenate([self.state[f"{n}.weight"].T for n in names], axis=1)
        bias = np.concatenate([self.state[f"{n}.bias"] for n in names])
        qkv = self.op("Add", [self.matmul(x, joined, f"{at}qkv"), self.const(f"{at}qkv.bias", bias)])
        q, k, v = self.op("Split", [qkv], outputs=3, axis=-1)
        mixed = self.op(
            "MultiHeadAttention", [q, k, v, "", MASK_NAME], domain="com.microsoft", num_heads=HEADS
        )
        out = self.matmul(mixed, self.state[f"{at}attention.output.dense.weight"].T, f"{at}attention.out")
        x = self.skip_norm(out, x, f"{at}attention.output.dense.bias", f"{at}attention.output.LayerNorm")
        wide = self.matmul(x, self.state[f"{at}intermediate.dense.weight"].T, f"{at}up")
        name = f"{at}intermediate.dense.bias"
        wide = self.op("BiasGelu", [wide, self.const(name, self.state[name])], domain="com.microsoft")
        out = self.matmul(wide, self.state[f"{at}output.dense.weight"].T, f"{at}down")
        return self.skip_norm(out, x, f"{at}output.dense.bias", f"{at}output.LayerNorm")

    def gemm(self, x, name, out=None):
        """x @ weight.T + bias, both in fp32 under `name`."""
        parts = [self.const(f"{name}.{p}", self.state[f"{name}.{p}"]) for p in ("weight", "bias")]
        return self.op("Gemm", [x, *parts], out=out, transB=1)

    def pools(self, x):
        """What the intent head and the sentiment head see: the tokens, weighed by a query of each.

        There is no mask in it, as there is no padding at batch 1.
        """
        queries = self.const("queries", self.state["queries"].T)
        share = self.op("Softmax", [self.op("MatMul", [x, queries])], axis=1)
        pooled = self.op("MatMul", [self.op("Transpose", [share], perm=[0, 2, 1]), x])
        for i, name in enumerate(POOLS):
            self.op("Gather", [pooled, self.const(f"row.{i}", np.array(i, np.int64))], out=name, axis=1)

    def heads(self):
        """One hidden layer each."""
        for pool, inner, name in zip(POOLS, ("inner", "sentiment_inner"), ("intent", "sentiment")):
            inside = self.op("Gelu", [self.gemm(pool, inner)], domain="com.microsoft")
            self.gemm(inside, name, out=f"{name}_logits")

    def nearest(self, prototypes, intents):
        """The cosine to the nearest prototype of each intent; prototypes in int8 with a scale for each."""
        small, scale = quantise(prototypes, axis=0, limit=TABLE_LIMIT)
        vectors = self.op("Cast", [self.const("prototypes.int8", small.T)], to=T.FLOAT)
        cosines = self.op("Mul", [self.op("MatMul", ["embedding", vectors]), self.const("prototypes.scale", scale.T)])
        shape = self.const("by_intent", np.array([0, intents, -1], np.int64))
        self.op("ReduceMax", [self.op("Reshape", [cosines, shape])], out="similarity", axes=[2], keepdims=0)


def build(state):
    """The encoder: the embedding, and what the heads are fitted on.

    `state` holds the encoder's tensors as the base has them and the `queries`. The mean over tokens is left undivided:
    normalising to length one cancels the division.
    """
    g = Graph(state)
    g.op("Cast", ["attention_mask"], out=MASK_NAME, to=T.INT32)
    x = g.embed()
    for index in range(LAYERS):
        x = g.layer(x, index)
    last = g.const("last_axis", np.array([-1], np.int64))
    mask = g.op("Unsqueeze", [g.op("Cast", ["attention_mask"], to=T.FLOAT), last])
    tokens = g.const("token_axis", np.array([1], np.int64))
    pooled = g.op("ReduceSum", [g.op("Mul", [x, mask]), tokens], keepdims=0)
    length = g.op("ReduceL2", [pooled], axes=[1], keepdims=1)
    g.op("Div", [pooled, length], out="embedding")
    g.pools(x)
    return model_of(g.nodes, g.constants, {name: WIDTH for name in ("embedding", *POOLS)})


def with_heads(encoder, state, intents, prototypes):
    """The whole model: the heads and `similarity` on an encoder as `build` gives it.

    `state` holds the heads' tensors under `inner.`, `intent.`, `sentiment_inner.` and `sentiment.`.
    """
    below, g = onnx.load_from_string(encoder).graph, Graph(state, "head.")
    g.heads()
    g.nearest(prototypes, intents)
    widths = {"embedding": WIDTH, "intent_logits": intents, "sentiment_logits": 3, "similarity": intents}
    return model_of([*below.node, *g.nodes], [*below.initializer, *g.constants], widths)


def encoder_of(model):
    """The encoder of a whole model as `with_heads` gives it: to fit heads anew without training."""
    whole, needed, kept = onnx.load_from_string(model).graph, {"embedding", *POOLS}, []
    for node in reversed(whole.node):
        if needed & set(node.output):
            needed |= set(node.input)
            kept.insert(0, node)
    constants = [tensor for tensor in whole.initializer if tensor.name in needed]
    return model_of(kept, constants, {name: WIDTH for name in ("embedding", *POOLS)})


def model_of(nodes, constants, widths):
    """A model's bytes; `widths` are those of its outputs, by name."""
    outputs = [h.make_tensor_value_info(name, T.FLOAT, ["batch", width]) for name, width in widths.items()]
    inputs = [h.make_tensor_value_info(n, T.INT64, ["batch", "tokens"]) for n in ("input_ids", "attention_mask")]
    graph = h.make_graph(nodes, "support-en", inputs, outputs, constants)
    opsets = [h.make_opsetid("", 17), h.make_opsetid("com.microsoft", 1)]
    model = h.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="firstline")
    onnx.checker.check_model(model, full_check=False)
    return model.SerializeToString(deterministic=True)
