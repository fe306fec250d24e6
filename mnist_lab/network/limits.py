"""How large a network may be: checked before anything is started, and refused in one sentence with the number."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

MAX_LAYERS = 64
"""Layers of a network, implied ones not counted."""
MAX_PARAMETERS = 20_000_000
"""Parameters of a network, closing layer included."""
MAX_KERNEL = 55
"""Rows and columns of a kernel. On a 28×28 picture the weights of a larger one would only ever meet padding, and
TensorFlow aborts the process at about 300."""
