#!/usr/bin/env python3
"""Makes Tests/Fixtures/data: small data sets in other programs' files.

Usage: Tests/Fixtures/make_data.py [FOLDER] (made with h5py 3.16.0 and NumPy 2.4.6)

Image i has the byte (31 i + 7 y + 3 x + 50 c) mod 256 at row y, column x and channel c, and the label i mod 3.
"""
import pathlib
import pickle
import struct
import sys
import warnings

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

# MARK: NumPy

numpy.savez(folder / "named.npz", images=packed, labels=labels(7).astype("uint8"))
numpy.savez_compressed(folder / "named-deflated.npz", images=packed, labels=labels(7))
numpy.savez(folder / "exchanged.npz", packed, labels(7))
numpy.savez(folder / "unlabelled.npz", images=packed)
numpy.savez(folder / "large-label.npz", images=packed, labels=labels(7) + 999_998)

# MARK: CIFAR


def pickled_by_python2(content):
    """A pickle of protocol 2 as Python 2 writes it: texts are bytes there, and so are the contents of arrays."""
    def text(value):
        count = len(value)
        return (b"U" + struct.pack("<B", count) if count < 256 else b"T" + struct.pack("<I", count)) + value

    def number(value):
        return b"K" + struct.pack("<B", value) if value < 256 else b"M" + struct.pack("<H", value)

    def array(value):
        kind = b"cnumpy\ndtype\nq\x06" + text(b"u1") + b"K\x00K\x01\x87Rq\x07(K\x03" + text(b"|")
        shape = number(value.shape[0]) + number(value.shape[1]) + b"\x86"
        return (b"cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\nndarray\nq\x05K\x00\x85" + text(b"b") + b"\x87R(K\x01"
                + shape + kind + b"NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb\x89" + text(value.tobytes()) + b"tb")

    items = b""
    for place, (key, value) in enumerate(content.items()):
        items += text(key) + b"r" + struct.pack("<I", 1000 + place)
        if isinstance(value, numpy.ndarray):
            items += array(value)
        elif isinstance(value, list):
            items += b"](" + b"".join(text(item) if isinstance(item, bytes) else number(item) for item in value) + b"e"
        else:
            items += text(value)
    result = b"\x80\x02}q\x01(" + items + b"u."
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy thinks that the type's alignment is none
        again = pickle.loads(result, encoding="bytes")
    assert {key: getattr(value, "tolist", lambda: value)() for key, value in again.items()} == {
        key: getattr(value, "tolist", lambda: value)() for key, value in content.items()
    }
    return result


def batch(first, count, keys):
    pixels = images(first + count, 32, 32)[first:].transpose(0, 3, 1, 2).reshape(count, 3072)
    numbers = [i % 3 for i in range(first, first + count)]
    names = [b"image %d.png" % i for i in range(first, first + count)]
    # The coarse label of CIFAR-100 is another one.
    values = {key: [number + 1 for number in numbers] if key == b"coarse_labels" else numbers for key in keys}
    return {b"batch_label": b"a batch", **values, b"data": pixels, b"filenames": names}


def binary(content, keys):
    rows = zip(*(content[key] for key in keys), content[b"data"])
    return b"".join(bytes(row[:-1]) + row[-1].tobytes() for row in rows)


for place in ["cifar-10-batches-py", "cifar-100-python", "cifar-100-binary", "cifar-100-python3"]:
    (folder / place).mkdir(exist_ok=True)
for place in range(5):
    (folder / f"cifar-10-batches-py/data_batch_{place + 1}").write_bytes(
        pickled_by_python2(batch(place, 1, [b"labels"])))
(folder / "cifar-10-batches-py/test_batch").write_bytes(pickled_by_python2(batch(5, 1, [b"labels"])))
for name, first, count in [("train", 0, 3), ("test", 3, 1)]:
    keys = [b"coarse_labels", b"fine_labels"]
    content = batch(first, count, keys)
    (folder / "cifar-100-python" / name).write_bytes(pickled_by_python2(content))
    (folder / "cifar-100-binary" / (name + ".bin")).write_bytes(binary(content, keys))
    # As somebody saves it again today.
    (folder / "cifar-100-python3" / name).write_bytes(
        pickle.dumps({key.decode(): value for key, value in content.items()}, protocol=3))
# What runs a command where pickles are obeyed.
(folder / "hostile.pickle").write_bytes(b"\x80\x02cos\nsystem\nU\x09echo done\x85R.")
