"""Keras with the lab's settings, whatever the user's own `keras.json` and environment variables say.

The settings decide what a network computes: the backend, the order of an image's axes, the precision and the small
number that keeps divisions finite. Keras itself is imported by the engines alone; they call the functions here.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

BACKEND = "tensorflow"
FLOATX = "float32"
EPSILON = 1e-7
IMAGE_DATA_FORMAT = "channels_last"

_LIMITS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")
"""Variables that cut trainings short."""

_NOT_NEEDED = ("matplotlib", "pandas", "sklearn")
"""Packages that Keras imports only if they are installed. Its drawings, `fit` with data frames and wrappers for
scikit-learn use them; nothing in the lab does. Without them the import takes two thirds of the time."""


@contextmanager
def own_settings() -> Iterator[None]:
    """Within this block `import keras` reads no settings of the user, and imports no package that it can do without.

    Neither `keras.json` nor variables are read. A `keras.json` with an unknown value would make the import fail, so
    Keras is shown an empty folder instead of `~/.keras`. The environment is restored afterwards, since the folder also
    holds data sets, and the packages can be imported again.
    """
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    # With None for a module, its import raises ImportError, as if it were not installed.
    sys.modules |= dict.fromkeys(hidden)  # type: ignore[arg-type]
    names = ("KERAS_HOME", "KERAS_BACKEND", *_LIMITS)
    before = {name: os.environ.pop(name, None) for name in names}
    with tempfile.TemporaryDirectory(prefix="mnist-lab-keras-") as folder:
        os.environ |= {"KERAS_HOME": folder, "KERAS_BACKEND": BACKEND}
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            for name in hidden:
                sys.modules.pop(name, None)


def apply_settings(keras: ModuleType) -> None:
    """Set what can be changed after Keras was imported, for a process that had imported it already."""
    keras.config.set_floatx(FLOATX)
    keras.config.set_epsilon(EPSILON)
    keras.config.set_image_data_format(IMAGE_DATA_FORMAT)
    keras.config.set_dtype_policy(FLOATX)


SOURCE = f"""\
import os

os.environ["KERAS_BACKEND"] = "{BACKEND}"  # whatever keras.json says

import keras

keras.config.set_floatx("{FLOATX}")
keras.config.set_epsilon({EPSILON})
keras.config.set_image_data_format("{IMAGE_DATA_FORMAT}")
keras.config.set_dtype_policy("{FLOATX}")
"""
"""The beginning of exported code: it sets the same."""
