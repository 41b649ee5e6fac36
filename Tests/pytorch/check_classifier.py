#!/usr/bin/env python3
"""Checks a classifier of the program against PyTorch in double precision.

usage: check_classifier.py FOLDER

FOLDER holds what the program has written:
  classifier.safetensors  the classifier, as `sagan evaluate` keeps it
  pictures.safetensors    `pictures` [N, H, W, C] in -1...1, and their `features` and `logits`
  step.safetensors        of a training step: `pictures` [S, N, H, W, C] in S shards, `labels` [S, N],
                          the `loss`, of each parameter the gradient under its name, and which
                          ReLUs passed as `mask/NAME` [S, N, H, W, C]

Expects of the network with its running statistics that features and logits differ by at most 1e-4
of the largest one. Of the step, with each shard's own statistics, that loss and gradients do, where
the same ReLUs pass as in the program; and that those that would not are that near to 0, measured by
the root of the mean square.
Prints one line a check and "N passed, M failed". Exit code 77: something is not installed.
"""

import json
import sys
from pathlib import Path

try:
    import torch
    import torch.nn.functional as F
    from safetensors import safe_open
    from safetensors.torch import load_file
except ImportError as error:
    print(f"check_classifier.py: skipped, {error}")
    sys.exit(77)

EPSILON = 1e-5
BOUND = 1e-4


def folded(pictures, side):
    """[N, H, W, C] as [N, side² C, H / side, W / side], pixels of a square row by row."""
    n, height, width, channels = pictures.shape
    squares = pictures.reshape(n, height // side, side, width // side, side, channels)
    return squares.permute(0, 2, 4, 5, 1, 3).reshape(n, -1, height // side, width // side)


class Classifier:
    """Residual blocks that halve height and width, a sum over the last map, a linear layer."""

    def __init__(self, numbers, isTraining):
        self.numbers, self.isTraining = numbers, isTraining
        # Which ReLUs pass, by name, where others decide; how far from 0 they differ.
        self.masks, self.farthest = {}, 0.0
        self.blocks = 0
        while f"block{self.blocks}.conv1.weight" in numbers:
            self.blocks += 1

    def relu(self, name, x):
        if name not in self.masks:
            return F.relu(x)
        mask = self.masks[name].permute(0, 3, 1, 2)
        differing = (x.detach() * ((x > 0).double() - mask)).abs().max() / x.detach().square().mean().sqrt()
        self.farthest = max(self.farthest, differing.item())
        return x * mask

    def normalized(self, name, relu, x):
        """ReLU of the batch norm."""
        get = lambda end: self.numbers[f"{name}.{end}"]
        if self.isTraining:
            mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
        else:
            mean, variance = get("running_mean"), get("running_var")
        scale = get("weight") / (variance + EPSILON).sqrt()
        return self.relu(relu, x * scale[:, None, None] + (get("bias") - mean * scale)[:, None, None])

    def block(self, name, x, isFirst):
        get = lambda end: self.numbers.get(f"{name}.{end}")
        h = x if isFirst else self.normalized(f"{name}.bn1", f"{name}.relu1", x)
        h = F.conv2d(h, get("conv1.weight"), padding=1)
        h = self.normalized(f"{name}.bn2", f"{name}.relu2", h)
        h = F.conv2d(h, get("conv2.weight"), get("conv2.bias"), padding=1)
        return F.avg_pool2d(h, 2) + F.conv2d(F.avg_pool2d(x, 2), get("shortcut.weight"))

    def __call__(self, pictures):
        """Features and logits of [N, H, W, C]."""
        inputs = self.numbers["block0.conv1.weight"].shape[1]
        x = folded(pictures, round((inputs // pictures.shape[3]) ** 0.5))
        for index in range(self.blocks):
            x = self.block(f"block{index}", x, index == 0)
        features = self.relu("relu", x).sum((2, 3))
        return features, F.linear(features, self.numbers["classifier.weight"], self.numbers["classifier.bias"])


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 64
    folder = Path(sys.argv[1])
    results = []

    def pass_or_fail(name, error):
        results.append(error <= BOUND)
        print(f"check_classifier.py: {'' if error <= BOUND else 'FAILED, '}{name}: error {error:.1e}")

    def check(name, found, exact):
        pass_or_fail(name, ((found - exact).abs().max() / exact.abs().max()).item())

    read = lambda name: {key: tensor.double() for key, tensor in load_file(folder / name).items()}
    numbers, pictures, step = read("classifier.safetensors"), read("pictures.safetensors"), read("step.safetensors")
    with safe_open(folder / "classifier.safetensors", "pt") as file:
        description = json.loads(file.metadata()["classifier"])
    print(f"check_classifier.py: {description['recipe']['resolution']} pixels, version {description['version']}")
    with torch.no_grad():
        features, logits = Classifier(numbers, False)(pictures["pictures"])
    check("features", pictures["features"], features)
    check("logits", pictures["logits"], logits)

    trained = {name for name in numbers if not name.endswith(("running_mean", "running_var"))}
    masks = {name.removeprefix("mask/"): step.pop(name) for name in list(step) if name.startswith("mask/")}
    given = {"pictures", "labels", "loss"}
    if trained != set(step) - given:
        print(f"check_classifier.py: FAILED, gradients of others: {sorted(trained ^ (set(step) - given))}")
        results.append(False)
    for name in trained:
        numbers[name].requires_grad_()
    network = Classifier(numbers, True)
    # The mean over all pictures is that of the shards, which are equal.
    losses = []
    for shard, (shown, labels) in enumerate(zip(step["pictures"], step["labels"].long())):
        network.masks = {name: mask[shard] for name, mask in masks.items()}
        losses.append(F.cross_entropy(network(shown)[1], labels))
    pass_or_fail(f"ReLUs of {len(masks)} layers", network.farthest if len(masks) == 2 * network.blocks else 1)
    loss = sum(losses) / len(losses)
    loss.backward()
    check("loss", step["loss"], loss.detach())
    for name in sorted(trained & set(step)):
        check(f"gradient of {name}", step[name], numbers[name].grad)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
