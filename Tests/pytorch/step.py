"""The updates of a step: losses, gradients, Adam, spectral norm, moving average.

Written from the papers' formulas; PyTorch differentiates, and its Adam makes the updates.
"""

import json
from dataclasses import asdict, dataclass, fields

import torch
import torch.nn.functional as F

from augmentation import augment
from networks import Branches, Discriminator, Generator

SPECTRAL_NORM_EPSILON = 1e-8
# Power iterations that find the spectral norms of averaged weights.
AVERAGE_ITERATIONS = 10


@dataclass
class Settings:
    """What a step depends on besides its tensors: `step_settings` of an audit."""

    step: int
    d_updates: int
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
    augment: str = "none"

    @property
    def is_augmenting(self):
        return self.augment != "none"

    @property
    def described(self):
        """What a file says of them: nothing of augmentation where there is none."""
        return {k: v for k, v in asdict(self).items() if k != "augment" or self.is_augmenting}

    @property
    def updates(self):
        """The step's updates in their order: d1, d2, …, g."""
        return [f"d{number}" for number in range(1, self.d_updates + 1)] + ["g"]

    def optimizer(self, update):
        """Learning rate and Adam's t of one of the updates."""
        if update == "g":
            return self.g_learning_rate, self.g_update
        return self.d_learning_rate, self.d_update + int(update[1:]) - 1

    @staticmethod
    def parse(text):
        values = json.loads(text)
        # Batch norm goes over a shard unless it is said to be global.
        values.setdefault("batch_norm_shards", values.get("shards"))
        values.setdefault("augment", "none")
        if values["augment"] not in ("none", "differentiable"):
            raise ValueError(f"step_settings has an unknown augment, {values['augment']}")
        names = [field.name for field in fields(Settings)]
        missing = [name for name in names if name not in values]
        if missing:
            raise ValueError(f"step_settings has no {', '.join(missing)}")
        # JSON writes a whole number without a point, so each value gets its field's type.
        return Settings(**{each.name: each.type(values[each.name]) for each in fields(Settings)})


@dataclass
class Pass:
    """One update's losses and gradients, and everything they were computed through.

    `images` are the generated ones; `labels` are those of the images that have `logits`, and
    `augmented` are these images where they are augmented.
    """

    images: torch.Tensor
    augmented: torch.Tensor | None
    labels: torch.Tensor
    logits: torch.Tensor
    class_logits: torch.Tensor | None
    losses: dict
    loss_parts: torch.Tensor
    gradients: dict
    summed: dict
    parts: list
    image_gradient: torch.Tensor | None
    generator_branches: Branches
    discriminator_branches: Branches
    statistics: dict


def discriminator_pass(
    architectures, states, settings, inputs, branches=None, decided=None, with_parts=False
):
    """A D update's pass: real and generated samples in one batch, shard by shard.

    `states` are the generator's and the discriminator's; `branches` decides for each of them.
    `inputs` are `real` (NCHW), `real_labels`, `latents` and `fake_labels`, and `augmentation` where
    images are augmented. Where logits are given in `decided`, they say which samples are inside the hinge. With parts, each shard's gradients
    are kept apart.
    """
    branches = branches or (Branches(), Branches())
    real, real_labels = inputs["real"], inputs["real_labels"]
    latents, fake_labels = inputs["latents"], inputs["fake_labels"]
    parts = settings.shards if with_parts else 1
    generator = Generator(architectures[0], states[0], trained=False)
    discriminator = Discriminator(architectures[1], states[1], trained=True, parts=parts)
    with torch.no_grad():
        fake = generator.forward(latents, fake_labels, settings.batch_norm_shards, branches[0])
    images = interleave(real, fake, settings.shards)
    labels = interleave(real_labels, fake_labels, settings.shards)
    is_real = interleave(
        torch.ones_like(real_labels), torch.zeros_like(fake_labels), settings.shards
    ).bool()
    augmented = augment(images, inputs["augmentation"]) if settings.is_augmenting else None
    judged = images if augmented is None else augmented
    logits, class_logits = discriminator.forward(judged, labels, branches[1])
    decided = logits.detach() if decided is None else decided
    losses = {
        "loss_real": hinge(1 - logits[is_real], 1 - decided[is_real]),
        "loss_fake": hinge(1 + logits[~is_real], 1 + decided[~is_real]),
    }
    losses["loss"] = losses["loss_real"] + losses["loss_fake"]
    if settings.family == "acgan":
        losses["loss_class"] = F.cross_entropy(class_logits[is_real], labels[is_real])
        losses["loss"] = losses["loss"] + settings.d_aux_weight * losses["loss_class"]
    sums = loss_parts("d", logits, class_logits, labels, settings.shards)
    result = finish(discriminator, fake, labels, logits, class_logits, losses, sums, branches)
    result.augmented = augmented
    return result


def generator_pass(architectures, states, settings, inputs, branches=None, with_parts=False):
    """The G update's pass, through a discriminator that is not trained in it.

    `inputs` are `latents` and `labels`, and `augmentation` where images are augmented.
    """
    branches = branches or (Branches(), Branches())
    latents, labels = inputs["latents"], inputs["labels"]
    parts = settings.shards if with_parts else 1
    generator = Generator(architectures[0], states[0], trained=True, parts=parts)
    discriminator = Discriminator(architectures[1], states[1], trained=False)
    momentum = settings.batch_norm_momentum
    images = generator.forward(latents, labels, settings.batch_norm_shards, branches[0], momentum)
    images.retain_grad()
    augmented = augment(images, inputs["augmentation"]) if settings.is_augmenting else None
    judged = images if augmented is None else augmented
    logits, class_logits = discriminator.forward(judged, labels, branches[1])
    losses = {"loss": -logits.mean()}
    if settings.family == "acgan":
        losses["loss_class"] = F.cross_entropy(class_logits, labels)
        losses["loss"] = losses["loss"] + settings.g_aux_weight * losses["loss_class"]
    sums = loss_parts("g", logits, class_logits, labels, settings.shards)
    result = finish(generator, images, labels, logits, class_logits, losses, sums, branches)
    result.image_gradient = images.grad
    result.augmented = None if augmented is None else augmented.detach()
    result.statistics = generator.new_statistics
    return result


def interleave(real, fake, shards):
    """The D batch: each shard's real samples, then its generated ones."""
    pairs = zip(real.chunk(shards), fake.chunk(shards))
    return torch.cat([half for pair in pairs for half in pair])


def hinge(margins, decided):
    """mean(relu(margins)), the side of each sample given by `decided`."""
    return (margins * (decided > 0)).mean()


def loss_parts(update, logits, class_logits, labels, shards):
    """Each shard's sums over its samples, float64 [shards, 8]; docs/audit.md names the columns.

    Of a D update, the samples are each shard's real ones and then its generated ones.
    """
    logits = logits.detach()
    halves = logits.unflatten(0, (shards, 2 if update[0] == "d" else 1, -1))
    fake = halves[:, -1]
    terms = {4: fake}
    if update[0] == "d":
        real = halves[:, 0]
        terms |= {0: (1 - real).clamp(min=0), 1: (1 + fake).clamp(min=0), 3: real}
    else:
        terms[1] = -fake
    if class_logits is not None:
        # Of a D update only real samples count.
        class_logits = class_logits.detach()
        losses = F.cross_entropy(class_logits, labels, reduction="none")
        terms[2] = losses.reshape(halves.shape)[:, 0]
        terms[5] = (class_logits.argmax(1) == labels).reshape(halves.shape)[:, 0]
    sums = torch.zeros(shards, 8, dtype=torch.float64)
    for column, values in terms.items():
        sums[:, column] = values.double().sum(1)
    return sums


def losses_of(update, sums, settings, batch):
    """The losses [1] that follow from the shards' sums."""
    hinge_real, adversarial, cross_entropy = (tree_sum(sums) / batch)[:3, None]
    weight = settings.g_aux_weight
    losses = {"loss": adversarial}
    if update[0] == "d":
        weight = settings.d_aux_weight
        losses = {"loss_real": hinge_real, "loss_fake": adversarial}
        losses["loss"] = hinge_real + adversarial
    if settings.family == "acgan":
        losses["loss_class"] = cross_entropy
        losses["loss"] = losses["loss"] + weight * cross_entropy
    return losses


def tree_sum(terms):
    """The sum of terms along a binary tree that splits at the largest power of two below."""
    if len(terms) == 1:
        return terms[0]
    split = 1 << ((len(terms) - 1).bit_length() - 1)
    return tree_sum(terms[:split]) + tree_sum(terms[split:])


def finish(network, images, labels, logits, class_logits, losses, sums, branches):
    losses["loss"].backward()
    return Pass(
        images=images.detach(),
        augmented=None,
        labels=labels,
        logits=logits.detach(),
        class_logits=None if class_logits is None else class_logits.detach(),
        losses={name: loss.detach().reshape(1) for name, loss in losses.items()},
        loss_parts=sums,
        gradients=network.gradients(),
        summed=network.summed_gradients(),
        parts=network.part_gradients(),
        image_gradient=None,
        generator_branches=branches[0],
        discriminator_branches=branches[1],
        statistics={},
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


def through_sigma(gradient, weight, u, v, sigma):
    """The gradient with respect to W from that with respect to Ŵ = W / σ, where σ = uᵀWv.

    dW = (dŴ − ⟨dŴ, Ŵ⟩ u vᵀ) / σ; u and v are constants.
    """
    matrix = gradient.flatten(1)
    share = torch.sum(matrix * weight.flatten(1)) / sigma
    return ((matrix - share * u[:, None] * v[None, :]) / sigma).reshape(gradient.shape)


def power_iteration(weight, u):
    """The next u, v and σ of a weight, one iteration from u."""
    matrix = weight.flatten(1)
    v = direction(matrix.T @ u)
    product = matrix @ v
    u = direction(product)
    return u, v, torch.sum(u * product).reshape(1)


def direction(vector):
    return vector / vector.norm().clamp_min(SPECTRAL_NORM_EPSILON)


def next_spectra(weights, spectra, iterations=1):
    """u, v and σ of every normalized weight, some iterations from the u in `spectra`."""
    result = {}
    for module in [name.removesuffix(".u") for name in spectra if name.endswith(".u")]:
        u = spectra[module + ".u"]
        for _ in range(iterations):
            u, v, sigma = power_iteration(weights[module + ".weight"], u)
        result |= {module + ".u": u, module + ".v": v, module + ".sigma": sigma}
    return result


def amplification(weight, u, iterations):
    """How much power iterations may amplify a rounding error: 1 where u begins near its end.

    If u begins far from it, W shortens vectors more than the error, which may lie along it.
    """
    matrix, norms = weight.flatten(1), []
    for _ in range(iterations):
        v = matrix.T @ u
        u = matrix @ direction(v)
        norms += [v.norm(), u.norm()]
        u = direction(u)
    lengths = torch.stack(norms)
    return (lengths.max() / lengths).prod().item()


def moving_average(average, values, decay):
    """The moving average after `values` have gone in; a decay of 0 copies them."""
    return {name: decay * average[name] + (1 - decay) * values[name] for name in average}
