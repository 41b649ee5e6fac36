#!/usr/bin/env python3
"""Writes Tests/Fixtures/statistics/tools.json: scores of StyleGAN3's and guided-diffusion's programs of hashed features.

Tests/pytorch/tool_formulas.py defines the scores, feature_networks.py the numbers: a test makes the same bits from the names.
"""

import json
import sys
from pathlib import Path

import numpy as np

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "pytorch"))
from feature_networks import uniform  # noqa: E402
from tool_formulas import adm, stylegan3  # noqa: E402


def rows(name, count, columns, scale=1.0):
    return (scale * uniform(name, count * columns)).astype(np.float32).astype(np.float64).reshape(count, columns)


fakes, logits = rows("generated", 6000, 5, 1.25), rows("logits", 6000, 7, 4.0)
reals = rows("real", 500, 5)
scores = {
    "adm": adm(fakes, logits, reals),
    "stylegan3": stylegan3(fakes, logits, reals, subsets=20, size=100, seed=2020),
}
scores = {tool: {name: float(value) for name, value in found.items()} for tool, found in scores.items()}
(here / "statistics" / "tools.json").write_text(json.dumps(scores, indent=1) + "\n")
