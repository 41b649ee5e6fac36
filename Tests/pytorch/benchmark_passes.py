#!/usr/bin/env python3
"""Passes without gradients in PyTorch, made as often as standard input says "step", and timed.

`generator` draws samples with the generator of benchmark_step.py and its running statistics; `inception` computes features and
logits of pictures with the network of feature_networks.py. Weights are what training leaves behind: spectral norms and
batch norms with constant statistics are folded into them beforehand. compare_speeds.py starts this program.
"""

import argparse
import json
import resource
import sys
import time

import torch
import torch._inductor.config as inductor
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize

import benchmark_step
import feature_networks


class FoldedInception(nn.Module):
    """Inception with every batch norm folded into the filters before it."""

    class Folded(feature_networks.Inception):
        """The functions of the network, with filters and biases from a module."""

        def __init__(self, module):
            self.module, self.dtype, self.divisor = module, torch.float32, 1

        def conv(self, name, x, outputs, height=1, width=1, padding=(0, 0), stride=1):
            weight, bias = self.module.tensor(name), self.module.tensor(name + ".bias")
            return F.relu(F.conv2d(x, weight, bias, stride=stride, padding=padding))

        def weight(self, name, *shape):
            return self.module.tensor(name)

    def __init__(self, memory_format):
        super().__init__()
        weights = feature_networks.Weights()
        # The smallest picture that all windows fit into asks for every tensor.
        with torch.no_grad():
            feature_networks.Inception(weights, torch.float32)(torch.zeros(1, 3, 75, 75))
        for name, tensor in weights.items():
            layer, _, part = name.rpartition(".conv.")
            if layer:
                norm = {
                    key: weights[f"{layer}.bn.{key}"]
                    for key in ("weight", "bias", "running_mean", "running_var")
                }
                scale = norm["weight"] / torch.sqrt(norm["running_var"] + 1e-3)
                filters = (tensor * scale[:, None, None, None]).contiguous(memory_format=memory_format)
                self.keep(layer, filters)
                self.keep(layer + ".bias", norm["bias"] - scale * norm["running_mean"])
            elif name.startswith("fc."):
                self.keep(name, tensor)
        self.folded = self.Folded(self)

    def keep(self, name, tensor):
        self.register_buffer(name.replace(".", "-"), tensor)

    def tensor(self, name):
        return getattr(self, name.replace(".", "-"))

    def forward(self, pictures):
        result = self.folded(pictures)
        return result["features"], result["logits"]


class InceptionPass:
    """Features and logits of pictures that lie ready."""

    def __init__(self, options):
        self.options = options
        self.network = FoldedInception(options.format)
        self.parameters = []
        pictures = torch.rand(options.images, 3, 299, 299) * 2 - 1
        self.pictures = pictures.contiguous(memory_format=options.format)

    def run(self, network):
        for pictures in self.pictures.split(self.options.batch):
            network(pictures)


class GeneratorPass:
    """Samples of all classes in turn."""

    def __init__(self, options):
        self.options = options
        self.network = benchmark_step.Generator(options).to(memory_format=options.format).eval()
        self.parameters = [sum(p.numel() for p in self.network.parameters())]
        for module in self.network.modules():
            if parametrize.is_parametrized(module, "weight"):
                parametrize.remove_parametrizations(module, "weight")

    def run(self, network):
        for first in range(0, self.options.images, self.options.batch):
            labels = (
                torch.arange(first, min(first + self.options.batch, self.options.images))
                % self.options.classes
            )
            network(torch.randn(len(labels), benchmark_step.LATENT), labels)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=["generator", "inception"])
    parser.add_argument("--resolution", type=int, choices=benchmark_step.WIDTHS)
    parser.add_argument("--width", type=int)
    parser.add_argument("--image-channels", type=int)
    parser.add_argument("--classes", type=int)
    parser.add_argument("--images", type=int, required=True, help="images of a pass")
    parser.add_argument(
        "--batch", type=int, required=True, help="images that go through the network together"
    )
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true", help="torch.compile, with weights as constants")
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    options = parser.parse_args()
    options.format = torch.channels_last if options.channels_last else torch.contiguous_format
    return options


def main():
    options = parse()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    work = (GeneratorPass if options.work == "generator" else InceptionPass)(options)
    network = work.network
    if options.compile:
        inductor.freezing = True
        network = torch.compile(network)
    print(json.dumps({"parameters": work.parameters, "torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        if line.strip() != "step":
            break
        start = time.perf_counter()
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            work.run(network)
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "mebibytes": memory}), flush=True)


if __name__ == "__main__":
    main()
