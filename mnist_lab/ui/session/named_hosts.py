"""The names of the setting `MNIST_LAB_HOSTS`, asked without loading the settings before they are needed."""

import functools

from mnist_lab.errors import RefusedError


@functools.cache
def named_hosts() -> tuple[str, ...]:
    """The names under which the lab may be opened besides this machine's own; they are read once."""
    # Imported only when it is asked: settings take long to import.
    from mnist_lab.settings import load_settings

    try:
        return load_settings().hosts
    except RefusedError:
        # Every page shows this error.
        return ()
