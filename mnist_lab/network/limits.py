"""Limits of a network: what exceeds one is refused before anything starts, with a message that names the number."""

MAX_LAYERS = 64
"""Layers of a network that can be trained, implied ones not counted."""
MAX_PARAMETERS = 20_000_000
"""Parameters of a network, output layer included."""
MAX_KERNEL = 55
"""Rows and columns of a kernel. On a 28×28 picture the weights of a larger one would only ever meet padding, and
TensorFlow aborts the process at about 300."""

MAX_ARGUMENT = 1_000_000
"""Largest number that an argument of a layer can have, in either direction."""
MAX_NAME_LENGTH = 80
"""Characters of a network's name; the rest is cut off."""
MAX_LAYERS_READ = 10_000
"""Layers that a network file may hold; beyond `MAX_LAYERS` they are read, but cannot be trained."""
MAX_FILE_BYTES = 1_000_000
"""Bytes of a network file; 64 layers take about 20,000."""
MAX_LINK_LENGTH = 20_000
"""Characters of a link that are read; browsers and servers do not take much more either."""
