"""Reading and writing audits: safetensors files whose tensors docs/audit.md lists."""

import json

import torch
from safetensors import safe_open

from networks import Branches, Discriminator, Generator
from step import Settings

FORMAT = "2"
NETWORKS = ("generator", "discriminator")


class Audit:
    """The tensors of an audit, read when they are asked for, with their settings."""

    def __init__(self, path):
        self.file = safe_open(path, framework="pt")
        metadata = self.file.metadata() or {}
        for key in ("generator", "discriminator", "step_settings"):
            if key not in metadata:
                raise ValueError(f"expected '{key}' in the metadata; is this an audit?")
        if metadata.get("format") != FORMAT:
            found = metadata.get("format", "none")
            raise ValueError(
                f"expected format {FORMAT} in the metadata, found {found}; "
                "write the audit with the sagan that these scripts came with"
            )
        self.architectures = [json.loads(metadata[key]) for key in NETWORKS]
        self.settings = Settings.parse(metadata["step_settings"])
        heads = {"projection": "projection", "acgan": "classifier"}
        head = self.architectures[1]["head"]
        if heads.get(self.settings.family) != head:
            raise ValueError(f"family {self.settings.family} does not go with head {head}")
        self.names = set(self.file.keys())
        # The tensors that something has asked for.
        self.used = set()
        # Names of the parameters, and of the state that is not trained, of both networks.
        self.parameters = [
            list(Generator.parameter_shapes(self.architectures[0])),
            list(Discriminator.parameter_shapes(self.architectures[1])),
        ]
        self.buffers = [
            list(Generator.buffer_shapes(self.architectures[0])),
            list(Discriminator.buffer_shapes(self.architectures[1])),
        ]

    def __contains__(self, name):
        return name in self.names

    def __getitem__(self, name):
        """A tensor, widened if it has floats."""
        tensor = self.stored(name)
        return tensor.double() if tensor.is_floating_point() else tensor

    def stored(self, name):
        """A tensor in its own type."""
        if name not in self.names:
            raise ValueError(f"the audit has no tensor {name}")
        self.used.add(name)
        return self.file.get_tensor(name)

    @property
    def is_double(self):
        """Whether the step was made in double precision."""
        return self.stored("old/generator/linear.weight").dtype == torch.float64

    def tensors(self, prefix, names):
        """The tensors of these names behind the prefix."""
        return {name: self[prefix + name] for name in names}

    def find(self, prefix):
        """What follows the prefix in the names that begin with it, in order."""
        return sorted(name[len(prefix) :] for name in self.names if name.startswith(prefix))

    def inputs(self, update):
        """What an update is given besides the networks, images as NCHW."""
        names = ["latents", "labels"]
        if update != "g":
            names = ["real", "real_labels", "latents", "fake_labels"]
        if self.settings.is_augmenting:
            names.append("augmentation")
        inputs = self.tensors(update + "/", names)
        for name in names:
            if name.endswith("labels"):
                inputs[name] = inputs[name].long()
        if "real" in inputs:
            inputs["real"] = inputs["real"].permute(0, 3, 1, 2)
        return inputs

    def branches(self, update):
        """Passes that follow the decisions recorded in this update."""
        passes = []
        for network in NETWORKS:
            records = []
            for kind in ("mask", "winner"):
                prefix = f"{update}/{kind}/{network}/"
                # Not yet used: only a pass that has such a layer uses them.
                records.append({k: self.file.get_tensor(prefix + k) for k in self.find(prefix)})
            passes.append(Branches(*records))
        return passes


def write_tensors(path, tensors, metadata):
    """Writes a safetensors file whose bytes depend on its contents alone.

    The safetensors package writes metadata in an order that changes from run to run.
    """
    types = {torch.float64: "F64", torch.float32: "F32", torch.int32: "I32", torch.uint8: "U8"}
    # The widest type first keeps every tensor aligned.
    names = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header = {"__metadata__": dict(sorted(metadata.items()))}
    offset = 0
    for name in names:
        end = offset + tensors[name].numel() * tensors[name].element_size()
        header[name] = {
            "dtype": types[tensors[name].dtype],
            "shape": list(tensors[name].shape),
            "data_offsets": [offset, end],
        }
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in names:
            file.write(tensors[name].contiguous().numpy().tobytes())
