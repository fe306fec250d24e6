"""Subspaces of small Keras models, without training."""

from typing import Any

import numpy as np
import pytest

from mnist_lab.novelty.digit_subspaces import PIXELS

RANDOM = np.random.default_rng(0)
LABELS = (np.arange(200) % 10).astype(np.uint8)
IMAGES = RANDOM.integers(0, 60, (200, 28, 28), dtype=np.uint8)
IMAGES[np.arange(200), 2 * LABELS + 3] = 255


def model(*layers: Any) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    output = keras.layers.Dense(10, activation="softmax", dtype="float32")
    return keras.Sequential([keras.Input((28, 28, 1)), *layers, output])


def networks() -> dict[str, tuple[int, Any]]:
    """The width of the last hidden layer, and what makes the layers before the output."""

    def layers() -> Any:
        import keras

        return keras.layers

    return {
        "no hidden layer": (784, lambda: [layers().Flatten()]),
        "one unit": (1, lambda: [layers().Flatten(), layers().Dense(1)]),
        "dropout": (8, lambda: [layers().Flatten(), layers().Dense(8), layers().Dropout(0.5)]),
        "dead units": (
            4,
            lambda: [layers().Flatten(), layers().Dense(4, activation="relu", bias_initializer=_constant(-1e6))],
        ),
        "bfloat16": (6, lambda: [layers().Flatten(), layers().Dense(6, dtype="mixed_bfloat16")]),
    }


def _constant(value: float) -> Any:
    import keras

    return keras.initializers.Constant(value)


@pytest.mark.parametrize("name", networks())
def test_every_network_has_subspaces(name: str) -> None:
    from mnist_lab.novelty.engine.features import fit_to_model, with_hidden

    width, layers = networks()[name]
    made = model(*layers())
    subspaces = fit_to_model(made, IMAGES, LABELS, IMAGES)
    assert subspaces is not None
    assert subspaces.bases.shape[2] == width + PIXELS
    probabilities, hidden = (np.asarray(one) for one in with_hidden(made)(IMAGES[:1, ..., None] / 255.0))
    score = subspaces.score(hidden[0].astype(np.float32), IMAGES[0].astype(np.float32) / 255, probabilities.argmax())
    assert score is not None
    assert 0 <= score.score <= 1


def test_a_network_of_nan_has_none() -> None:
    import keras

    from mnist_lab.novelty.engine.features import fit_to_model

    made = model(keras.layers.Flatten(), keras.layers.Dense(4))
    made.set_weights([np.full_like(value, np.nan) for value in made.get_weights()])
    assert fit_to_model(made, IMAGES, LABELS, IMAGES) is None


def test_it_can_be_ended_between_two_batches() -> None:
    import keras

    from mnist_lab.novelty.engine.features import fit_to_model

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_to_model(model(keras.layers.Flatten()), IMAGES, LABELS, IMAGES, pause_point=stop)
