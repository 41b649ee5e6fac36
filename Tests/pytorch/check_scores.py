#!/usr/bin/env python3
"""Checks `sagan evaluate --like TOOL` against the tools themselves, on pictures and with hashed weights.

usage: check_scores.py SAGAN FOLDER [--pictures N] [--tools LIST] [--subset-size M] [--subsets K] [--whole]

Writes two folders of N pictures each and Inception's weights to FOLDER, runs the tools' own functions
and `SAGAN evaluate --images A --reference B --like TOOL --extractor inception:FILE --json`, and expects
all scores to be equal to 1e-4, relative. StyleGAN3's and guided-diffusion's programs do not run here:
their formulas are in tool_formulas.py, on torch-fidelity's features, which are made as theirs.

SciPy's root of a matrix takes 20 s for 2,048 features. Without --whole it gets the same matrix on the
few directions that few pictures have. Prints one line a score and "N passed, M failed". Exit code 77:
something is not installed.
"""

import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections import OrderedDict
from pathlib import Path

try:
    import numpy as np
    import torch
    from scipy import linalg
    from PIL import Image

    import tool_formulas
    from feature_networks import NETWORKS, Weights, pictures
except ImportError as error:
    print(f"check_scores.py: skipped, {error}")
    sys.exit(77)

TOLERANCE = 1e-4
SEED = 2020
# The most pictures for which roots of matrices are narrow.
NARROW = 64
ROOT = linalg.sqrtm


def write_pictures(folder, count, seed, tint):
    """Smooth random pictures with names in no order; one with a name in capitals, and one in a folder of its own.

    Not all tools take the last two.
    """
    rng = np.random.RandomState(seed)
    (folder / "more").mkdir(parents=True)
    for number in range(count):
        coarse = rng.rand(5 + seed % 3, 5, 3) * 255 * tint + 255 * (1 - tint) * rng.rand(1, 1, 3)
        picture = Image.fromarray(coarse.clip(0, 255).astype(np.uint8)).resize((48, 32), Image.BICUBIC)
        name = {0: "FIRST.PNG", 1: "more/second.png"}.get(number, f"{(number * 37) % 1009:04d}-{number}.png")
        picture.save(folder / name)


def write_weights(path):
    """Inception's tensors as files hold them, in the order of the network."""
    weights = Weights()
    NETWORKS["inception"](weights, torch.float32)(pictures(1, 75))
    for name in [name for name in weights if name.endswith(".running_mean")]:
        weights[name.replace("running_mean", "num_batches_tracked")] = torch.tensor(1)
    weights = OrderedDict((name, tensor.contiguous()) for name, tensor in weights.items())
    torch.save(weights, path)
    return weights


def narrow_root(matrix, disp=True):
    """A matrix of the trace that the root of `matrix` has, which is of low rank."""
    # A basis of the few directions that the product has.
    random = np.random.RandomState(0).rand(len(matrix), 2 * NARROW)
    basis, _ = np.linalg.qr(matrix @ random)
    root = basis @ ROOT(basis.T @ matrix @ basis, disp=False)[0] @ basis.T
    return root if disp else (root, 0)


def pytorch_fid(weights, _file, generated, reference, _options):
    import pytorch_fid.fid_score as module
    import pytorch_fid.inception as inception

    # Its loader would download.
    inception.load_state_dict_from_url = lambda *arguments, **options: weights
    module.tqdm = lambda batches: batches
    paths = [str(generated), str(reference)]
    return {"fid": module.calculate_fid_given_paths(paths, 32, torch.device("cpu"), 2048, 0)}


def torch_fidelity(_weights, file, generated, reference, options):
    import torch_fidelity as module

    found = module.calculate_metrics(
        input1=str(generated), input2=str(reference), cuda=False, batch_size=32, save_cpu_ram=True,
        isc=True, fid=True, kid=True, prc=True, feature_extractor="inception-v3-compat",
        feature_extractor_weights_path=str(file), kid_subset_size=options.subset_size,
        kid_subsets=options.subsets, verbose=False, cache=False,
    )  # fmt: skip
    return {
        "is": found["inception_score_mean"],
        "is_deviation": found["inception_score_std"],
        "fid": found["frechet_inception_distance"],
        "kid": found["kernel_inception_distance_mean"],
        "kid_deviation": found["kernel_inception_distance_std"],
        "precision": found["precision"],
        "recall": found["recall"],
    }


def clean_fid(weights, _file, generated, reference, options):
    import cleanfid.fid as module
    import pytorch_fid.inception as inception

    # The network in its own form is TorchScript that it would download: the same layers, without resizing and scaling.
    inception.load_state_dict_from_url = lambda *arguments, **options: weights
    layers = inception.InceptionV3([3], resize_input=False, normalize_input=False).eval()

    def network(images):
        return layers((images - 128) / 128)[0][:, :, 0, 0]

    features = [
        module.get_folder_features(
            str(folder), network, num_workers=0, batch_size=32, device=torch.device("cpu"), mode="clean", verbose=False
        )
        for folder in (reference, generated)
    ]
    np.random.seed(SEED)
    kid = module.kernel_distance(*features, num_subsets=options.subsets, max_subset_size=options.subset_size)
    return {"fid": module.fid_from_feats(*features), "kid": kid}


@functools.cache
def torch_fidelity_rows(file, folder):
    """Features and logits as torch-fidelity makes them, in the order of the files' names."""
    from torch_fidelity.datasets import ImagesPathDataset
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    from torch_fidelity.utils import get_featuresdict_from_dataset, glob_samples_paths

    network = FeatureExtractorInceptionV3("inception", ["2048", "logits_unbiased"], str(file)).eval()
    paths = glob_samples_paths(str(folder), True, "png", verbose=False)
    rows = get_featuresdict_from_dataset(ImagesPathDataset(paths), network, 32, False, True, False)
    return rows["2048"].double().numpy(), rows["logits_unbiased"].double().numpy()


def stylegan3(_weights, file, generated, reference, options):
    fakes, logits = torch_fidelity_rows(file, generated)
    reals, _ = torch_fidelity_rows(file, reference)
    return tool_formulas.stylegan3(fakes, logits, reals, options.subsets, options.subset_size, SEED)


def adm(_weights, file, generated, reference, _options):
    """On arrays, the reference's with a mean of its own: that program takes it for the distance, and pictures for the rest."""
    fakes, logits = torch_fidelity_rows(file, generated)
    reals, _ = torch_fidelity_rows(file, reference)
    moved = reals + 0.05
    for folder, moments in [
        (generated, {}),
        (reference, {"mu": moved.mean(0), "sigma": np.cov(moved, rowvar=False)}),
    ]:
        pictures = [np.array(Image.open(path)) for path in sorted(folder.rglob("*.[pP][nN][gG]"), key=str)]
        np.savez(folder.with_suffix(".npz"), np.stack(pictures), **moments)
    scores = tool_formulas.adm(fakes, logits, reals)
    return scores | {"fid": tool_formulas.frechet(fakes, moved, 1)}


TOOLS = {"pytorch-fid": pytorch_fid, "torch-fidelity": torch_fidelity, "clean-fid": clean_fid}
# Whose programs do not run here.
TOOLS |= {"stylegan3": stylegan3, "adm": adm}


def sagan(program, tool, file, generated, reference, folder, options):
    """The program's scores by name: the same bytes on two ranks, where a launcher is there."""
    if tool == "adm":
        generated, reference = generated.with_suffix(".npz"), reference.with_suffix(".npz")
    command = [
        program, "evaluate", "--images", generated, "--reference", reference, "--like", tool,
        "--extractor", f"inception:{file}", "--cache", folder / "cache", "--threads", "1", "--json",
    ]  # fmt: skip
    if tool not in ("pytorch-fid", "adm"):
        command += ["--kid-subsets", options.subsets, "--kid-subset-size", options.subset_size]
    command = [str(word) for word in command]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    if tool == "torch-fidelity" and shutil.which("mpirun"):
        launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", "2"]
        rights = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        shared = subprocess.run(launcher + command, check=True, stdout=subprocess.PIPE, env=os.environ | rights).stdout
        if shared != text:
            raise SystemExit(f"two ranks print other bytes: {shared}, expected {text}")
    return {score["name"]: score["value"] for score in json.loads(text)["scores"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=32)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--subset-size", type=int, default=24)
    parser.add_argument("--subsets", type=int, default=10)
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    if not options.whole:
        linalg.sqrtm = narrow_root
    warnings.simplefilter("ignore")
    generated, reference = options.folder / "generated", options.folder / "reference"
    write_pictures(generated, options.pictures, 1, 0.8)
    write_pictures(reference, options.pictures, 2, 1.0)
    file = options.folder / "weights.pth"
    weights = write_weights(file)
    passed, failed = 0, 0
    for tool in options.tools.split(","):
        try:
            with torch.no_grad():
                theirs = TOOLS[tool](weights, file, generated, reference, options)
        except ImportError as missing:
            print(f"check_scores.py: {tool} was not compared, {missing}")
            continue
        ours = sagan(options.program, tool, file, generated, reference, options.folder, options)
        for name, value in theirs.items():
            error = abs(ours[name] - value) / max(abs(value), 1e-12)
            right = error <= TOLERANCE
            passed, failed = passed + right, failed + (not right)
            print(
                f"check_scores.py: {tool}: {'' if right else 'FAILED, '}{name} {ours[name]:.8g}, the tool {value:.8g}: "
                f"error {error:.1e}"
            )
    if passed + failed == 0:
        return 77
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
