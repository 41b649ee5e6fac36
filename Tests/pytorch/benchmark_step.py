#!/usr/bin/env python3
"""One SAGAN training step in PyTorch, made as often as standard input says "step", and timed.

The networks are those of the presets sagan128, sagan64, sagan32 and fashion32: residual blocks, conditional batch norm,
attention, a projection head, spectral norm on everything but the conditional batch norm's tables. A step is one update
of the discriminator on real and generated images in one pass, and one of the generator. Unlike sagan's step it keeps no
moving average. compare_speeds.py starts this program.
"""

import argparse
import contextlib
import json
import os
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

LATENT = 128
# Channels as multiples of the width: the generator's maps from 4 × 4 on, the discriminator's blocks.
WIDTHS = {
    128: ([16, 16, 8, 4, 2, 1], [1, 2, 4, 8, 16, 16]),
    64: ([16, 16, 8, 4, 2], [1, 2, 4, 8, 16]),
    32: ([4, 4, 4, 4], [2, 2, 2, 2]),
}
UNPOOLED_BLOCKS = {128: 1, 64: 1, 32: 2}
ATTENTION_MAP = {128: 32, 64: 32, 32: 16}


def normalized(layer):
    nn.init.xavier_uniform_(layer.weight)
    return spectral_norm(layer, eps=1e-8)


def convolution(inputs, outputs, size, bias=True):
    return normalized(nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=bias))


class ConditionalNorm(nn.Module):
    """Batch norm whose gain and bias are those of the image's class."""

    def __init__(self, channels, classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Embedding.from_pretrained(torch.ones(classes, channels), freeze=False)
        self.bias = nn.Embedding.from_pretrained(torch.zeros(classes, channels), freeze=False)

    def forward(self, x, labels):
        gain, bias = self.gain(labels)[..., None, None], self.bias(labels)[..., None, None]
        return torch.addcmul(bias, self.norm(x), gain)


class SelfAttention(nn.Module):
    """Every pixel looks at a max-pooled map."""

    def __init__(self, channels):
        super().__init__()
        self.query = convolution(channels, channels // 8, 1, bias=False)
        self.key = convolution(channels, channels // 8, 1, bias=False)
        self.value = convolution(channels, channels // 2, 1, bias=False)
        self.output = convolution(channels // 2, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        query = self.query(x).flatten(2).transpose(1, 2)
        key = F.max_pool2d(self.key(x), 2).flatten(2)
        value = F.max_pool2d(self.value(x), 2).flatten(2)
        weights = torch.softmax(query @ key, dim=-1)
        attended = (value @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.gamma * self.output(attended)


class UpBlock(nn.Module):
    def __init__(self, inputs, outputs, classes):
        super().__init__()
        self.norm1 = ConditionalNorm(inputs, classes)
        self.conv1 = convolution(inputs, outputs, 3)
        self.norm2 = ConditionalNorm(outputs, classes)
        self.conv2 = convolution(outputs, outputs, 3)
        self.shortcut = convolution(inputs, outputs, 1)

    def forward(self, x, labels):
        h = F.relu(self.norm1(x, labels))
        h = self.conv1(F.interpolate(h, scale_factor=2))
        h = self.conv2(F.relu(self.norm2(h, labels)))
        # A 1 × 1 convolution commutes with upsampling, and costs a quarter before it.
        return h + F.interpolate(self.shortcut(x), scale_factor=2)


class DownBlock(nn.Module):
    def __init__(self, inputs, outputs, is_pooled, is_first):
        super().__init__()
        self.is_pooled, self.is_first = is_pooled, is_first
        self.conv1 = convolution(inputs, outputs, 3)
        self.conv2 = convolution(outputs, outputs, 3)
        has_shortcut = is_pooled or inputs != outputs
        self.shortcut = convolution(inputs, outputs, 1) if has_shortcut else nn.Identity()

    def forward(self, x):
        h = self.conv1(x if self.is_first else F.relu(x))
        h = self.conv2(F.relu(h))
        if self.is_pooled:
            h, x = F.avg_pool2d(h, 2), F.avg_pool2d(x, 2)
        return h + self.shortcut(x)


class Generator(nn.Module):
    def __init__(self, options):
        super().__init__()
        channels = [options.width * multiple for multiple in WIDTHS[options.resolution][0]]
        self.linear = normalized(nn.Linear(LATENT, 16 * channels[0]))
        self.layers = nn.ModuleList()
        side = 4
        for inputs, outputs in zip(channels, channels[1:]):
            side *= 2
            self.layers.append(UpBlock(inputs, outputs, options.classes))
            if side == ATTENTION_MAP[options.resolution]:
                self.layers.append(SelfAttention(outputs))
        self.norm = nn.BatchNorm2d(channels[-1])
        self.to_image = convolution(channels[-1], options.image_channels, 3)
        self.format = options.format

    def forward(self, latents, labels):
        x = self.linear(latents).unflatten(1, (-1, 4, 4)).contiguous(memory_format=self.format)
        for layer in self.layers:
            x = layer(x, labels) if isinstance(layer, UpBlock) else layer(x)
        return torch.tanh(self.to_image(F.relu(self.norm(x))))


class Discriminator(nn.Module):
    def __init__(self, options):
        super().__init__()
        channels = [options.image_channels]
        channels += [options.width * multiple for multiple in WIDTHS[options.resolution][1]]
        pooled = len(channels) - 1 - UNPOOLED_BLOCKS[options.resolution]
        layers, side, has_attention = [], options.resolution, False
        for index, (inputs, outputs) in enumerate(zip(channels, channels[1:])):
            layers.append(DownBlock(inputs, outputs, index < pooled, index == 0))
            side //= 2 if index < pooled else 1
            if side == ATTENTION_MAP[options.resolution] and not has_attention:
                layers.append(SelfAttention(outputs))
                has_attention = True
        self.layers = nn.Sequential(*layers)
        self.linear = normalized(nn.Linear(channels[-1], 1))
        self.embedding = normalized(nn.Embedding(options.classes, channels[-1]))

    def forward(self, images, labels):
        h = F.relu(self.layers(images)).sum((2, 3))
        return self.linear(h) + (self.embedding(labels) * h).sum(1, keepdim=True)


class Step:
    """Both networks, their optimizers, and a batch that all steps see."""

    def __init__(self, options):
        self.options = options
        networks = [
            network(options).to(memory_format=options.format) for network in (Generator, Discriminator)
        ]
        self.parameters = [sum(p.numel() for p in network.parameters()) for network in networks]
        self.trained = [list(network.parameters()) for network in networks]
        self.optimizers = [
            torch.optim.Adam(parameters, rate, (0.0, 0.9), fused=True)
            for parameters, rate in zip(self.trained, (1e-4, 4e-4))
        ]
        # Gradients of the generator pass through a discriminator whose own are not wanted, nor summed.
        judge = networks[1]
        if options.ranks > 1:
            wrap = nn.parallel.DistributedDataParallel
            networks = [wrap(network, broadcast_buffers=False) for network in networks]
        if options.compile:
            networks = [torch.compile(network) for network in networks]
            judge = networks[1] if options.ranks == 1 else torch.compile(judge)
        self.generator, self.discriminator = networks
        self.judge = judge
        side = options.resolution
        images = torch.rand(options.batch, options.image_channels, side, side) * 2 - 1
        self.images = images.contiguous(memory_format=options.format)
        self.labels = torch.arange(options.batch) % options.classes

    def precision(self):
        if self.options.bf16:
            return torch.autocast("cpu", torch.bfloat16)
        return contextlib.nullcontext()

    def latents(self):
        return torch.randn(self.options.batch, LATENT)

    def run(self):
        """Makes a step and returns its seconds."""
        start = time.perf_counter()
        batch = self.options.batch
        labels = torch.randint(self.options.classes, (batch,))
        for parameter in self.trained[1]:
            parameter.requires_grad_(True)
        with self.precision():
            with torch.no_grad():
                fake = self.generator(self.latents(), labels)
            both = torch.cat([self.images, fake.to(self.images.dtype)])
            logits = self.discriminator(both, torch.cat([self.labels, labels]))
            loss = F.relu(1 - logits[:batch]).mean() + F.relu(1 + logits[batch:]).mean()
        self.update(1, loss)
        for parameter in self.trained[1]:
            parameter.requires_grad_(False)
        labels = torch.randint(self.options.classes, (batch,))
        with self.precision():
            loss = -self.judge(self.generator(self.latents(), labels), labels).mean()
        self.update(0, loss)
        return time.perf_counter() - start

    def update(self, network, loss):
        self.optimizers[network].zero_grad()
        loss.backward()
        self.optimizers[network].step()


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, choices=WIDTHS, required=True)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--image-channels", type=int, required=True)
    parser.add_argument("--classes", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True, help="images of one rank")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    parser.add_argument("--ranks", type=int, default=1, help="RANK, MASTER_ADDR and MASTER_PORT are set then")
    options = parser.parse_args()
    options.format = torch.channels_last if options.channels_last else torch.contiguous_format
    return options


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.manual_seed(int(os.environ.get("RANK", "0")))
    if options.ranks > 1:
        torch.distributed.init_process_group("gloo", world_size=options.ranks)
    step = Step(options)
    print(json.dumps({"parameters": step.parameters, "torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        if line.strip() != "step":
            break
        seconds = step.run()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "mebibytes": memory}), flush=True)
    if options.ranks > 1:
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
