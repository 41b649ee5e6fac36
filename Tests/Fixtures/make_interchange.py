#!/usr/bin/env python3
"""Makes Tests/Fixtures/interchange: narrow networks in files as the PyTorch peers save them, and what they compute.

Usage: Tests/Fixtures/make_interchange.py (made with PyTorch 2.13.0)

Names, layouts and meanings are those of docs/interchange.md; none of the peers' code is used. expected.safetensors has for each
network latent vectors and labels with every third row and column of their images, or labels with the logits of fixed images.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent / "interchange"
folder.mkdir(exist_ok=True)
CLASSES, LATENT = 3, 4
expected = {}


class Weights:
    """Tensors of a state dict, added with random numbers, and what evaluation makes of them in double precision."""

    def __init__(self, seed, spectral):
        self.random = torch.Generator().manual_seed(seed)
        self.spectral, self.state = spectral, {}

    def add(self, name, *shape, scale=0.3, mean=0.0):
        self.state[name] = mean + scale * torch.randn(shape, generator=self.random)
        return self.state[name].double()

    def weight(self, module, *shape, spectral=None):
        """A weight, divided by its spectral norm as `spectral` says."""
        spectral = self.spectral if spectral is None else spectral
        orig = spectral == "torch"
        weight = self.add(module + (".weight_orig" if orig else ".weight"), *shape)
        if not spectral:
            return weight
        matrix, u = weight.flatten(1), torch.randn(shape[0], generator=self.random).double()
        if orig:  # u and v are those of the weight.
            for _ in range(2):
                v = F.normalize(matrix.T @ u, dim=0)
                u = F.normalize(matrix @ v, dim=0)
            u, v = u.float(), v.float()
            self.state |= {module + ".weight_u": u, module + ".weight_v": v}
            return weight / (u.double() @ matrix @ v.double())
        # u is that of the last update, and one iteration follows.
        u = F.normalize(u, dim=0).float()
        name = ".u0" if spectral == "biggan" else ".sn_u"
        self.state |= {
            module + name: u[None],
            module + (".sv0" if spectral == "biggan" else ".sn_sigma"): torch.ones(1),
        }
        return weight / (matrix @ F.normalize(matrix.T @ u.double(), dim=0)).norm()

    def layer(self, module, *shape, bias=True, spectral=None):
        """A linear layer or convolution as a function."""
        weight = self.weight(module, *shape, spectral=spectral)
        bias = self.add(module + ".bias", shape[0], scale=0.1) if bias else None
        if len(shape) == 2:
            return lambda x: F.linear(x, weight, bias)
        return lambda x: F.conv2d(x, weight, bias, padding=shape[2] // 2)

    def norm(self, module, channels, gain, bias, epsilon, mean, variance):
        """Batch norm by running statistics with rows of gain and bias."""
        mean = self.add(module + mean, channels, scale=0.2)[:, None, None]
        self.state[module + variance] = 0.5 + torch.rand(channels, generator=self.random)
        if variance.endswith("running_var"):
            self.state[module + variance.replace("running_var", "num_batches_tracked")] = torch.tensor(7)
        variance = self.state[module + variance].double()[:, None, None]
        return (
            lambda x, y: (x - mean) / (variance + epsilon).sqrt() * gain[y][:, :, None, None]
            + bias[y][:, :, None, None]
        )

    def attention(self, module, channels, names, gamma, shape):
        theta, phi, g = (
            self.layer(module + name, channels // part, channels, 1, 1, bias=False)
            for name, part in zip(names, (8, 8, 2))
        )
        o = self.layer(module + names[3], channels, channels // 2, 1, 1, bias=False)
        self.state[module + gamma] = torch.full(shape, 0.7)

        def forward(x):
            key, value = F.max_pool2d(phi(x), 2).flatten(2), F.max_pool2d(g(x), 2).flatten(2)
            weights = torch.softmax(theta(x).flatten(2).transpose(1, 2) @ key, dim=-1)
            return x + self.state[module + gamma].double() * o(
                (value @ weights.transpose(1, 2)).view(len(x), -1, *x.shape[2:])
            )

        return forward


def generator(weights, channels, names, norm, last_norm, upsampling, attend):
    """Images of 32 pixels from three blocks; `names(block, part)` are the peer's."""
    linear = weights.layer(names(None, "linear"), 16 * channels, LATENT)
    blocks = []
    for b in range(3):
        n1 = norm(names(b, "norm1"), channels)
        c1 = weights.layer(names(b, "conv1"), channels, channels, 3, 3)
        n2 = norm(names(b, "norm2"), channels)
        c2 = weights.layer(names(b, "conv2"), channels, channels, 3, 3)
        blocks.append((n1, c1, n2, c2, weights.layer(names(b, "shortcut"), channels, channels, 1, 1)))
    attention = attend() if attend else None
    last = last_norm(names(None, "norm"), channels)
    image = weights.layer(names(None, "image"), 3, channels, 3, 3)

    def up(x):
        return F.interpolate(
            x, scale_factor=2, mode=upsampling, align_corners=None if upsampling == "nearest" else False
        )

    def forward(z, y):
        x = linear(z).view(len(z), channels, 4, 4)
        for b, (n1, c1, n2, c2, shortcut) in enumerate(blocks):
            x = c2(F.relu(n2(c1(up(F.relu(n1(x, y)))), y))) + shortcut(up(x))
            if b == 1 and attention:
                x = attention(x)
        return torch.tanh(image(F.relu(last(x, torch.zeros_like(y)))))

    return forward


def discriminator(weights, channels, names, hidden, rectified, attend, attended=None):
    """Logits of images of 32 pixels: two blocks with pooling and two without; `hidden` are the channels inside blocks."""
    blocks = []
    for b, down in enumerate((True, True, False, False)):
        inputs = 3 if b == 0 else channels
        c1 = weights.layer(names(b, "conv1"), hidden[b], inputs, 3, 3)
        c2 = weights.layer(names(b, "conv2"), channels, hidden[b], 3, 3)
        shortcut = weights.layer(names(b, "shortcut"), channels, inputs, 1, 1) if down else None
        blocks.append((c1, c2, shortcut, down))
    attention = attend() if attend else None
    linear = weights.layer(names(None, "linear"), 1, channels)
    embedding = weights.weight(names(None, "embedding"), CLASSES, channels)

    def forward(x, y):
        for b, (c1, c2, shortcut, down) in enumerate(blocks):
            first = x if b == 0 else F.relu(x)
            h = c2(F.relu(c1(first)))
            short = first if rectified else x
            x = h + (shortcut(short) if shortcut else short)
            x = F.avg_pool2d(x, 2) if down else x
            if b == attended:
                x = attention(x)
        h = F.relu(x).sum((2, 3))
        return linear(h)[:, 0] + (embedding[y] * h).sum(1)

    return forward


def plain_norm(weights, epsilon, gain=".weight", mean=".running_mean", variance=".running_var"):
    def norm(module, channels):
        g = weights.add(module + gain, channels, scale=0.1, mean=1)[None]
        return weights.norm(
            module,
            channels,
            g,
            weights.add(module + ".bias", channels, scale=0.1)[None],
            epsilon,
            mean,
            variance,
        )

    return norm


def save(name, file, content, is_zip, network, is_generator, seed):
    torch.save(content, folder / file, _use_new_zipfile_serialization=is_zip)
    random = torch.Generator().manual_seed(seed)
    labels = torch.tensor([2, 0])
    if is_generator:
        latents = torch.randn(2, LATENT, generator=random)
        pixels = network(latents.double(), labels)[:, :, ::3, ::3]
        expected.update({f"{name}/latents": latents, f"{name}/pixels": pixels.float().contiguous()})
    else:
        # The number of the value, rows from the top and channels fastest, makes the image.
        values = torch.arange(2 * 32 * 32 * 3, dtype=torch.float64) * 7919 % 255 / 127.5 - 1
        expected[f"{name}/logits"] = network(values.view(2, 32, 32, 3).permute(0, 3, 1, 2), labels).float()


# --- BigGAN-PyTorch ---


def biggan_names(b, part):
    own = {"linear": "linear", "norm": "output_layer.0", "image": "output_layer.2", "embedding": "embed"}
    inner = {"norm1": "bn1", "norm2": "bn2", "conv1": "conv1", "conv2": "conv2", "shortcut": "conv_sc"}
    return own[part] if b is None else f"blocks.{b}.0.{inner[part]}"


def biggan_generator(name, file, seed, shared):
    weights = Weights(seed, "biggan")
    embedding = weights.add("shared.weight", CLASSES, 5) if shared else None

    def norm(module, channels):
        if shared:
            gain, bias = (
                embedding @ weights.weight(f"{module}.{kind}", channels, 5).T for kind in ("gain", "bias")
            )
        else:
            gain, bias = (
                weights.add(f"{module}.{kind}.weight", CLASSES, channels) for kind in ("gain", "bias")
            )
        return weights.norm(module, channels, 1 + gain, bias, 1e-5, ".stored_mean", ".stored_var")

    last = plain_norm(weights, 1e-5, ".gain", ".stored_mean", ".stored_var")
    attend = lambda: weights.attention("blocks.1.1.", 8, ("theta", "phi", "g", "o"), "gamma", ())
    network = generator(weights, 8, biggan_names, norm, last, "nearest", attend)
    save(name, file, weights.state, seed == 1, network, True, seed)


biggan_generator("biggan/G", "G.pth", 1, False)
biggan_generator("biggan/G_ema", "G_ema.pth", 2, False)
biggan_generator("biggan-shared/G", "G_shared.pth", 3, True)
for seed, name, file, hidden in (
    (4, "biggan/D", "D.pth", (4, 4, 4, 4)),
    (5, "biggan-thin/D", "D_thin.pth", (3, 4, 4, 4)),
):
    weights = Weights(seed, "biggan")
    network = discriminator(weights, 4, biggan_names, hidden, False, None)
    save(
        name,
        file,
        {"module." + key: value for key, value in weights.state.items()},
        False,
        network,
        False,
        seed,
    )

# --- PyTorch-StudioGAN: blocks and attention have places in one list ---


def studio_names(places, side):
    def names(b, part):
        own = {
            "linear": "linear0" if side == "G" else "linear1",
            "norm": "bn4",
            "image": "conv2d5",
            "embedding": "embedding",
        }
        inner = {
            "norm1": "bn1",
            "norm2": "bn2",
            "conv1": "conv2d1",
            "conv2": "conv2d2",
            "shortcut": "conv2d0",
        }
        return own[part] if b is None else f"blocks.{places[b]}.0.{inner[part]}"

    return names


STUDIO_ATTENTION = ("conv1x1_theta", "conv1x1_phi", "conv1x1_g", "conv1x1_attn")
weights = Weights(6, "torch")


def studio_norm(module, channels):
    gain, bias = (weights.weight(f"{module}.{kind}", channels, CLASSES).T for kind in ("gain", "bias"))
    return weights.norm(module, channels, 1 + gain, bias, 1e-4, ".bn.running_mean", ".bn.running_var")


attend = lambda: weights.attention("blocks.2.0.", 8, STUDIO_ATTENTION, "sigma", (1,))
network = generator(
    weights, 8, studio_names((0, 1, 3), "G"), studio_norm, plain_norm(weights, 1e-4), "nearest", attend
)
best = {
    "optimizer": {"state": {}, "param_groups": [{"lr": 1e-4, "betas": (0.0, 0.999)}]},
    "step": 7,
    "best_fid": None,
}
save(
    "studio/G",
    "model=G-best-weights-step=7.pth",
    {"state_dict": weights.state} | best,
    False,
    network,
    True,
    6,
)
weights = Weights(7, "torch")
attend = lambda: weights.attention("blocks.1.0.", 8, STUDIO_ATTENTION, "sigma", (1,))
network = discriminator(weights, 8, studio_names((0, 2, 3, 4), "D"), (8, 8, 8, 8), True, attend, 0)
save(
    "studio/D",
    "model=D-best-weights-step=7.pth",
    {"state_dict": weights.state} | best,
    False,
    network,
    False,
    7,
)

# --- mimicry: without spectral norm in the generator, and with its own class of it in the discriminator's head ---


def mimicry_names(first, side):
    def names(b, part):
        own = {"linear": "l1" if side == "G" else "l5", "norm": "b5", "image": "c5", "embedding": "l_y"}
        inner = {"norm1": "b1", "norm2": "b2", "conv1": "c1", "conv2": "c2", "shortcut": "c_sc"}
        return own[part] if b is None else f"block{b + first}.{inner[part]}"

    return names


MIMICRY_ATTENTION = ("theta", "phi", "g", "o")
weights = Weights(8, None)


def mimicry_norm(module, channels):
    table = weights.add(module + ".embed.weight", CLASSES, 2 * channels)
    weights.state[module + ".embed.weight"][:, :channels] += 1
    table = weights.state[module + ".embed.weight"].double()
    return weights.norm(
        module,
        channels,
        table[:, :channels],
        table[:, channels:],
        1e-5,
        ".bn.running_mean",
        ".bn.running_var",
    )


network = generator(
    weights, 8, mimicry_names(2, "G"), mimicry_norm, plain_norm(weights, 1e-5), "bilinear", None
)
rest = {"optimizer_state_dict": None, "global_step": 100}
save("mimicry/G", "netG_100_steps.pth", {"model_state_dict": weights.state} | rest, False, network, True, 8)
weights = Weights(9, "torch")
layer, weight = weights.layer, weights.weight
weights.layer = lambda module, *shape, **more: layer(
    module, *shape, **more, **({"spectral": "mimicry"} if module == "l5" else {})
)
attend = lambda: weights.attention("attn_block.", 8, MIMICRY_ATTENTION, "gamma", ())
network = discriminator(weights, 8, mimicry_names(1, "D"), (8, 8, 8, 8), True, attend, 1)
save("mimicry/D", "netD_100_steps.pth", {"model_state_dict": weights.state} | rest, False, network, False, 9)

# --- What is refused ---

refused = {"l1.0.module.weight_bar": torch.zeros(2, 2), "attn1.query_conv.weight": torch.zeros(1, 8, 1, 1)}
torch.save(refused, folder / "heykeetae.pth", _use_new_zipfile_serialization=False)
save_file(expected, folder / "expected.safetensors")
