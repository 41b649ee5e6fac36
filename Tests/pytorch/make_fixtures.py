#!/usr/bin/env python3
"""Writes Tests/Fixtures/{sagan,sngan,acgan,attentions,residual,augmented,run}.safetensors: tiny networks in float64.

All but the last are audits of one step (docs/audit.md lists their tensors); the values that it
starts from are exact in float32 too. run.safetensors is what make_run_fixture.py makes of three
steps. The files depend on nothing but this folder and the version of PyTorch.
"""

import argparse
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import torch

import make_run_fixture
from audit_file import FORMAT, NETWORKS, write_tensors
from augmentation import HOLE, LARGEST_SHIFT
from networks import Discriminator, Generator
from step import (
    AVERAGE_ITERATIONS,
    Settings,
    adam,
    discriminator_pass,
    generator_pass,
    losses_of,
    moving_average,
    next_spectra,
    power_iteration,
    tree_sum,
)

LATENT = 6
CLASSES = 3
SHARDS = 2
SIZE = 16
# No ReLU or max-pool decision may be closer to a tie than this, over its layer's RMS, so that
# float32 decides as float64 does.
SMALLEST_MARGIN = 1e-6


@dataclass
class Plan:
    """What a fixture is made from."""

    seed: int
    d_batch: int
    g_batch: int
    generator: dict
    discriminator: dict
    settings: Settings
    # Attention's weights grow with the square of the map.
    keeps_attention: bool = True

    @property
    def architectures(self):
        return self.generator, self.discriminator


def generator_architecture(channels, initial, blocks, attention_after, spectral_norm, **more):
    return more | {
        "latent": LATENT,
        "classes": CLASSES,
        "channels": channels,
        "initial": initial,
        "blocks": [{"in": inputs, "out": outputs} for inputs, outputs in blocks],
        "attention_after": attention_after,
        "spectral_norm": spectral_norm,
    }


def discriminator_architecture(channels, blocks, attention_after, head, **more):
    keys = ("in", "hidden", "out", "down")
    return more | {
        "channels": channels,
        "classes": CLASSES,
        "blocks": [dict(zip(keys, block)) for block in blocks],
        "attention_after": attention_after,
        "spectral_norm": True,
        "head": head,
    }


def settings(**changes):
    values = {
        "step": 3,
        "d_updates": 1,
        "shards": SHARDS,
        "batch_norm_shards": SHARDS,
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


FIXTURES = {
    "sagan": Plan(
        15,
        4,
        4,
        generator_architecture(3, 8, [(8, 8), (8, 4)], [0], True),
        discriminator_architecture(
            3, [(3, 4, 8, True), (8, 4, 4, True), (4, 4, 4, False)], [0], "projection"
        ),
        settings(g_learning_rate=0.001, d_learning_rate=0.004),
    ),
    "sngan": Plan(
        14,
        4,
        8,
        generator_architecture(1, 4, [(4, 4), (4, 4)], [], False),
        discriminator_architecture(
            1, [(1, 4, 4, True), (4, 4, 8, True), (8, 4, 8, False)], [], "projection"
        ),
        settings(
            step=2,
            d_updates=2,
            g_learning_rate=0.002,
            d_learning_rate=0.0005,
            beta2=0.999,
            g_update=2,
            d_update=3,
            average_decay=0.0,
        ),
    ),
    "acgan": Plan(
        1115,
        4,
        8,
        generator_architecture(2, 4, [(4, 8), (8, 4)], [0], True),
        discriminator_architecture(
            2, [(2, 4, 8, True), (8, 4, 4, True), (4, 4, 4, False)], [0], "classifier"
        ),
        settings(
            step=5,
            family="acgan",
            d_aux_weight=0.7,
            g_aux_weight=0.9,
            g_learning_rate=0.002,
            d_learning_rate=0.002,
            beta1=0.5,
            g_update=5,
            d_update=5,
            average_decay=0.9,
        ),
    ),
    "attentions": Plan(
        61,
        4,
        4,
        generator_architecture(1, 4, [(4, 8), (8, 4)], [0, 1], True),
        discriminator_architecture(
            1, [(1, 4, 8, True), (8, 4, 4, True), (4, 4, 4, False)], [0, 1], "projection"
        ),
        settings(d_learning_rate=0.004),
        keeps_attention=False,
    ),
    "residual": Plan(
        144,
        4,
        4,
        generator_architecture(1, 4, [(4, 8), (8, 8)], [], True, residual_after=[0, 1]),
        discriminator_architecture(
            1,
            [(1, 4, 8, True), (8, 4, 4, True), (4, 4, 4, False)],
            [],
            "classifier",
            residual_after=[0],
        ),
        settings(family="acgan", d_aux_weight=0.7, g_aux_weight=0.9, d_learning_rate=0.004),
    ),
    "augmented": Plan(
        30,
        4,
        8,
        generator_architecture(3, 4, [(4, 8), (8, 4)], [], True),
        discriminator_architecture(
            3, [(3, 4, 4, True), (4, 4, 4, True), (4, 4, 4, False)], [], "projection"
        ),
        settings(d_learning_rate=0.004, augment="differentiable"),
    ),
}

# The run: steps 3, 4 and 5 of the sagan networks, two D updates each; the average begins in step 4.
RUN = replace(
    FIXTURES["sagan"],
    g_batch=8,
    settings=settings(d_updates=2, d_learning_rate=0.004, beta1=0.5, d_update=5, average_decay=0.9),
)
RUN_STEPS = 3


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

    def augmentation(self, count):
        """Draws for so many images."""
        shift, hole = int(SIZE * LARGEST_SHIFT + 0.5), int(SIZE * HOLE + 0.5)
        low, high = torch.tensor([[-0.5, 0, 0.5], [0.5, 2, 1.5]], dtype=torch.float64)
        factors = self.uniform((count, 3), low, high)
        shifts = torch.randint(-shift, shift + 1, (count, 2), generator=self.source)
        middles = torch.randint(SIZE + 1 - hole % 2, (count, 2), generator=self.source)
        return torch.cat([factors, shifts, middles], 1)

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


def start(values, plan):
    """The "old/" tensors."""
    tensors = {}
    networks = (("generator", Generator, 0.5), ("discriminator", Discriminator, -0.3))
    for (name, network, gamma), architecture in zip(networks, plan.architectures):
        shapes = network.parameter_shapes(architecture)
        parameters = values.parameters(shapes, gamma)
        buffers = values.buffers(network.buffer_shapes(architecture), parameters)
        put(tensors, f"old/{name}/", parameters | buffers)
        for key, shape in shapes.items():
            tensors[f"old/{name}-adam-v/{key}"] = values.uniform(shape, 1e-4, 1e-2)
            if plan.settings.beta1 != 0:
                tensors[f"old/{name}-adam-m/{key}"] = values.normal(shape, 0.03)
        if network is Generator:
            for key, value in averaged(parameters | buffers).items():
                noise = values.uniform(value.shape, 0.0, 0.1)
                tensors[f"old/average/{key}"] = as_float32(value + noise)
    return tensors


def inputs(values, plan):
    """What all updates of a step are given, images as NHWC."""
    tensors = {}
    for update in plan.settings.updates[:-1]:
        real = values.images(plan.d_batch, plan.generator["channels"])
        tensors[update + "/real"] = nhwc(real)
        tensors[update + "/real_labels"] = values.labels(plan.d_batch)
        tensors[update + "/latents"] = values.normal((plan.d_batch, LATENT))
        tensors[update + "/fake_labels"] = values.labels(plan.d_batch)
    tensors["g/latents"] = values.normal((plan.g_batch, LATENT))
    tensors["g/labels"] = values.labels(plan.g_batch)
    if plan.settings.is_augmenting:
        for update in plan.settings.updates:
            images = plan.g_batch if update == "g" else 2 * plan.d_batch
            tensors[update + "/augmentation"] = values.augmentation(images)
    return tensors


def averaged(state):
    """What has a moving average: all but u, v and σ."""
    return {k: value for k, value in state.items() if not k.endswith((".u", ".v", ".sigma"))}


def group(tensors, prefix):
    return {k[len(prefix) :]: value for k, value in tensors.items() if k.startswith(prefix)}


def put(tensors, prefix, values):
    tensors |= {prefix + name: value for name, value in values.items()}


def nhwc(images):
    return images.permute(0, 2, 3, 1).contiguous()


def record(tensors, update, result, plan, setup, with_parts):
    """Everything of a pass, under the names of an audit."""
    prefix = update + "/"
    tensors[prefix + ("images" if update == "g" else "fake")] = nhwc(result.images)
    if result.augmented is not None:
        tensors[prefix + "augmented"] = nhwc(result.augmented)
    tensors[prefix + "logits"] = result.logits
    if result.class_logits is not None:
        tensors[prefix + "class_logits"] = result.class_logits
    if result.image_gradient is not None:
        tensors[prefix + "image_gradient"] = nhwc(result.image_gradient)
    tensors[prefix + "loss_parts"] = result.loss_parts
    losses = losses_of(update, result.loss_parts, setup, len(result.images))
    put(tensors, prefix, losses)
    for name, gradient in result.gradients.items():
        parts = [part[name] for part in result.parts]
        tensors[f"{prefix}summed/{name}"] = tree_sum(parts)
        tensors[f"{prefix}gradient/{name}"] = gradient
        if with_parts:
            put(tensors, prefix, {f"part/{s}/{name}": part for s, part in enumerate(parts)})
    for network in NETWORKS:
        branches = getattr(result, network + "_branches")
        put(tensors, f"{prefix}mask/{network}/", branches.masks)
        put(tensors, f"{prefix}winner/{network}/", branches.winners)
        if plan.keeps_attention:
            put(tensors, f"{prefix}attention/{network}/", branches.attention)


def check_margins(update, result):
    """No decision near a tie, so that every precision makes the same."""
    for network in NETWORKS:
        for name, margin in getattr(result, network + "_branches").margins.items():
            if margin < SMALLEST_MARGIN:
                raise Unsuitable(f"{update}/{network}/{name} is {margin:.1e} from a tie")


def check_hinge(update, logits, shards):
    """Reals and generated samples on both sides of the hinge, so that each case is tested.

    No shard may be on the far side altogether: it would have no gradient.
    """
    halves = logits.unflatten(0, (shards, 2, -1))
    margins = torch.stack([1 - halves[:, 0], 1 + halves[:, 1]], 1)
    inside = (margins > 0).double()
    if margins.abs().min() < 1e-3:
        raise Unsuitable(f"{update}: a sample close to the hinge")
    if not all(0 < share < 1 for share in inside.mean((0, 2))):
        raise Unsuitable(f"{update}: not on both sides of the hinge")
    if inside.sum((1, 2)).min() == 0:
        raise Unsuitable(f"{update}: a shard without a gradient")


def check_classes(update, result):
    """Some classes that are found, and some that are not."""
    found = result.loss_parts[:, 5].sum()
    if result.class_logits is not None and not 0 < found < len(result.images):
        raise Unsuitable(f"{update}: {int(found)} of {len(result.images)} classes found")


def make_update(tensors, update, result, setup, old, optimizer):
    """Adam on the state `old`, then u, v and σ of the new weights; returns the new state."""
    prefix = update + "/"
    parameters, first, second = adam(
        {name: old[name] for name in result.gradients},
        result.gradients,
        group(tensors, optimizer + "adam-m/"),
        group(tensors, optimizer + "adam-v/"),
        setup,
        *setup.optimizer(update),
    )
    put(tensors, prefix + "adam-v/", second)
    if setup.beta1 != 0:
        put(tensors, prefix + "adam-m/", first)
    state = old | parameters | result.statistics
    state |= next_spectra(state, state)
    put(tensors, prefix + "updated/", state)
    return state


def step(tensors, plan, setup, with_parts=False, is_particular=True):
    """Adds all tensors of a step to those that it starts from and is given.

    A particular one wants numbers that make a good test.
    """
    states = [group(tensors, f"old/{name}/") for name in NETWORKS]
    optimizers = ["old/generator-", "old/discriminator-"]
    for update in setup.updates:
        network = 0 if update == "g" else 1
        given = {
            name: tensors[f"{update}/{name}"]
            for name in ("latents", "labels", "real", "real_labels", "fake_labels", "augmentation")
            if f"{update}/{name}" in tensors
        }
        given = {k: v.long() if k.endswith("labels") else v for k, v in given.items()}
        arguments = (plan.architectures, states, setup, given)
        if update == "g":
            result = generator_pass(*arguments, with_parts=True)
        else:
            given["real"] = given["real"].permute(0, 3, 1, 2)
            result = discriminator_pass(*arguments, with_parts=True)
        # PyTorch adds the gradients of weights that are not normalized in another order.
        for name in result.gradients:
            if name.removesuffix("weight") + "sigma" not in states[network]:
                result.gradients[name] = tree_sum([part[name] for part in result.parts])
        record(tensors, update, result, plan, setup, with_parts)
        if is_particular:
            check_margins(update, result)
            check_classes(update, result)
            if update != "g":
                check_hinge(update, result.logits, setup.shards)
        state = make_update(tensors, update, result, setup, states[network], optimizers[network])
        states[network], optimizers[network] = state, update + "/"
    average = {k: tensors["old/average/" + k] for k in averaged(states[0])}
    average = moving_average(average, states[0], setup.average_decay)
    put(tensors, "g/average/", average | next_spectra(average, states[0], AVERAGE_ITERATIONS))
    return tensors


def make(plan, precision=torch.float64, with_parts=False, is_particular=True):
    """All tensors of one step."""
    values = Values(plan.seed)
    tensors = start(values, plan) | inputs(values, plan)
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            tensors[name] = tensor.to(precision)
    return step(tensors, plan, plan.settings, with_parts, is_particular)


def make_run(plan, steps):
    """Consecutive steps: pairs of tensors and settings."""
    values, setup = Values(plan.seed), plan.settings
    old, made = start(values, plan), []
    for _ in range(steps):
        # The first step copies, as steps before the average's start do.
        decay = setup.average_decay if made else 0.0
        now = replace(setup, average_decay=decay)
        tensors = step(old | inputs(values, plan), plan, now, is_particular=False)
        made.append((tensors, now))
        old = successor(tensors, now)
        setup = replace(
            setup,
            step=setup.step + 1,
            g_update=setup.g_update + 1,
            d_update=setup.d_update + setup.d_updates,
        )
    return made


def successor(tensors, setup):
    """What the next step starts from."""
    old = {}
    for name, last in (("generator", "g"), ("discriminator", f"d{setup.d_updates}")):
        put(old, f"old/{name}/", group(tensors, last + "/updated/"))
        for moment in ("adam-v", "adam-m"):
            put(old, f"old/{name}-{moment}/", group(tensors, f"{last}/{moment}/"))
    put(old, "old/average/", group(tensors, "g/average/"))
    return old


def write(path, tensors, plan, setup):
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {
        "format": FORMAT,
        "generator": json.dumps(plan.generator),
        "discriminator": json.dumps(plan.discriminator),
        "step_settings": json.dumps(setup.described),
    }
    write_tensors(path, tensors, metadata)


def write_run(folder):
    """The audits of the run's steps, named as `sagan audit` names them."""
    for tensors, setup in make_run(RUN, RUN_STEPS):
        write(folder / f"step-{setup.step:08}.safetensors", tensors, RUN, setup)


def main():
    parser = argparse.ArgumentParser(description="Writes the float64 fixtures of Tests/Fixtures.")
    default = Path(__file__).resolve().parent.parent / "Fixtures"
    parser.add_argument("--out", type=Path, default=default, help="folder (default: %(default)s)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name, plan in FIXTURES.items():
        path = arguments.out / f"{name}.safetensors"
        write(path, make(plan), plan, plan.settings)
        print(f"{path}: {path.stat().st_size} bytes")
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder))
        make_run_fixture.write(Path(folder), arguments.out / "run.safetensors")


if __name__ == "__main__":
    main()
