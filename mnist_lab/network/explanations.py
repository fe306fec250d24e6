"""What layers and their arguments do, each in one line that a student understands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mnist_lab import formatting

if TYPE_CHECKING:
    from mnist_lab.network.analysis import LayerReport


@dataclass(frozen=True)
class Explanation:
    """One line about a layer or an argument, and the word of the glossary that tells more."""

    line: str
    term: str
    """A key of `mnist_lab.glossary.TERMS`."""


KIND_EXPLANATIONS: Mapping[str, Explanation] = MappingProxyType(
    {
        "Conv2D": Explanation(
            "Small filters move over the picture, and each looks for one pattern everywhere.", "convolution"
        ),
        "MaxPooling2D": Explanation("Makes the picture smaller: of each window it keeps the largest value.", "pooling"),
        "AveragePooling2D": Explanation("Makes the picture smaller: of each window it keeps the mean.", "pooling"),
        "BatchNormalization": Explanation(
            "Shifts and scales each channel to mean 0 and spread 1, so that the network learns faster.",
            "batch-normalization",
        ),
        "Dropout": Explanation(
            "While training, sets some values to zero at random, so that the network relies on no single one.",
            "dropout",
        ),
        "SpatialDropout2D": Explanation(
            "While training, sets whole channels to zero at random, so that the network relies on no single one.",
            "dropout",
        ),
        "Activation": Explanation(
            "Passes each value through a function, which bends what would be straight.", "activation"
        ),
        "GlobalAveragePooling2D": Explanation("Keeps one number of each channel, its mean.", "global-average-pooling"),
        "GlobalMaxPooling2D": Explanation("Keeps one number of each channel, its largest value.", "pooling"),
        "Flatten": Explanation("Puts all values into one long row, as a dense layer needs them.", "flatten"),
        "Dense": Explanation("Each output is a weighted sum of all inputs.", "dense"),
    }
)
"""Kind to what its layers do."""

ARGUMENT_EXPLANATIONS: Mapping[str, Explanation] = MappingProxyType(
    {
        "filters": Explanation("How many patterns the layer looks for; each gives one feature map.", "filter"),
        "kernel_size": Explanation("How large a part of the picture a filter sees at once.", "kernel-size"),
        "pool_size": Explanation("How large the windows are of which one value is kept.", "pooling"),
        "strides": Explanation("How many pixels the window moves each time.", "stride"),
        "padding": Explanation("Whether the window may reach over the border, where zeros are added.", "padding"),
        "activation": Explanation("The function that each value passes through at the end.", "activation"),
        "rate": Explanation("The share that is set to zero in each training step.", "dropout"),
        "units": Explanation("How many outputs the layer has.", "units"),
    }
)
"""Argument to what it means, whatever its value."""

_ACTIVATIONS: Mapping[str, str] = MappingProxyType(
    {
        "relu": "Negative values become 0, positive ones stay as they are.",
        "leaky_relu": "Positive values stay, negative ones shrink to a fifth.",
        "elu": "Positive values stay, negative ones level off at −1.",
        "gelu": "Like relu, but with a soft bend: small negative values pass a little.",
        "silu": "Like relu, but with a soft bend: each value times its sigmoid.",
        "tanh": "Squeezes every value between −1 and 1.",
        "sigmoid": "Squeezes every value between 0 and 1.",
        "softplus": "A relu without its corner; never quite 0.",
        "softmax": "Turns the outputs into probabilities that add up to 1.",
        "linear": "Values stay as they are. Several such layers in a row do no more than one.",
    }
)


def argument_line(name: str, report: "LayerReport") -> str:
    """Explain an argument with the numbers of this layer: `Looks for 32 patterns, so 32 feature maps come out.`."""
    value = getattr(report.layer, name)
    if name == "activation":
        return _ACTIVATIONS[value]
    if name in _NUMBERS and min(value if isinstance(value, tuple) else (value,)) < 1:
        return "It must be at least 1."
    return _LINES[name](value, report)


def _filters(value: int, _report: "LayerReport") -> str:
    maps = formatting.quantity(value, "feature map")
    return f"Looks for {formatting.quantity(value, 'pattern')}, so {maps} come{'s' if value == 1 else ''} out."


def _kernel_size(value: tuple[int, int], report: "LayerReport") -> str:
    channels = report.input_shape[2] if report.input_shape is not None and len(report.input_shape) == 3 else 1
    of_channels = f" in each of {channels} channels" if channels > 1 else ""
    return f"Each value looks at {_area(value, 'pixel')}{of_channels}."


def _pool_size(value: tuple[int, int], report: "LayerReport") -> str:
    kept = "the largest" if report.layer.kind == "MaxPooling2D" else "their mean"
    return f"Of {_area(value, 'value')}, {kept} is kept."


def _strides(value: tuple[int, int], report: "LayerReport") -> str:
    if value == (1, 1):
        return "The window moves one pixel at a time, so it sees every place."
    down, across = value
    way = f"{down} pixels at a time" if down == across else f"{across} pixels across, {down} down"
    return f"The window moves {way}{_becomes(report)}."


def _padding(value: str, report: "LayerReport") -> str:
    if value == "valid":
        return f"The window stays inside the picture{_becomes(report)}."
    return f"Zeros are added around the picture{_becomes(report)}."


def _rate(value: float, report: "LayerReport") -> str:
    if not 0 <= value <= 1:
        return "It must lie between 0 and 1."
    share = formatting.percent(value)
    if report.input_shape is None:
        return f"{share} are set to zero in each training step."
    whole = report.layer.kind == "SpatialDropout2D"
    number = report.input_shape[-1] if whole else prod(report.input_shape)
    noun = "channel" if whole else "value"
    all_of_them = formatting.quantity(number, noun)
    return f"In each training step {share} are zero: about {round(value * number):,} of {all_of_them}."


def _units(value: int, report: "LayerReport") -> str:
    outputs = formatting.quantity(value, "output")
    if report.input_shape is None or len(report.input_shape) != 1:
        return f"{outputs}, each a weighted sum of all inputs."
    return f"{outputs}, each a weighted sum of {formatting.quantity(report.input_shape[0], 'input')}."


_LINES: Mapping[str, Callable[[Any, "LayerReport"], str]] = {
    "filters": _filters,
    "kernel_size": _kernel_size,
    "pool_size": _pool_size,
    "strides": _strides,
    "padding": _padding,
    "rate": _rate,
    "units": _units,
}
_NUMBERS = frozenset({"filters", "kernel_size", "pool_size", "strides", "units"})


def _area(size: tuple[int, int], noun: str) -> str:
    return f"{formatting.shape(size)} = {formatting.quantity(prod(size), noun)}"


def _becomes(report: "LayerReport") -> str:
    """What happens to height and width, if it is known: `: 28×28 becomes 26×26`."""
    if report.input_shape is None or report.output_shape is None:
        return ""
    before, after = formatting.shape(report.input_shape[:2]), formatting.shape(report.output_shape[:2])
    return f": the size stays {after}" if before == after else f": {before} becomes {after}"
