#!/usr/bin/env python3
"""Runs a peer's own networks with random weights beside the same weights imported by sagan.

    Tests/pytorch/compare_peer.py biggan-pytorch CLONE sagan 128 --program .build/release/sagan

CLONE is a clone of the peer's repository. The peer saves its weights, `sagan import` reads them, `sagan sample` draws samples, and
`sagan audit` records logits; then the peer computes both from the same latent vectors, images and labels. For BigGAN-PyTorch, `sagan
export` goes back as well. Prints the largest differences and ends with 1 if one exceeds 1e-4 (of the logits: times the largest).
"""

import argparse
import importlib
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import torch
from safetensors.torch import load_file
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("peer", choices=["biggan-pytorch", "studiogan", "mimicry"])
parser.add_argument("clone")
parser.add_argument("kind", choices=["sagan", "sngan"])
parser.add_argument("resolution", type=int, choices=[32, 128])
parser.add_argument("--classes", type=int, default=10)
parser.add_argument("--width", type=int, default=64)
parser.add_argument("--shared", action="store_true", help="BigGAN-PyTorch's shared embedding of classes")
parser.add_argument("--program", default=".build/release/sagan")
options = parser.parse_args()
if not pathlib.Path(options.clone).is_dir():
    parser.error(f"expected a clone of the peer's repository at '{options.clone}' and found none")
sagan, small = options.kind == "sagan", options.resolution == 32


class BigGAN:
    """launch_SAGAN_bs128x2_ema.sh and launch_SNGAN.sh; at 32 pixels the discriminator has no attention (see docs/interchange.md)."""

    def __init__(self):
        sys.path.insert(0, options.clone)
        self.networks = importlib.import_module("BigGAN")

    def attention(self, side):
        return "0" if not sagan or (small and side == "D") else "16" if small else "64"

    def generator(self):
        shared = {"G_shared": True, "shared_dim": 24} if options.shared else {"G_shared": False}
        return self.networks.Generator(
            G_ch=options.width,
            dim_z=128,
            resolution=options.resolution,
            G_attn=self.attention("G"),
            no_optim=True,
            n_classes=options.classes,
            SN_eps=1e-8,
            BN_eps=1e-5,
            G_init="xavier",
            **shared,
        )

    def discriminator(self):
        return self.networks.Discriminator(
            D_ch=options.width,
            D_wide=sagan,
            resolution=options.resolution,
            D_attn=self.attention("D"),
            n_classes=options.classes,
            SN_eps=1e-8,
            D_init="xavier",
        )

    def save(self, folder, networks):
        for name, network in networks.items():
            torch.save(network.state_dict(), folder / f"{name}.pth", _use_new_zipfile_serialization=not small)
        return folder / "G.pth"

    images = staticmethod(lambda network, z, y: network(z, network.shared(y)))
    logits = staticmethod(lambda network, x, y: network(x, y)[:, 0])


class StudioGAN:
    """configs/CIFAR10 and configs/ImageNet, SAGAN and SNGAN."""

    def __init__(self):
        sys.path.insert(0, options.clone + "/src")
        misc = types.ModuleType("utils.misc")  # what it imports beside is not needed
        misc.dummy_context_mgr = type(
            "Nothing", (), {"__enter__": lambda self: self, "__exit__": lambda self, *rest: None}
        )
        sys.modules["utils.misc"] = misc
        ops = importlib.import_module("utils.ops")
        self.networks = importlib.import_module("models.resnet")
        self.modules = types.SimpleNamespace(
            g_conv2d=ops.snconv2d if sagan else ops.conv2d,
            g_linear=ops.snlinear if sagan else ops.linear,
            d_conv2d=ops.snconv2d,
            d_linear=ops.snlinear,
            d_embedding=ops.sn_embedding,
            g_bn=ops.ConditionalBatchNorm2d,
            g_act_fn=nn.ReLU(inplace=True),
            d_act_fn=nn.ReLU(inplace=True),
        )
        self.model = types.SimpleNamespace(info_type="N/A", g_info_injection="N/A")

    def generator(self):
        return self.networks.Generator(
            128,
            "N/A",
            options.resolution,
            options.width,
            sagan,
            [2] if small else [4],
            "cBN",
            options.classes,
            "ortho",
            "N/A",
            False,
            self.modules,
            self.model,
        )

    def discriminator(self):
        return self.networks.Discriminator(
            options.resolution,
            options.width,
            True,
            sagan,
            [1],
            "PD",
            "W/O",
            "N/A",
            False,
            options.classes,
            "ortho",
            "N/A",
            False,
            self.modules,
            self.model,
        )

    def save(self, folder, networks):
        for name, network in networks.items():
            torch.save(
                {"state_dict": network.state_dict(), "step": 7},
                folder / f"model={name}-best-weights-step=7.pth",
            )
        return folder / "model=G-best-weights-step=7.pth"

    images = staticmethod(lambda network, z, y: network(z, y))
    logits = staticmethod(lambda network, x, y: network(x, y)["adv_output"].flatten())


class Mimicry:
    """nets/sagan and nets/cgan_pd with their own widths."""

    def __init__(self):
        sys.path.insert(0, options.clone)
        sub, self.prefix = ("sagan", "SAGAN") if sagan else ("cgan_pd", "CGANPD")
        # Packages without what their __init__ imports beside: data sets and scores.
        for name in ("", ".nets", f".nets.{sub}", ".nets.gan", ".nets.basemodel"):
            package = types.ModuleType("torch_mimicry" + name)
            package.__path__ = [options.clone + "/torch_mimicry" + name.replace(".", "/")]
            sys.modules["torch_mimicry" + name] = package
        importlib.import_module("torch_mimicry.modules")
        self.networks = importlib.import_module(f"torch_mimicry.nets.{sub}.{sub}_{options.resolution}")

    def generator(self):
        return getattr(self.networks, f"{self.prefix}Generator{options.resolution}")(
            num_classes=options.classes
        )

    def discriminator(self):
        return getattr(self.networks, f"{self.prefix}Discriminator{options.resolution}")(
            num_classes=options.classes
        )

    def save(self, folder, networks):
        for name, network in networks.items():
            content = {
                "model_state_dict": network.state_dict(),
                "optimizer_state_dict": None,
                "global_step": 100,
            }
            torch.save(content, folder / f"net{name}_100_steps.pth")
        return folder / "netG_100_steps.pth"

    images = staticmethod(lambda network, z, y: network(z, y))
    logits = staticmethod(lambda network, x, y: network(x, y).flatten())


def randomize(network, inputs):
    """Numbers everywhere, and singular vectors of a network that has been trained: after two passes."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.dim() == 0 or name.endswith(("gamma", "sigma")):
                parameter.fill_(0.7)
            elif name.endswith("bias") and parameter.dim() == 1:
                parameter.normal_(0, 0.1)
        network.train()
        for _ in range(2):
            network(*inputs)
        for name, buffer in network.named_buffers():
            if name.endswith(("stored_mean", "running_mean")):
                buffer.normal_(0, 0.2)
            if name.endswith(("stored_var", "running_var")):
                buffer.uniform_(0.5, 2)
    return network.eval()


def run(*arguments):
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(
        [options.program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, env=environment
    )


peer = {"biggan-pytorch": BigGAN, "studiogan": StudioGAN, "mimicry": Mimicry}[options.peer]()
torch.manual_seed(3)
labels = torch.tensor([0, 1])
pixels = torch.randn(2, 3, options.resolution, options.resolution)
latents = torch.randn(2, 128)
networks = {}
for name in ("G", "D") if options.peer == "mimicry" else ("G", "G_ema", "D"):
    network = peer.discriminator() if name == "D" else peer.generator()
    shared = getattr(network, "shared", None)
    inputs = (
        (pixels, labels) if name == "D" else (latents, labels if shared is None else shared(labels).detach())
    )
    networks[name] = randomize(network, inputs)
failed = False


def report(what, difference, bound):
    global failed
    failed |= not difference <= bound
    print(
        f"{options.peer} {options.kind} {options.resolution}: {what} differ by {difference:.1e}, bound {bound:.1e}"
    )


def compare(networks, samples, audit, what):
    with torch.no_grad():
        for name, drawn in samples.items():
            images = peer.images(networks.get(name, networks["G"]), drawn["latents"], drawn["labels"].long())
            report(f"images of {name}{what}", (images - drawn["pixels"]).abs().max().item(), 1e-4)
        images = torch.cat([audit["d1/real"], audit["d1/fake"]]).permute(0, 3, 1, 2).contiguous()
        labels = torch.cat([audit["d1/real_labels"], audit["d1/fake_labels"]]).long()
        logits = peer.logits(networks["D"], images.clone(), labels)
        report(
            f"logits{what}",
            (logits - audit["d1/logits"]).abs().max().item(),
            1e-4 * max(1, logits.abs().max().item()),
        )


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    file = peer.save(folder, networks)
    batch = ("--set", "batch=2", "--set", "generator-batch=2", "--shards", 1)
    run("import", "--from", options.peer, file, "--out", folder / "run", *batch)
    samples = {}
    for name, weights in (("G", "raw"), ("G_ema", "average")):
        run(
            "sample",
            "--checkpoint",
            folder / "run",
            "--weights",
            weights,
            "--classes",
            "0-4",
            "--per-class",
            2,
            "--tensors",
            folder / f"{weights}.safetensors",
        )
        samples[name] = load_file(folder / f"{weights}.safetensors")
    run("audit", "--checkpoint", folder / "run", "--out", folder / "audit.safetensors")
    audit = load_file(folder / "audit.safetensors")
    compare(networks, samples, audit, "")
    if options.peer == "biggan-pytorch":
        run("export", "--to", options.peer, "--checkpoint", folder / "run", "--out", folder / "back")
        options.shared = False
        back = {name: peer.discriminator() if name == "D" else peer.generator() for name in networks}
        for name, network in back.items():
            network.load_state_dict(torch.load(folder / "back" / f"{name}.pth"), strict=True)
            network.eval()
        compare(back, samples, audit, ", exported again")
sys.exit(failed)
