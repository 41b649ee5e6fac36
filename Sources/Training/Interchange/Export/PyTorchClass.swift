/// The generator as a class of PyTorch, which lies beside exported weights.
enum PyTorchClass {
  /// The name of the file.
  static let fileName = "pytorch_generator.py"

  /// The file's contents: those of docs/pytorch_generator.py, as a test compares.
  static let text = lines.split(separator: "\n").map { $0.dropFirst() + "\n" }.joined()

  /// Its lines behind a mark each, so that nothing here takes one of them for Swift's.
  private static let lines = #"""
    |"""The generators of sagan in PyTorch, built and filled from one file of weights: a checkpoint's, or `export --to huggingface`'s.
    |
    |    generator = load_generator("runs/mine/checkpoints/step-00001600/generator-average.safetensors")
    |    images = generator(torch.randn(2, generator.latent_size), torch.tensor([0, 7]))  # [2, C, H, W] in -1...1
    |"""
    |import json
    |import torch
    |import torch.nn.functional as F
    |from safetensors import safe_open
    |from torch import nn
    |
    |
    |class Weighted(nn.Module):
    |    """A linear layer or convolution whose weight is divided by its spectral norm, if it has one."""
    |    def __init__(self, *shape, spectral, bias=True):
    |        super().__init__()
    |        self.weight = nn.Parameter(torch.empty(shape))
    |        self.register_parameter("bias", nn.Parameter(torch.empty(shape[0])) if bias else None)
    |        self.register_buffer("sigma", torch.ones(1), persistent=spectral)
    |        if spectral:  # The singular vectors that sigma = u . W v was found with; samples do not need them.
    |            self.register_buffer("u", torch.empty(shape[0]))
    |            self.register_buffer("v", torch.empty(self.weight[0].numel()))
    |
    |    def forward(self, x):
    |        weight, pad = self.weight / self.sigma, self.weight.shape[-1] // 2
    |        return F.linear(x, weight, self.bias) if weight.dim() == 2 else F.conv2d(x, weight, self.bias, padding=pad)
    |
    |
    |class Norm(nn.Module):
    |    """Batch norm by running statistics; with classes, gain 1 + gain[label] and bias[label]."""
    |    def __init__(self, channels, classes=None):
    |        super().__init__()
    |        self.register_buffer("running_mean", torch.empty(channels))
    |        self.register_buffer("running_var", torch.empty(channels))
    |        shape, gain = ((channels,), "weight") if classes is None else ((classes, channels), "gain")
    |        self.register_parameter(gain, nn.Parameter(torch.empty(shape)))
    |        self.bias = nn.Parameter(torch.empty(shape))
    |
    |    def forward(self, x, labels=None):
    |        gain, bias = (self.weight, self.bias) if labels is None else (1 + self.gain[labels], self.bias[labels])
    |        x = F.batch_norm(x, self.running_mean, self.running_var, eps=1e-5)
    |        return x * gain[..., None, None] + bias[..., None, None]
    |
    |
    |class Behind(nn.Module):
    |    """What may follow a block: self-attention with max-pooled keys and values, or a residual block in its place."""
    |    def __init__(self, c, spectral, residual):
    |        super().__init__()
    |        h, self.attends = max((5 * c + 9) // 18, 1), not residual
    |        layers = (("conv1", h, c, 1), ("conv2", h, h, 3), ("conv3", c, h, 1)) if residual else (
    |            ("query", c // 8, c, 1), ("key", c // 8, c, 1), ("value", c // 2, c, 1), ("output", c, c // 2, 1))
    |        for name, outputs, inputs, size in layers:
    |            self.add_module(name, Weighted(outputs, inputs, size, size, spectral=spectral, bias=False))
    |        self.register_parameter("gamma", None if residual else nn.Parameter(torch.empty(1)))
    |
    |    def forward(self, x):
    |        if not self.attends:
    |            return x + self.conv3(F.relu(self.conv2(F.relu(self.conv1(x)))))
    |        query, key, value = self.query(x), F.max_pool2d(self.key(x), 2), F.max_pool2d(self.value(x), 2)
    |        weights = torch.softmax(query.flatten(2).transpose(1, 2) @ key.flatten(2), dim=-1)
    |        return x + self.gamma * self.output((value.flatten(2) @ weights.transpose(1, 2)).unflatten(2, x.shape[2:]))
    |
    |
    |class Generator(nn.Module):
    |    """Latent vectors [n, latent_size] and labels [n] to images; `table` is the architecture in the file's header."""
    |    def __init__(self, table):
    |        super().__init__()
    |        self.latent_size, classes, spectral = table["latent"], table["classes"], table["spectral_norm"]
    |        self.linear = Weighted(16 * table["initial"], self.latent_size, spectral=spectral)
    |        self.blocks, self.upsample = [], nn.Upsample(scale_factor=2, mode=table.get("upsampling", "nearest"))
    |        for i, (c, d) in enumerate((block["in"], block["out"]) for block in table["blocks"]):
    |            block = nn.ModuleDict({
    |                "bn1": Norm(c, classes), "bn2": Norm(d, classes), "conv1": Weighted(d, c, 3, 3, spectral=spectral),
    |                "conv2": Weighted(d, d, 3, 3, spectral=spectral), "shortcut": Weighted(d, c, 1, 1, spectral=spectral)})
    |            for kind in ("attention", "residual"):
    |                if i in table.get(kind + "_after", []):
    |                    block[kind] = Behind(d, spectral, kind == "residual")
    |            self.add_module(f"block{i}", block)
    |            self.blocks.append(f"block{i}")
    |        self.bn, self.to_image = Norm(d), Weighted(table["channels"], d, 3, 3, spectral=spectral)
    |
    |    def forward(self, latents, labels):
    |        x = self.linear(latents).unflatten(1, (-1, 4, 4))
    |        for block in (self.get_submodule(name) for name in self.blocks):
    |            h = block["conv1"](self.upsample(F.relu(block["bn1"](x, labels))))
    |            x = block["conv2"](F.relu(block["bn2"](h, labels))) + block["shortcut"](self.upsample(x))
    |            for kind in ("attention", "residual"):
    |                x = block[kind](x) if kind in block else x
    |        return torch.tanh(self.to_image(F.relu(self.bn(x))))
    |
    |
    |def load_generator(path):
    |    """The generator of a safetensors file, ready to draw samples."""
    |    with safe_open(path, "pt") as file:
    |        generator = Generator(json.loads(file.metadata()["architecture"]))
    |        generator.load_state_dict({name: file.get_tensor(name) for name in file.keys()})
    |    return generator.eval().requires_grad_(False)
    """#
}
