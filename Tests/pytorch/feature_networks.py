"""The feature networks of scores as functions, of any width, and weights that any program can make.

Weights and pictures are hashes of a tensor's name and a number's index: HashedNumbers.swift in
Tests/TestSupport makes the same bits. A `Weights` makes a tensor when a network first
asks for it, so a network's order of calls is the order of its state dictionary.
"""

import numpy as np
import torch
import torch.nn.functional as F


def uniform(name, count):
    """Numbers in [0, 1): splitmix64, from an FNV-1a hash of the name on."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = (key ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(key) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ x >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ x >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        x = x ^ x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(np.float64) / 2.0**53


def pictures(count, size):
    """Pictures in [-1, 1), NCHW; their hash runs over NHWC."""
    flat = (2 * uniform("pictures", count * size * size * 3) - 1).astype(np.float32)
    return torch.from_numpy(flat.reshape(count, size, size, 3).transpose(0, 3, 1, 2).copy())


class Weights(dict):
    """Tensors by name, hashed where none is given."""

    def of(self, name, shape):
        if name not in self:
            if len(shape) > 1:
                bound = np.sqrt(6 / np.prod(shape[1:]))
                low, high = -bound, bound
            else:
                low, high = (0.75, 1.25) if name.endswith(("running_var", "weight")) else (-0.125, 0.125)
            numbers = low + (high - low) * uniform(name, int(np.prod(shape)))
            self[name] = torch.from_numpy(numbers.astype(np.float32).reshape(shape))
        assert tuple(self[name].shape) == tuple(shape), (name, shape)
        return self[name]


class Network:
    """What both networks share: layers that ask for their weights by name."""

    def __init__(self, weights, dtype, divisor=1):
        self.weights, self.dtype, self.divisor = weights, dtype, divisor

    def width(self, channels):
        return max(1, channels // self.divisor)

    def weight(self, name, *shape):
        return self.weights.of(name, shape).to(self.dtype)

    def normalize(self, name, x):
        parts = ["weight", "bias", "running_mean", "running_var"]
        gain, shift, mean, variance = (self.weight(f"{name}.{part}", x.shape[1]) for part in parts)
        return F.batch_norm(x, mean, variance, gain, shift, False, 0.0, 1e-3)

    def classify(self, name, classes, features):
        weight = self.weight(f"{name}.weight", self.width(classes), features.shape[1])
        return features @ weight.T, self.weight(f"{name}.bias", self.width(classes))


class Inception(Network):
    """Inception-v3 of the Fréchet Inception Distance."""

    def conv(self, name, x, outputs, height=1, width=1, padding=(0, 0), stride=1):
        weight = self.weight(f"{name}.conv.weight", self.width(outputs), x.shape[1], height, width)
        return F.relu(self.normalize(f"{name}.bn", F.conv2d(x, weight, stride=stride, padding=padding)))

    def square(self, name, x, outputs, size, padding=0, stride=1):
        return self.conv(name, x, outputs, size, size, (padding, padding), stride)

    def row(self, name, x, outputs, size):
        return self.conv(name, x, outputs, 1, size, (0, size // 2))

    def column(self, name, x, outputs, size):
        return self.conv(name, x, outputs, size, 1, (size // 2, 0))

    @staticmethod
    def average(x):
        return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)

    def a(self, name, x, pooled):
        one = self.conv(f"{name}.branch1x1", x, 64)
        five = self.square(f"{name}.branch5x5_2", self.conv(f"{name}.branch5x5_1", x, 48), 64, 5, 2)
        three = self.conv(f"{name}.branch3x3dbl_1", x, 64)
        three = self.square(f"{name}.branch3x3dbl_2", three, 96, 3, 1)
        three = self.square(f"{name}.branch3x3dbl_3", three, 96, 3, 1)
        return torch.cat([one, five, three, self.conv(f"{name}.branch_pool", self.average(x), pooled)], 1)

    def b(self, name, x):
        three = self.square(f"{name}.branch3x3", x, 384, 3, 0, 2)
        double = self.conv(f"{name}.branch3x3dbl_1", x, 64)
        double = self.square(f"{name}.branch3x3dbl_2", double, 96, 3, 1)
        double = self.square(f"{name}.branch3x3dbl_3", double, 96, 3, 0, 2)
        return torch.cat([three, double, F.max_pool2d(x, 3, 2)], 1)

    def c(self, name, x, inner):
        one = self.conv(f"{name}.branch1x1", x, 192)
        seven = self.row(f"{name}.branch7x7_2", self.conv(f"{name}.branch7x7_1", x, inner), inner, 7)
        seven = self.column(f"{name}.branch7x7_3", seven, 192, 7)
        double = self.conv(f"{name}.branch7x7dbl_1", x, inner)
        double = self.column(f"{name}.branch7x7dbl_2", double, inner, 7)
        double = self.row(f"{name}.branch7x7dbl_3", double, inner, 7)
        double = self.column(f"{name}.branch7x7dbl_4", double, inner, 7)
        double = self.row(f"{name}.branch7x7dbl_5", double, 192, 7)
        return torch.cat([one, seven, double, self.conv(f"{name}.branch_pool", self.average(x), 192)], 1)

    def d(self, name, x):
        three = self.square(f"{name}.branch3x3_2", self.conv(f"{name}.branch3x3_1", x, 192), 320, 3, 0, 2)
        seven = self.row(f"{name}.branch7x7x3_2", self.conv(f"{name}.branch7x7x3_1", x, 192), 192, 7)
        seven = self.column(f"{name}.branch7x7x3_3", seven, 192, 7)
        seven = self.square(f"{name}.branch7x7x3_4", seven, 192, 3, 0, 2)
        return torch.cat([three, seven, F.max_pool2d(x, 3, 2)], 1)

    def e(self, name, x, pooled):
        one = self.conv(f"{name}.branch1x1", x, 320)
        three = self.conv(f"{name}.branch3x3_1", x, 384)
        three = [self.row(f"{name}.branch3x3_2a", three, 384, 3), self.column(f"{name}.branch3x3_2b", three, 384, 3)]
        double = self.conv(f"{name}.branch3x3dbl_1", x, 448)
        double = self.square(f"{name}.branch3x3dbl_2", double, 384, 3, 1)
        double = [
            self.row(f"{name}.branch3x3dbl_3a", double, 384, 3),
            self.column(f"{name}.branch3x3dbl_3b", double, 384, 3),
        ]
        return torch.cat([one, *three, *double, self.conv(f"{name}.branch_pool", pooled, 192)], 1)

    def __call__(self, x):
        """Features by name, logits without bias, and their bias."""
        result = {}
        x = self.square("Conv2d_1a_3x3", x, 32, 3, 0, 2)
        x = self.square("Conv2d_2a_3x3", x, 32, 3)
        x = F.max_pool2d(self.square("Conv2d_2b_3x3", x, 64, 3, 1), 3, 2)
        result["64"] = x.mean((2, 3))
        x = self.conv("Conv2d_3b_1x1", x, 80)
        x = F.max_pool2d(self.square("Conv2d_4a_3x3", x, 192, 3), 3, 2)
        result["192"] = x.mean((2, 3))
        for name, pooled in [("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)]:
            x = self.a(name, x, pooled)
        x = self.b("Mixed_6a", x)
        for name, inner in [("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)]:
            x = self.c(name, x, inner)
        result["768"] = x.mean((2, 3))
        x = self.d("Mixed_7a", x)
        x = self.e("Mixed_7b", x, self.average(x))
        x = self.e("Mixed_7c", x, F.max_pool2d(x, 3, 1, 1))
        result["features"] = x.mean((2, 3))
        result["logits"], result["bias"] = self.classify("fc", 1008, result["features"])
        return result


class Lite0(Network):
    """EfficientNet-lite0 with TensorFlow's padding."""

    STAGES = [
        (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
    ]  # fmt: skip

    def conv(self, name, normalization, x, outputs, size, stride=1, groups=1):
        weight = self.weight(f"{name}.weight", outputs, x.shape[1] // groups, size, size)
        padding = []
        for extent in (x.shape[3], x.shape[2]):
            all_of_it = max((-(-extent // stride) - 1) * stride + size - extent, 0)
            padding += [all_of_it // 2, all_of_it - all_of_it // 2]
        return self.normalize(normalization, F.conv2d(F.pad(x, padding), weight, stride=stride, groups=groups))

    def __call__(self, x):
        """Features, logits without bias, and their bias."""
        x = F.relu6(self.conv("_conv_stem", "_bn0", x, self.width(32), 3, 2))
        index = 0
        for blocks, size, first, expansion, outputs in self.STAGES:
            for stride in [first] + [1] * (blocks - 1):
                name = f"_blocks.{index}"
                y = x
                if expansion > 1:
                    inner = expansion * x.shape[1]
                    y = F.relu6(self.conv(f"{name}._expand_conv", f"{name}._bn0", y, inner, 1))
                channels = y.shape[1]
                y = F.relu6(
                    self.conv(f"{name}._depthwise_conv", f"{name}._bn1", y, channels, size, stride, channels)
                )
                y = self.conv(f"{name}._project_conv", f"{name}._bn2", y, self.width(outputs), 1)
                x = x + y if stride == 1 and x.shape == y.shape else y
                index += 1
        x = F.relu6(self.conv("_conv_head", "_bn1", x, self.width(1280), 1))
        result = {"features": x.mean((2, 3))}
        result["logits"], result["bias"] = self.classify("_fc", 1000, result["features"])
        return result


NETWORKS = {"inception": Inception, "lite0": Lite0}


def relative_error(found, expected):
    """The Euclidean length of the difference, relative to that of what is expected."""
    return float((found.double() - expected.double()).norm() / expected.double().norm())
