#!/usr/bin/env python3
"""Makes Tests/Fixtures/resizers: images/colour.png at other sizes as floats, as the tools of evaluation make them.

Usage: Tests/Fixtures/make_resizers.py (made with PyTorch 2.13.0, Pillow 13.0.0, torch-fidelity 0.4.0, clean-fid 0.1.35;
torchvision 0.15.2 is there for the latter two to be imported)

Files are little-endian floats, rows from the top, channels fastest; of larger images every 7th or 331st number alone.
"""
import pathlib

import numpy
import torch
import torch.nn.functional
from cleanfid.resize import make_resizer
from PIL import Image
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

folder = pathlib.Path(__file__).parent / "resizers"
folder.mkdir(exist_ok=True)
image = numpy.asarray(Image.open(pathlib.Path(__file__).parent / "images/colour.png"))


def pillow(filter, size):
    channels = [Image.fromarray(image[:, :, c].astype(numpy.float32), mode="F") for c in range(3)]
    resized = [numpy.asarray(c.resize(size[::-1], Image.Resampling[filter.upper()])) for c in channels]
    result = numpy.stack(resized, -1)
    if filter == "bicubic":
        assert (make_resizer("PIL", False, filter, size[::-1])(image) == result.clip(0, 255)).all()
    return result


batch = torch.from_numpy(image.astype(numpy.float32)).permute(2, 0, 1)[None].contiguous()
for size, step in [((20, 24), 1), ((47, 30), 1), ((70, 75), 7), ((299, 299), 331)]:
    results = {
        "pytorch-bilinear": torch.nn.functional.interpolate(
            batch / 255, size=size, mode="bilinear", align_corners=False)[0].permute(1, 2, 0).numpy(),
        "tensorflow-bilinear": interpolate_bilinear_2d_like_tensorflow1x(
            batch, size=size, align_corners=False)[0].permute(1, 2, 0).numpy(),
        **{f"pillow-{filter}": pillow(filter, size) for filter in ["bilinear", "bicubic", "lanczos"]},
    }
    for name, result in results.items():
        assert result.shape == (*size, 3) and result.dtype == numpy.float32
        result.reshape(-1)[::step].astype("<f4").tofile(folder / f"{name}-{size[0]}x{size[1]}.f32")
