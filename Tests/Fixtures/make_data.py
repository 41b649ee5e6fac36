#!/usr/bin/env python3
"""Makes Tests/Fixtures/data: small data sets in other programs' files.

Usage: Tests/Fixtures/make_data.py [FOLDER] (made with h5py 3.16.0, NumPy 2.4.6, Pillow 13.0.0,
webdataset 1.0.2 and tfrecord 1.14.6)

Image i has the byte (31 i + 7 y + 3 x + 50 c) mod 256 at row y, column x and channel c, and the label i mod 3.
"""

import gzip
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import warnings
import zipfile

import h5py
import numpy
import tfrecord
import webdataset
from PIL import Image, ImageOps

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
hdf5(
    "planar.hdf5",
    planar,
    options={"chunks": (3, 3, 8, 8), "maxshape": (7, 3, 8, 8)},
    label_options={"chunks": (3,)},
)
hdf5(
    "planar-lzf.hdf5",
    planar,
    options={"chunks": (3, 3, 8, 8), "compression": "lzf"},
    label_options={"chunks": (3,), "compression": "lzf"},
)
hdf5(
    "packed-gzip.hdf5",
    packed,
    options={"chunks": (4, 8, 8, 3), "compression": "gzip", "fletcher32": True},
    label_options={"chunks": (4,), "shuffle": True, "compression": "gzip", "fletcher32": True},
)
# Chunks that cut images, in both directions beyond the edge.
hdf5("pieces.hdf5", packed, numbers=labels(7).astype(">i4"), options={"chunks": (2, 5, 3, 2)})
hdf5("contiguous.hdf5", images(7, 8, 6, 1), numbers=labels(7).astype("uint8"))
# So many chunks that their tree has more than one level.
hdf5(
    "tree.hdf5",
    images(70, 4, 4, 1),
    numbers=labels(70),
    options={"chunks": (1, 4, 4, 1), "compression": "gzip"},
)
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
        return (
            b"cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\nndarray\nq\x05K\x00\x85"
            + text(b"b")
            + b"\x87R(K\x01"
            + shape
            + kind
            + b"NNN"
            + b"J\xff\xff\xff\xff" * 2
            + b"K\x00tb\x89"
            + text(value.tobytes())
            + b"tb"
        )

    items = b""
    for place, (key, value) in enumerate(content.items()):
        items += text(key) + b"r" + struct.pack("<I", 1000 + place)
        if isinstance(value, numpy.ndarray):
            items += array(value)
        elif isinstance(value, list):
            items += (
                b"]("
                + b"".join(text(item) if isinstance(item, bytes) else number(item) for item in value)
                + b"e"
            )
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
        pickled_by_python2(batch(place, 1, [b"labels"]))
    )
(folder / "cifar-10-batches-py/test_batch").write_bytes(pickled_by_python2(batch(5, 1, [b"labels"])))
for name, first, count in [("train", 0, 3), ("test", 3, 1)]:
    keys = [b"coarse_labels", b"fine_labels"]
    content = batch(first, count, keys)
    (folder / "cifar-100-python" / name).write_bytes(pickled_by_python2(content))
    (folder / "cifar-100-binary" / (name + ".bin")).write_bytes(binary(content, keys))
    # As somebody saves it again today.
    (folder / "cifar-100-python3" / name).write_bytes(
        pickle.dumps({key.decode(): value for key, value in content.items()}, protocol=3)
    )
# What runs a command where pickles are obeyed.
(folder / "hostile.pickle").write_bytes(b"\x80\x02cos\nsystem\nU\x09echo done\x85R.")

# MARK: WebDataset


def encoded(pixels, kind="PNG", **options):
    stream = io.BytesIO()
    Image.fromarray(pixels if pixels.shape[-1] == 3 else pixels[..., 0]).save(stream, kind, **options)
    return stream.getvalue()


def shard(name, samples):
    with webdataset.TarWriter(str(folder / name), encoder=False, mtime=0) as writer:
        for sample in samples:
            writer.write(sample)


def sample(i, label, kind="png"):
    return {"__key__": f"sample{i:04d}", kind: encoded(packed[i]), **label}


shard("shards-000.tar", [sample(i, {"cls": b"%d" % (i % 3)}) for i in range(4)])
shard(
    "shards-001.tar",
    [
        sample(i, {"json": json.dumps({"label": i % 3, "caption": "é", "scores": [0.5, -1e9]}).encode()})
        for i in range(4, 7)
    ],
)
shard("unlabelled.tar", [sample(0, {"txt": b"a word"})])
shard("two-images.tar", [sample(0, {"jpg": encoded(packed[0], "JPEG"), "cls": b"0"})])
shard("bad-class.tar", [sample(0, {"cls": b"first"})])


def tar(name, members, form):
    with tarfile.open(folder / name, "w", format=form) as file:
        for path, content in members:
            info = tarfile.TarInfo(path)
            if isinstance(content, str):
                info.type, info.linkname, content = tarfile.SYMTYPE, content, b""
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))


long = "a" * 90 + "/" + "b" * 120
for name, form in [("pax.tar", tarfile.PAX_FORMAT), ("gnu.tar", tarfile.GNU_FORMAT)]:
    tar(
        name,
        [
            (f"./{long}{i}.png", encoded(packed[i])) if part == 0 else (f"./{long}{i}.cls", b"%d\n" % (i % 3))
            for i in range(7)
            for part in range(2)
        ],
        form,
    )
tar("link.tar", [("a.png", "/etc/passwd"), ("a.cls", b"0")], tarfile.PAX_FORMAT)
tar("absolute.tar", [("/tmp/a.png", encoded(packed[0])), ("/tmp/a.cls", b"0")], tarfile.PAX_FORMAT)
tar("above.tar", [("a/../../a.png", encoded(packed[0])), ("a.cls", b"0")], tarfile.PAX_FORMAT)
with open(folder / "zipped.tar.gz", "wb") as file:
    file.write(gzip.compress((folder / "unlabelled.tar").read_bytes(), mtime=0))

# MARK: TFRecord

for place in ["records-raw", "records-encoded", "records-other"]:
    (folder / place).mkdir(exist_ok=True)


def records(name, examples):
    writer = tfrecord.TFRecordWriter(str(folder / name))
    for example in examples:
        writer.write(example)
    writer.close()


records(
    "records-raw/sagan.tfrecords",
    [{"image_raw": (packed[i].tobytes(), "byte"), "label": (i % 3, "int")} for i in range(7)],
)
for part, range_ in enumerate([range(0, 4), range(4, 7)]):
    records(
        f"records-encoded/train-{part:05d}-of-00002",
        [
            {
                "image/encoded": (encoded(packed[i]), "byte"),
                "image/class/label": (i % 3 + 1, "int"),
                "image/height": (8, "int"),
                "image/width": (8, "int"),
                "image/format": (b"PNG", "byte"),
                "image/class/synset": (b"n0%d" % i, "byte"),
                "image/object/bbox/xmin": ([0.5, 0.25], "float"),
            }
            for i in range_
        ],
    )
records("records-other/x.tfrecord", [{"pixels": (packed[0].tobytes(), "byte"), "label": (0, "int")}])

# MARK: StyleGAN's folders and zip files


def listed(place, numbers=lambda i: i % 3):
    (folder / place).mkdir(exist_ok=True)
    names = [f"{i // 4:05d}/img{i:08d}.png" for i in range(7)]
    for i, name in enumerate(names):
        (folder / place / name).parent.mkdir(exist_ok=True)
        (folder / place / name).write_bytes(encoded(packed[i]))
    # Not in the order of the names, with members that nobody asks for.
    labels_ = [[name, numbers(i)] for i, name in enumerate(names)][::-1]
    text = json.dumps({"note": {"nested": [1.5e-3, None, True, {}]}, "labels": labels_})
    (folder / place / "dataset.json").write_text(text)
    return names + ["dataset.json"]


names = listed("stylegan")
for name, method in [("stylegan.zip", zipfile.ZIP_STORED), ("stylegan-deflated.zip", zipfile.ZIP_DEFLATED)]:
    with zipfile.ZipFile(folder / name, "w", method) as file:
        for member in names:
            file.writestr(zipfile.ZipInfo(member), (folder / "stylegan" / member).read_bytes(), method)

# MARK: Other kinds of images

shard(
    "webp.tar",
    [
        {
            "__key__": f"sample{i:04d}",
            "webp": encoded(packed[i], "WEBP", lossless=True),
            "cls": b"%d" % (i % 3),
        }
        for i in range(7)
    ],
)
wide = images(1, 30, 20)[0]
(folder / "images").mkdir(exist_ok=True)
for name, options in [("lossy", {"quality": 60}), ("lossless", {"lossless": True})]:
    Image.fromarray(wide).save(folder / f"images/{name}.webp", **options)
    Image.open(folder / f"images/{name}.webp").convert("RGB").save(folder / f"images/{name}.png")
alpha = numpy.concatenate([wide, (wide[..., :1] // 2 + 100)], -1)
Image.fromarray(alpha).save(folder / "images/alpha.webp", lossless=True, exact=True)
Image.fromarray(alpha).save(folder / "images/alpha.png")
Image.fromarray(wide).save(
    folder / "images/film.webp", save_all=True, append_images=[Image.fromarray(wide[::-1])]
)
# 16 bits: the values in the upper byte, something else in the lower one.
Image.fromarray(wide[..., 0].astype("uint16") * 256 + 77).save(folder / "images/grey-16.png")
Image.fromarray(wide[..., 0]).save(folder / "images/grey-8.png")

# MARK: Orientation

corners = images(1, 16, 24)[0]
(folder / "oriented").mkdir(exist_ok=True)
for number in range(1, 9):
    exif = Image.Exif()
    exif[0x010E] = "a text before it"
    exif[0x0112] = number
    for kind, options in [("png", {}), ("webp", {"lossless": True}), ("jpg", {"quality": 95})]:
        if kind == "png" or number in (3, 6):
            Image.fromarray(corners).save(folder / f"oriented/{number}.{kind}", exif=exif, **options)
            ImageOps.exif_transpose(Image.open(folder / f"oriented/{number}.{kind}")).convert("RGB").save(
                folder / f"oriented/{number}-{kind}-upright.png", exif=b""
            )
