#!/usr/bin/env python3
"""Writes Tests/Fixtures/{sagan,sngan,acgan}.safetensors: one step of three tiny networks.

Each is an audit in float64 (README.md lists its tensors). The values a step starts from are exact
in float32 too. The files depend on nothing but this folder and the version of PyTorch.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import torch

from audit_file import write_audit
from networks import Branches, Discriminator, Generator
from step import (
    Settings,
    adam,
    discriminator_pass,
    generator_pass,
    moving_average,
    power_iteration,
)

LATENT = 6
CLASSES = 3
SHARDS = 2
SIZE = 16
# No ReLU or max-pool decision may be closer to a tie than this, over its layer's RMS, so that
# float32 decides as float64 does.
SMALLEST_MARGIN = 1e-6


def generator_architecture(channels, initial, blocks, attention_after, spectral_norm):
    return {
        "latent": LATENT,
        "classes": CLASSES,
        "channels": channels,
        "initial": initial,
        "blocks": [{"in": inputs, "out": outputs} for inputs, outputs in blocks],
        "attention_after": attention_after,
        "spectral_norm": spectral_norm,
    }


def discriminator_architecture(channels, blocks, attention_after, head):
    keys = ("in", "hidden", "out", "down")
    return {
        "channels": channels,
        "classes": CLASSES,
        "blocks": [dict(zip(keys, block)) for block in blocks],
        "attention_after": attention_after,
        "spectral_norm": True,
        "head": head,
    }


def settings(**changes):
    values = {
        "shards": SHARDS,
        "family": "projection",
        "d_aux_weight": 1.0,
        "g_aux_weight": 1.0,
        "g_learning_rate": 0.001,
        "d_learning_rate": 0.001,
        "beta1": 0.0,
        "beta2": 0.9,
        "epsilon": 1e-8,
        "g_update": 3,
        "d_update": 3,
        "average_decay": 0.99,
        "batch_norm_momentum": 0.1,
    }
    return Settings(**(values | changes))


# Name → seed, D batch, G batch, the two networks, the settings.
FIXTURES = {
    "sagan": (
        1,
        (4, 4),
        generator_architecture(3, 8, [(8, 8), (8, 4)], [0], True),
        discriminator_architecture(
            3, [(3, 4, 8, True), (8, 4, 4, True), (4, 4, 4, False)], [0], "projection"
        ),
        settings(g_learning_rate=0.001, d_learning_rate=0.004),
    ),
    "sngan": (
        10,
        (4, 8),
        generator_architecture(1, 4, [(4, 4), (4, 4)], [], False),
        discriminator_architecture(
            1, [(1, 4, 4, True), (4, 4, 8, True), (8, 4, 8, False)], [], "projection"
        ),
        settings(
            g_learning_rate=0.002,
            d_learning_rate=0.0005,
            beta2=0.999,
            g_update=2,
            d_update=10,
            average_decay=0.0,
        ),
    ),
    "acgan": (
        52,
        (4, 8),
        generator_architecture(2, 4, [(4, 4), (4, 4)], [], False),
        discriminator_architecture(
            2, [(2, 4, 4, True), (4, 4, 4, True), (4, 4, 4, False)], [], "classifier"
        ),
        settings(
            family="acgan",
            d_aux_weight=0.7,
            g_aux_weight=0.9,
            g_learning_rate=0.002,
            d_learning_rate=0.002,
            beta1=0.5,
            g_update=5,
            d_update=21,
            average_decay=0.9,
        ),
    ),
}


class Unsuitable(Exception):
    """A seed whose numbers would make a poor test."""


class Values:
    """Random starting values, exact in float32, from one seed."""

    def __init__(self, seed):
        self.source = torch.Generator().manual_seed(seed)

    def normal(self, shape, scale=1.0):
        values = torch.randn(shape, generator=self.source, dtype=torch.float64)
        return as_float32(scale * values)

    def uniform(self, shape, low, high):
        values = torch.rand(shape, generator=self.source, dtype=torch.float64)
        return as_float32(low + (high - low) * values)

    def labels(self, count):
        labels = torch.randint(CLASSES, (count,), generator=self.source)
        return labels.int()

    def images(self, count, channels):
        """Coarse patches with noise, in [-1, 1]: images with something large to see."""
        coarse = self.uniform((count, channels, 4, 4), -0.8, 0.8)
        patches = coarse.repeat_interleave(SIZE // 4, 2).repeat_interleave(SIZE // 4, 3)
        return as_float32(patches + self.uniform((count, channels, SIZE, SIZE), -0.2, 0.2))

    def parameters(self, shapes, gamma):
        return {name: self.parameter(name, shape, gamma) for name, shape in shapes.items()}

    def parameter(self, name, shape, gamma):
        if name.endswith(".gamma"):
            return as_float32(torch.full(shape, gamma, dtype=torch.float64))
        if name == "bn.weight":
            return self.uniform(shape, 0.7, 1.3)
        if name.endswith((".bias", ".gain")):
            return self.normal(shape, 0.1)
        fan_in = torch.Size(shape[1:]).numel()
        return self.normal(shape, fan_in**-0.5)

    def buffers(self, shapes, parameters):
        """Running statistics, and u, v and σ a few iterations from a random start."""
        buffers = {}
        for name, shape in shapes.items():
            module, _, kind = name.rpartition(".")
            if kind == "running_mean":
                buffers[name] = self.normal(shape, 0.5)
            elif kind == "running_var":
                buffers[name] = self.uniform(shape, 0.5, 1.5)
            elif kind == "u":
                u = self.normal(shape)
                for _ in range(3):
                    u, v, sigma = power_iteration(parameters[module + ".weight"], u)
                for kind, value in (("u", u), ("v", v), ("sigma", sigma)):
                    buffers[f"{module}.{kind}"] = as_float32(value)
        return buffers


def as_float32(values):
    """The nearest values that float32 can hold, still as float64."""
    return values.float().double()


def start(values, generator, discriminator, setup, batches):
    """The "old/" tensors and the inputs of both updates."""
    tensors = {}
    networks = (
        ("generator", Generator, generator, 0.5),
        ("discriminator", Discriminator, discriminator, -0.3),
    )
    for name, network, architecture, gamma in networks:
        shapes = network.parameter_shapes(architecture)
        parameters = values.parameters(shapes, gamma)
        buffers = values.buffers(network.buffer_shapes(architecture), parameters)
        put(tensors, f"old/{name}/", parameters | buffers)
        for key, shape in shapes.items():
            tensors[f"old/{name}-adam-v/{key}"] = values.uniform(shape, 1e-4, 1e-2)
            if setup.beta1 != 0:
                tensors[f"old/{name}-adam-m/{key}"] = values.normal(shape, 0.03)
        if network is Generator:
            averaged = parameters | statistics_of(generator, buffers)
            for key, value in averaged.items():
                noise = values.uniform(value.shape, 0.0, 0.1)
                tensors[f"old/average/{key}"] = as_float32(value + noise)
    d_batch, g_batch = batches
    tensors["d/real"] = nhwc(values.images(d_batch, generator["channels"]))
    tensors["d/real_labels"] = values.labels(d_batch)
    tensors["d/latents"] = values.normal((d_batch, LATENT))
    tensors["d/fake_labels"] = values.labels(d_batch)
    tensors["g/latents"] = values.normal((g_batch, LATENT))
    tensors["g/labels"] = values.labels(g_batch)
    return tensors


def statistics_of(architecture, state):
    return {name: state[name] for name in Generator.statistics_shapes(architecture)}


def group(tensors, prefix):
    return {k[len(prefix) :]: value for k, value in tensors.items() if k.startswith(prefix)}


def put(tensors, prefix, values):
    tensors |= {prefix + name: value for name, value in values.items()}


def nhwc(images):
    return images.permute(0, 2, 3, 1).contiguous()


def record(tensors, prefix, images, result):
    """Everything of a pass, under the names of an audit."""
    tensors[prefix + images] = nhwc(result.images)
    tensors[prefix + "logits"] = result.logits
    if result.class_logits is not None:
        tensors[prefix + "class_logits"] = result.class_logits
    put(tensors, prefix, result.losses)
    put(tensors, prefix + "gradient/", result.gradients)
    for network in ("generator", "discriminator"):
        branches = getattr(result, network + "_branches")
        put(tensors, f"{prefix}mask/{network}/", branches.masks)
        put(tensors, f"{prefix}winner/{network}/", branches.winners)
        for name, margin in branches.margins.items():
            if margin < SMALLEST_MARGIN:
                raise Unsuitable(f"{prefix}{network}/{name} is {margin:.1e} from a tie")


def check_hinge(tensors):
    """Reals and generated samples on both sides of the hinge, so that each case is tested."""
    halves = tensors["d/logits"].unflatten(0, (SHARDS, 2, -1))
    for name, margins in (("real", 1 - halves[:, 0]), ("generated", 1 + halves[:, 1])):
        inside = (margins > 0).double().mean().item()
        if inside in (0.0, 1.0) or margins.abs().min() < 1e-3:
            raise Unsuitable(f"{name} samples: not on both sides of the hinge")


def update(tensors, prefix, network, result, setup, rate, count):
    """Adam, then u, v and σ of the new weights; returns the network's new state."""
    state = group(tensors, f"old/{network}/")
    parameters, first, second = adam(
        {name: state[name] for name in result.gradients},
        result.gradients,
        group(tensors, f"old/{network}-adam-m/"),
        group(tensors, f"old/{network}-adam-v/"),
        setup,
        rate,
        count,
    )
    put(tensors, prefix + "adam-v/", second)
    if setup.beta1 != 0:
        put(tensors, prefix + "adam-m/", first)
    state |= parameters | result.statistics
    for name in [name for name in state if name.endswith(".u")]:
        module = name.removesuffix(".u")
        u, v, sigma = power_iteration(state[module + ".weight"], state[name])
        state |= {module + ".u": u, module + ".v": v, module + ".sigma": sigma}
    put(tensors, prefix + "updated/", state)
    return state


def make(seed, batches, generator, discriminator, setup):
    """All tensors of one fixture."""
    tensors = start(Values(seed), generator, discriminator, setup, batches)
    architectures = (generator, discriminator)
    states = [group(tensors, f"old/{name}/") for name in ("generator", "discriminator")]
    result = discriminator_pass(
        architectures,
        states,
        setup,
        tensors["d/real"].permute(0, 3, 1, 2),
        tensors["d/real_labels"].long(),
        tensors["d/latents"],
        tensors["d/fake_labels"].long(),
        (Branches(), Branches()),
    )
    record(tensors, "d/", "fake", result)
    check_hinge(tensors)
    states[1] = update(
        tensors, "d/", "discriminator", result, setup, setup.d_learning_rate, setup.d_update
    )
    result = generator_pass(
        architectures,
        states,
        setup,
        tensors["g/latents"],
        tensors["g/labels"].long(),
        (Branches(), Branches()),
    )
    record(tensors, "g/", "images", result)
    new = update(tensors, "g/", "generator", result, setup, setup.g_learning_rate, setup.g_update)
    average = moving_average(group(tensors, "old/average/"), new, setup.average_decay)
    put(tensors, "g/average/", average)
    return tensors


def main():
    parser = argparse.ArgumentParser(description="Writes the float64 fixtures of Tests/Fixtures.")
    default = Path(__file__).resolve().parent.parent / "Fixtures"
    parser.add_argument("--out", type=Path, default=default, help="folder (default: %(default)s)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, (seed, batches, generator, discriminator, setup) in FIXTURES.items():
        tensors = make(seed, batches, generator, discriminator, setup)
        metadata = {
            "generator": json.dumps(generator),
            "discriminator": json.dumps(discriminator),
            "step_settings": json.dumps(asdict(setup)),
        }
        path = arguments.out / f"{name}.safetensors"
        write_audit(path, tensors, metadata)
        print(f"{path}: {len(tensors)} tensors, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
