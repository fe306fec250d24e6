"""Networks from files of Keras: the JSON of a model (`model.to_json()`) and `.keras` files.

Only the configuration is read, as data. No class is looked up by a name in the file, nothing is unpickled and no code
in a file, such as that of a Lambda layer, is ever run. What the lab's layers cannot express is refused, not dropped.
"""

import io
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from mnist_lab.archive_reader import Archive, ArchiveError, archive_of
from mnist_lab.errors import NetworkError
from mnist_lab.network.json_io import network_from_data, read_json
from mnist_lab.network.layers import LAYER_CLASSES
from mnist_lab.network.limits import MAX_FILE_BYTES, MAX_KERAS_FILE_BYTES, MAX_LAYERS_READ
from mnist_lab.network.network import VERSION, Network
from mnist_lab.network.shapes import CLASSES, INPUT_SHAPE
from mnist_lab.strict_json import StrictJSONError, parse_json, short_repr

ZIP, HDF5 = b"PK\x03\x04", b"\x89HDF"
_MAX_METADATA_BYTES = 100_000

_MODELS = frozenset({"Sequential", "Functional", "Model"})
_IGNORED = frozenset({"name", "dtype", "seed", "batch_shape", "batch_input_shape", "input_shape", "renorm_momentum"})
"""Entries of a layer that do not change which network it is. The lab chooses precision and random numbers itself."""
_FIXED: Mapping[str, Sequence[object]] = {
    "trainable": (True,),
    "data_format": ("channels_last",),
    "dilation_rate": (1, [1, 1]),
    "groups": (1,),
    "use_bias": (True,),
    "axis": (-1, [-1], 3, [3]),
    "momentum": (0.99,),
    "epsilon": (0.001,),
    "center": (True,),
    "scale": (True,),
    "synchronized": (False,),
    "renorm": (False,),
    "fused": (True, False),
}
"""Entries that the lab's layers do not have, with the values that they behave as."""
_INITIALIZERS = {
    "kernel_initializer": "glorotuniform",
    "bias_initializer": "zeros",
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
    "moving_mean_initializer": "zeros",
    "moving_variance_initializer": "ones",
}
_SAME_ACTIVATIONS = {"swish": "silu"}


def network_from_file(content: str | bytes) -> Network:
    """Read a network file: the lab's own JSON, the JSON of a Keras model, or a `.keras` file.

    Raises:
        NetworkError: It holds no network that the lab can build; the message says why.
    """
    if isinstance(content, bytes):
        if content.startswith(ZIP):
            return _network_from_keras_file(content)
        if content.startswith(HDF5):
            raise NetworkError(
                "This is an HDF5 file, as older versions of Keras wrote them. Load it in Keras and save it as .keras,"
                " or save the text of model.to_json()."
            )
    data = read_json(content)
    if isinstance(data, dict) and "class_name" in data and "layers" not in data:
        return network_from_keras(data)
    return network_from_data(data)


def network_from_keras(data: Mapping[str, Any]) -> Network:
    """Turn the parsed configuration of a Keras model into a network.

    Raises:
        NetworkError: It is not a stack of the lab's layers; the message names the layer.
    """
    try:
        return _network(data)
    except RecursionError as error:
        raise NetworkError("The Keras model is nested too deeply.") from error


def keras_version_of(archive: Archive) -> str:
    """The version of Keras that wrote a `.keras` file; "" if the file does not say it."""
    try:
        metadata = parse_json(archive.read("metadata.json", _MAX_METADATA_BYTES))
    except (ArchiveError, StrictJSONError):
        return ""
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return version[:40] if isinstance(version, str) and version.isprintable() else ""


def _network_from_keras_file(content: bytes) -> Network:
    if len(content) > MAX_KERAS_FILE_BYTES:
        raise NetworkError(
            f"A .keras file may have at most {MAX_KERAS_FILE_BYTES:,} bytes. Received: {len(content):,}. The text of"
            " model.to_json() is smaller."
        )
    try:
        archive = archive_of(io.BytesIO(content), ".keras file")
        config = archive.read("config.json", MAX_FILE_BYTES)
    except ArchiveError as error:
        raise NetworkError(f"The .keras file {error}; save the model again.") from error
    data = read_json(config)
    if not isinstance(data, dict):
        raise NetworkError("The .keras file holds no model; save the model again.")
    try:
        return network_from_keras(data)
    except NetworkError as error:
        version = keras_version_of(archive)
        raise NetworkError(f"{error} The file was written by Keras {version}." if version else str(error)) from error


def _network(data: Mapping[str, Any]) -> Network:
    config, kind = data.get("config"), data.get("class_name")
    if not isinstance(kind, str) or kind not in _MODELS:
        raise NetworkError(
            f"The Keras model is a {short_repr(kind)}, and only Sequential and Functional models say their layers."
        )
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        raise NetworkError("The Keras model has no list of layers.")
    if len(layers) > MAX_LAYERS_READ:
        raise NetworkError(f"A network file must have at most {MAX_LAYERS_READ:,} layers. Received: {len(layers):,}.")
    if kind != "Sequential":
        _check_chain(layers)
    return _network_of([_Layer(layer) for layer in layers], config.get("name") if isinstance(config, dict) else None)


class _Layer:
    """One layer of a Keras model, as it was parsed."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        config = data.get("config")
        self.kind = data.get("class_name")
        self.config: Mapping[str, Any] = config if isinstance(config, dict) else {}

    @property
    def input_shape(self) -> list[Any] | None:
        """The shape of an image, if this layer says it."""
        shape = self.config.get("batch_shape", self.config.get("batch_input_shape"))
        return shape[1:] if isinstance(shape, list) else None

    @property
    def activation(self) -> object:
        """The name of its activation; a model may have it as text or as a serialized function."""
        value = self.config.get("activation", "linear")
        if isinstance(value, dict) and value.get("class_name") == "function":
            value = value.get("config")
        return _SAME_ACTIVATIONS.get(value, value) if isinstance(value, str) else value


def _network_of(layers: list[_Layer], name: object) -> Network:
    shape = next((layer.input_shape for layer in layers[:1]), None)
    stack = [layer for layer in layers if layer.kind != "InputLayer"]
    _check_input(shape, stack)
    hidden = [_layer_data(number, layer) for number, layer in enumerate(_without_output(stack), start=1)]
    named = {"name": name} if isinstance(name, str) else {}
    return network_from_data({"version": VERSION, **named, "layers": hidden})


def _check_input(shape: list[Any] | None, stack: list[_Layer]) -> None:
    first = stack[0].kind if stack else None
    # These two read the pixels of an image as one row, whatever its shape.
    rows = {("Flatten", (28, 28)), ("Flatten", (784,)), ("Dense", (784,))}
    if shape is not None and tuple(shape) != INPUT_SHAPE and (first, tuple(map(_hashable, shape))) not in rows:
        raise NetworkError(f"The Keras model must take images of the shape (28, 28, 1). Received: {short_repr(shape)}.")


def _hashable(value: object) -> object:
    return value if isinstance(value, int | None) else str(value)


def _without_output(stack: list[_Layer]) -> list[_Layer]:
    """The layers without the output layer Dense(10, softmax), which the lab adds itself."""
    last = stack[-1] if stack else None
    if last is not None and (last.kind == "Softmax" or (last.kind == "Activation" and last.activation == "softmax")):
        stack, activation = stack[:-1], "linear"
    else:
        activation = "softmax"
    output = stack[-1] if stack else None
    if output is None or (output.kind, output.config.get("units"), output.activation) != ("Dense", CLASSES, activation):
        raise NetworkError(
            f"The Keras model must end in Dense({CLASSES}, activation='softmax'), which gives the probabilities of the"
            " ten digits."
        )
    _layer_data(len(stack), output)
    return stack[:-1]


def _layer_data(number: int, layer: _Layer) -> dict[str, Any]:
    """The layer as an entry of a network file."""
    if layer.kind == "ReLU" and not any(
        layer.config.get(name) for name in ("max_value", "negative_slope", "threshold")
    ):
        return {"kind": "Activation", "activation": "relu"}
    if not isinstance(layer.kind, str) or layer.kind not in LAYER_CLASSES:
        raise NetworkError(
            f"Layer {number} of the Keras model is {short_repr(layer.kind)}, and the lab has no such layer. It has"
            f" {', '.join(LAYER_CLASSES)}."
        )
    fields = LAYER_CLASSES[layer.kind].model_fields
    for name, value in layer.config.items():
        if name not in fields and not _is_harmless(name, value):
            raise NetworkError(
                f"Layer {number} of the Keras model ({layer.kind}) has {short_repr(name)} {short_repr(value)}, and"
                f" the lab's {layer.kind} cannot have that."
            )
    data = {name: layer.config[name] for name in fields if name in layer.config and name != "kind"}
    return {"kind": layer.kind, **data, **({"activation": layer.activation} if "activation" in fields else {})}


def _is_harmless(name: str, value: object) -> bool:
    if value is None or name in _IGNORED:
        return True
    if name in _INITIALIZERS:
        kind = value.get("class_name") if isinstance(value, dict) else value
        return isinstance(kind, str) and kind.lower().replace("_", "") == _INITIALIZERS[name]
    return any(value == fixed and type(value) is type(fixed) for fixed in _FIXED.get(name, ()))


def _check_chain(layers: list[Mapping[str, Any]]) -> None:
    """Check that each layer of a Functional model takes the output of the one before it, and nothing else."""
    for number, (before, layer) in enumerate(pairwise(layers), start=1):
        if _inputs(layer.get("inbound_nodes")) != [before.get("name")]:
            raise NetworkError(
                f"Layer {number} of the Keras model does not take the output of the layer before it alone. The lab's"
                " networks are stacks without branches."
            )


def _inputs(nodes: object) -> list[object]:
    """The names of the layers whose outputs a layer takes, in the form of Keras 3 or of Keras 2."""
    if isinstance(nodes, dict):
        history = nodes.get("keras_history")
        return (
            history[:1] if isinstance(history, list) else [name for value in nodes.values() for name in _inputs(value)]
        )
    if isinstance(nodes, list):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and type(nodes[1]) is int:
            return nodes[:1]
        return [name for value in nodes for name in _inputs(value)]
    return []
