"""Where a new layer is put, so that adding one does not break what was sound."""

from mnist_lab.network.analysis import analyse
from mnist_lab.network.layers import AnyLayer
from mnist_lab.network.limits import MAX_LAYERS
from mnist_lab.network.network import Network


def place_for(network: Network, layer: AnyLayer, wanted: int) -> int:
    """The place at which to add `layer`: `wanted`, or else the nearest one before it that makes fewer mistakes.

    A convolution wanted at the end of a network that flattens goes in front of its Flatten.

    Args:
        network: The network to add to; it need not be valid.
        layer: The layer to add.
        wanted: The place in `network.layers` where it is wanted, 0 to their number.
    """
    before = len(analyse(network).errors)

    def mistakes(place: int) -> int:
        return len(analyse(network.add(layer, place)).errors)

    # A file may name thousands of layers; no more places are tried than a network may have.
    places = range(wanted, max(-1, wanted - MAX_LAYERS), -1)
    sound = (place for place in places if mistakes(place) <= before)
    return next(sound, wanted)
