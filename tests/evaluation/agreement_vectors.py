"""Makes agreement.vectors.json: what SciPy, scikit-learn and statsmodels say of random ratings.

Made with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, statsmodels 0.15.0 (any recent ones give the same numbers):
    python -m venv venv && venv/bin/pip install scipy scikit-learn statsmodels
    venv/bin/python tests/evaluation/agreement_vectors.py > tests/evaluation/agreement.vectors.json
    npx biome format --write tests/evaluation/agreement.vectors.json
null stands for a measure that they do not define (nan, or a warning with a stand-in).
"""

import json
import math
import sys
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
random = np.random.default_rng(20261127)
SCALES = {
    "pass_fail": {"categories": [0, 1], "range": [0, 1], "pass": 0.5, "weighted": False},
    "three": {"categories": [0, 0.5, 1], "range": [0, 1], "pass": 0.75, "weighted": False},
    "stars": {"categories": [1, 2, 3, 4, 5], "range": [1, 5], "pass": 4, "weighted": True},
    "number": {"categories": None, "range": [0, 1], "pass": 0.75, "weighted": False},
}


def known(value):
    value = float(value)
    return value if math.isfinite(value) else None


def draw(scale, n):
    """Ratings with ties; now and then all the same, a copy of the other side, or a judge's mean of several samples."""
    categories = SCALES[scale]["categories"] or [round(x, 2) for x in random.random(12)]
    people = random.choice(categories, n)
    kind = random.integers(6)
    judges = people.copy() if kind == 0 else random.choice(categories, n)
    if kind in (1, 2) and n:
        agree = random.random(n) < 0.7
        judges = np.where(agree, people, judges)
    if kind == 3 and n and SCALES[scale]["categories"]:
        judges = np.mean([judges, *random.choice(categories, (int(random.integers(1, 4)), n))], axis=0)
    if random.random() < 0.12 and n:
        people = np.full(n, people[0])
    if random.random() < 0.12 and n:
        judges = np.full(n, judges[0])
    return people, judges


def nearest(value, categories):
    """The category nearest to a judge's mean, the higher of two as near."""
    return min(categories, key=lambda one: (abs(one - value), -one))


def case(i):
    scale = list(SCALES)[i % 4]
    spec = SCALES[scale]
    n = int(random.integers(61)) if random.random() < 0.6 else int(random.integers(6))
    people, judges = draw(scale, n)
    pairs = [
        [None if random.random() < 0.08 else float(a), None if random.random() < 0.08 else float(b)]
        for a, b in zip(people, judges)
    ]
    a = np.array([p for p, q in pairs if p is not None and q is not None])
    b = np.array([q for p, q in pairs if p is not None and q is not None])
    expected = {"n": len(a)}
    names = ["agreement", "kappa", "mae", "mse", "normalizedMae", "normalizedMse", "pearson", "spearman", "kendallTauB"]
    expected |= dict.fromkeys([*names, "precision", "recall", "wilson", "confusion", "matrix"])
    if len(a):
        pa, pb = a >= spec["pass"], b >= spec["pass"]
        if spec["categories"]:
            labels = spec["categories"]
            as_label = {value: place for place, value in enumerate(labels)}
            ya, yb = [as_label[v] for v in a], [as_label[nearest(v, labels)] for v in b]
        else:
            # Of numbers it counts whether both pass.
            labels = [False, True]
            ya, yb = [int(v) for v in pa], [int(v) for v in pb]
        hits = int(sum(x == y for x, y in zip(ya, yb)))
        expected["agreement"] = hits / len(a)
        expected["wilson"] = [known(v) for v in proportion_confint(hits, len(a), method="wilson")]
        kappa = metrics.cohen_kappa_score(
            ya, yb, labels=range(len(labels)), weights="quadratic" if spec["weighted"] else None
        )
        # scikit-learn gives 0 or nan where both sides hold one and the same value: there is no chance to correct for.
        alone = len(set(ya) | set(yb)) == 1
        expected["kappa"] = None if alone else known(kappa)
        expected["mae"] = known(metrics.mean_absolute_error(a, b))
        expected["mse"] = known(metrics.mean_squared_error(a, b))
        low, high = spec["range"]
        unit_a, unit_b = (a - low) / (high - low), (b - low) / (high - low)
        expected["normalizedMae"] = known(metrics.mean_absolute_error(unit_a, unit_b))
        expected["normalizedMse"] = known(metrics.mean_squared_error(unit_a, unit_b))
        if spec["categories"]:
            expected["matrix"] = metrics.confusion_matrix(ya, yb, labels=range(len(labels))).tolist()
        expected["confusion"] = metrics.confusion_matrix(pa, pb, labels=[False, True]).tolist()
        expected["precision"] = known(metrics.precision_score(pa, pb, zero_division=np.nan))
        expected["recall"] = known(metrics.recall_score(pa, pb, zero_division=np.nan))
    if len(a) >= 2 and len(set(a)) > 1 and len(set(b)) > 1:
        expected["pearson"] = known(stats.pearsonr(a, b).statistic)
        expected["spearman"] = known(stats.spearmanr(a, b).statistic)
        expected["kendallTauB"] = known(stats.kendalltau(a, b, variant="b").statistic)
    return {"scale": scale, "pairs": pairs, "expected": expected}


def holm(_):
    p = [round(float(v), 6) for v in random.random(int(random.integers(1, 13))) ** 3]
    return {"p": p, "adjusted": [float(v) for v in multipletests(p, method="holm")[1]]}


json.dump(
    {"scales": SCALES, "cases": [case(i) for i in range(200)], "holm": [holm(i) for i in range(50)]},
    sys.stdout,
    separators=(",", ":"),
)
print()
