"""A network as a short text for URLs, with the recipe that goes with it; validated like a file when it is read.

A link of version 2 is "2." and JSON, deflated with a dictionary, in base64url. A link of version 1 has no prefix and no
dictionary; it contains a network only, and is still read.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from mnist_lab.errors import NetworkError
from mnist_lab.network.json_io import network_from_data, read_json
from mnist_lab.network.limits import MAX_FILE_BYTES, MAX_LINK_LENGTH
from mnist_lab.network.network import Network
from mnist_lab.strict_json import short_repr

LINK_VERSION = 2
_VERSION_PREFIX = re.compile(r"(\d{1,4})\.")
# What most links contain, so that it costs a byte or two instead of its text. Part of the format: it must never change.
_DICTIONARY = (
    b'"SpatialDropout2D","GlobalMaxPooling2D","AveragePooling2D","pool_size":[3,3],"padding":"same","activation":"softmax"'
    b'"tanh""sigmoid""elu""gelu""limit":6000,"early_stopping":3,"precision":"float32","validation":"test","momentum":0.9,'
    b'"weight_decay":0.004,"keep":"last","validation_fraction":0.02,"augmentation":"light","seed":1,"optimizer":"sgd",'
    b'"schedule":"one-cycle","learning_rate":0.01,"batch_size":128,"epochs":10},"name":"Small CNN","layers":['
    b'{"kind":"GlobalAveragePooling2D"},{"kind":"Dense","units":128,"activation":"relu"},{"kind":"Flatten"},'
    b'{"kind":"Conv2D","filters":16,"kernel_size":[5,5],"strides":[2,2],"activation":"relu"},'
    b'{"kind":"MaxPooling2D"},{"kind":"Dropout","rate":0.25},{"kind":"BatchNormalization"},'
    b'{"kind":"Activation","activation":"relu"},{"kind":"Conv2D","filters":32,"kernel_size":[3,3]},{"recipe":{"epochs":'
)


class Link(NamedTuple):
    """The content of a link."""

    network: Network
    recipe: Mapping[str, object] | None
    """Fields of the recipe that are not the default, as JSON, not validated yet; None if the link has no recipe."""


def link_from_network(network: Network, recipe: Mapping[str, object] | None = None) -> str:
    """Return a link as text of letters, digits, `.`, `-` and `_`.

    Args:
        network: Any network.
        recipe: Fields of the recipe, as JSON; None for a link without a recipe.
    """
    layers = [{"kind": layer.kind, **layer.model_dump(mode="json", exclude_defaults=True)} for layer in network.layers]
    data: dict[str, Any] = {} if recipe is None else {"recipe": dict(recipe)}
    text = json.dumps({**data, "name": network.name, "layers": layers}, separators=(",", ":"), ensure_ascii=False)
    compressor = zlib.compressobj(9, zdict=_DICTIONARY)
    content = compressor.compress(text.encode()) + compressor.flush()
    return f"{LINK_VERSION}.{base64.urlsafe_b64encode(content).decode().rstrip('=')}"


def read_link(text: str) -> Link:
    """Read a link of any version.

    Raises:
        NetworkError: The link is damaged, of a newer version, or holds no network; the message says what is wrong.
    """
    text = text.strip()
    if len(text) > MAX_LINK_LENGTH:
        raise NetworkError(f"A network link may have at most {MAX_LINK_LENGTH:,} characters. Received: {len(text):,}.")
    prefix = _VERSION_PREFIX.match(text)
    version = int(prefix[1]) if prefix else 1
    if version > LINK_VERSION:
        raise NetworkError(
            f"This link has version {version:,}, and this MNIST Lab reads links up to version {LINK_VERSION}: "
            "update MNIST Lab to open it."
        )
    dictionary = _DICTIONARY if version == LINK_VERSION else b""
    data = read_json(_decompressed(text[prefix.end() :] if prefix else text, dictionary))
    recipe = data.pop("recipe", None) if isinstance(data, dict) and version == LINK_VERSION else None
    if recipe is not None and not isinstance(recipe, dict):
        raise NetworkError(f"The recipe of a link must be a JSON object. Received: {short_repr(recipe)}.")
    return Link(network_from_data(data), recipe)


def network_from_link(text: str) -> Network:
    """Read the network of a link.

    Raises:
        NetworkError: As for `read_link`.
    """
    return read_link(text).network


def _decompressed(text: str, dictionary: bytes) -> bytes:
    decompressor = zlib.decompressobj(zdict=dictionary) if dictionary else zlib.decompressobj()
    try:
        compressed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        # A few bytes can decompress to gigabytes; at most the size of a network file is decompressed.
        content = decompressor.decompress(compressed, MAX_FILE_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise NetworkError("This network link is damaged: copy the whole link again.") from error
    if not decompressor.eof:
        raise NetworkError("This network link is cut off or holds too much: copy the whole link again.")
    return content
