"""The generators of sagan in PyTorch, built and filled from one file of a checkpoint; see checkpoints.md.

    generator = load_generator("runs/mine/checkpoints/step-00001600/generator-average.safetensors")
    images = generator(torch.randn(2, generator.latent_size), torch.tensor([0, 7]))  # [2, C, H, W] in -1...1
"""
import json
import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import nn


class Weighted(nn.Module):
    """A linear layer or convolution whose weight is divided by its spectral norm, if it has one."""
    def __init__(self, *shape, spectral, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(shape))
        self.register_parameter("bias", nn.Parameter(torch.empty(shape[0])) if bias else None)
        self.register_buffer("sigma", torch.ones(1), persistent=spectral)
        if spectral:  # The singular vectors that sigma = u . W v was found with; samples do not need them.
            self.register_buffer("u", torch.empty(shape[0]))
            self.register_buffer("v", torch.empty(self.weight[0].numel()))

    def forward(self, x):
        weight, pad = self.weight / self.sigma, self.weight.shape[-1] // 2
        return F.linear(x, weight, self.bias) if weight.dim() == 2 else F.conv2d(x, weight, self.bias, padding=pad)


class Norm(nn.Module):
    """Batch norm by running statistics; with classes, gain 1 + gain[label] and bias[label]."""
    def __init__(self, channels, classes=None):
        super().__init__()
        self.register_buffer("running_mean", torch.empty(channels))
        self.register_buffer("running_var", torch.empty(channels))
        shape, gain = ((channels,), "weight") if classes is None else ((classes, channels), "gain")
        self.register_parameter(gain, nn.Parameter(torch.empty(shape)))
        self.bias = nn.Parameter(torch.empty(shape))

    def forward(self, x, labels=None):
        gain, bias = (self.weight, self.bias) if labels is None else (1 + self.gain[labels], self.bias[labels])
        x = F.batch_norm(x, self.running_mean, self.running_var, eps=1e-5)
        return x * gain[..., None, None] + bias[..., None, None]


class Attention(nn.Module):
    """Self-attention with max-pooled keys and values."""
    def __init__(self, c, spectral):
        super().__init__()
        for name, outputs, inputs in (
                ("query", c // 8, c), ("key", c // 8, c), ("value", c // 2, c), ("output", c, c // 2)):
            self.add_module(name, Weighted(outputs, inputs, 1, 1, spectral=spectral, bias=False))
        self.gamma = nn.Parameter(torch.empty(1))

    def forward(self, x):
        query, key, value = self.query(x), F.max_pool2d(self.key(x), 2), F.max_pool2d(self.value(x), 2)
        weights = torch.softmax(query.flatten(2).transpose(1, 2) @ key.flatten(2), dim=-1)
        return x + self.gamma * self.output((value.flatten(2) @ weights.transpose(1, 2)).unflatten(2, x.shape[2:]))


class Residual(nn.Module):
    """A residual block in place of attention."""
    def __init__(self, c, spectral):
        super().__init__()
        h = max((5 * c + 9) // 18, 1)
        for name, outputs, inputs, size in (("conv1", h, c, 1), ("conv2", h, h, 3), ("conv3", c, h, 1)):
            self.add_module(name, Weighted(outputs, inputs, size, size, spectral=spectral, bias=False))

    def forward(self, x):
        return x + self.conv3(F.relu(self.conv2(F.relu(self.conv1(x)))))


class Block(nn.Module):
    """A residual block that doubles height and width, and the attention or its control that may follow it."""
    def __init__(self, inputs, outputs, classes, spectral, attends, controls):
        super().__init__()
        self.bn1, self.bn2 = Norm(inputs, classes), Norm(outputs, classes)
        self.conv1 = Weighted(outputs, inputs, 3, 3, spectral=spectral)
        self.conv2 = Weighted(outputs, outputs, 3, 3, spectral=spectral)
        self.shortcut = Weighted(outputs, inputs, 1, 1, spectral=spectral)
        self.attention = Attention(outputs, spectral) if attends else nn.Identity()
        self.residual = Residual(outputs, spectral) if controls else nn.Identity()

    def forward(self, x, labels):
        h = self.conv1(F.interpolate(F.relu(self.bn1(x, labels)), scale_factor=2))
        h = self.conv2(F.relu(self.bn2(h, labels)))
        return self.residual(self.attention(h + self.shortcut(F.interpolate(x, scale_factor=2))))


class Generator(nn.Module):
    """Latent vectors [n, latent_size] and labels [n] to images; `table` is the architecture in the file's header."""
    def __init__(self, table):
        super().__init__()
        self.latent_size, classes, spectral = table["latent"], table["classes"], table["spectral_norm"]
        self.linear = Weighted(16 * table["initial"], self.latent_size, spectral=spectral)
        for i, block in enumerate(table["blocks"]):
            attends, controls = i in table["attention_after"], i in table.get("residual_after", [])
            self.add_module(f"block{i}", Block(block["in"], block["out"], classes, spectral, attends, controls))
        self.bn = Norm(block["out"])
        self.to_image = Weighted(table["channels"], block["out"], 3, 3, spectral=spectral)

    def forward(self, latents, labels):
        x = self.linear(latents).unflatten(1, (-1, 4, 4))
        for block in (module for name, module in self.named_children() if name.startswith("block")):
            x = block(x, labels)
        return torch.tanh(self.to_image(F.relu(self.bn(x))))


def load_generator(path):
    """The generator of generator-average.safetensors or generator.safetensors, ready to draw samples."""
    with safe_open(path, "pt") as file:
        generator = Generator(json.loads(file.metadata()["architecture"]))
        generator.load_state_dict({name: file.get_tensor(name) for name in file.keys()})
    return generator.eval().requires_grad_(False)
