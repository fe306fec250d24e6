"""The layers a network may have, as frozen data with Keras's names, arguments and defaults.

The models refuse values that make no sense for any layer (wrong types, NaN, numbers beyond ±1,000,000). They accept
what a user may enter by mistake (a rate of 1.2, no filters, a kernel larger than the image), so that the diagnosis can
explain it.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mnist_lab.network.limits import MAX_ARGUMENT

ActivationName = Literal[
    "relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus", "linear"
]  # fmt: skip
Padding = Literal["valid", "same"]

ACTIVATIONS: tuple[ActivationName, ...] = get_args(ActivationName)
"""Activations by Keras's names; `linear` is the identity."""


def _as_pair(value: object) -> object:
    """Turn an int, or a list or tuple of two ints, into a pair of sizes, as Keras does."""
    if type(value) is int:
        return (value, value)
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(type(part) is int for part in value):
        return tuple(value)
    raise PydanticCustomError("pair", "must be a whole number or a pair of whole numbers such as [3, 3]")


Size = Annotated[int, Field(ge=-MAX_ARGUMENT, le=MAX_ARGUMENT)]
Pair = Annotated[tuple[Size, Size], BeforeValidator(_as_pair)]
"""Rows and columns."""
Rate = Annotated[float, Field(ge=-MAX_ARGUMENT, le=MAX_ARGUMENT, allow_inf_nan=False)]


class LayerBase(BaseModel):
    """Base class of all layers: a `kind`, which is Keras's class name, and arguments with Keras's names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: str

    def with_changes(self, **arguments: object) -> Self:
        """Return this layer with some arguments changed; they are validated.

        Raises:
            pydantic.ValidationError: An argument has the wrong type or is unknown.
        """
        return type(self).model_validate({**self.model_dump(), **arguments})


class Conv2D(LayerBase):
    """Convolution: `(h, w, c)` to `(h', w', filters)`."""

    kind: Literal["Conv2D"] = "Conv2D"
    filters: Size
    kernel_size: Pair = (3, 3)
    strides: Pair = (1, 1)
    padding: Padding = "valid"
    activation: ActivationName = "linear"


class _Pooling2D(LayerBase):
    """A window that moves over `(h, w, c)` and outputs one number per position and channel."""

    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)
    padding: Padding = "valid"

    @model_validator(mode="before")
    @classmethod
    def _strides_follow_pool_size(cls, data: Any) -> Any:
        # Keras's rule, applied here so that code that uses a layer need not know it.
        if isinstance(data, Mapping) and data.get("strides") is None:
            return {**data, "strides": data.get("pool_size", (2, 2))}
        return data

    def with_changes(self, **arguments: object) -> Self:
        """Return this layer with some arguments changed; strides that equal the window stay equal to it."""
        if "pool_size" in arguments and "strides" not in arguments and self.strides == self.pool_size:
            arguments["strides"] = None
        return super().with_changes(**arguments)


class MaxPooling2D(_Pooling2D):
    """The largest value in each window; `strides` default to the window's size."""

    kind: Literal["MaxPooling2D"] = "MaxPooling2D"


class AveragePooling2D(_Pooling2D):
    """The mean of each window; `strides` default to the window's size."""

    kind: Literal["AveragePooling2D"] = "AveragePooling2D"


class BatchNormalization(LayerBase):
    """Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it."""

    kind: Literal["BatchNormalization"] = "BatchNormalization"


class Dropout(LayerBase):
    """While training, sets a share `rate` (0..1) of the values to zero at random."""

    kind: Literal["Dropout"] = "Dropout"
    rate: Rate


class SpatialDropout2D(LayerBase):
    """While training, sets a share `rate` (0..1) of the channels to zero at random."""

    kind: Literal["SpatialDropout2D"] = "SpatialDropout2D"
    rate: Rate


class Activation(LayerBase):
    """Applies a function to each value."""

    kind: Literal["Activation"] = "Activation"
    activation: ActivationName


class GlobalAveragePooling2D(LayerBase):
    """The mean of each channel: `(h, w, c)` to `(c,)`."""

    kind: Literal["GlobalAveragePooling2D"] = "GlobalAveragePooling2D"


class GlobalMaxPooling2D(LayerBase):
    """The largest value of each channel: `(h, w, c)` to `(c,)`."""

    kind: Literal["GlobalMaxPooling2D"] = "GlobalMaxPooling2D"


class Flatten(LayerBase):
    """Turns `(h, w, c)` into one row of `h·w·c` values."""

    kind: Literal["Flatten"] = "Flatten"


class Dense(LayerBase):
    """Each of `units` outputs is a weighted sum of all inputs; `softmax` is for the output layer only."""

    kind: Literal["Dense"] = "Dense"
    units: Size
    activation: Literal[ActivationName, "softmax"] = "linear"


AnyDropout = Dropout | SpatialDropout2D
AnyLayer = (
    Conv2D
    | MaxPooling2D
    | AveragePooling2D
    | BatchNormalization
    | Dropout
    | SpatialDropout2D
    | Activation
    | GlobalAveragePooling2D
    | GlobalMaxPooling2D
    | Flatten
    | Dense
)
Layer = Annotated[AnyLayer, Field(discriminator="kind")]
"""Any layer; its `kind` tells which."""

LAYER_CLASSES: Mapping[str, type[AnyLayer]] = MappingProxyType(
    {layer_class.model_fields["kind"].default: layer_class for layer_class in get_args(AnyLayer)}
)
"""Kind to layer class."""

KindGroup = Literal["convolution", "pooling", "normalisation", "dropout", "dense", "activation", "reshape"]

KIND_GROUPS: Mapping[str, KindGroup] = MappingProxyType(
    {
        "Conv2D": "convolution",
        "MaxPooling2D": "pooling",
        "AveragePooling2D": "pooling",
        "Dense": "dense",
        "BatchNormalization": "normalisation",
        "Dropout": "dropout",
        "SpatialDropout2D": "dropout",
        "Activation": "activation",
        "Flatten": "reshape",
        "GlobalAveragePooling2D": "pooling",
        "GlobalMaxPooling2D": "pooling",
    }
)
"""Kind to its group; the kinds of a group share a colour."""

IDLE_KINDS = frozenset({"Dropout", "SpatialDropout2D", "Flatten"})
"""Kinds that change no value outside training: they have no picture of their own."""

KINDS: tuple[str, ...] = tuple(KIND_GROUPS)
"""All kinds, in the order of the menu that adds a layer."""

_DEFAULT_ARGUMENTS: Mapping[str, dict[str, object]] = {
    "Conv2D": {"filters": 32, "activation": "relu"},
    "Dense": {"units": 64, "activation": "relu"},
    "Dropout": {"rate": 0.25},
    "SpatialDropout2D": {"rate": 0.2},
    "Activation": {"activation": "relu"},
}


def shared_arguments(layers: Sequence[AnyLayer]) -> dict[str, tuple[Any, ...]]:
    """Return the arguments that all these layers have, each with the value of every layer, in the first one's order."""
    names = (name for name in type(layers[0]).model_fields if name != "kind")
    shared = (name for name in names if all(name in type(layer).model_fields for layer in layers))
    return {name: tuple(getattr(layer, name) for layer in layers) for name in shared}


def default_layer(kind: str) -> AnyLayer:
    """Return the layer that the button or menu entry for this kind adds.

    Raises:
        KeyError: `kind` is not one of `KINDS`.
    """
    return LAYER_CLASSES[kind].model_validate(_DEFAULT_ARGUMENTS.get(kind, {}))
