"""DiffAugment (Zhao et al. 2020) with given draws: colour, then translation, then cutout.

Written from the paper's section 4 and the sizes of its published code, one operation after the
other; PyTorch differentiates.
"""

import torch

# The columns of an audit's `augmentation`.
BRIGHTNESS, SATURATION, CONTRAST, ROW_SHIFT, COLUMN_SHIFT, HOLE_ROW, HOLE_COLUMN = range(7)
LARGEST_SHIFT = 0.125
HOLE = 0.5


def augment(images, draws):
    """Changes every image (NCHW) by its own row of `draws`."""
    images = colour(images, draws)
    changed = [move(image, *draw[ROW_SHIFT:HOLE_ROW].int()) for image, draw in zip(images, draws)]
    return torch.stack([cut(image, *draw[HOLE_ROW:].int()) for image, draw in zip(changed, draws)])


def colour(images, draws):
    """Brightness, saturation around each pixel's mean, contrast around each image's mean."""
    factors = draws.to(images.dtype)[:, :, None, None, None]
    images = images + factors[:, BRIGHTNESS]
    grey = images.mean(1, keepdim=True)
    images = grey + factors[:, SATURATION] * (images - grey)
    middle = images.mean((1, 2, 3), keepdim=True)
    return middle + factors[:, CONTRAST] * (images - middle)


def move(image, rows, columns):
    """The pixels that lie so far below and to the right; zeros from beyond the edges."""
    height, width = image.shape[1:]
    border = torch.nn.functional.pad(image, (width, width, height, height))
    return border[:, height + rows : 2 * height + rows, width + columns : 2 * width + columns]


def cut(image, row, column):
    """A square of zeros around a pixel, as far as it lies in the image."""
    kept = torch.ones_like(image)
    top, left = (middle - side(image) // 2 for middle in (row, column))
    kept[:, max(top, 0) : top + side(image), max(left, 0) : left + side(image)] = 0
    return image * kept


def side(image):
    """The side of the square that is cut out of an image."""
    return int(image.shape[1] * HOLE + 0.5)


def excess(draws, size):
    """By how much draws are outside of what the paper draws from, or no whole numbers."""
    shift, hole = int(size * LARGEST_SHIFT + 0.5), int(size * HOLE + 0.5)
    middle = size - hole % 2
    low = torch.tensor([-0.5, 0, 0.5, -shift, -shift, 0, 0], dtype=torch.float64)
    high = torch.tensor([0.5, 2, 1.5, shift, shift, middle, middle], dtype=torch.float64)
    whole = draws[:, ROW_SHIFT:]
    outside = torch.stack([low - draws, draws - high]).clamp_min(0).max()
    return max(outside.item(), (whole - whole.round()).abs().max().item())
