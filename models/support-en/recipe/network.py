"""The network and its training: one MiniLM encoder that reads intent and sentiment, and keeps a general embedding.

Four things are learned together, because each alone ruins another: the two heads (cross-entropy), that messages of
one fine intent of a public set lie together (supervised contrastive loss, Khosla et al. 2020), and that the embedding
of a text with slips stays where the untouched encoder puts the clean text (distillation). Word vectors are frozen,
lower layers learn more slowly: both keep what the encoder knew. The heads read the tokens through an attention
pooling of their own, so that they need not bend the mean that is the embedding.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from noise import noisy
from rows import SENTIMENTS

WIDTH, LAYERS, MAX_TRAINED = 384, 6, 64


@dataclass
class Recipe:
    """What was chosen on the written `choose` rows; see README.md for what the others did."""

    epochs: float = 2.5
    rate: float = 1e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    batch: int = 64
    group_batch: int = 32
    smoothing: float = 0.05
    mood: float = 0.6
    contrast: float = 0.4
    contrast_temperature: float = 0.07
    label_contrast: float = 0.05
    label_temperature: float = 0.15
    keep: float = 2.0
    noise: float = 0.3
    public_weight: float = 0.7
    common_label: int = 1500
    scope_mood_weight: float = 0.3
    trained_share: float = 0.75
    refit_epochs: int = 12
    refit_rate: float = 2e-3
    refit_smoothing: float = 0.1
    seed: int = 0


def encoder(state):
    """The base encoder without its pooler, from its tensors as numpy arrays."""
    config = BertConfig(hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=12, intermediate_size=1536)
    model = BertModel(config, add_pooling_layer=False)
    known = {name: torch.from_numpy(value) for name, value in state.items() if not name.startswith("pooler.")}
    missing = model.load_state_dict(known, strict=False).missing_keys
    if missing:
        raise SystemExit(f"the base encoder lacks {missing}")
    return model


def padded(ids):
    """Token ids of several texts as one tensor, and its mask."""
    shape = len(ids), max(map(len, ids))
    tokens, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    for row, found in enumerate(ids):
        tokens[row, : len(found)], mask[row, : len(found)] = torch.tensor(found), 1
    return tokens, mask


def mean(hidden, mask):
    """Mean over the tokens, scaled to length one."""
    share = (mask / mask.sum(1, keepdim=True)).unsqueeze(-1).float()
    return F.normalize((hidden * share).sum(1), dim=1)


class Network(nn.Module):
    """Tokens and mask in; embedding, intent logits and sentiment logits out."""

    def __init__(self, bert, intents):
        super().__init__()
        self.bert, self.drop = bert, nn.Dropout(0.3)
        self.queries = nn.Parameter(torch.zeros(2, WIDTH))
        self.inner, self.intent = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, intents)
        self.sentiment = nn.Linear(WIDTH, len(SENTIMENTS))

    def forward(self, tokens, mask):
        hidden = self.bert(tokens, attention_mask=mask).last_hidden_state.float()
        scores = (hidden @ self.queries.t()).masked_fill(mask.unsqueeze(-1) == 0, -1e9)
        pooled = scores.softmax(1).transpose(1, 2) @ hidden
        inside = F.gelu(self.inner(self.drop(pooled[:, 0])))
        return mean(hidden, mask), self.intent(self.drop(inside)), self.sentiment(self.drop(pooled[:, 1]))


def by_length(ids, size):
    """Indices in groups of about `size` texts of like length: padding costs more than anything else."""
    shortest_first = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    return np.array_split(shortest_first, max(1, len(ids) // size))


def embeddings(bert, tokenizer, texts):
    """Embeddings of the untouched encoder, as half floats: {text: vector}."""
    ids, found = [e.ids for e in tokenizer.encode_batch(texts)], {}
    bert.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for part in by_length(ids, 64):
            tokens, mask = padded([ids[i][:MAX_TRAINED] for i in part])
            vectors = mean(bert(tokens, attention_mask=mask).last_hidden_state.float(), mask)
            found |= {texts[i]: v for i, v in zip(part, vectors.numpy().astype(np.float16))}
    return found


def contrast(vectors, labels, temperature):
    """Supervised contrastive loss over one batch, equation 2 of Khosla et al. 2020; 0 where no two rows agree."""
    itself = torch.eye(len(labels), dtype=torch.bool)
    scores = (vectors @ vectors.t() / temperature).masked_fill(itself, -1e9)
    logp = scores - scores.logsumexp(1, keepdim=True)
    same = ((labels[:, None] == labels[None]) & ~itself).float()
    count = same.sum(1)
    kept = count > 0
    return -((logp * same).sum(1)[kept] / count[kept]).mean() if kept.any() else vectors.sum() * 0


def draw_group(groups, size, rng):
    """Texts of one source, four of each of `size / 4` fine labels; sources with more labels come more often."""
    source = rng.choices(list(groups), [min(len(labels), 40) for labels in groups.values()])[0]
    labels = rng.sample(sorted(groups[source]), min(len(groups[source]), size // 4))
    drawn = [(t, i) for i, l in enumerate(labels) for t in rng.sample(groups[source][l], min(4, len(groups[source][l])))]
    return [t for t, _ in drawn], torch.tensor([i for _, i in drawn])


def optimiser(net, recipe):
    """AdamW with a rate for each layer; word vectors stay as they are."""
    groups = []
    net.bert.embeddings.word_embeddings.weight.requires_grad = False
    for name, value in net.named_parameters():
        if not value.requires_grad:
            continue
        depth, rate = 0, recipe.head_rate
        if name.startswith("bert."):
            parts = name.split(".")
            depth = LAYERS - 1 - int(parts[3]) if parts[1] == "encoder" else LAYERS
            rate = recipe.rate * recipe.layer_decay**depth
        groups.append({"params": [value], "lr": rate, "weight_decay": 0.01 if value.dim() > 1 else 0.0})
    return torch.optim.AdamW(groups, fused=True)


def losses(net, tokenizer, names, recipe, batch, group, teacher, rng):
    """The whole loss of one step."""
    clean = [r["text"] for r in batch] + group[0]
    ids = [e.ids[:MAX_TRAINED] for e in tokenizer.encode_batch([noisy(t, rng, recipe.noise) for t in clean])]
    parts, done = by_length(ids, 16), []
    for part in parts:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            done.append(net(*padded([ids[i] for i in part])))
    back = torch.tensor(np.argsort(np.concatenate(parts)))
    vectors, intent, mood = (torch.cat(found)[back] for found in zip(*done))
    n = len(batch)
    labels, weights = torch.tensor([names[r["label"]] for r in batch]), torch.tensor([r["weight"] for r in batch])
    loss = F.cross_entropy(intent[:n], labels, reduction="none", label_smoothing=recipe.smoothing)
    total = (loss * weights).sum() / weights.sum()
    moody = [i for i, r in enumerate(batch) if "sentiment" in r]
    gold = torch.tensor([SENTIMENTS.index(batch[i]["sentiment"]) for i in moody])
    share = torch.tensor([recipe.scope_mood_weight if batch[i]["label"] == "out_of_scope" else 1.0 for i in moody])
    total = total + recipe.mood * (F.cross_entropy(mood[moody], gold, reduction="none") * share).sum() / share.sum()
    total = total + recipe.contrast * contrast(vectors[n:], group[1], recipe.contrast_temperature)
    total = total + recipe.label_contrast * contrast(vectors[:n], labels, recipe.label_temperature)
    goal = torch.from_numpy(np.stack([teacher[t] for t in clean]).astype(np.float32))
    return total + recipe.keep * (1 - (vectors * goal).sum(1)).mean()


def weighed(rows, recipe):
    """The rows with a `weight`: public ones count less, and so does each of a label that has very many."""
    counts = Counter(r["label"] for r in rows)
    return [
        r | {"weight": (1.0 if r["source"] == "written" else recipe.public_weight)
             * min(1.0, (recipe.common_label / counts[r["label"]]) ** 0.5)}
        for r in rows
    ]


def mixed(state, net, recipe):
    """Every tensor under its name in `state`, `trained_share` of the way from the untouched to the trained encoder.

    Between the two lies an encoder that knows the new task and has not forgotten the rest (Wortsman et al. 2022,
    "Robust fine-tuning of zero-shot models").
    """
    trained = {n.removeprefix("bert."): v.detach().float().numpy() for n, v in net.state_dict().items()}
    share = recipe.trained_share
    return {n: (1 - share) * state[n] + share * v if n in state else v for n, v in trained.items()}


def fit_head(head, vectors, gold, weights, recipe):
    """Fits a small network on fixed vectors: AdamW with a cosine slope, labels smoothed, dropout where it has some."""
    adam = torch.optim.AdamW(head.parameters(), recipe.refit_rate, weight_decay=0.05)
    x, y, w = torch.from_numpy(vectors), torch.tensor(gold), torch.tensor(weights)
    steps = recipe.refit_epochs * len(y) // 256
    slope = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(steps):
        i = torch.randint(0, len(y), (256,))
        loss = F.cross_entropy(head(x[i]), y[i], reduction="none", label_smoothing=recipe.refit_smoothing)
        adam.zero_grad()
        (loss * w[i]).mean().backward()
        adam.step()
        slope.step()
    return head


def refit(out, rows, names, recipe):
    """The heads' tensors, fitted anew on what the mixed encoder gives as it ships."""
    torch.manual_seed(recipe.seed)
    number = {name: i for i, name in enumerate(names)}
    inner, intent = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, len(names))
    head = nn.Sequential(inner, nn.GELU(), nn.Dropout(0.4), intent)
    fit_head(head, out["for_intent"], [number[r["label"]] for r in rows], [r["weight"] for r in rows], recipe)
    moody = [i for i, r in enumerate(rows) if "sentiment" in r]
    gold = [SENTIMENTS.index(rows[i]["sentiment"]) for i in moody]
    weights = [recipe.scope_mood_weight if rows[i]["label"] == "out_of_scope" else 1.0 for i in moody]
    sentiment_inner, sentiment = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, len(SENTIMENTS))
    head = nn.Sequential(sentiment_inner, nn.GELU(), nn.Dropout(0.4), sentiment)
    fit_head(head, out["for_sentiment"][moody], gold, weights, recipe)
    layers = {"inner": inner, "intent": intent, "sentiment_inner": sentiment_inner, "sentiment": sentiment}
    return {f"{name}.{part}": value.detach().numpy() for name, layer in layers.items()
            for part, value in layer.named_parameters()}


def train(state, tokenizer, names, train_rows, groups, recipe):
    """The trained network, in evaluation mode; a quarter of an hour to half an hour on two cores."""
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    rows = weighed(train_rows, recipe)
    texts = {r["text"] for r in rows} | {t for labels in groups.values() for ts in labels.values() for t in ts}
    teacher = embeddings(encoder(state), tokenizer, sorted(texts))
    net = Network(encoder(state), len(names))
    adam, steps = optimiser(net, recipe), int(recipe.epochs * len(rows) / recipe.batch)
    slope = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda t: min(1, (t + 1) / (0.06 * steps)) * max(0.02, 0.5 * (1 + np.cos(np.pi * min(1, t / steps))))
    )
    number = {name: i for i, name in enumerate(names)}
    waiting, started = [], time.monotonic()
    net.train()
    for step in range(1, steps + 1):
        if len(waiting) < recipe.batch:
            waiting += rng.sample(rows, len(rows))
        batch, waiting = waiting[: recipe.batch], waiting[recipe.batch :]
        group = draw_group(groups, recipe.group_batch, rng)
        loss = losses(net, tokenizer, number, recipe, batch, group, teacher, rng)
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        slope.step()
        if step % 50 == 0:
            print(f"step {step} of {steps}, loss {loss.item():.2f}, {time.monotonic() - started:.0f} s", flush=True)
    return net.eval()
