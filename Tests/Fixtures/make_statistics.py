#!/usr/bin/env python3
"""Rewrites Tests/Fixtures/statistics: small sets of features, and the scores that the usual programs give them.

Needs numpy, scipy, torch, and, installed with `pip install --no-deps`, torchvision 0.15.2, pytorch-fid 0.3.0,
torch-fidelity 0.4.0 and clean-fid 0.1.35. The formulas of the package prdc 0.2 are written out, in float64.

features.bin holds float32 numbers, little-endian: 200 x 24 generated, 150 x 24 real, 200 x 10 logits;
scores.json what was computed from them, and from NumPy's random numbers.
"""

import json
import pathlib

import numpy as np
import torch
from cleanfid.fid import kernel_distance
from pytorch_fid.fid_score import calculate_frechet_distance
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

folder = pathlib.Path(__file__).parent / "statistics"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(1)


def features(count, scale, shift):
    """Non-negative features of a few overlapping clusters, with dependent columns and copies of rows."""
    mixing = np.random.default_rng(2).standard_normal((24, 24)) * 0.5 ** (np.arange(24) / 6)[:, None]
    centers = np.random.default_rng(3).standard_normal((5, 24))
    x = centers[random.integers(0, 5, count)] + scale * random.standard_normal((count, 24)) @ mixing + shift
    x = np.maximum(x, 0)
    x[7] = x[3]
    return x.astype(np.float32)


generated, real = features(200, 0.8, 0.3), features(150, 1.0, 0.2)
generated[11] = real[5]
logits = (2.5 * random.standard_normal((200, 10))).astype(np.float32)
folder.joinpath("features.bin").write_bytes(generated.tobytes() + real.tobytes() + logits.tobytes())


def moments(x, ddof=1):
    x = x.astype(np.float64)
    return x.mean(axis=0), np.cov(x, rowvar=False, ddof=ddof)


def nuclear(x, y):
    """The Frechet distance of the moments of two sets, by the singular values of the product of the centred sets."""
    a, b = ((z - z.mean(axis=0)) / np.sqrt(len(z) - 1) for z in (x.astype(np.float64), y.astype(np.float64)))
    difference = x.astype(np.float64).mean(axis=0) - y.astype(np.float64).mean(axis=0)
    roots = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(difference @ difference + (a**2).sum() + (b**2).sum() - 2 * roots)


def stylegan(x, y):
    """StyleGAN's FID: covariances divided by N, its own use of sqrtm."""
    return float(calculate_frechet_distance(*moments(x, 0), *moments(y, 0)))


def distances(x, y):
    difference = x.astype(np.float64)[:, None] - y.astype(np.float64)[None]
    return np.sqrt((difference**2).sum(axis=2))


def prdc(real, fake, k, boundary):
    """prdc 0.2's formulas, and the same with the boundary counted in."""
    inside = np.less if boundary == "excluded" else np.less_equal
    radii = [np.sort(distances(x, x), axis=1)[:, k] for x in (real, fake)]
    between = distances(real, fake)
    held = inside(between, radii[0][:, None])
    return {
        "precision": held.any(axis=0).mean(),
        "recall": inside(between, radii[1][None]).any(axis=1).mean(),
        "density": held.sum(axis=0).mean() / k,
        "coverage": inside(between.min(axis=1), radii[0]).mean(),
    }


def authentic(real, fake):
    """dgm-eval's AuthPct, as a share."""
    own = distances(real, real)
    np.fill_diagonal(own, np.inf)
    between = distances(real, fake)
    nearest = between.argmin(axis=0)
    return float((between.min(axis=0) > own.min(axis=1)[nearest]).mean())


def kid(x, y):
    x, y = x.astype(np.float64), y.astype(np.float64)
    m, n, d = len(x), len(y), x.shape[1]
    xx, yy, xy = ((a @ b.T / d + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    return float(
        (xx.sum() - np.trace(xx)) / (m * (m - 1)) + (yy.sum() - np.trace(yy)) / (n * (n - 1)) - 2 * xy.mean()
    )


def jackknife(score, generated, real, groups=20):
    """Corrected value and standard error, with groups of both sides left out in turn."""
    value = score(generated, real)
    corrected, variance = value, 0.0
    for side in (0, 1):
        sets = [generated, real]
        whole = sets[side]
        left = []
        for g in range(groups):
            low, high = g * len(whole) // groups, (g + 1) * len(whole) // groups
            sets[side] = np.delete(whole, slice(low, high), axis=0)
            left.append(score(*sets))
        left = np.array(left)
        corrected += (groups - 1) * (value - left.mean())
        variance += (groups - 1) / groups * ((left - left.mean()) ** 2).sum()
    return {"value": value, "corrected": float(corrected), "standardError": float(np.sqrt(variance))}


def inception_score(logits, splits):
    result = isc_features_to_metric(torch.from_numpy(logits), splits=splits, shuffle=False)
    return result["inception_score_mean"]


g, r = torch.from_numpy(generated), torch.from_numpy(real)
narrow = generated[:20], real[:15]
fidelity = fid_statistics_to_metric(*(fid_features_to_statistics(x) for x in (g, r)), verbose=False)
subsets = kid_features_to_metric(
    g, r, kid_subsets=10, kid_subset_size=100, verbose=False, kid_kernel="poly", kid_kernel_poly_degree=3,
    kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1, rng_seed=2020,
)
np.random.seed(7)
# Its two arguments are real and generated; in float64, as what is compared is which images are drawn.
clean = kernel_distance(real.astype(np.float64), generated.astype(np.float64), num_subsets=10, max_subset_size=100)
precision_recall = prc_features_to_metric(
    g, r, prc_neighborhood=3, prc_batch_size=10000, save_cpu_ram=False, verbose=False
)
shuffled = isc_features_to_metric(torch.from_numpy(logits), splits=10)
plain = isc_features_to_metric(torch.from_numpy(logits), splits=10, shuffle=False)
legacy = np.random.RandomState(2020)
scores = {
    "frechet": {
        "pytorch-fid": float(calculate_frechet_distance(*moments(generated), *moments(real))),
        "torch-fidelity": fidelity["frechet_inception_distance"],
        "divided by N": stylegan(generated, real),
        "nuclear norm": nuclear(generated, real),
        "nuclear norm of 20 and 15": nuclear(*narrow),
        "jackknife": jackknife(nuclear, generated, real),
    },
    "kernel": {
        "all": kid(generated, real),
        "jackknife": jackknife(kid, generated, real),
        "torch-fidelity": [subsets["kernel_inception_distance_mean"], subsets["kernel_inception_distance_std"]],
        "clean-fid": float(clean),
    },
    "inception": {
        "torch-fidelity": [shuffled["inception_score_mean"], shuffled["inception_score_std"]],
        "torch-fidelity in order": [plain["inception_score_mean"], plain["inception_score_std"]],
        "one split": inception_score(logits, 1),
        "seven splits": inception_score(logits, 7),
    },
    "neighbours": {
        "torch-fidelity": [precision_recall["precision"], precision_recall["recall"]],
        "included, 3": prdc(real, generated, 3, "included"),
        "excluded, 5": prdc(real, generated, 5, "excluded"),
        "authenticity": authentic(real, generated),
    },
    "numpy": {
        "permutation of 10": legacy.permutation(10).tolist(),
        "then 5 of 1000": legacy.choice(1000, 5, replace=False).tolist(),
        "then the first 4 of a permutation of 70000": legacy.permutation(70000)[:4].tolist(),
        "then the next permutation of 3": legacy.permutation(3).tolist(),
        "seed 4294967295, permutation of 12": np.random.RandomState(4294967295).permutation(12).tolist(),
    },
}
folder.joinpath("scores.json").write_text(json.dumps(scores, indent=2) + "\n")
