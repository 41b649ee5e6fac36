"""Reading and writing audits: safetensors files whose tensors README.md lists."""

import json

import torch
from safetensors import safe_open

from networks import Branches
from step import Settings


class Audit:
    """The tensors of an audit with their settings, floats widened to float64."""

    def __init__(self, path):
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}
        for key in ("generator", "discriminator", "step_settings"):
            if key not in metadata:
                raise ValueError(f"{path}: expected '{key}' in the metadata; is this an audit?")
        for name, tensor in self.tensors.items():
            if tensor.is_floating_point():
                self.tensors[name] = tensor.double()
        self.architectures = [json.loads(metadata[key]) for key in ("generator", "discriminator")]
        self.settings = Settings.parse(metadata["step_settings"])
        heads = {"projection": "projection", "acgan": "classifier"}
        head = self.architectures[1]["head"]
        if heads.get(self.settings.family) != head:
            raise ValueError(f"{path}: family {self.settings.family} does not go with head {head}")
        # The tensors that something has asked for by name.
        self.used = set()

    def __contains__(self, name):
        return name in self.tensors

    def __getitem__(self, name):
        if name not in self.tensors:
            raise ValueError(f"the audit has no tensor {name}")
        self.used.add(name)
        return self.tensors[name]

    def group(self, prefix):
        """The tensors whose names start with `prefix`, by the rest of their names."""
        names = [name for name in self.tensors if name.startswith(prefix)]
        return {name[len(prefix) :]: self.tensors[name] for name in names}

    def images(self, name):
        """A tensor of images as NCHW."""
        return self[name].permute(0, 3, 1, 2)

    def labels(self, name):
        return self[name].long()

    def branches(self, update):
        """Passes that follow the decisions recorded in this update ("d" or "g")."""
        return [
            Branches(
                self.group(f"{update}/mask/{network}/"),
                self.group(f"{update}/winner/{network}/"),
            )
            for network in ("generator", "discriminator")
        ]


def write_audit(path, tensors, metadata):
    """Writes a safetensors file whose bytes depend on its contents alone.

    The safetensors package writes metadata in an order that changes from run to run.
    """
    types = {torch.float64: "F64", torch.int32: "I32", torch.uint8: "U8"}
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
