"""Keras with the lab's settings, whatever the user's own `keras.json` and environment variables say.

The settings decide what a network computes: the backend, the order of an image's axes, the precision and the small
number that keeps divisions finite. Keras itself is imported by the engines alone; they call the functions here.
"""

import os
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


@contextmanager
def own_settings() -> Iterator[None]:
    """Within this block `import keras` reads no settings of the user: neither `keras.json` nor variables.

    A `keras.json` with an unknown value would make the import fail, so Keras is shown an empty folder instead of
    `~/.keras`. The environment is restored afterwards, since the folder also holds data sets.
    """
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
