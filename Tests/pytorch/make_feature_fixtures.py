#!/usr/bin/env python3
"""Writes Tests/Fixtures/features: what feature networks of reduced widths make of hashed pictures.

usage: Tests/pytorch/make_feature_fixtures.py

Each file holds the results of PyTorch in double precision; its metadata say how they were made and,
under `float32 NAME`, the relative error of PyTorch's own single precision.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

from feature_networks import NETWORKS, Weights, pictures, relative_error

FOLDER = Path(__file__).resolve().parent.parent / "Fixtures" / "features"
# Odd sizes: every kind of remainder of windows and strides occurs. At half of the widths a convolution is transformed.
CASES = [
    ("inception", "inception", 8, 107, 3),
    ("inception-half", "inception", 2, 139, 1),
    ("lite0", "lite0", 8, 57, 3),
]


def main():
    for file, name, divisor, size, count in CASES:
        weights, images = Weights(), pictures(count, size)
        exact = NETWORKS[name](weights, torch.float64, divisor)(images.double())
        single = NETWORKS[name](weights, torch.float32, divisor)(images)
        metadata = {"network": name, "divisor": str(divisor), "size": str(size), "torch": torch.__version__}
        for key, expected in exact.items():
            metadata[f"float32 {key}"] = f"{relative_error(single[key], expected):.3e}"
        FOLDER.mkdir(exist_ok=True)
        save_file({key: value.contiguous() for key, value in exact.items()}, FOLDER / f"{file}.safetensors", metadata)
        print(file, sum(tensor.numel() for tensor in weights.values()), metadata)


if __name__ == "__main__":
    main()
