"""A network as readable Keras source code."""

from mnist_lab.keras_settings import SOURCE
from mnist_lab.network.analysis import analyse
from mnist_lab.network.layers import AnyLayer
from mnist_lab.network.network import Network
from mnist_lab.network.shapes import INPUT_SHAPE

_FIRST_ARGUMENT = {"Conv2D": "filters", "Dense": "units", "Dropout": "rate", "SpatialDropout2D": "rate"}
"""Kind to the argument that is usually passed by position."""
_FIRST_ARGUMENT |= {"MaxPooling2D": "pool_size", "AveragePooling2D": "pool_size", "Activation": "activation"}


def keras_source(network: Network) -> str:
    """Return Keras 3 source that builds the network as `model`, implied layers included.

    The source is complete: it imports what it needs, and sets what a user's `keras.json` may have changed. Keras
    refuses the source of a network with errors.
    """
    return f"{SOURCE}\n{model_source(network)}"


def model_source(network: Network) -> str:
    """Return the part of `keras_source` that builds the network, after Keras was imported and set.

    The network's name appears only in a comment, quoted, so that no name can inject code.
    """
    lines = [f"        {_call(report.layer)}," for report in analyse(network).layers]
    return "\n".join(
        [
            f"# {network.name!a}, composed in MNIST Lab",
            "from keras import layers",
            "",
            "model = keras.Sequential(",
            "    [",
            f"        keras.Input(shape={INPUT_SHAPE}),",
            *lines,
            "    ]",
            ")",
            "",
        ]
    )


def _call(layer: AnyLayer) -> str:
    defaults = {name: field.default for name, field in type(layer).model_fields.items()}
    first = _FIRST_ARGUMENT.get(layer.kind)
    arguments: list[str] = []
    for name, value in layer.model_dump(exclude={"kind"}).items():
        if name == first:
            arguments.insert(0, repr(value))
        elif name == "kernel_size":
            arguments.append(f"kernel_size={value!r}")
        elif name == "strides" and "pool_size" in defaults:
            # Keras's default for strides is the pool size, so there is no constant to compare with.
            arguments += [] if value == layer.model_dump()["pool_size"] else [f"strides={value!r}"]
        elif value != defaults[name]:
            arguments.append(f"{name}={value!r}")
    return f"layers.{layer.kind}({', '.join(arguments)})"
