"""Typing as fingers do it: what a model must not be thrown off by."""

import re

# Keys beside each letter on a QWERTY keyboard.
BESIDE = {
    "a": "sqwz", "b": "vn", "c": "xv", "d": "sfe", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}


def slip(text, at, random):
    """One slip at `at`: a letter left out, swapped, hit beside or hit twice."""
    kind, letter = random.random(), text[at].lower()
    if kind < 0.3:
        return text[:at] + text[at + 1 :]
    if kind < 0.6:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind < 0.8:
        return text[:at] + random.choice(BESIDE.get(letter, letter)) + text[at + 1 :]
    return text[:at] + text[at] + text[at:]


def noisy(text, random, share):
    """`share` of the texts with another case, less punctuation or a slip for every sixty characters."""
    if random.random() > share:
        return text
    kind = random.random()
    text = text.lower() if kind < 0.3 else text.upper() if kind < 0.4 else text
    if random.random() < 0.4:
        text = re.sub(r"[.,!?']", "", text)
    if random.random() < 0.6 and len(text) > 8:
        for _ in range(1 + len(text) // 60):
            at = random.randrange(1, len(text) - 1)
            if text[at].isalpha():
                text = slip(text, at, random)
    return text
