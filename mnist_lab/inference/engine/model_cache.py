"""Trained networks, loaded and ready to answer (TensorFlow is imported here)."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_lab.errors import PredictorError
from mnist_lab.inference.protocol import PICTURE_SHAPE, Floats
from mnist_lab.inference.weights import Weights
from mnist_lab.network import CLASSES

BATCH_SHAPE = (1, *PICTURE_SHAPE, 1)
MAX_LOADED = 4

Reader = Callable[[Floats], Floats]


def load_model(weights: Weights) -> keras.Model:
    """Load the Keras model that a run kept.

    Raises:
        PredictorError: The file is damaged, or holds a network that does not read digits.
    """
    try:
        model = keras.saving.load_model(weights.path, compile=False, safe_mode=True)
    except Exception as error:  # a damaged file makes Keras raise nearly anything
        raise PredictorError(
            f"The weights of run {weights.run_id} are damaged ({weights.path.name}: {type(error).__name__}); "
            f"{weights.remedy}."
        ) from error
    shapes = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if shapes != ((None, *PICTURE_SHAPE, 1), (None, CLASSES)):
        raise PredictorError(
            f"The weights of run {weights.run_id} belong to another network: one that reads digits takes (28, 28, 1) "
            f"and gives (10,). Received: {shapes[0]} and {shapes[1]}."
        )
    return model


def reader(model: keras.Model, run_id: str) -> Reader:
    """Compile `model` for one picture at a time; the first call has been made when this returns.

    `model.predict` sets up a data pipeline for every call and retraces; a function of one fixed shape does neither.
    """

    @tf.function(input_signature=[tf.TensorSpec(BATCH_SHAPE, tf.float32)], jit_compile=False)  # type: ignore[untyped-decorator]
    def forward(batch: tf.Tensor) -> tf.Tensor:  # (1, 28, 28, 1) -> (1, 10)
        return tf.cast(model(batch, training=False), tf.float32)

    def read(picture: Floats) -> Floats:  # (28, 28) -> (10,)
        probabilities: Floats = forward(tf.constant(picture.reshape(BATCH_SHAPE)))[0].numpy()
        if not np.isfinite(probabilities).all():
            raise PredictorError(
                f"The network of run {run_id} answers with no numbers at all: its training ran away. "
                "Train it again with a smaller learning rate."
            )
        return probabilities

    forward(tf.zeros(BATCH_SHAPE))
    return read


class LoadedNetworks:
    """The few networks asked last, at most `capacity` of them; a file that changed is loaded again."""

    def __init__(self, find: Callable[[str], Weights], capacity: int = MAX_LOADED) -> None:
        """`find` gives the weights of a run by its id, or raises a LabError with the reason why there are none."""
        self._find = find
        self._capacity = capacity
        self._loaded: OrderedDict[str, tuple[Path, tuple[int, int], Reader]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._loaded)

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._loaded

    def get(self, run_id: str) -> Reader:
        """Return the network of a run, loading it if need be.

        Raises:
            LabError: The run is unknown, or has no usable weights.
        """
        if run_id in self._loaded:
            path, stamp, read = self._loaded[run_id]
            if _stamp(path) == stamp:
                self._loaded.move_to_end(run_id)
                return read
            del self._loaded[run_id]
        weights = self._find(run_id)
        stamp = _stamp(weights.path)  # before loading: a file replaced meanwhile is then noticed at the next question
        read = reader(load_model(weights), run_id)
        while len(self._loaded) >= self._capacity:
            self._loaded.popitem(last=False)
        self._loaded[run_id] = (weights.path, stamp, read)
        return read


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
