"""Makes reference-vectors.json: what rouge-score and RapidFuzz say of random pairs of texts.

Made with rouge-score 0.1.2 and RapidFuzz 3.14.6 (any recent ones give the same numbers):
    python -m venv venv && venv/bin/pip install rouge-score rapidfuzz
    venv/bin/python tests/evals/reference_vectors.py > tests/evals/reference-vectors.json
    npx biome format --write tests/evals/reference-vectors.json
ROUGE-L is the F-measure without a stemmer, and of ASCII alone: rouge-score drops all other letters. Levenshtein is the
similarity, 1 less the distance as a share of the longer text, in code points.
"""

import json
import random
import sys

from rapidfuzz.distance import Levenshtein
from rouge_score.rouge_scorer import RougeScorer

random.seed(20261127)
rouge = RougeScorer(["rougeL"], use_stemmer=False)

WORDS = "the The THE a of refund Refund is not was it's e-mail 24h 3 1,000.50 2024-01-15 snake_case A/B".split()
WORDS += ["open", "window", "heating", "ticket", "by", "Monday", "x", "--", "..."]
BETWEEN = [" ", " ", " ", " ", ", ", ". ", "\n", "\t", "  ", "-", "/", "; ", "? "]
CHARACTERS = [
    *"abcdeABC 012.,\n",
    "é",
    "e\u0301",
    "ß",
    "Ω",
    "漢",
    "字",
    "ا",
    "😀",
    "😁",
    "👍🏽",
    "👨\u200d👩\u200d👧",
    "🇩🇪",
    "𝒳",
    "𐍈",
]


def sentence():
    n = random.choice([0, 1, 2, 3, 5, 8, 8, 13, 13, 20, 20, 30])
    return "".join(random.choice(WORDS) + random.choice(BETWEEN) for _ in range(n))


def characters():
    n = random.choice([0, 1, 2, 3, 5, 8, 8, 13, 13, 21, 21, 34, 34])
    return "".join(random.choice(CHARACTERS) for _ in range(n))


def changed(text, units, splits):
    """Some units left out, doubled, exchanged; now and then the same text, or the same in upper case."""
    kind = random.random()
    if kind < 0.04:
        return text
    if kind < 0.08:
        return text.upper()
    pieces = text.split(" ") if splits else list(text)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(pieces) + 1)
        pieces[at : at + random.randint(0, 2)] = random.choices(units, k=random.randint(0, 2))
    return (" " if splits else "").join(pieces)


def pair(draw, units, splits):
    a = draw()
    return a, draw() if random.random() < 0.3 else changed(a, units, splits)


def rouge_case():
    reference, answer = pair(sentence, WORDS, True)
    return [answer, reference, rouge.score(reference, answer)["rougeL"].fmeasure]


def levenshtein_case():
    a, b = pair(characters, CHARACTERS, False)
    return [a, b, Levenshtein.normalized_similarity(a, b)]


json.dump(
    {
        "rougeL": [rouge_case() for _ in range(200)],
        "levenshtein": [levenshtein_case() for _ in range(200)],
    },
    sys.stdout,
    separators=(",", ":"),
)
print()
