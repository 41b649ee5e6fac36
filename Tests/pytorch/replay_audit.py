#!/usr/bin/env python3
"""Replays an audit in PyTorch at float64 and checks every number in it.

The networks are rebuilt from the audit's architectures and weights; ReLUs and max-pools follow its
recorded decisions. Every update, and every part of one, starts from the audit's own numbers, so
that an error is reported where it was made. The exit code is 1 when a check fails, when the file
has a tensor that no check uses, or when it cannot be read.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass

from safetensors import SafetensorError

from audit_file import NETWORKS, Audit
from augmentation import excess
from report import Report, layer_scales
from step import (
    AVERAGE_ITERATIONS,
    adam,
    amplification,
    direction,
    discriminator_pass,
    generator_pass,
    loss_parts,
    losses_of,
    moving_average,
    next_spectra,
    through_sigma,
    tree_sum,
)


@dataclass
class Bounds:
    """Bounds of errors, each relative to what README.md says."""

    forward: float
    tie: float
    gradient: float
    correction: float
    adam: float
    spectral_norm: float
    statistics: float
    average: float


SINGLE = Bounds(
    forward=1e-4,
    tie=1e-4,
    gradient=1e-4,
    correction=1e-5,
    adam=1e-6,
    spectral_norm=1e-5,
    statistics=1e-4,
    average=1e-6,
)
DOUBLE = Bounds(
    forward=1e-9,
    tie=1e-9,
    gradient=1e-9,
    correction=1e-11,
    adam=1e-12,
    spectral_norm=1e-11,
    statistics=1e-9,
    average=1e-12,
)
# Losses are made from the shards' sums in double precision, whatever that of the networks.
LOSS = 1e-12
# A step in double precision may start from a checkpoint, which is in single precision.
OLD = SINGLE.spectral_norm


class Replay:
    """The checks of one audit."""

    def __init__(self, audit):
        self.audit = audit
        self.bounds = DOUBLE if audit.is_double else SINGLE
        self.report = Report()
        # Where the newest state of each network and optimizer is found.
        self.states = ["old/generator/", "old/discriminator/"]
        self.optimizers = ["old/generator-", "old/discriminator-"]

    def run(self):
        """Makes all checks and returns the report."""
        self.check_old()
        for update in self.audit.settings.updates:
            self.check_update(update)
        self.check_average()
        return self.report

    def compare(self, name, expected, bound, scale=None, source=None):
        """A tensor of the audit against another, which came from `source` if not from a pass."""
        check = f"{name} from {source}" if source else name
        self.report.compare(check, self.audit[name], expected, bound, scale)

    def compare_moved(self, prefix, before, after, bound):
        """Tensors that have moved a little, by their largest entry before or after.

        A tensor of one entry, as γ, may have come close to 0.
        """
        for name, old in before.items():
            scale = max(old.abs().max().item(), after[name].abs().max().item())
            self.compare(prefix + name, after[name], bound, scale)

    def state(self, network):
        """Everything that a network consists of."""
        names = self.audit.parameters[network] + self.audit.buffers[network]
        return self.audit.tensors(self.states[network], names)

    def check_old(self):
        """u and σ belong to the weights that a step starts from; of v this cannot be seen."""
        audit = self.audit
        for index, prefix in enumerate(self.states):
            for name in audit.buffers[index]:
                if name.endswith(".u"):
                    module = prefix + name.removesuffix(".u")
                    weight = audit[module + ".weight"].flatten(1)
                    product = weight @ audit[module + ".v"]
                    self.compare(module + ".u", direction(product), OLD)
                    self.compare(module + ".sigma", product.norm().reshape(1), OLD)
        names = [name for name in audit.buffers[0] if name.endswith((".u", ".v", ".sigma"))]
        if any("old/average/" + name in audit for name in names):
            self.check_average_spectra("old/average/", "old/generator/", OLD)

    def check_update(self, update):
        """One update: its pass, the gradients that Adam takes, and what Adam makes of them."""
        audit, network = self.audit, 0 if update == "g" else 1
        with_parts = bool(audit.find(f"{update}/part/"))
        states = [self.state(0), self.state(1)]
        inputs, branches = audit.inputs(update), audit.branches(update)
        arguments = (audit.architectures, states, audit.settings, inputs, branches)
        if update == "g":
            result = generator_pass(*arguments, with_parts=with_parts)
        else:
            decided = audit[update + "/logits"]
            result = discriminator_pass(*arguments, decided=decided, with_parts=with_parts)
        self.check_forward(update, result)
        self.check_losses(update, result)
        self.check_decisions(update, result)
        self.check_gradients(update, result, network, with_parts)
        self.check_correction(update, states[network], network)
        self.check_optimizer(update, states[network], network)
        scales = layer_scales(result.statistics)
        for name, value in result.statistics.items():
            self.compare(f"{update}/updated/{name}", value, self.bounds.statistics, scales[name])
        self.states[network] = f"{update}/updated/"
        self.optimizers[network] = f"{update}/"

    def check_forward(self, update, result):
        """Images, augmented ones too, logits, attention weights and the images' gradient."""
        prefix, bound = update + "/", self.bounds.forward
        images = "images" if update == "g" else "fake"
        self.compare(prefix + images, result.images.permute(0, 2, 3, 1), bound)
        if result.augmented is not None:
            self.compare(prefix + "augmented", result.augmented.permute(0, 2, 3, 1), bound)
            draws = self.audit[prefix + "augmentation"]
            self.report.add(prefix + "augmentation", excess(draws, result.images.shape[2]), 0)
        self.compare(prefix + "logits", result.logits, bound)
        if result.class_logits is not None:
            self.compare(prefix + "class_logits", result.class_logits, bound)
        for network in NETWORKS:
            branches = getattr(result, network + "_branches")
            has_attention = any(name.startswith(prefix + "attention/") for name in self.audit.names)
            for name, weights in branches.attention.items() if has_attention else ():
                self.compare(f"{prefix}attention/{network}/{name}", weights, bound, 1.0)
        if result.image_gradient is not None:
            gradient = result.image_gradient.permute(0, 2, 3, 1)
            self.compare(prefix + "image_gradient", gradient, self.bounds.gradient)

    def check_losses(self, update, result):
        """Each shard's sums, and the losses."""
        audit, prefix, settings = self.audit, update + "/", self.audit.settings
        sums = result.loss_parts
        if result.class_logits is not None:
            # Near a tie the audit's own logits say which class was found.
            own = (audit[prefix + "logits"], audit[prefix + "class_logits"], result.labels)
            sums[:, 5] = loss_parts(update, *own, settings.shards)[:, 5]
        batch = len(result.images)
        scale = sums.abs().clamp_min(batch / settings.shards)
        found = audit[prefix + "loss_parts"]
        if found.shape != sums.shape:
            raise ValueError(f"{prefix}loss_parts: expected shape {list(sums.shape)}")
        error = ((found - sums).abs() / scale).max()
        self.report.add(prefix + "loss_parts", error, self.bounds.forward)
        own = losses_of(update, found, settings, batch)
        for name, loss in result.losses.items():
            # A hinge that hardly opens is a small difference of numbers around 1.
            scale = max(1.0, loss.abs().item())
            if name == "loss" or prefix + name in audit:
                self.compare(prefix + name, loss, self.bounds.forward, scale)
                self.compare(prefix + name, own[name], LOSS, scale, "loss_parts")

    def check_decisions(self, update, result):
        """How far from a tie ReLUs and max-pools were that PyTorch would decide otherwise."""
        for network in NETWORKS:
            branches = getattr(result, network + "_branches")
            for name, distance in branches.disagreements.items():
                kind = "mask" if name in branches.masks else "winner"
                record = f"{update}/{kind}/{network}/{name}"
                self.audit.used.add(record)
                self.report.add(record, distance, self.bounds.tie)

    def check_gradients(self, update, result, network, with_parts):
        """Gradients with respect to W, with respect to Ŵ = W / σ, and each shard's part."""
        bound = self.bounds.gradient
        scales = [layer_scales(gradients) for gradients in (result.gradients, result.summed)]
        for name in self.audit.parameters[network]:
            expected = result.gradients[name]
            self.compare(f"{update}/gradient/{name}", expected, bound, scales[0][name])
            self.compare(f"{update}/summed/{name}", result.summed[name], bound, scales[1][name])
        if not with_parts:
            return
        for shard, gradients in enumerate(result.parts):
            scales = layer_scales(gradients)
            for name, gradient in gradients.items():
                self.compare(f"{update}/part/{shard}/{name}", gradient, bound, scales[name])
        for name in self.audit.parameters[network]:
            shards = range(self.audit.settings.shards)
            parts = [self.audit.stored(f"{update}/part/{shard}/{name}") for shard in shards]
            record = f"{update}/summed/{name}"
            self.report.equal(f"{record} from parts", self.audit.stored(record), tree_sum(parts))

    def check_correction(self, update, state, network):
        """The gradient that Adam takes, from the audit's own sum."""
        summed = self.audit.tensors(f"{update}/summed/", self.audit.parameters[network])
        expected, bounds = {}, {}
        for name, gradient in summed.items():
            module = name.removesuffix(".weight")
            is_normalized = module + ".sigma" in state
            # Where nothing is normalized, Adam takes the sum as it is.
            expected[name], bounds[name] = gradient, 0.0
            if is_normalized:
                spectra = [state[f"{module}.{kind}"] for kind in ("u", "v", "sigma")]
                expected[name] = through_sigma(gradient, state[name], *spectra)
                bounds[name] = self.bounds.correction
        scales = layer_scales(expected)
        for name, gradient in expected.items():
            record = f"{update}/gradient/{name}"
            self.compare(record, gradient, bounds[name], scales[name], "summed")

    def check_optimizer(self, update, state, network):
        """Adam from the audit's own gradients, and u, v, σ from its own updated weights."""
        audit, settings = self.audit, self.audit.settings
        names, old = audit.parameters[network], self.optimizers[network]
        with_first = settings.beta1 != 0
        before = {
            "updated": {name: state[name] for name in names},
            "adam-m": audit.tensors(old + "adam-m/", names) if with_first else {},
            "adam-v": audit.tensors(old + "adam-v/", names),
        }
        gradients = audit.tensors(f"{update}/gradient/", names)
        optimizer = settings.optimizer(update)
        values, first, second = adam(
            before["updated"], gradients, before["adam-m"], before["adam-v"], settings, *optimizer
        )
        after = {"updated": values, "adam-m": first, "adam-v": second}
        for kind, tensors in before.items():
            self.compare_moved(f"{update}/{kind}/", tensors, after[kind], self.bounds.adam)
        weights = audit.tensors(f"{update}/updated/", names)
        for name, value in next_spectra(weights, state).items():
            self.compare(f"{update}/updated/{name}", value, self.bounds.spectral_norm)

    def check_average(self):
        """The moving average from the audit's own updated values, then its spectral norms."""
        audit = self.audit
        names = audit.parameters[0] + [name for name in audit.buffers[0] if ".running_" in name]
        old, values = audit.tensors("old/average/", names), audit.tensors("g/updated/", names)
        average = moving_average(old, values, audit.settings.average_decay)
        self.compare_moved("g/average/", old, average, self.bounds.average)
        self.check_average_spectra("g/average/", "g/updated/", self.bounds.spectral_norm)

    def check_average_spectra(self, average, trained, bound):
        """u, v and σ of averaged weights: ten iterations from the trained weights' u."""
        audit = self.audit
        starts = [name for name in audit.buffers[0] if name.endswith(".u")]
        weights = audit.tensors(average, audit.parameters[0])
        spectra = next_spectra(weights, audit.tensors(trained, starts), AVERAGE_ITERATIONS)
        for name, value in spectra.items():
            module = name.rpartition(".")[0]
            start = audit[f"{trained}{module}.u"]
            factor = amplification(weights[module + ".weight"], start, AVERAGE_ITERATIONS)
            self.compare(average + name, value, bound, value.abs().max().item() * factor)


def main():
    parser = argparse.ArgumentParser(description="Replays audits in PyTorch at float64.")
    parser.add_argument("audits", nargs="+", help="safetensors files written by `sagan audit`")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each file")
    arguments = parser.parse_args()
    passed, failed = 0, 0
    for path in arguments.audits:
        try:
            audit = Audit(path)
            report = Replay(audit).run()
        except (OSError, ValueError, SafetensorError) as error:
            sys.exit(f"replay_audit: {path}: {error}")
        unchecked = sorted(audit.names - audit.used)
        passed += len(report.checks) - len(report.failed)
        failed += len(report.failed) + len(unchecked)
        if arguments.json:
            checks = [asdict(check) | {"passed": check.passed} for check in report.checks]
            summary = {"passed": len(report.checks) - len(report.failed), "failed": len(report.failed)}
            print(json.dumps(summary | {"unchecked": unchecked, "checks": checks}, indent=1))
            continue
        if len(arguments.audits) > 1:
            print(path)
        for check in report.checks:
            print(check)
        for name in unchecked:
            print(f"FAILED not known to the replay: {name}")
        for check in report.failed:
            print(f"FAILED {check.name}: error {check.error:.3e}, bound {check.bound:.0e}")
    if not arguments.json:
        print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
