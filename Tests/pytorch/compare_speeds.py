#!/usr/bin/env python3
"""Times sagan beside PyTorch, in turn on the same cores, and prints ratios: training steps, samples, features.

First every variant of the PyTorch program does a little of the work alone; the fastest in fp32 and the fastest with bf16
autocast then take turns with sagan, pair by pair. sagan computes in fp32 throughout. Some works compare sagan with itself:
with other options, or with an earlier build. docs/performance.md says more.
"""

import argparse
import dataclasses
import glob
import importlib.util
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAGAN = HERE.parent.parent / ".build/release/sagan"
GREY = ["--set", "width=16", "--set", "image-channels=1"]


@dataclasses.dataclass
class Work:
    """Something to be timed."""

    arguments: list  # sagan bench …
    ranks: int = 1
    peer: str = "benchmark_step.py"  # the program in PyTorch
    peer_arguments: list = dataclasses.field(default_factory=list)
    beside: list | None = None  # arguments of sagan that take the place of these, in place of PyTorch
    before: list | None = None  # arguments of the build that --before names, in place of PyTorch


def passes(kind, arguments, *peer):
    return Work([kind, *arguments, "--images", "64"], peer="benchmark_passes.py", peer_arguments=list(peer))


WORK = {
    "sagan128": Work(["step", "--preset", "sagan128", "--batch", "16"]),
    "sagan64": Work(["step", "--preset", "sagan64", "--batch", "16"]),
    "sagan32": Work(["step", "--preset", "sagan32", "--batch", "64"]),
    "grey32": Work(["step", "--preset", "sagan32", "--batch", "64", *GREY]),
    "ranks": Work(["step", "--preset", "sagan128", "--batch", "16"], ranks=2),
    "threads": Work(
        ["step", "--preset", "sagan128", "--batch", "16", "--threads", "2"], beside=["--threads", "1"]
    ),
    "shards32": Work(
        ["step", "--preset", "sagan32", "--batch", "64", "--shards", "4"], beside=["--shards", "1"]
    ),
    "shards128": Work(
        ["step", "--preset", "sagan128", "--batch", "32", "--shards", "2"], beside=["--shards", "1"]
    ),
    # The networks that the preset fashion32 had at commit 6ff6d18, beside a build of it.
    "fashion32": Work(
        ["step", "--preset", "sagan32", "--batch", "32", "--shards", "4", *GREY],
        ranks=2,
        before=["step", "--preset", "fashion32", "--batch", "32", "--shards", "4"],
    ),
    "sampling": passes("sample", ["--preset", "sagan128"], "generator"),
    "inception": passes("features", ["--extractor", "inception"], "inception"),
}
VARIANTS = {
    "eager": [],
    "channels_last": ["--channels-last"],
    "compile": ["--channels-last", "--compile"],
}


class Unusable(Exception):
    """A program that could not be measured."""


def pinned(cores):
    return ["taskset", "--cpu-list", ",".join(map(str, cores))]


class Sagan:
    """sagan bench, one process for each measurement."""

    def __init__(self, arguments, ranks, options, binary=None):
        cores = options.cores
        self.environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
        count = ["--steps" if arguments[0] == "step" else "--passes", str(options.steps)]
        self.command = [binary or options.binary, "bench", *arguments, "--json", *count]
        if ranks > 1:
            allow = "1" if os.geteuid() == 0 else ""
            self.environment |= {
                "OMPI_ALLOW_RUN_AS_ROOT": allow,
                "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": allow,
            }
            places = ["--cpu-set", ",".join(map(str, cores[:ranks])), "--bind-to", "core"]
            self.command = ["mpirun", "-np", str(ranks), *places, *self.command]
        else:
            threads = int(arguments[arguments.index("--threads") + 1]) if "--threads" in arguments else 1
            if threads > len(cores):
                raise Unusable(f"{threads} threads need as many cores")
            self.command = pinned(cores[:threads]) + self.command

    def measure(self):
        result = subprocess.run(self.command, env=self.environment, capture_output=True, text=True)
        if result.returncode != 0:
            raise Unusable(result.stderr.strip() or f"{self.command} ended with {result.returncode}")
        try:
            self.values = json.loads(result.stdout)
            return self.values["images_per_second_median"], self.values["peak_mebibytes"]
        except (ValueError, KeyError, TypeError):
            raise Unusable(
                f"{' '.join(self.command)} printed no measurement: is it a build of sagan?"
            ) from None

    def close(self):
        pass


class PyTorch:
    """The same in PyTorch: processes that wait while others are measured."""

    def __init__(self, work, arguments, shape, options, allocator=None):
        self.steps, ranks = options.steps, work.ranks
        command = [sys.executable, "-W", "ignore", str(HERE / work.peer), *work.peer_arguments]
        if "batch" in shape:
            self.images = shape["batch"]
            command += ["--ranks", str(ranks), "--batch", str(shape["batch"] // ranks)]
        else:
            self.images = shape["images"]
            command += ["--images", str(self.images)]
        for key in ("resolution", "width", "image_channels", "classes"):
            if shape.get(key) is not None:
                command += ["--" + key.replace("_", "-"), str(shape[key])]
        command += arguments
        environment = os.environ | {"WORLD_SIZE": str(ranks), "MASTER_ADDR": "127.0.0.1"}
        if allocator:
            environment["LD_PRELOAD"] = allocator
        if ranks > 1:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                environment["MASTER_PORT"] = str(free.getsockname()[1])
        self.processes = [
            subprocess.Popen(
                pinned([core]) + command,
                env=environment | {"RANK": str(rank)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for rank, core in enumerate(options.cores[:ranks])
        ]
        try:
            self.parameters = self.answers()[0]["parameters"]
            # A compiled network is compiled in its first step, and sometimes once more in its second.
            for _ in range(2 if "--compile" in arguments else 1):
                self.step()
        except Unusable:
            self.close()
            raise

    def answers(self):
        lines = [process.stdout.readline() for process in self.processes]
        if not all(lines):
            raise Unusable("the PyTorch program ended early")
        return [json.loads(line) for line in lines]

    def step(self):
        for process in self.processes:
            process.stdin.write("step\n")
            process.stdin.flush()
        return self.answers()

    def measure(self):
        steps = [self.step() for _ in range(self.steps)]
        seconds = statistics.median(max(rank["seconds"] for rank in step) for step in steps)
        memory = statistics.mean(rank["mebibytes"] for rank in steps[-1])
        return self.images / seconds, memory

    def close(self):
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            process.wait()


def jemalloc():
    found = glob.glob("/usr/lib/*/libjemalloc.so.2") + glob.glob("/usr/lib*/libjemalloc.so.2")
    return found[0] if found else None


def spread(numbers, digits):
    ordered = sorted(numbers)
    low, middle, high = (f"{x:.{digits}f}" for x in (ordered[0], statistics.median(ordered), ordered[-1]))
    return f"{middle} ({low}–{high})"


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def compare(name, ours, theirs, title, pairs):
    """Prints a row of the table: pairs that alternate, and begin in turn with either."""
    rates = []
    for pair in range(pairs):
        order = (ours, theirs) if pair % 2 == 0 else (theirs, ours)
        measured = {program: program.measure() for program in order}
        rates.append((measured[ours], measured[theirs]))
    own, other = [a[0] for a, _ in rates], [b[0] for _, b in rates]
    memory = [f"{max(pair[side][1] for pair in rates):.0f}" for side in (0, 1)]
    ratios = spread([a / b for a, b in zip(own, other)], 2)
    row(name, title, spread(own, 3), spread(other, 3), f"**{ratios}**", *memory)


def heading():
    row("work", "beside", "images/s", "its images/s", "ratio", "MiB", "its MiB")
    row(*["---"] * 7)


def screen(name, work, shape, options):
    """Tries every variant and returns the fastest in fp32 and the fastest with bf16."""
    best = {}
    allocators = [("", None)]
    if jemalloc():
        allocators.append((" + jemalloc", jemalloc()))
    batches = [("", [])]
    if "batch" not in shape:
        batches = [(f", {batch} at a time", ["--batch", str(batch)]) for batch in (8, 32)]
    for precision, variant, (batch_name, batch), (allocator_name, allocator) in itertools.product(
        options.precisions, options.variants, batches, allocators
    ):
        title = f"PyTorch {precision} {variant}{batch_name}{allocator_name}"
        arguments = VARIANTS[variant] + batch + (["--bf16"] if precision == "bf16" else [])
        try:
            peer = PyTorch(work, arguments, shape, options, allocator)
        except Unusable as problem:
            print(f"{name}: {title}: left out: {problem}", flush=True)
            continue
        rate, memory = peer.measure()
        peer.close()
        print(f"{name}: {title}: {rate:.3f} images/s, {memory:.0f} MiB", flush=True)
        if precision not in best or rate > best[precision][0]:
            best[precision] = (rate, title, arguments, allocator)
    return best


def check_parameters(whose, parameters, shape):
    wanted = [shape["parameters"]] if shape.get("parameters") is not None else []
    if "batch" in shape:
        wanted = [shape["generator_parameters"], shape["discriminator_parameters"]]
    if parameters != wanted:
        raise Unusable(f"{whose} networks have {parameters} parameters and sagan's {wanted}")


def run(name, options):
    work = WORK[name]
    if not (work.beside or work.before) and importlib.util.find_spec("torch") is None:
        print(f"{name}: PyTorch is not installed: there is nothing to compare with (pip install torch).")
        return
    if work.ranks > len(options.cores):
        raise Unusable(f"{work.ranks} ranks need as many cores")
    if work.before:
        if not options.before:
            raise Unusable("name a build of commit 6ff6d18 to compare with: --before PROGRAM")
        if not os.access(options.before, os.X_OK) or os.path.isdir(options.before):
            raise Unusable(
                f"expected a program at '{options.before}' (--before) and found none; build commit 6ff6d18 there"
            )
    ours = Sagan(work.arguments, work.ranks, options)
    if work.beside or work.before:
        if work.before:
            theirs, title = Sagan(work.before, work.ranks, options, options.before), "sagan --before"
        else:
            other = work.arguments[: work.arguments.index(work.beside[0])] + work.beside
            theirs, title = Sagan(other, 1, options), "sagan " + " ".join(work.beside)
        ours.measure()
        theirs.measure()
        numbers = [theirs.values["generator_parameters"], theirs.values["discriminator_parameters"]]
        check_parameters("its", numbers, ours.values)
        heading()
        compare(name, ours, theirs, title, options.pairs)
        return
    ours.measure()
    shape = ours.values
    best = screen(name, work, shape, options)
    heading()
    for _, title, arguments, allocator in best.values():
        theirs = PyTorch(work, arguments, shape, options, allocator)
        check_parameters("PyTorch's", theirs.parameters, shape)
        compare(name, ours, theirs, title, options.pairs)
        theirs.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", nargs="*", default=["sagan32"], help=", ".join(WORK))
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument(
        "--steps", type=int, default=1, help="steps or passes of each measurement, of which the median counts"
    )
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--precisions", nargs="+", choices=["fp32", "bf16"], default=["fp32", "bf16"])
    parser.add_argument("--cores", type=int, nargs="+", default=sorted(os.sched_getaffinity(0)))
    parser.add_argument("--binary", default=str(SAGAN))
    parser.add_argument("--before", help="the program of an earlier build, for the work fashion32")
    options = parser.parse_args()
    for name in options.work:
        if name not in WORK:
            print(f"expected work among {', '.join(WORK)} and found '{name}'", file=sys.stderr)
            return 64
    if options.before and "fashion32" not in options.work:
        parser.error("--before is for the work fashion32")
    if options.pairs < 1 or options.steps < 1:
        parser.error("expected --pairs and --steps from 1")
    status = 0
    for name in options.work:
        try:
            run(name, options)
        except Unusable as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            status = 69
    return status


if __name__ == "__main__":
    sys.exit(main())
