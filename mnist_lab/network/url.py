"""A network in an address: short, safe in a URL, and read as carefully as a file."""

import base64
import binascii
import json
import zlib

from mnist_lab.errors import NetworkError
from mnist_lab.network.json_io import LARGEST_FILE, network_from_json
from mnist_lab.network.network import Network

LONGEST_LINK = 20_000
"""Characters of a link that are read; browsers and servers do not take much more either."""


def link_from_network(network: Network) -> str:
    """Return the network as text of letters, digits, `-` and `_`: compact JSON, deflated, in base64url."""
    layers = [{"kind": layer.kind, **layer.model_dump(mode="json", exclude_defaults=True)} for layer in network.layers]
    data = {"version": network.version, "name": network.name, "layers": layers}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def network_from_link(text: str) -> Network:
    """Read what `link_from_network` wrote.

    Raises:
        NetworkError: The link is damaged or holds no network; one sentence says what is wrong.
    """
    if len(text) > LONGEST_LINK:
        raise NetworkError(f"A network link may have at most {LONGEST_LINK:,} characters. Received: {len(text):,}.")
    unpacker = zlib.decompressobj()
    try:
        packed = base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), altchars=b"-_", validate=True)
        # A few bytes can unpack to gigabytes; no more is unpacked than a file may have.
        unpacked = unpacker.decompress(packed, LARGEST_FILE)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise NetworkError("This network link is damaged: copy it again, all of it.") from error
    if not unpacker.eof:
        raise NetworkError("This network link is cut off or holds too much: copy it again, all of it.")
    return network_from_json(unpacked)
