#!/usr/bin/env python3
"""Writes a fixture of several training steps, for machines without PyTorch: run.safetensors.

It is made from a folder of consecutive audits in double precision: the first one's old state, what
each update is given, and what PyTorch's free run (free_run.py) makes of them. Another program that
starts from the state and is given the same must come to the same losses and the same end.

The metadata are `format` ("run 1"), `generator` and `discriminator` as in an audit, and
`step_settings`: a JSON list with the settings of every step in their order. The tensors:

    old/generator/…, old/discriminator/…, old/average/…   the state before the first step
    old/generator-adam-v/…, old/discriminator-adam-v/…    and -adam-m/ where beta1 ≠ 0
    stepN/dK/{real,real_labels,latents,fake_labels}       what D's update K of step N is given,
    stepN/g/{latents,labels}                              and G's; N and K from 1; as in an audit
    stepN/U/loss, stepN/U/loss_class                      losses of PyTorch's run, float64 [1]
    new/…                                                 the state after the last step, float64

The average has parameters, running statistics and, only in new/, u, v and σ. Starting values and
inputs are float32 where that is exact, else float64.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors import SafetensorError

from audit_file import NETWORKS, Audit, write_tensors
from free_run import Run, audits_in

FORMAT = "run 1"
# A repository should not grow by more for one test.
LARGEST = 1_500_000


def compact(tensor):
    """float32 where that holds the same numbers."""
    if tensor.dtype == torch.float64 and torch.equal(tensor.float().double(), tensor):
        return tensor.float()
    return tensor


def state_of(run, prefix):
    """The networks and moments of a run under the names of an audit."""
    tensors = {}
    for network, state, first, second in zip(NETWORKS, run.states, run.first, run.second):
        for place, values in (("", state), ("-adam-m", first), ("-adam-v", second)):
            tensors |= {f"{prefix}{network}{place}/{k}": value for k, value in values.items()}
    return tensors


def named(prefix, tensors):
    return {prefix + name: tensor for name, tensor in tensors.items()}


def write(folder, path):
    """Writes the fixture of the audits in a folder."""
    tensors, settings, run = {}, [], None
    for number, audit_path in enumerate(audits_in(folder), start=1):
        audit = Audit(audit_path)
        if run is None:
            run = Run(audit)
            tensors |= state_of(run, "old/") | named("old/average/", run.average)
        settings.append(audit.settings.described)
        for update in audit.settings.updates:
            prefix = f"step{number}/{update}/"
            inputs = audit.inputs(update)
            for name in inputs:
                tensors[prefix + name] = audit.stored(f"{update}/{name}")
            losses = run.update(audit.settings, update, inputs)
            tensors |= named(prefix, {k: losses[k] for k in ("loss", "loss_class") if k in losses})
    tensors = {name: compact(tensor) for name, tensor in tensors.items()}
    # What a test compares with is float64 throughout.
    results = {name: tensors[name].double() for name in tensors if "/loss" in name}
    tensors |= results | state_of(run, "new/") | named("new/average/", run.whole_average())
    metadata = {
        "format": FORMAT,
        "generator": json.dumps(run.architectures[0]),
        "discriminator": json.dumps(run.architectures[1]),
        "step_settings": json.dumps(settings),
    }
    size = sum(tensor.nbytes for tensor in tensors.values())
    if size > LARGEST:
        raise ValueError(f"the fixture would have {size} bytes; audit smaller networks or batches")
    write_tensors(path, tensors, metadata)
    print(f"{path}: {path.stat().st_size} bytes")


def main():
    default = Path(__file__).resolve().parent.parent / "Fixtures" / "run.safetensors"
    parser = argparse.ArgumentParser(description="Writes a fixture of several training steps.")
    parser.add_argument("audits", type=Path, help="folder written by `sagan audit --steps N`")
    parser.add_argument("--out", type=Path, default=default, help="file (default: %(default)s)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    try:
        write(arguments.audits, arguments.out)
    except (OSError, ValueError, SafetensorError) as error:
        sys.exit(f"make_run_fixture: {error}")


if __name__ == "__main__":
    main()
