"""The networks of the trainer, rebuilt in PyTorch from their architecture tables and named tensors.

A network is a table (the JSON of an audit or checkpoint) and a state: a dictionary of tensors in
PyTorch's layouts. Everything runs in the state's precision: float64, but for fixtures that imitate
audits in single precision.
"""

import math

import torch
import torch.nn.functional as F

BATCH_NORM_EPSILON = 1e-5


class Branches:
    """The decisions of one pass: where ReLUs let through, which max-pool candidates win.

    Without a record, PyTorch decides. With one, the pass follows it forward and backward, and
    `disagreements` keeps how far from a tie PyTorch's own decision was wherever it differs.
    Masks and winners are NHWC; a winner is the row-major place in its 2×2 window. The pass's
    attention weights are kept beside them, and followed by nobody.
    """

    def __init__(self, masks=None, winners=None):
        self.recorded_masks = masks
        self.recorded_winners = winners
        self.masks = {}
        self.winners = {}
        # Name → softmax weights [samples, queries, keys].
        self.attention = {}
        # Name → the largest distance from the tie among differing entries, over the input's RMS.
        self.disagreements = {}
        # Name → the smallest distance from a tie, over the input's RMS. An input of a ReLU that is 0 is left out:
        # a convolution without a bias has it from zeros alone, in every precision.
        self.margins = {}

    def relu(self, name, x):
        """max(x, 0), or the recorded mask times x."""
        own = x > 0
        passes = own
        if self.recorded_masks is not None:
            passes = recorded(self.recorded_masks, name, own)
        self.masks[name] = own.permute(0, 2, 3, 1).to(torch.uint8)
        distance = x.detach().abs()
        self._compare(name, x, passes != own, distance, distance[x != 0])
        return x * passes

    def max_pool(self, name, x):
        """2×2 max pooling, or the recorded candidate of each window; a tie goes to the first."""
        n, channels, height, width = x.shape
        with torch.no_grad():
            largest, index = F.max_pool2d(x, 2, return_indices=True)
        own = (index // width % 2) * 2 + index % 2
        winner = own
        if self.recorded_winners is not None:
            winner = recorded(self.recorded_winners, name, own)
        windows = x.reshape(n, channels, height // 2, 2, width // 2, 2)
        windows = windows.permute(0, 1, 2, 4, 3, 5).reshape(n, channels, *own.shape[2:], 4)
        chosen = windows.gather(-1, winner.unsqueeze(-1)).squeeze(-1)
        self.winners[name] = own.permute(0, 2, 3, 1).to(torch.uint8)
        top_two = windows.detach().topk(2, dim=-1).values
        gap = torch.where(winner == own, top_two[..., 0] - top_two[..., 1], largest - chosen)
        self._compare(name, x, winner != own, gap.detach(), gap.detach())
        return chosen

    def _compare(self, name, x, differs, distance, margins):
        scale = x.detach().square().mean().sqrt().clamp_min(torch.finfo(x.dtype).tiny)
        worst = distance[differs].max() if differs.any() else torch.zeros(())
        self.disagreements[name] = (worst / scale).item()
        self.margins[name] = (margins.min() / scale).item() if len(margins) else math.inf


def recorded(records, name, own):
    """The recorded decisions called `name` (NHWC) in the type and NCHW shape of `own`."""
    if name not in records:
        raise ValueError(f"the audit has no decisions for {name}")
    record = records[name].permute(0, 3, 1, 2)
    if record.shape != own.shape:
        raise ValueError(
            f"decisions of {name}: expected {list(own.shape)} (as NCHW), found {list(record.shape)}"
        )
    return record.to(own.dtype)


class Network:
    """What both networks share: named tensors, and layers that use them.

    Layers use W / σ of a normalized weight. To tell the gradients of parts of a batch apart, each
    part of the samples can be given its own copies of what layers use: the gradient of a copy is
    that of its part, also where batch norm goes over all parts.
    """

    def __init__(self, architecture, state, trained, parts=1):
        """Takes copies of the tensors; gradients are wanted for the parameters when `trained`."""
        self.architecture = architecture
        self.parameter_names = list(self.parameter_shapes(architecture))
        shapes = self.parameter_shapes(architecture) | self.buffer_shapes(architecture)
        check_shapes(state, shapes, type(self).__name__)
        self.state = {name: state[name].detach().clone() for name in shapes}
        for name in self.parameter_names:
            self.state[name].requires_grad_(trained)
        self.used = {name: self.normalized(name) for name in self.parameter_names}
        self.copies = [self.used]
        if parts > 1:
            self.copies = [
                {name: value.clone() for name, value in self.used.items()} for _ in range(parts)
            ]
        if trained:
            for values in (self.used, *self.copies):
                for value in values.values():
                    value.retain_grad()

    def normalized(self, name):
        """W / σ with the stored σ where there is one, else W; in the gradient σ = uᵀWv."""
        weight = self.state[name]
        module = name.removesuffix(".weight")
        if module + ".sigma" not in self.state:
            return weight
        u, v = self.state[module + ".u"], self.state[module + ".v"]
        sigma = torch.dot(u, torch.mv(weight.flatten(1), v))
        stored = self.state[module + ".sigma"].squeeze()
        return weight / (sigma + (stored - sigma).detach())

    def gradients(self):
        """The gradient of each parameter, by name."""
        return {name: self.state[name].grad for name in self.parameter_names}

    def summed_gradients(self):
        """The gradient of what layers use of each parameter: of W / σ where W is normalized."""
        return {name: self.used[name].grad for name in self.parameter_names}

    def part_gradients(self):
        """The summed gradients' share of each part of the batch."""
        return [{name: copy[name].grad for name in self.parameter_names} for copy in self.copies]

    def each_part(self, layer, *inputs):
        """`layer` of what layers use and `inputs`, part by part of the batch."""
        if len(self.copies) == 1:
            return layer(self.used, *inputs)
        chunks = [values.chunk(len(self.copies)) for values in inputs]
        return torch.cat([layer(copy, *part) for copy, *part in zip(self.copies, *chunks)])

    def linear(self, module, x):
        return self.each_part(
            lambda used, x: F.linear(x, used[module + ".weight"], used[module + ".bias"]), x
        )

    def convolution(self, module, x):
        def layer(used, x):
            weight = used[module + ".weight"]
            return F.conv2d(x, weight, used.get(module + ".bias"), padding=weight.shape[2] // 2)

        return self.each_part(layer, x)

    def attention(self, prefix, x, branches):
        """Self-attention with max-pooled keys and values: x + γ · output."""
        query = self.convolution(prefix + ".query", x).flatten(2)
        key = branches.max_pool(prefix + ".key", self.convolution(prefix + ".key", x)).flatten(2)
        value = self.convolution(prefix + ".value", x)
        value = branches.max_pool(prefix + ".value", value).flatten(2)
        weights = torch.softmax(query.transpose(1, 2) @ key, dim=-1)
        branches.attention[prefix] = weights.detach()
        attended = (value @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        output = self.convolution(prefix + ".output", attended)
        return x + self.each_part(lambda used, x: used[prefix + ".gamma"] * x, output)

    def residual(self, prefix, x, branches):
        """The control in attention's place: x + conv3(relu(conv2(relu(conv1(x)))))."""
        h = branches.relu(prefix + ".relu1", self.convolution(prefix + ".conv1", x))
        h = branches.relu(prefix + ".relu2", self.convolution(prefix + ".conv2", h))
        return x + self.convolution(prefix + ".conv3", h)

    def behind(self, index, x, branches):
        """What follows block `index`, if anything does."""
        if index in self.architecture["attention_after"]:
            x = self.attention(f"block{index}.attention", x, branches)
        if index in self.architecture.get("residual_after", ()):
            x = self.residual(f"block{index}.residual", x, branches)
        return x


class Generator(Network):
    """Latents and labels to images in [-1, 1]."""

    @staticmethod
    def parameter_shapes(architecture):
        """Name → shape of every parameter, in forward order."""
        classes, initial = architecture["classes"], architecture["initial"]
        shapes = {
            "linear.weight": (16 * initial, architecture["latent"]),
            "linear.bias": (16 * initial,),
        }
        for index, block in enumerate(architecture["blocks"]):
            prefix, inputs, outputs = f"block{index}", block["in"], block["out"]
            for name, width in (("bn1", inputs), ("bn2", outputs)):
                shapes[f"{prefix}.{name}.gain"] = (classes, width)
                shapes[f"{prefix}.{name}.bias"] = (classes, width)
            shapes |= convolution_shapes(prefix + ".conv1", inputs, outputs, 3)
            shapes |= convolution_shapes(prefix + ".conv2", outputs, outputs, 3)
            shapes |= convolution_shapes(prefix + ".shortcut", inputs, outputs, 1)
            shapes |= shapes_behind(architecture, index, outputs)
        width = architecture["blocks"][-1]["out"]
        shapes |= {"bn.weight": (width,), "bn.bias": (width,)}
        return shapes | convolution_shapes("to_image", width, architecture["channels"], 3)

    @staticmethod
    def statistics_shapes(architecture):
        """Name → shape of the running mean and variance of every batch norm."""
        widths = {"bn": architecture["blocks"][-1]["out"]}
        for index, block in enumerate(architecture["blocks"]):
            widths |= {f"block{index}.bn1": block["in"], f"block{index}.bn2": block["out"]}
        kinds = (".running_mean", ".running_var")
        return {module + kind: (width,) for module, width in widths.items() for kind in kinds}

    @staticmethod
    def buffer_shapes(architecture):
        """Name → shape of the state that is not trained."""
        parameters = Generator.parameter_shapes(architecture)
        normalized = spectral_norm_shapes(parameters) if architecture["spectral_norm"] else {}
        return normalized | Generator.statistics_shapes(architecture)

    def forward(self, latents, labels, shards, branches, momentum=None):
        """Images; with a momentum, `new_statistics` then holds the moved running statistics."""
        self.labels, self.shards, self.momentum = labels, shards, momentum
        self.new_statistics = {}
        initial = self.architecture["initial"]
        x = self.linear("linear", latents).reshape(-1, initial, 4, 4)
        for index in range(len(self.architecture["blocks"])):
            prefix = f"block{index}"
            h = branches.relu(prefix + ".relu1", self.conditional_norm(prefix + ".bn1", x))
            h = self.convolution(prefix + ".conv1", self.upsampled(h))
            h = branches.relu(prefix + ".relu2", self.conditional_norm(prefix + ".bn2", h))
            h = self.convolution(prefix + ".conv2", h)
            x = h + self.convolution(prefix + ".shortcut", self.upsampled(x))
            x = self.behind(index, x, branches)
        x = self.each_part(final_norm, self.normalize("bn", x))
        return torch.tanh(self.convolution("to_image", branches.relu("relu", x)))

    def upsampled(self, x):
        """Twice the height and width, by the nearest pixel unless the table has another way."""
        mode = self.architecture.get("upsampling", "nearest")
        return F.interpolate(x, scale_factor=2, mode=mode, align_corners=None if mode == "nearest" else False)

    def conditional_norm(self, module, x):
        def layer(used, x, labels):
            gain, bias = 1 + used[module + ".gain"][labels], used[module + ".bias"][labels]
            return x * gain[:, :, None, None] + bias[:, :, None, None]

        return self.each_part(layer, self.normalize(module, x), self.labels)

    def normalize(self, module, x):
        """Batch norm of each shard by its own statistics; running ones become the shards' mean."""
        names = (module + ".running_mean", module + ".running_var")
        normalized, moved = [], []
        for shard in x.chunk(self.shards):
            mean, variance = (self.state[name].clone() for name in names)
            normalized.append(
                F.batch_norm(
                    shard,
                    mean,
                    variance,
                    training=True,
                    momentum=0.0 if self.momentum is None else self.momentum,
                    eps=BATCH_NORM_EPSILON,
                )
            )
            moved.append((mean, variance))
        if self.momentum is not None:
            for name, values in zip(names, zip(*moved)):
                self.new_statistics[name] = torch.stack(values).mean(0)
        return torch.cat(normalized)


class Discriminator(Network):
    """Images and labels to one logit each, and class logits with the classifier head."""

    @staticmethod
    def parameter_shapes(architecture):
        """Name → shape of every parameter, in forward order."""
        shapes = {}
        for index, block in enumerate(architecture["blocks"]):
            prefix = f"block{index}"
            shapes |= convolution_shapes(prefix + ".conv1", block["in"], block["hidden"], 3)
            shapes |= convolution_shapes(prefix + ".conv2", block["hidden"], block["out"], 3)
            if block["in"] != block["out"] or block["down"]:
                shapes |= convolution_shapes(prefix + ".shortcut", block["in"], block["out"], 1)
            shapes |= shapes_behind(architecture, index, block["out"])
        width, classes = architecture["blocks"][-1]["out"], architecture["classes"]
        shapes |= {"linear.weight": (1, width), "linear.bias": (1,)}
        if architecture["head"] == "projection":
            return shapes | {"embedding.weight": (classes, width)}
        if architecture["head"] == "classifier":
            return shapes | {
                "classifier.weight": (classes, width),
                "classifier.bias": (classes,),
            }
        raise ValueError(
            f"head of the discriminator: expected projection or classifier, "
            f"found {architecture['head']}"
        )

    @staticmethod
    def buffer_shapes(architecture):
        """Name → shape of the state that is not trained."""
        if not architecture["spectral_norm"]:
            return {}
        return spectral_norm_shapes(Discriminator.parameter_shapes(architecture))

    def forward(self, x, labels, branches):
        """The logits [n] and the class logits [n, classes] or None."""
        for index, block in enumerate(self.architecture["blocks"]):
            prefix = f"block{index}"
            first = x if index == 0 else branches.relu(prefix + ".relu1", x)
            h = self.convolution(prefix + ".conv1", first)
            h = self.convolution(prefix + ".conv2", branches.relu(prefix + ".relu2", h))
            rectifies = index > 0 and self.architecture.get("shortcut") == "rectified"
            shortcut = first if rectifies else x
            if prefix + ".shortcut.weight" in self.state:
                shortcut = self.convolution(prefix + ".shortcut", shortcut)
            x = h + shortcut
            if block["down"]:
                x = F.avg_pool2d(x, 2)
            x = self.behind(index, x, branches)
        features = branches.relu("relu", x).sum((2, 3))
        logits = self.linear("linear", features).squeeze(1)
        if self.architecture["head"] == "projection":
            return logits + self.each_part(projection, features, labels), None
        return logits, self.linear("classifier", features)


def final_norm(used, x):
    """Gain and bias of the batch norm without classes."""
    return x * used["bn.weight"][:, None, None] + used["bn.bias"][:, None, None]


def projection(used, features, labels):
    """⟨embedding[y], features⟩."""
    return (used["embedding.weight"][labels] * features).sum(1)


def convolution_shapes(module, inputs, outputs, size):
    return {module + ".weight": (outputs, inputs, size, size), module + ".bias": (outputs,)}


def attention_shapes(prefix, channels):
    return {
        prefix + ".query.weight": (max(channels // 8, 1), channels, 1, 1),
        prefix + ".key.weight": (max(channels // 8, 1), channels, 1, 1),
        prefix + ".value.weight": (max(channels // 2, 1), channels, 1, 1),
        prefix + ".output.weight": (channels, max(channels // 2, 1), 1, 1),
        prefix + ".gamma": (1,),
    }


def residual_shapes(prefix, channels):
    """h inside is the whole number nearest to 5/18 of the channels."""
    hidden = max((5 * channels + 9) // 18, 1)
    return {
        prefix + ".conv1.weight": (hidden, channels, 1, 1),
        prefix + ".conv2.weight": (hidden, hidden, 3, 3),
        prefix + ".conv3.weight": (channels, hidden, 1, 1),
    }


def shapes_behind(architecture, index, channels):
    """Name → shape of the parameters of what follows block `index`."""
    shapes = {}
    if index in architecture["attention_after"]:
        shapes |= attention_shapes(f"block{index}.attention", channels)
    if index in architecture.get("residual_after", ()):
        shapes |= residual_shapes(f"block{index}.residual", channels)
    return shapes


def spectral_norm_shapes(parameter_shapes):
    """Name → shape of u, v and σ of every weight except the batch norms'."""
    shapes = {}
    for name, shape in parameter_shapes.items():
        module, _, kind = name.rpartition(".")
        if kind == "weight" and module != "bn":
            columns = torch.Size(shape[1:]).numel()
            shapes[module + ".u"] = (shape[0],)
            shapes[module + ".v"] = (columns,)
            shapes[module + ".sigma"] = (1,)
    return shapes


def check_shapes(state, shapes, network):
    """Says which tensor of `state` is missing or does not fit the architecture."""
    for name, shape in shapes.items():
        if name not in state:
            raise ValueError(f"{network}: the architecture has {name}, the file has not")
        if tuple(state[name].shape) != tuple(shape):
            raise ValueError(
                f"{network}: {name} has shape {list(state[name].shape)}, "
                f"the architecture asks for {list(shape)}"
            )
