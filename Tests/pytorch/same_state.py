#!/usr/bin/env python3
"""Checks that a checkpoint holds, to the bit, what the audit of its last step says."""

import argparse
import sys
from pathlib import Path

from safetensors.numpy import load_file


def recorded(name, tensor, last):
    """The audit's name of a checkpoint's tensor; `last` is the step's last discriminator update."""
    if name == "state":
        network, _, rest = tensor.partition("-")
        return ("g/" if network == "generator" else last + "/") + rest
    return {
        "generator": "g/updated/",
        "generator-average": "g/average/",
        "discriminator": last + "/updated/",
    }[name] + tensor


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("audit", help="safetensors file written by `sagan audit`")
    parser.add_argument("checkpoint", type=Path, help="folder of a checkpoint")
    arguments = parser.parse_args()
    audit = load_file(arguments.audit)
    updates = {name.partition("/")[0] for name in audit if name.startswith("d")}
    last = max(updates, key=lambda update: int(update[1:]))
    same, differing = 0, []
    for path in sorted(arguments.checkpoint.glob("*.safetensors")):
        for name, tensor in load_file(path).items():
            expected = audit[recorded(path.stem, name, last)]
            if tensor.shape == expected.shape and tensor.tobytes() == expected.tobytes():
                same += 1
            else:
                differing.append(f"{path.name}: {name}")
    for name in differing:
        print(f"FAILED {name}")
    print(f"{same} passed, {len(differing)} failed")
    sys.exit(1 if differing or not same else 0)


if __name__ == "__main__":
    main()
