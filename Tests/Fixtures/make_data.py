#!/usr/bin/env python3
"""Makes Tests/Fixtures/data: small data sets in other programs' files.

Usage: Tests/Fixtures/make_data.py [FOLDER] (made with h5py 3.16.0 and NumPy 2.4.6)

Image i has the byte (31 i + 7 y + 3 x + 50 c) mod 256 at row y, column x and channel c, and the label i mod 3.
"""
import pathlib
import sys

import h5py
import numpy

folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "data"
folder.mkdir(parents=True, exist_ok=True)


def images(count, height, width, channels=3):
    i, y, x, c = numpy.ogrid[0:count, 0:height, 0:width, 0:channels]
    return ((31 * i + 7 * y + 3 * x + 50 * c) % 256).astype(numpy.uint8)


def labels(count):
    return numpy.arange(count, dtype=numpy.int64) % 3


# MARK: HDF5


def hdf5(name, pixels, numbers=labels(7), libver=None, options=None, label_options=None):
    with h5py.File(folder / name, "w", libver=libver) as file:
        if pixels is not None:
            file.create_dataset("imgs", data=pixels, **(options or {}))
        file.create_dataset("labels", data=numbers, **(label_options or {}))


packed = images(7, 8, 8)
planar = packed.transpose(0, 3, 1, 2)
hdf5("planar.hdf5", planar, options={"chunks": (3, 3, 8, 8), "maxshape": (7, 3, 8, 8)}, label_options={"chunks": (3,)})
hdf5("planar-lzf.hdf5", planar, options={"chunks": (3, 3, 8, 8), "compression": "lzf"},
     label_options={"chunks": (3,), "compression": "lzf"})
hdf5("packed-gzip.hdf5", packed, options={"chunks": (4, 8, 8, 3), "compression": "gzip", "fletcher32": True},
     label_options={"chunks": (4,), "shuffle": True, "compression": "gzip", "fletcher32": True})
# Chunks that cut images, in both directions beyond the edge.
hdf5("pieces.hdf5", packed, numbers=labels(7).astype(">i4"), options={"chunks": (2, 5, 3, 2)})
hdf5("contiguous.hdf5", images(7, 8, 6, 1), numbers=labels(7).astype("uint8"))
# The newer headers, with the older chunks.
hdf5("headers.hdf5", planar, libver=("v108", "v108"), options={"chunks": (3, 3, 8, 8)})
# What is refused.
hdf5("latest.hdf5", planar, libver="latest", options={"chunks": (3, 3, 8, 8)})
hdf5("reals.hdf5", planar / 255)
hdf5("empty.hdf5", planar[:0], numbers=labels(0))
hdf5("short.hdf5", planar, numbers=labels(6))
hdf5("negative.hdf5", planar, numbers=labels(7) - 1)
hdf5("scaled.hdf5", planar, options={"chunks": (3, 3, 8, 8), "scaleoffset": 0})
hdf5("soft.hdf5", None)
hdf5("outside.hdf5", None)
hdf5("beside.hdf5", None)
hdf5("unwritten.hdf5", None)
with h5py.File(folder / "soft.hdf5", "a") as file:
    file["imgs"] = h5py.SoftLink("/labels")
with h5py.File(folder / "outside.hdf5", "a") as file:
    file["imgs"] = h5py.ExternalLink("planar.hdf5", "/imgs")
with h5py.File(folder / "beside.hdf5", "a") as file:
    file.create_dataset("imgs", planar.shape, "uint8", external=[("beside.raw", 0, 1 << 20)])
with h5py.File(folder / "unwritten.hdf5", "a") as file:
    file.create_dataset("imgs", planar.shape, "uint8", chunks=(3, 3, 8, 8))[:3] = planar[:3]
