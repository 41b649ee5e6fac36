#!/usr/bin/env python3
"""Replays an audit in PyTorch at float64 and checks every number in it.

The networks are rebuilt from the audit's architectures and old weights; ReLUs and max-pools follow
its recorded decisions. The exit code is 1 when a check fails or the audit cannot be read.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass

from safetensors import SafetensorError

from audit_file import Audit
from networks import Discriminator, Generator
from step import adam, discriminator_pass, generator_pass, moving_average, power_iteration

# Bounds of an error, each relative to what README.md says.
FORWARD = 1e-4
TIE = 1e-4
GRADIENT = 1e-4
ADAM = 1e-6
SPECTRAL_NORM = 1e-5
STATISTICS = 1e-4
AVERAGE = 1e-6


@dataclass
class Check:
    """One tensor's error and how large it may be."""

    name: str
    error: float
    bound: float

    @property
    def passed(self):
        # Written so that a NaN fails.
        return self.error <= self.bound


class Report:
    """The checks of a replay, in the order in which they were made."""

    def __init__(self, audit):
        self.audit = audit
        self.checks = []

    def add(self, name, error, bound):
        self.checks.append(Check(name, float(error), bound))

    def compare(self, name, expected, bound, scale=None):
        """The largest difference of a tensor of the audit, over `scale` or its largest entry."""
        found = self.audit[name]
        if found.shape != expected.shape:
            raise ValueError(
                f"{name}: expected shape {list(expected.shape)}, found {list(found.shape)}"
            )
        difference = (found - expected).abs().max().item()
        scale = expected.abs().max().item() if scale is None else scale
        if difference == 0:
            self.add(name, 0.0, bound)
        else:
            self.add(name, difference / scale if scale > 0 else float("inf"), bound)


def check_pass(report, update, images, result):
    """Images, logits, losses, decisions and gradients of one update."""
    audit = report.audit
    prefix = update + "/"
    report.compare(prefix + images, result.images.permute(0, 2, 3, 1), FORWARD)
    report.compare(prefix + "logits", result.logits, FORWARD)
    if result.class_logits is not None:
        report.compare(prefix + "class_logits", result.class_logits, FORWARD)
    for name, loss in result.losses.items():
        # A hinge that hardly opens is a small difference of numbers around 1.
        scale = max(1.0, loss.abs().item())
        if name == "loss" or prefix + name in audit:
            report.compare(prefix + name, loss, FORWARD, scale)
    for network in ("generator", "discriminator"):
        branches = getattr(result, network + "_branches")
        for name, distance in branches.disagreements.items():
            kind = "mask" if name in branches.masks else "winner"
            audit.used.add(f"{prefix}{kind}/{network}/{name}")
            report.add(f"{prefix}{kind}/{network}/{name}", distance, TIE)
    largest = {}
    for name, gradient in result.gradients.items():
        layer = layer_of(name)
        largest[layer] = max(largest.get(layer, 0.0), gradient.abs().max().item())
    for name, gradient in result.gradients.items():
        report.compare(f"{prefix}gradient/{name}", gradient, GRADIENT, largest[layer_of(name)])


def layer_of(parameter):
    """The module of a parameter; γ belongs to its attention's output convolution."""
    if parameter.endswith("attention.gamma"):
        return parameter.removesuffix("gamma") + "output"
    return parameter.rpartition(".")[0]


def check_update(report, update, network, shapes, rate, count):
    """Adam from the audit's own gradients, and u, v, σ from its own updated weights."""
    audit = report.audit
    settings = audit.settings
    old = audit.group(f"old/{network}/")
    first = {}
    if settings.beta1 != 0:
        first = {name: audit[f"old/{network}-adam-m/{name}"] for name in shapes}
    values, first, second = adam(
        {name: old[name] for name in shapes},
        {name: audit[f"{update}/gradient/{name}"] for name in shapes},
        first,
        {name: audit[f"old/{network}-adam-v/{name}"] for name in shapes},
        settings,
        rate,
        count,
    )
    for name in shapes:
        if settings.beta1 != 0:
            report.compare(f"{update}/adam-m/{name}", first[name], ADAM)
        report.compare(f"{update}/adam-v/{name}", second[name], ADAM)
        report.compare(f"{update}/updated/{name}", values[name], ADAM)
    for name in [name for name in old if name.endswith(".u")]:
        module = name.removesuffix(".u")
        weight = audit[f"{update}/updated/{module}.weight"]
        for kind, value in zip(("u", "v", "sigma"), power_iteration(weight, old[name])):
            report.compare(f"{update}/updated/{module}.{kind}", value, SPECTRAL_NORM)


def check_statistics(report, statistics):
    """Running statistics, against the larger of a layer's mean and variance."""
    for name, value in statistics.items():
        module = name.rpartition(".")[0]
        pair = (statistics[module + ".running_mean"], statistics[module + ".running_var"])
        scale = max(tensor.abs().max().item() for tensor in pair)
        report.compare(f"g/updated/{name}", value, STATISTICS, scale)


def check_average(report, names):
    """The moving average from the audit's own updated values."""
    audit = report.audit
    average = moving_average(
        {name: audit[f"old/average/{name}"] for name in names},
        {name: audit[f"g/updated/{name}"] for name in names},
        audit.settings.average_decay,
    )
    for name, value in average.items():
        report.compare(f"g/average/{name}", value, AVERAGE)


def replay(audit):
    """Replays both updates and returns the report."""
    report = Report(audit)
    architectures, settings = audit.architectures, audit.settings
    states = [audit.group("old/generator/"), audit.group("old/discriminator/")]
    shapes = [
        Generator.parameter_shapes(architectures[0]),
        Discriminator.parameter_shapes(architectures[1]),
    ]
    buffers = [
        Generator.buffer_shapes(architectures[0]),
        Discriminator.buffer_shapes(architectures[1]),
    ]
    for index, network in enumerate(("generator", "discriminator")):
        audit.used.update(f"old/{network}/{name}" for name in shapes[index] | buffers[index])
    result = discriminator_pass(
        architectures,
        states,
        settings,
        audit.images("d/real"),
        audit.labels("d/real_labels"),
        audit["d/latents"],
        audit.labels("d/fake_labels"),
        audit.branches("d"),
        decided=audit["d/logits"],
    )
    check_pass(report, "d", "fake", result)
    check_update(
        report, "d", "discriminator", shapes[1], settings.d_learning_rate, settings.d_update
    )
    # Every later check starts from the audit's own values, so that one error is reported once.
    states[1] = audit.group("d/updated/")
    result = generator_pass(
        architectures,
        states,
        settings,
        audit["g/latents"],
        audit.labels("g/labels"),
        audit.branches("g"),
    )
    check_pass(report, "g", "images", result)
    check_update(report, "g", "generator", shapes[0], settings.g_learning_rate, settings.g_update)
    check_statistics(report, result.statistics)
    check_average(report, [*shapes[0], *result.statistics])
    return report


def main():
    parser = argparse.ArgumentParser(description="Replays an audit in PyTorch at float64.")
    parser.add_argument("audit", help="safetensors file written by `sagan audit`")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    try:
        audit = Audit(arguments.audit)
        report = replay(audit)
    except (OSError, ValueError, SafetensorError) as error:
        sys.exit(f"replay_audit: {arguments.audit}: {error}")
    failed = [check for check in report.checks if not check.passed]
    passed = len(report.checks) - len(failed)
    unchecked = sorted(set(audit.tensors) - audit.used)
    if arguments.json:
        checks = [asdict(check) | {"passed": check.passed} for check in report.checks]
        summary = {"passed": passed, "failed": len(failed), "unchecked": unchecked}
        print(json.dumps(summary | {"checks": checks}, indent=1))
    else:
        for check in report.checks:
            verdict = "ok    " if check.passed else "FAILED"
            print(f"{verdict} {check.error:9.2e} <= {check.bound:.0e}  {check.name}")
        for name in unchecked:
            print(f"not known to the replay: {name}")
        for check in failed:
            print(f"FAILED {check.name}: error {check.error:.3e}, bound {check.bound:.0e}")
        print(f"{passed} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
