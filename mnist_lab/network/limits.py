"""Limits of a network. A network that exceeds one is refused before training, with a message that names the limit."""

MAX_LAYERS = 64
"""Layers of a network that can be trained, implied ones not counted."""
MAX_PARAMETERS = 20_000_000
"""Parameters of a network, output layer included."""
MAX_KERNEL = 55
"""Rows and columns of a kernel. On a 28×28 image the outer weights of a larger one would cover nothing but padding, and
TensorFlow aborts the process at about 300."""

MAX_ARGUMENT = 1_000_000
"""Largest absolute value of a layer's argument."""
MAX_NAME_LENGTH = 80
"""Characters of a network's name; the rest is cut off."""
MAX_LAYERS_READ = 10_000
"""Layers in a network file; a network with more than `MAX_LAYERS` can be read, but not trained."""
MAX_FILE_BYTES = 1_000_000
"""Bytes of a network file; 64 layers take about 20,000."""
MAX_KERAS_FILE_BYTES = 300_000_000
"""Bytes of a `.keras` file: 20 million weights take 80 MB, with their optimizer three times that."""
MAX_LINK_LENGTH = 20_000
"""Characters of a link; browsers and servers do not accept much longer ones either."""
