#!/usr/bin/env python3
"""Proves that the replay and the free run notice errors: spoils audits and expects them to fail.

Audits of tiny networks are made in PyTorch, in single and in double precision. As they are, they
must pass. Then each is spoiled in one way, most of them as a real mistake would: what follows from
the wrong numbers follows from them in the file, too. The checks that are expected to fail must
fail, and, but for mistakes that reach everything after them, no others. The exit code is 1 when a
mistake stays unnoticed.
"""

import contextlib
import io
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable

import torch

from audit_file import Audit
from augmentation import CONTRAST, ROW_SHIFT
from free_run import audits_in, run_beside
from make_fixtures import FIXTURES, RUN, RUN_STEPS, group, make, make_run, put, write
from replay_audit import Replay
from step import AVERAGE_ITERATIONS, adam, moving_average, next_spectra, tree_sum

# Three shards, so that their sum has an order.
THREE_SHARDS = replace(
    FIXTURES["acgan"],
    d_batch=6,
    g_batch=6,
    settings=replace(FIXTURES["acgan"].settings, shards=3, batch_norm_shards=3),
)
PLANS = FIXTURES | {"three shards": THREE_SHARDS}
QUERY, KEY = "block0.attention.query.weight", "block0.attention.key.weight"
# A batch norm behind a weight would make its gradient orthogonal to it, and the projection 0.
CONVOLUTION = "block1.conv2.weight"


@dataclass
class Spoilt:
    """A mistake in an audit, and the checks that must notice it: one at least for each pattern."""

    mistake: str
    plan: str
    spoil: Callable
    expected: list
    # Whether no other check may fail.
    alone: bool = True


def retake(tensors, settings, *names):
    """What follows from other gradients of G: its update and the average."""
    old = group(tensors, "old/generator/")
    values, first, second = adam(
        {name: old[name] for name in names},
        {name: tensors["g/gradient/" + name] for name in names},
        group(tensors, "old/generator-adam-m/"),
        group(tensors, "old/generator-adam-v/"),
        settings,
        *settings.optimizer("g"),
    )
    put(tensors, "g/adam-v/", second)
    if settings.beta1 != 0:
        put(tensors, "g/adam-m/", first)
    put(tensors, "g/updated/", values)
    retake_spectra(tensors, settings)


def retake_spectra(tensors, settings):
    """What follows from other parameters of G."""
    state = group(tensors, "g/updated/")
    state |= next_spectra(state, group(tensors, "old/generator/"))
    put(tensors, "g/updated/", state)
    average = group(tensors, "old/average/")
    average = moving_average(average, state, settings.average_decay)
    put(tensors, "g/average/", average | next_spectra(average, state, AVERAGE_ITERATIONS))


def without_sigma(tensors, settings):
    tensors["g/gradient/" + QUERY] *= tensors["old/generator/block0.attention.query.sigma"]
    retake(tensors, settings, QUERY)


def without_projection(tensors, settings):
    sigma = tensors["old/generator/block1.conv2.sigma"]
    tensors["g/gradient/" + CONVOLUTION] = tensors["g/summed/" + CONVOLUTION] / sigma
    retake(tensors, settings, CONVOLUTION)


def swapped_gradients(tensors, settings):
    for kind in ("summed", "gradient", "part/0", "part/1"):
        swap(tensors, f"g/{kind}/{QUERY}", f"g/{kind}/{KEY}")
    retake(tensors, settings, QUERY, KEY)


def swap(tensors, one, other):
    tensors[one], tensors[other] = tensors[other], tensors[one]


def wrong_part(tensors, settings):
    nudge(tensors, "d1/part/1/" + CONVOLUTION)


def nudge(tensors, name):
    """The next number in place of the largest one."""
    tensor = tensors[name].clone().contiguous()
    place = tensor.flatten().abs().argmax()
    largest = tensor.view(-1)[place]
    tensor.view(-1)[place] = torch.nextafter(largest, torch.tensor(torch.inf, dtype=tensor.dtype))
    tensors[name] = tensor


def swapped_parts(tensors, settings):
    swap(tensors, "d1/part/0/" + CONVOLUTION, "d1/part/1/" + CONVOLUTION)


def sum_from_the_right(tensors, settings):
    parts = [tensors[f"g/part/{shard}/{CONVOLUTION}"] for shard in range(settings.shards)]
    assert not torch.equal(tree_sum(parts), parts[0] + (parts[1] + parts[2]))
    tensors["g/summed/" + CONVOLUTION] = parts[0] + (parts[1] + parts[2])


def later_spectra(tensors, settings):
    """σ that stays one version behind."""
    name = "block1.conv1.sigma"
    tensors["g/updated/" + name] = tensors["old/generator/" + name]


def short_average_spectra(tensors, settings):
    average, state = group(tensors, "g/average/"), group(tensors, "g/updated/")
    put(tensors, "g/average/", next_spectra(average, state))


def second_update_from_old(tensors, settings):
    """Second moments that the first D update did not move."""
    name = "block0.conv1.weight"
    before = tensors["old/discriminator-adam-v/" + name]
    gradient = tensors["d2/gradient/" + name]
    tensors["d2/adam-v/" + name] = settings.beta2 * before + (1 - settings.beta2) * gradient**2


def biased_variance(tensors, settings):
    """A running variance that takes a batch's biased variance."""
    name, momentum = "block0.bn1.running_var", settings.batch_norm_momentum
    rows = len(tensors["g/images"]) / settings.shards * 4 * 4
    old, new = tensors["old/generator/" + name], tensors["g/updated/" + name]
    batch = (new - (1 - momentum) * old) / momentum
    tensors["g/updated/" + name] = (1 - momentum) * old + momentum * batch * (rows - 1) / rows
    retake_spectra(tensors, settings)


def stale_sigma(tensors, settings):
    tensors["old/discriminator/block1.conv1.sigma"] *= 1.001


def other_attention(tensors, settings):
    name = "d1/attention/discriminator/block0.attention"
    tensors[name] = tensors[name].roll(1, 0)


def transposed_queries(tensors, settings):
    """Queries column by column."""
    name = "g/attention/generator/block0.attention"
    weights = tensors[name]
    side = int(weights.shape[1] ** 0.5)
    tensors[name] = weights.unflatten(1, (side, side)).transpose(1, 2).flatten(1, 2)


def summed_image_gradient(tensors, settings):
    tensors["g/image_gradient"] *= len(tensors["g/images"])


def left_out(tensors, settings):
    """A real image that reaches the discriminator as it is."""
    tensors["d1/augmented"][0] = tensors["d1/real"][0]


def of_another(tensors, settings):
    """Generated images that are augmented as others were."""
    tensors["g/augmentation"] = tensors["g/augmentation"].roll(1, 0)


def past_the_edge(tensors, settings):
    tensors["d1/augmentation"][1, ROW_SHIFT] = 3


def not_through_augmentation(tensors, settings):
    """A gradient of the generated images that ignores how they were augmented."""
    gradient, draws = tensors["g/image_gradient"], tensors["g/augmentation"]
    contrast = draws[:, CONTRAST].to(gradient.dtype)[:, None, None, None]
    tensors["g/image_gradient"] = gradient / contrast


def swapped_shards(tensors, settings):
    tensors["d1/loss_parts"] = tensors["d1/loss_parts"].flip(0)


def other_loss_sum(tensors, settings):
    parts = tensors["d1/loss_parts"].clone()
    parts[0, 1] *= 1.01
    tensors["d1/loss_parts"] = parts


def wrong_found(tensors, settings):
    tensors["d1/loss_parts"][1, 5] += 1


def flipped_mask(tensors, settings):
    tensors["g/mask/generator/block1.relu1"] = 1 - tensors["g/mask/generator/block1.relu1"]


def other_winners(tensors, settings):
    name = "d1/winner/discriminator/block0.attention.key"
    tensors[name] = 3 - tensors[name]


def unknown(tensors, settings):
    tensors["d1/gradients/block0.conv1.weight"] = tensors["d1/gradient/block0.conv1.weight"]


def missing_sum(tensors, settings):
    del tensors["g/summed/linear.weight"]


def missing_part(tensors, settings):
    del tensors["g/part/1/linear.weight"]


def old_average_spectra(tensors, settings):
    """u, v and σ of the average that are those of the trained weights."""
    state = group(tensors, "old/generator/")
    spectra = {k: value for k, value in state.items() if k.endswith((".u", ".v", ".sigma"))}
    put(tensors, "old/average/", spectra)


def counted_from_two(tensors, settings):
    settings.d_update += 1


def exact(name):
    return re.escape(name)


def gradient_of(name, *sources):
    return [exact(f"g/gradient/{name}{source}") for source in sources]


BOTH = ("", " from summed")
SPOILT = [
    Spoilt("1/σ dropped", "sagan", without_sigma, gradient_of(QUERY, *BOTH)),
    Spoilt("u vᵀ dropped", "sagan", without_projection, gradient_of(CONVOLUTION, *BOTH)),
    Spoilt(
        "two gradients swapped",
        "acgan",
        swapped_gradients,
        [
            exact(f"g/{kind}/{name}{source}")
            for kind, source in (("summed", ""), ("gradient", ""), ("gradient", " from summed"))
            for name in (QUERY, KEY)
        ]
        + [f"g/part/{shard}/({exact(QUERY)}|{exact(KEY)})" for shard in (0, 1)],
    ),
    Spoilt(
        "a part off by one bit",
        "sagan",
        wrong_part,
        [exact(f"d1/summed/{CONVOLUTION} from parts")],
    ),
    Spoilt(
        "two shards' parts swapped",
        "sagan",
        swapped_parts,
        [exact(f"d1/part/{shard}/{CONVOLUTION}") for shard in (0, 1)],
    ),
    Spoilt(
        "shards added in another order",
        "three shards",
        sum_from_the_right,
        [exact(f"g/summed/{CONVOLUTION} from parts")],
    ),
    Spoilt(
        "σ one version behind", "acgan", later_spectra, [exact("g/updated/block1.conv1.sigma")]
    ),
    Spoilt(
        "one power iteration for the average, not ten",
        "sagan",
        short_average_spectra,
        [r"g/average/.*\.u", r"g/average/.*\.v", r"g/average/.*\.sigma"],
    ),
    Spoilt(
        "the second D update with the first one's moments",
        "sngan",
        second_update_from_old,
        [exact("d2/adam-v/block0.conv1.weight")],
    ),
    Spoilt(
        "a running variance from biased variances",
        "sngan",
        biased_variance,
        [exact("g/updated/block0.bn1.running_var")],
    ),
    Spoilt(
        "Adam's t off by one",
        "sngan",
        counted_from_two,
        [r"d1/updated/.*\.(weight|bias)", r"d2/updated/.*\.(weight|bias)"],
    ),
    Spoilt(
        "a σ that is not the old weight's",
        "sagan",
        stale_sigma,
        [exact("old/discriminator/block1.conv1.sigma")],
        alone=False,
    ),
    Spoilt(
        "the trained weights' spectra for the average's",
        "sagan",
        old_average_spectra,
        [r"old/average/.*\.u", r"old/average/.*\.v", r"old/average/.*\.sigma"],
    ),
    Spoilt(
        "attention of another sample",
        "sagan",
        other_attention,
        [exact("d1/attention/discriminator/block0.attention")],
    ),
    Spoilt(
        "attention of columns, not rows",
        "acgan",
        transposed_queries,
        [exact("g/attention/generator/block0.attention")],
    ),
    Spoilt(
        "the images' gradient of the sum, not the mean",
        "acgan",
        summed_image_gradient,
        [exact("g/image_gradient")],
    ),
    Spoilt("an image not augmented", "augmented", left_out, [exact("d1/augmented")]),
    Spoilt(
        "augmentations of other images",
        "augmented",
        of_another,
        ["g/augmented", "g/logits", "g/image_gradient", r"g/gradient/.*"],
        alone=False,
    ),
    Spoilt(
        "a longer translation than the paper's",
        "augmented",
        past_the_edge,
        ["d1/augmentation", "d1/augmented"],
        alone=False,
    ),
    Spoilt(
        "an images' gradient not through contrast",
        "augmented",
        not_through_augmentation,
        [exact("g/image_gradient")],
    ),
    Spoilt("loss sums of two shards swapped", "acgan", swapped_shards, [exact("d1/loss_parts")]),
    Spoilt(
        "a loss sum off by a hundredth",
        "sagan",
        other_loss_sum,
        [r"d1/loss_parts", r"d1/loss from loss_parts", r"d1/loss_fake from loss_parts"],
    ),
    Spoilt("a class too many found", "acgan", wrong_found, [exact("d1/loss_parts")]),
    Spoilt(
        "a mask flipped",
        "sagan",
        flipped_mask,
        [exact("g/mask/generator/block1.relu1"), "g/images"],
        alone=False,
    ),
    Spoilt(
        "winners of other places",
        "sagan",
        other_winners,
        [exact("d1/winner/discriminator/block0.attention.key"), "d1/logits"],
        alone=False,
    ),
    Spoilt(
        "a tensor of an unknown name",
        "sagan",
        unknown,
        [exact("not known to the replay: d1/gradients/block0.conv1.weight")],
    ),
    Spoilt("a sum left out", "sagan", missing_sum, [r"unreadable: .* g/summed/linear\.weight"]),
    Spoilt("a part left out", "sagan", missing_part, [r"unreadable: .* g/part/1/linear\.weight"]),
]


def other_bit(run):
    """A step that does not quite start where the one before it ended."""
    nudge(run[1][0], "old/generator-adam-v/linear.weight")


def other_rate(run):
    run[1][1].g_learning_rate *= 1.001


def forgotten_moments(run):
    """First moments that are lost between two steps, in the file as in the run."""
    for name in list(run[1][0]):
        if name.startswith("old/discriminator-adam-m/"):
            run[1][0][name] = torch.zeros_like(run[1][0][name])


def other_image(run):
    name = "d2/real"
    run[2][0][name] = run[2][0][name].flip(0)


def late_average(run):
    run[1][1].average_decay = 0.0


def wrong_spectra(run):
    run[2][0]["g/average/block0.conv1.sigma"] *= 1.00001


def left_out(run):
    del run[1]


def in_single(run):
    for tensors, _ in run:
        tensors |= {k: t.float() for k, t in tensors.items() if t.is_floating_point()}


# Mistake, how it is made, what must fail.
SPOILT_RUNS = [
    ("a bit lost between two steps", other_bit, [r"old/generator-adam-v/linear\.weight from .*"]),
    ("a learning rate off by a thousandth", other_rate, [r"g/updated/.*", r"g/average/.*"]),
    ("moments lost between two steps", forgotten_moments, [r"old/discriminator-adam-m/.* from .*"]),
    ("images in another order", other_image, [r"d2/loss", r"d2/updated/.*", r"g/updated/.*"]),
    ("an average that begins too late", late_average, [r"g/average/.*"]),
    ("a σ of the average off by 1e-5", wrong_spectra, [exact("g/average/block0.conv1.sigma")]),
    ("a step left out", left_out, [r"unreadable: .*expected step 4 .*, found 5"]),
    ("single precision", in_single, [r"unreadable: .*expected float64.*"]),
]


def failures(path):
    """Names of the checks of a replay that fail."""
    try:
        audit = Audit(path)
        failed = [check.name for check in Replay(audit).run().failed]
    except ValueError as error:
        return [f"unreadable: {error}"]
    unknown = sorted(audit.names - audit.used)
    return failed + [f"not known to the replay: {name}" for name in unknown]


def run_failures(folder):
    """Names of the checks of a free run that fail."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            return [check.name for check in run_beside(audits_in(folder)).failed]
        except SystemExit as error:
            return [f"unreadable: {error}"]


class Tally:
    """What was tried, and how it went."""

    def __init__(self):
        self.passed, self.failed = 0, 0

    def judge(self, mistake, failed, expected, alone):
        """Prints what failed, and counts whether it is what should have failed."""
        unheard = [p for p in expected if not any(re.fullmatch(p, name) for name in failed)]
        others = [n for n in failed if not any(re.fullmatch(p, n) for p in expected)]
        is_wrong = unheard or (alone and others)
        self.failed += bool(is_wrong)
        self.passed += not is_wrong
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        fired = f"{failed[0]}{more}" if failed else "nothing fails"
        print(f"{'FAILED' if is_wrong else 'ok    '} {mistake}: {fired}")
        for pattern in unheard:
            print(f"       expected a failure of {pattern}")
        for name in others if alone else []:
            print(f"       unexpected failure of {name}")


def try_audits(folder, tally, precision):
    """Audits of one step, whole and spoilt."""
    name = str(precision).removeprefix("torch.")
    path = folder / "audit.safetensors"
    made = {plan: make(PLANS[plan], precision, True, is_particular=False) for plan in PLANS}
    for plan, tensors in made.items():
        write(path, tensors, PLANS[plan], PLANS[plan].settings)
        tally.judge(f"{name}, {plan}, as it is", failures(path), [], alone=True)
    for case in SPOILT:
        plan = PLANS[case.plan]
        tensors, settings = dict(made[case.plan]), replace(plan.settings)
        # Some change tensors in place.
        tensors = {key: tensor.clone() for key, tensor in tensors.items()}
        case.spoil(tensors, settings)
        write(path, tensors, plan, settings)
        mistake = f"{name}, {case.mistake}"
        tally.judge(mistake, failures(path), case.expected, case.alone)


def try_runs(folder, tally):
    """Audits of several steps, whole and spoilt."""
    made = make_run(RUN, RUN_STEPS)
    for mistake, spoil, expected in [("as it is", lambda run: None, []), *SPOILT_RUNS]:
        run = [({k: t.clone() for k, t in tensors.items()}, replace(s)) for tensors, s in made]
        spoil(run)
        with tempfile.TemporaryDirectory(dir=folder) as audits:
            for tensors, settings in run:
                path = Path(audits) / f"step-{settings.step:08}.safetensors"
                write(path, tensors, RUN, settings)
            tally.judge(f"run, {mistake}", run_failures(Path(audits)), expected, alone=not expected)


def main():
    torch.set_num_threads(1)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for precision in (torch.float32, torch.float64):
            try_audits(Path(folder), tally, precision)
        try_runs(Path(folder), tally)
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
