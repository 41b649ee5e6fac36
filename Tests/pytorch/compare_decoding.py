#!/usr/bin/env python3
"""Times `sagan data pack` beside the same preparation by Pillow, and by torchvision where it is installed.

    Tests/pytorch/compare_decoding.py FOLDER --side 128 --pairs 5 --cores 1 --program .build/release/sagan

FOLDER has JPEG files in class folders, as --data folder:FOLDER takes them; without it, pictures of ImageNet's size are made of noise and
gradients. All programs take turns on one core, each reads every file from the system's memory, and the table has medians of images a
second. Pillow's pixels must be those of the pack, Pillow-SIMD's almost: the first ones are compared.
"""

import argparse
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import PIL
from PIL import Image, ImageOps
from safetensors.numpy import load_file

parser = argparse.ArgumentParser()
parser.add_argument("folder", nargs="?")
parser.add_argument("--side", type=int, default=128)
parser.add_argument("--pairs", type=int, default=5)
parser.add_argument("--cores", default="0")
parser.add_argument("--program", default=".build/release/sagan")
options = parser.parse_args()
os.sched_setaffinity(0, {int(core) for core in options.cores.split(",")})
scratch = tempfile.TemporaryDirectory()


def pictures():
    """400 JPEG files of 500 × 375 pixels, about 50 kB each."""
    folder = pathlib.Path(scratch.name) / "pictures" / "a"
    folder.mkdir(parents=True)
    noise = random.Random(1)
    for number in range(400):
        small = numpy.array(
            [[[noise.randrange(256) for _ in range(3)] for _ in range(40)] for _ in range(30)], numpy.uint8
        )
        Image.fromarray(small).resize((500, 375), Image.BICUBIC).save(folder / f"{number:04}.jpg", quality=92)
    return folder.parent


def square(image):
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def by_pillow(path):
    image = square(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
    return numpy.asarray(image.resize((options.side, options.side), Image.BILINEAR))


def by_torchvision(path):
    image = decode_image(torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8), ImageReadMode.RGB)
    return resize(center_crop(image, min(image.shape[1:])), [options.side, options.side], antialias=True)


folder = pathlib.Path(options.folder) if options.folder else pictures()
paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
if not paths:
    sys.exit(f"expected JPEG files in class folders below '{folder}' and found none")
# Pillow-SIMD, which takes Pillow's place, resizes with other rounding.
is_simd = ".post" in PIL.__version__
ways = {"Pillow-SIMD" if is_simd else "Pillow": by_pillow}
try:
    import torch
    from torchvision.io import ImageReadMode, decode_image
    from torchvision.transforms.functional import center_crop, resize

    torch.set_num_threads(1)
    ways["torchvision"] = by_torchvision
except ImportError:
    print("torchvision is not installed and is left out")


def by_sagan():
    pack = pathlib.Path(scratch.name) / "pack"
    command = [
        options.program,
        "data",
        "pack",
        "--data",
        f"folder:{folder}",
        "--side",
        str(options.side),
        "--out",
        str(pack),
        "--force",
    ]
    said = subprocess.run(
        command, check=True, capture_output=True, text=True, env=dict(os.environ, OPENBLAS_NUM_THREADS="1")
    ).stdout
    return said, pack


def timed(work):
    began = time.monotonic()
    work()
    return time.monotonic() - began


said, pack = by_sagan()
packed = load_file(pack)["images"]
for index in range(min(20, len(paths))):
    difference = numpy.abs(packed[index].astype(int) - by_pillow(paths[index])).max()
    assert difference <= (
        2 if is_simd else 0
    ), f"'{paths[index]}' has other pixels in the pack, by {difference}"
seconds = {name: [] for name in ["sagan", *ways]}
for _ in range(options.pairs):
    seconds["sagan"].append(timed(by_sagan))
    for name, way in ways.items():
        seconds[name].append(timed(lambda: [way(path) for path in paths]))
ours = statistics.median(seconds["sagan"])
print(
    f"{len(paths)} files, {options.side} pixels, cores {options.cores}; the program's start and its second reading included"
)
for name, taken in seconds.items():
    rates = sorted(len(paths) / second for second in taken)
    print(
        f"{name:12} {statistics.median(rates):8.1f} images/s ({rates[0]:.1f}–{rates[-1]:.1f})  {statistics.median(taken) / ours:.2f}"
    )
