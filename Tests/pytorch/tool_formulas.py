"""Scores as StyleGAN3's and guided-diffusion's programs define them, in double precision.

Written from NVlabs/stylegan3 `metrics/` and openai/guided-diffusion `evaluations/evaluator.py`. Features are rows of pictures in
the order of the files, logits have no bias.
"""

import numpy as np


def softmax(logits):
    p = np.exp(logits - logits.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def split_score(p):
    """exp of the mean divergence of a split's predictions from their mean."""
    return np.exp(np.mean(np.sum(p * (np.log(p) - np.log(p.mean(0, keepdims=True))), 1)))


def frechet(x, y, divisor):
    """The distance of normal distributions; sums of squares are divided by N - divisor."""
    means = [a.mean(0) for a in (x, y)]
    centred = [(a - m) / np.sqrt(len(a) - divisor) for a, m in zip((x, y), means)]
    # Tr (S1 S2)^1/2 is the sum of the singular values of the product of the factors.
    root = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    return np.sum((means[0] - means[1]) ** 2) + sum(np.sum(c**2) for c in centred) - 2 * root


def kernel_distance(fakes, reals, subsets, size, seed):
    """The mean over subsets; of each, pictures of the generated set are drawn first."""
    random = np.random.RandomState(seed)
    n, m = fakes.shape[1], min(len(fakes), len(reals), size)
    total = 0
    for _ in range(subsets):
        x = fakes[random.choice(len(fakes), m, replace=False)]
        y = reals[random.choice(len(reals), m, replace=False)]
        a = (x @ x.T / n + 1) ** 3 + (y @ y.T / n + 1) ** 3
        b = (x @ y.T / n + 1) ** 3
        total += (a.sum() - np.trace(a)) / (m - 1) - b.sum() * 2 / m
    return total / subsets / m


def distances(x, y):
    return np.maximum((x**2).sum(1)[:, None] - 2 * x @ y.T + (y**2).sum(1), 0)


def stylegan3(fakes, logits, reals, subsets=100, size=1000, seed=0, splits=10):
    p, count = softmax(logits), len(logits)
    scores = [split_score(p[i * count // splits : (i + 1) * count // splits]) for i in range(splits)]
    return {
        "is": np.mean(scores),
        "is_deviation": np.std(scores),
        "fid": frechet(fakes, reals, 0),
        "kid": kernel_distance(fakes, reals, subsets, size, seed),
    }


def adm(fakes, logits, reals, k=3):
    p = softmax(logits)
    # The k-th smallest distance counts the picture itself as the first; that program rounds distances to half precision.
    radii = [np.partition(distances(a, a), k, 1)[:, k] for a in (fakes, reals)]
    between = distances(fakes, reals)
    return {
        "is": np.mean([split_score(p[i : i + 5000]) for i in range(0, len(p), 5000)]),
        "fid": frechet(fakes, reals, 1),
        "precision": (between <= radii[1]).any(1).mean(),
        "recall": (between <= radii[0][:, None]).any(0).mean(),
    }
