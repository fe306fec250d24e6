"""How much each choice of augmentation changes a training image."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mnist_lab.recipe.recipe import Augmentation


@dataclass(frozen=True)
class Amplitudes:
    """Largest change of an image in either direction; changes are drawn from a uniform distribution."""

    shift: float
    """Pixels."""
    rotation: float
    """Radians."""
    zoom: float
    """Relative change of the size: 0.1 is 0.9 to 1.1 times."""
    shear: float
    """Horizontal pixels for each vertical pixel."""
    thickness: float
    """Share of the images whose strokes become one pixel thicker; the same share becomes thinner."""


AMPLITUDES: Mapping[Augmentation, Amplitudes] = MappingProxyType(
    {
        "light": Amplitudes(shift=2.0, rotation=0.17, zoom=0.1, shear=0.0, thickness=0.0),
        "pen": Amplitudes(shift=2.5, rotation=0.26, zoom=0.18, shear=0.25, thickness=0.2),
        "styles": Amplitudes(shift=2.0, rotation=0.17, zoom=0.1, shear=0.0, thickness=0.0),
    }
)
"""Of each choice but "none"."""

DRAWS = 7
"""Random numbers from -1 to 1 for each image: rotation, shear, zoom across and along, shift across and along, and
whether the stroke becomes thicker (near 1) or thinner (near -1)."""
