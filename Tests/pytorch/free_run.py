#!/usr/bin/env python3
"""Trains freely in PyTorch at float64 beside consecutive audits, and compares every result.

The folder holds audits step-XXXXXXXX.safetensors in double precision, as `sagan audit --steps N
--precision double` writes them. The run starts from the first one's old state and reads nothing
else but each update's images, labels and latents: ReLUs, max-pools, gradients, Adam, spectral
norms, running statistics and the moving average are PyTorch's own, step after step. Each audit must
also start from the very bytes that the one before it ends with. The exit code is 1 when a check
fails.
"""

import argparse
import sys
from pathlib import Path

from safetensors import SafetensorError

from audit_file import NETWORKS, Audit
from report import Report, layer_scales
from step import (
    AVERAGE_ITERATIONS,
    adam,
    discriminator_pass,
    generator_pass,
    moving_average,
    next_spectra,
)

# Of a layer's largest entry; of a loss, of the larger of 1 and the loss.
BOUND = 1e-6


class Run:
    """The networks, optimizers and average of a run in PyTorch."""

    def __init__(self, audit):
        """Takes the state that an audit starts from."""
        self.architectures = audit.architectures
        self.states, self.first, self.second = [], [], []
        for index, network in enumerate(NETWORKS):
            names = audit.parameters[index]
            self.states.append(audit.tensors(f"old/{network}/", names + audit.buffers[index]))
            first = names if audit.settings.beta1 != 0 else []
            self.first.append(audit.tensors(f"old/{network}-adam-m/", first))
            self.second.append(audit.tensors(f"old/{network}-adam-v/", names))
        self.average = audit.tensors("old/average/", averaged(audit))

    def update(self, settings, update, inputs):
        """Makes one update and returns its losses."""
        network = 0 if update == "g" else 1
        make_pass = generator_pass if update == "g" else discriminator_pass
        result = make_pass(self.architectures, self.states, settings, inputs)
        state = self.states[network]
        parameters, self.first[network], self.second[network] = adam(
            {name: state[name] for name in result.gradients},
            result.gradients,
            self.first[network],
            self.second[network],
            settings,
            *settings.optimizer(update),
        )
        state = state | parameters | result.statistics
        self.states[network] = state | next_spectra(state, state)
        if update == "g":
            values = {name: state[name] for name in self.average}
            self.average = moving_average(self.average, values, settings.average_decay)
        return result.losses

    def whole_average(self):
        """The average with u, v and σ of its weights."""
        return self.average | next_spectra(self.average, self.states[0], AVERAGE_ITERATIONS)


def averaged(audit):
    """Names of what has a moving average."""
    return audit.parameters[0] + [name for name in audit.buffers[0] if ".running_" in name]


def results(settings):
    """For what is left after a step, where the audit has it, and where the next audit has it."""
    pairs = {"g/average/": "old/average/"}
    for network, last in zip(NETWORKS, ("g", f"d{settings.d_updates}")):
        pairs[f"{last}/updated/"] = f"old/{network}/"
        pairs[f"{last}/adam-v/"] = f"old/{network}-adam-v/"
        pairs[f"{last}/adam-m/"] = f"old/{network}-adam-m/"
    return pairs


def follow(run, audit, report):
    """Makes the audit's step and compares what it leaves."""
    for update in audit.settings.updates:
        losses = run.update(audit.settings, update, audit.inputs(update))
        for name, loss in losses.items():
            record = f"{update}/{name}"
            if name == "loss" or record in audit:
                report.compare(record, audit[record], loss, BOUND, max(1.0, loss.abs().item()))
        network = 0 if update == "g" else 1
        compare(report, audit, f"{update}/updated/", run.states[network])
        compare(report, audit, f"{update}/adam-m/", run.first[network] if has_first(audit) else {})
        compare(report, audit, f"{update}/adam-v/", run.second[network])
    compare(report, audit, "g/average/", run.whole_average())


def has_first(audit):
    return audit.settings.beta1 != 0


def compare(report, audit, prefix, values):
    """Tensors of a state by their layers' largest entries; u, v and σ by their own."""
    spectra = {k: value for k, value in values.items() if k.endswith((".u", ".v", ".sigma"))}
    statistics = {k: value for k, value in values.items() if ".running_" in k}
    rest = {k: values[k] for k in values if k not in spectra and k not in statistics}
    scales = layer_scales(rest) | layer_scales(statistics)
    for name, value in values.items():
        report.compare(prefix + name, audit[prefix + name], value, BOUND, scales.get(name))


def check_succession(report, before, after):
    """Each audit continues the one before."""
    old, new = before.settings, after.settings
    if before.architectures != after.architectures:
        raise ValueError("other networks than in the audit before")
    counts = {
        "step": (old.step + 1, new.step),
        "g_update": (old.g_update + 1, new.g_update),
        "d_update": (old.d_update + old.d_updates, new.d_update),
    }
    for name, (expected, found) in counts.items():
        if expected != found:
            raise ValueError(f"expected {name} {expected} after the audit before, found {found}")
    for source, target in results(old).items():
        names = set(before.find(source)) | set(after.find(target))
        for name in sorted(names):
            values = after.stored(target + name), before.stored(source + name)
            report.equal(f"{target}{name} from {source}{name}", *values)


def run_beside(paths):
    """Follows the audits, printing a line a step, and returns all checks."""
    total, run, before = Report(), None, None
    for path in paths:
        try:
            audit = Audit(path)
            if not audit.is_double:
                raise ValueError("expected float64; audit with --precision double")
            report = Report()
            if before is None:
                run = Run(audit)
            else:
                check_succession(report, before, audit)
            follow(run, audit, report)
        except (OSError, ValueError, SafetensorError) as error:
            sys.exit(f"free_run: {path}: {error}")
        bounded = [check for check in report.checks if check.bound > 0]
        worst = max(bounded, key=lambda check: check.error)
        print(
            f"step {audit.settings.step}: {len(report.checks)} checks, "
            f"worst {worst.error:.2e} <= {worst.bound:.0e} of {worst.name}"
        )
        for check in report.failed:
            print(f"FAILED {check.name}: error {check.error:.3e}, bound {check.bound:.0e}")
        total.checks += report.checks
        before = audit
    return total


def audits_in(folder):
    """The audits of a folder in the order of their steps."""
    paths = sorted(folder.glob("step-*.safetensors"))
    if not paths:
        sys.exit(f"{folder}: no step-*.safetensors; write them with `sagan audit --steps N`")
    return paths


def main():
    parser = argparse.ArgumentParser(description="Trains in PyTorch beside consecutive audits.")
    parser.add_argument("audits", type=Path, help="folder written by `sagan audit --steps N`")
    report = run_beside(audits_in(parser.parse_args().audits))
    failed = len(report.failed)
    print(f"{len(report.checks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
