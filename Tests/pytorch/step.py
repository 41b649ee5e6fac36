"""One D update and one G update: losses, gradients, Adam, spectral norm, moving average."""

import json
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F

from networks import Branches, Discriminator, Generator

SPECTRAL_NORM_EPSILON = 1e-8


@dataclass
class Settings:
    """What an update depends on besides its tensors: `step_settings` of an audit."""

    shards: int
    batch_norm_shards: int
    family: str
    d_aux_weight: float
    g_aux_weight: float
    g_learning_rate: float
    d_learning_rate: float
    beta1: float
    beta2: float
    epsilon: float
    g_update: int
    d_update: int
    average_decay: float
    batch_norm_momentum: float

    @staticmethod
    def parse(text):
        values = json.loads(text)
        # Batch norm goes over a shard unless it is said to be global.
        values.setdefault("batch_norm_shards", values.get("shards"))
        names = [field.name for field in fields(Settings)]
        missing = [name for name in names if name not in values]
        if missing:
            raise ValueError(f"step_settings has no {', '.join(missing)}")
        # JSON writes a whole number without a point, so each value gets its field's type.
        return Settings(**{field.name: field.type(values[field.name]) for field in fields(Settings)})


@dataclass
class Pass:
    """One update's losses and gradients, and everything they were computed through."""

    images: torch.Tensor
    logits: torch.Tensor
    class_logits: torch.Tensor | None
    losses: dict
    gradients: dict
    generator_branches: Branches
    discriminator_branches: Branches
    statistics: dict


def discriminator_pass(
    architectures, states, settings, real, real_labels, latents, fake_labels, branches, decided=None
):
    """The D update's pass: real and generated samples in one batch, shard by shard.

    `states` are the generator's and the discriminator's; `branches` decides for each of them.
    Where logits are given in `decided`, they say which samples are inside the hinge.
    """
    generator = Generator(architectures[0], states[0], trained=False)
    discriminator = Discriminator(architectures[1], states[1], trained=True)
    with torch.no_grad():
        fake = generator.forward(latents, fake_labels, settings.batch_norm_shards, branches[0])
    images = interleave(real, fake, settings.shards)
    labels = interleave(real_labels, fake_labels, settings.shards)
    is_real = interleave(
        torch.ones_like(real_labels), torch.zeros_like(fake_labels), settings.shards
    ).bool()
    logits, class_logits = discriminator.forward(images, labels, branches[1])
    decided = logits.detach() if decided is None else decided
    losses = {
        "loss_real": hinge(1 - logits[is_real], 1 - decided[is_real]),
        "loss_fake": hinge(1 + logits[~is_real], 1 + decided[~is_real]),
    }
    losses["loss"] = losses["loss_real"] + losses["loss_fake"]
    if settings.family == "acgan":
        losses["loss_class"] = F.cross_entropy(class_logits[is_real], labels[is_real])
        losses["loss"] = losses["loss"] + settings.d_aux_weight * losses["loss_class"]
    return finish(discriminator, fake, logits, class_logits, losses, branches, {})


def generator_pass(architectures, states, settings, latents, labels, branches):
    """The G update's pass, through a discriminator that is not trained in it."""
    generator = Generator(architectures[0], states[0], trained=True)
    discriminator = Discriminator(architectures[1], states[1], trained=False)
    momentum = settings.batch_norm_momentum
    images = generator.forward(latents, labels, settings.batch_norm_shards, branches[0], momentum)
    logits, class_logits = discriminator.forward(images, labels, branches[1])
    losses = {"loss": -logits.mean()}
    if settings.family == "acgan":
        losses["loss_class"] = F.cross_entropy(class_logits, labels)
        losses["loss"] = losses["loss"] + settings.g_aux_weight * losses["loss_class"]
    statistics = generator.new_statistics
    return finish(generator, images, logits, class_logits, losses, branches, statistics)


def interleave(real, fake, shards):
    """The D batch: each shard's real samples, then its generated ones."""
    pairs = zip(real.chunk(shards), fake.chunk(shards))
    return torch.cat([half for pair in pairs for half in pair])


def hinge(margins, decided):
    """mean(relu(margins)), the side of each sample given by `decided`."""
    return (margins * (decided > 0)).mean()


def finish(network, images, logits, class_logits, losses, branches, statistics):
    losses["loss"].backward()
    return Pass(
        images=images.detach(),
        logits=logits.detach(),
        class_logits=None if class_logits is None else class_logits.detach(),
        losses={name: loss.detach().reshape(1) for name, loss in losses.items()},
        gradients=network.gradients(),
        generator_branches=branches[0],
        discriminator_branches=branches[1],
        statistics=statistics,
    )


def adam(parameters, gradients, first, second, settings, learning_rate, update):
    """The parameters and both moments after PyTorch's Adam has made update number `update`.

    `first` may be empty: then the first moments start at 0, which is right when β1 is 0.
    """
    values = {name: torch.nn.Parameter(tensor.clone()) for name, tensor in parameters.items()}
    optimizer = torch.optim.Adam(
        values.values(),
        lr=learning_rate,
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        foreach=False,
    )
    for name, value in values.items():
        value.grad = gradients[name].clone()
        optimizer.state[value] = {
            "step": torch.tensor(float(update - 1)),
            "exp_avg": first[name].clone() if first else torch.zeros_like(value),
            "exp_avg_sq": second[name].clone(),
        }
    optimizer.step()
    moments = [
        {name: optimizer.state[value][key] for name, value in values.items()}
        for key in ("exp_avg", "exp_avg_sq")
    ]
    return {name: value.detach() for name, value in values.items()}, *moments


def power_iteration(weight, u):
    """The next u, v and σ of a weight, one iteration from u."""
    matrix = weight.flatten(1)
    v = F.normalize(matrix.T @ u, dim=0, eps=SPECTRAL_NORM_EPSILON)
    u = F.normalize(matrix @ v, dim=0, eps=SPECTRAL_NORM_EPSILON)
    return u, v, torch.dot(u, matrix @ v).reshape(1)


def moving_average(average, values, decay):
    """The moving average after `values` have gone in; a decay of 0 copies them."""
    return {name: decay * average[name] + (1 - decay) * values[name] for name in average}
