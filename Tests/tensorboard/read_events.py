"""Reads a run's event files with TensorBoard and compares them with the rest of the run directory.

usage: read_events.py RUN FIRST_STEPS…

FIRST_STEPS are the steps at which the run was started, in order. Prints what differs, and exits 1 if anything does.
"""

import json
import sys
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

EVERYTHING = {"scalars": 0, "images": 0, "histograms": 0, "compressedHistograms": 1, "tensors": 0}
problems = []


def expect(condition, what):
    if not condition:
        problems.append(what)


run = Path(sys.argv[1])
starts = [int(step) for step in sys.argv[2:]]
events = EventAccumulator(str(run), size_guidance=EVERYTHING).Reload()
tags = events.Tags()

# Scalars are the metrics, but for σ of each layer, of which there are histograms.
metrics = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
names = [name for name in metrics[0] if name != "step" and not name.startswith("sigma/")]
sigmas = [f"sigma_max/{network}" for network in ("generator", "discriminator")]
expect(set(tags["scalars"]) == set(names + sigmas), f"scalars {tags['scalars']}")
for name in names:
    shown = {(event.step, np.float32(event.value)) for event in events.Scalars(name)}
    logged = {(line["step"], np.float32(line[name])) for line in metrics}
    # A line that only the end of an earlier part was the reason for may be shown, and is no longer logged.
    extra = {(step, value) for step, value in shown - logged if step in starts}
    expect(shown - extra == logged, f"{name}: shown {sorted(shown)}, logged {sorted(logged)}")
    expect(len(shown) == len(events.Scalars(name)), f"{name}: a step is shown twice")

# Pictures are the files under samples/.
files = {int(path.stem.removeprefix("step-")): path.read_bytes() for path in (run / "samples").iterdir()}
expect(tags["images"] == ["samples"], f"images {tags['images']}")
pictures = {
    event.step: event for event in events.Images("samples") if event.step in files or event.step not in starts
}
expect(
    {step: event.encoded_image_string for step, event in pictures.items()} == files,
    f"pictures of {sorted(pictures)}",
)
for event in pictures.values():
    extents = [int.from_bytes(event.encoded_image_string[at : at + 4], "big") for at in (16, 20)]
    expect(
        [event.width, event.height] == extents, f"a picture of {event.width}×{event.height}, really {extents}"
    )

# Histograms are of positive norms, and agree with the scalars.
expect(
    set(tags["histograms"]) == {"sigma/generator", "sigma/discriminator"}, f"histograms {tags['histograms']}"
)
for network in ("generator", "discriminator"):
    largest = {event.step: event.value for event in events.Scalars(f"sigma_max/{network}")}
    histograms = {event.step: event.histogram_value for event in events.Histograms(f"sigma/{network}")}
    expect(set(histograms) == set(largest) >= set(files), f"sigma/{network} at {sorted(histograms)}")
    for step, value in histograms.items():
        expect(0 < value.min < value.max and value.num > 5, f"sigma/{network} of step {step}: {value}")
        expect(
            np.float32(value.max) == np.float32(largest[step]), f"the largest sigma/{network} of step {step}"
        )
        expect(sum(value.bucket) == value.num, f"the buckets of sigma/{network} of step {step}")

# One file a start, which says where it began; none holds a step that its start had not made yet. Where the run began anew, nothing but
# the version is left in the file.
paths = sorted(run.glob("events.out.tfevents.*"))
expect(len(paths) == len(starts), f"{len(paths)} files of {len(starts)} starts")
for path, start, following in zip(paths, starts, [*starts[1:], None]):
    records = list(EventFileLoader(str(path)).Load())
    expect(records[0].file_version == "brain.Event:2", f"the version of {path}")
    if following is not None and following <= start:
        expect(len(records) == 1, f"{len(records)} records in {path}, whose steps were all made again")
        continue
    expect(records[1].session_log.status == 1 and records[1].step == start + 1, f"the start of {path}")
    expect(all(record.step > start for record in records[1:]), f"a step up to {start} in {path}")

for problem in problems:
    print(f"read_events: {problem}")
sys.exit(1 if problems else 0)
