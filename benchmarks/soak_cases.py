"""Trainings of the soak test: small, and together they use every kind of state that a checkpoint must hold."""

from mnist_lab.network import BatchNormalization, Conv2D, Dense, Dropout, MaxPooling2D, Network, SpatialDropout2D
from mnist_lab.recipe import Recipe

_CONVOLUTION = (Conv2D(filters=4, activation="relu"), MaxPooling2D())
_USUAL = Recipe(epochs=40, batch_size=40, precision="float32", learning_rate=0.002)

# The short test uses the first two.
CASES: dict[str, tuple[Network, Recipe]] = {
    "dropouts, pen, one-cycle": (
        Network(layers=(*_CONVOLUTION, SpatialDropout2D(rate=0.2), Dropout(rate=0.3))),
        _USUAL.with_changes(augmentation="pen", schedule="one-cycle", learning_rate=0.01),
    ),
    "batch norm, nadam, patience": (
        Network(layers=(*_CONVOLUTION, BatchNormalization(), Dropout(rate=0.2))),
        _USUAL.with_changes(optimizer="nadam", early_stopping=25, schedule="cosine"),
    ),
    "sgd, steps, last kept": (
        Network(layers=(*_CONVOLUTION, Dropout(rate=0.2))),
        _USUAL.with_changes(optimizer="sgd", learning_rate=0.02, schedule="step", keep="last", augmentation="light"),
    ),
    "bfloat16, rmsprop": (
        Network(layers=(*_CONVOLUTION, BatchNormalization())),
        _USUAL.with_changes(precision="mixed_bfloat16", optimizer="rmsprop", augmentation="light"),
    ),
    "adamw, validated on the test": (
        Network(layers=(Dense(units=40, activation="relu"), Dropout(rate=0.5))),
        _USUAL.with_changes(optimizer="adamw", validation="test", epochs=80),
    ),
}
