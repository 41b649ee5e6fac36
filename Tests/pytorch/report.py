"""Checks of one tensor against another, and what is printed about them."""

from dataclasses import dataclass


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

    def __str__(self):
        verdict = "ok    " if self.passed else "FAILED"
        return f"{verdict} {self.error:9.2e} <= {self.bound:.0e}  {self.name}"


class Report:
    """Checks in the order in which they were made."""

    def __init__(self):
        self.checks = []

    @property
    def failed(self):
        return [check for check in self.checks if not check.passed]

    def add(self, name, error, bound):
        self.checks.append(Check(name, float(error), bound))

    def compare(self, name, found, expected, bound, scale=None):
        """The largest difference over `scale`, else over the largest entry that is expected."""
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

    def equal(self, name, found, expected):
        """The same numbers to the bit; 0 and −0 differ."""
        if found.dtype != expected.dtype or found.shape != expected.shape:
            raise ValueError(
                f"{name}: expected {expected.dtype} {list(expected.shape)}, "
                f"found {found.dtype} {list(found.shape)}"
            )
        if found.numpy().tobytes() == expected.numpy().tobytes():
            self.add(name, 0.0, 0.0)
        else:
            difference = (found.double() - expected.double()).abs().max().item()
            self.add(name, difference or float("inf"), 0.0)


def layer_of(parameter):
    """The module of a parameter; γ belongs to its attention's output convolution."""
    if parameter.endswith("attention.gamma"):
        return parameter.removesuffix("gamma") + "output"
    return parameter.rpartition(".")[0]


def layer_scales(tensors):
    """For each parameter the largest entry of its layer; for a running mean or variance of both."""
    largest = {}
    for name, tensor in tensors.items():
        layer = layer_of(name)
        largest[layer] = max(largest.get(layer, 0.0), tensor.abs().max().item())
    return {name: largest[layer_of(name)] for name in tensors}
