#!/usr/bin/env python3
"""Makes Tests/Fixtures/images with Pillow: JPEG files, their pixels, and resized pixels, as Pillow has them.

Usage: Tests/Fixtures/make_images.py (made with Pillow 13.0.0 and NumPy 2.4.6)
"""
import pathlib

import numpy
from PIL import Image

folder = pathlib.Path(__file__).parent / "images"
folder.mkdir(exist_ok=True)
width, height = 61, 47
y, x = numpy.mgrid[0:height, 0:width]
waves = [128 + 127 * numpy.sin((a * x + b * y) / 9 + c) for a, b, c in [(1, 2, 0), (3, 1, 1), (2, 3, 2)]]
noise = numpy.random.RandomState(7).randint(-60, 60, (height, width, 3))
image = Image.fromarray(numpy.clip(numpy.stack(waves, -1) + noise, 0, 255).astype(numpy.uint8))

# JPEG files, and what Pillow reads from them.
for name, mode, options in [
    ("colour", "RGB", {"subsampling": "4:2:0"}),
    ("progressive", "RGB", {"subsampling": "4:2:2", "progressive": True}),
    ("restart", "RGB", {"restart_marker_rows": 1}),
    ("grey", "L", {}),
    ("cmyk", "CMYK", {}),
]:
    image.convert(mode).save(folder / f"{name}.jpg", quality=70, **options)
    decoded = Image.open(folder / f"{name}.jpg")
    decoded.convert("L" if mode == "L" else "RGB").save(folder / f"{name}.png", optimize=True)

# The colours of one of them in grey and at other sizes.
colour = Image.open(folder / "colour.png")
colour.convert("L").save(folder / "luma.png", optimize=True)
for size in [(16, 16), (96, 80), (20, 70)]:
    for name in ["bilinear", "bicubic", "lanczos"]:
        resample = Image.Resampling[name.upper()]
        colour.resize(size, resample).save(folder / f"{name}-{size[0]}x{size[1]}.png", optimize=True)
# What a data set does with it: the square of the short side in the middle, made smaller.
left, top = round((width - height) / 2), 0
colour.crop((left, top, left + height, top + height)).resize((32, 32), Image.Resampling.BILINEAR).save(
    folder / "square-32.png", optimize=True)
