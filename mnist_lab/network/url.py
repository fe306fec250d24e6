"""A network as a short text for URLs, validated like a file when it is read."""

import base64
import binascii
import json
import zlib

from mnist_lab.errors import NetworkError
from mnist_lab.network.json_io import network_from_json
from mnist_lab.network.limits import MAX_FILE_BYTES, MAX_LINK_LENGTH
from mnist_lab.network.network import Network


def link_from_network(network: Network) -> str:
    """Return the network as text of letters, digits, `-` and `_`: compact JSON, deflated, in base64url."""
    layers = [{"kind": layer.kind, **layer.model_dump(mode="json", exclude_defaults=True)} for layer in network.layers]
    data = {"version": network.version, "name": network.name, "layers": layers}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def network_from_link(text: str) -> Network:
    """Read what `link_from_network` wrote.

    Raises:
        NetworkError: The link is damaged or holds no network; the message says what is wrong.
    """
    if len(text) > MAX_LINK_LENGTH:
        raise NetworkError(f"A network link may have at most {MAX_LINK_LENGTH:,} characters. Received: {len(text):,}.")
    decompressor = zlib.decompressobj()
    try:
        compressed = base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), altchars=b"-_", validate=True)
        # A few bytes can decompress to gigabytes; at most the size of a network file is decompressed.
        content = decompressor.decompress(compressed, MAX_FILE_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise NetworkError("This network link is damaged: copy the whole link again.") from error
    if not decompressor.eof:
        raise NetworkError("This network link is cut off or holds too much: copy the whole link again.")
    return network_from_json(content)
