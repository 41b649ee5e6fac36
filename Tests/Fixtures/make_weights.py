#!/usr/bin/env python3
"""Makes Tests/Fixtures/weights: small files of torch.save in both of its forms, and arrays of numpy.savez.

Usage: Tests/Fixtures/make_weights.py (made with PyTorch 2.13.0 and NumPy 2.4.6)

Names, extents and numbers of every tensor are in weights.json as PyTorch has them; formats.json has the arrays.
"""
import collections
import json
import pathlib
import zipfile

import numpy
import torch

folder = pathlib.Path(__file__).parent / "weights"
folder.mkdir(exist_ok=True)
torch.manual_seed(7)

network = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2, bias=False), torch.nn.BatchNorm2d(3), torch.nn.Linear(3, 2))
state = network.state_dict()  # an OrderedDict with attributes, floats and a counter
numbers = torch.arange(24, dtype=torch.float32) / 7
types = collections.OrderedDict(
    f64=numbers[:5].double() / 3,
    f16=(numbers[:7] * 1e3).half(),
    bf16=(numbers[:7] * -1e-3).bfloat16(),
    i64=torch.tensor([-(1 << 62), -1, 0, 1 << 62]),
    i32=torch.tensor([-(1 << 31), (1 << 31) - 1], dtype=torch.int32),
    i16=torch.tensor([-32768, 32767], dtype=torch.int16),
    i8=torch.tensor([-128, 127], dtype=torch.int8),
    u8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    subnormal=torch.tensor([5.9604645e-08, -0.0, 65504.0]).half(),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
    transposed=numbers.reshape(4, 6).t(),
    sliced=numbers.reshape(2, 3, 4)[1, 1:, ::2],
    parameter=torch.nn.Parameter(numbers[3:6].clone()),
    shared=numbers,
)
optimizer = torch.optim.Adam(network.parameters())
checkpoint = {
    "state_dict": {"module." + name: tensor for name, tensor in state.items()},
    "optimizer": optimizer.state_dict(),
    "step": 40000,
    "best_fid": numpy.float64(17.25),  # a numpy scalar: named and never made
    "history": [1.5, None, (1 << 40, -3), "text", torch.Size([2, 3])],
}
expected = {}
for name, content, tensors in [
    ("state", state, state), ("types", types, types), ("checkpoint", checkpoint, state)
]:
    for form, is_zip in [("zip", True), ("legacy", False)]:
        torch.save(content, folder / f"{name}-{form}.pth", _use_new_zipfile_serialization=is_zip)
    expected[name] = [
        {
            "name": key, "shape": list(tensor.shape),
            "numbers": tensor.detach().double().flatten().tolist() if tensor.is_floating_point() else [],
            "integers": [] if tensor.is_floating_point() else tensor.long().flatten().tolist(),
        }
        for key, tensor in tensors.items()
    ]
with open(folder / "weights.json", "w") as file:
    json.dump(expected, file, indent=None, separators=(",", ":"))

# Files that hold no state dict.
torch.save(torch.nn.Identity(), folder / "model-legacy.pth", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Identity(), folder / "model-zip.pth")
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), folder / "script.pth")
torch.save(torch.zeros(2), folder / "tensor.pth")
torch.save({"a": torch.zeros(1).expand(9)}, folder / "expanded.pth")
torch.save({"a": torch.zeros(2, dtype=torch.complex64)}, folder / "complex.pth")

# A wheel with weights in it, compressed, as packages are.
with zipfile.ZipFile(folder / "packed.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
    for name, content in [
        ("package/__init__.py", b""), ("package/weights.pth", (folder / "state-legacy.pth").read_bytes())
    ]:
        wheel.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)

# Arrays of NumPy: every type, both orders of bytes and axes.
generator = numpy.random.RandomState(3)
arrays = {"scalar": numpy.float64(2.5), "empty": numpy.zeros((0, 2))}
for kind in ["b1", "u1", "i1", "u2", "i2", "u4", "i4", "i8", "f2", "f4", "f8"]:
    for order in "<>":
        values = generator.randint(0, 100, (2, 3)) / (4 if kind[0] == "f" else 1)
        arrays[f"{'little' if order == '<' else 'big'}-{kind}"] = values.astype(order + kind)
arrays["fortran"] = numpy.asfortranarray(generator.randint(0, 100, (2, 3, 4)).astype("<f4"))
numpy.savez(folder / "arrays.npz", **arrays)
numpy.savez_compressed(folder / "arrays-deflated.npz", **arrays)
with open(folder / "arrays.json", "w") as file:
    json.dump(
        [{"name": name, "shape": list(array.shape), "numbers": array.astype("f8").flatten().tolist(), "integers": []}
         for name, array in arrays.items()], file, separators=(",", ":"))
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(folder / f"version-{version[0]}.npy", "wb") as file:
        numpy.lib.format.write_array(file, numpy.arange(3.0), version=version)
numpy.save(folder / "objects.npy", numpy.array([None, {}], dtype=object), allow_pickle=True)

images = generator.randint(0, 256, (5, 4, 3, 3)).astype("u1")
labels = numpy.array([0, 2, 1, 1, 0])
numpy.savez(folder / "images.npz", images, labels)
numpy.savez_compressed(folder / "images-deflated.npz", images, labels)
features = generator.rand(20, 4)
moments = {"mu": features.mean(0), "sigma": numpy.cov(features, rowvar=False)}
numpy.savez(folder / "moments.npz", **moments)
