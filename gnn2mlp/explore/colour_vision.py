"""How colours look to others: contrast, colour blindness, and how far apart two of them are."""

from collections.abc import Sequence
from typing import Final

import numpy as np

# Linear RGB as it is seen without one kind of cone: Machado, Oliveira & Fernandes, IEEE TVCG 2009, severity 1.0,
# https://doi.org/10.1109/TVCG.2009.113
DEFICIENCIES: Final = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Linear sRGB to OKLab by way of the cones: https://bottosson.github.io/posts/oklab/
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear_rgb(colours: Sequence[str]) -> np.ndarray:
    """(colours, 3), linear sRGB in 0 .. 1 of colours such as `"#2a6cb0"`."""
    value = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours]) / 255
    linear: np.ndarray = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return linear.reshape(-1, 3)


def contrast(colour: str, ground: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21; what is drawn needs 3, text 4.5.

    Example:
        >>> contrast("#000000", "#ffffff")
        21.0
    """
    dark, light = sorted(linear_rgb([colour, ground]) @ _LUMINANCE)
    return round(float((light + 0.05) / (dark + 0.05)), 9)


def simulate(linear: np.ndarray, deficiency: str) -> np.ndarray:
    """Linear RGB (colours, 3) as somebody with one of `DEFICIENCIES` sees it, in linear RGB.

    Example:
        >>> red, green = simulate(linear_rgb(["#a03030", "#5a5a2c"]), "deuteranopia")
        >>> bool(abs(red - green).max() < 0.1)
        True
    """
    seen: np.ndarray = (linear @ np.array(DEFICIENCIES[deficiency]).T).clip(0, 1)
    return seen


def oklab(linear: np.ndarray) -> np.ndarray:
    """Linear RGB (colours, 3) in OKLab, in which equal distances look about equally large; lightness is 0 .. 1."""
    lab: np.ndarray = np.cbrt(linear @ _CONES.T) @ _LAB.T
    return lab


def separation(colours: Sequence[str], deficiency: str | None = None) -> np.ndarray:
    """Distances (colours, colours) in OKLab times 100, to everyone's eyes or with one of `DEFICIENCIES`.

    About 2 can be told apart side by side, some 8 at a glance.

    Example:
        >>> separation(["#ffffff", "#000000"]).round().tolist()
        [[0.0, 100.0], [100.0, 0.0]]
    """
    linear = linear_rgb(colours)
    lab = oklab(linear if deficiency is None else simulate(linear, deficiency))
    distances: np.ndarray = 100 * np.sqrt(((lab[:, None] - lab[None]) ** 2).sum(-1))
    return distances
