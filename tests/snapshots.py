"""Snapshots made without training, for tests of what shows them."""

import numpy as np

from mnist_lab.runs.snapshot import FirstWeights, LayerHealth, LayerMaps, Snapshot, layer_maps


def maps(layer: int, kind: str, title: str, shape: tuple[int, ...], seed: int = 0) -> LayerMaps:
    random = np.random.default_rng(seed + layer)
    channels, height, width = (1, 1, shape[0]) if len(shape) == 1 else (min(shape[2], 16), *shape[:2])
    return layer_maps(layer, kind, title, shape, random.random((10, channels, height, width)))


def snapshot(epoch: int = 3, *, right: int = 12, filters: bool = True) -> Snapshot:
    """After `epoch`, with the first `right` of the twelve digits classified correctly, the others as the next digit."""
    random = np.random.default_rng(epoch)
    labels = np.array([*range(10), 5, 9], np.uint8)
    probabilities = np.full((12, 10), 0.01, np.float32)
    read = np.where(np.arange(12) < right, labels, (labels + 1) % 10)
    probabilities[np.arange(12), labels] = 0.3
    probabilities[np.arange(12), read] = 0.62
    return Snapshot(
        epoch=epoch,
        images=random.integers(0, 256, (12, 28, 28), np.uint8),
        labels=labels,
        probabilities=probabilities / probabilities.sum(axis=1, keepdims=True),
        filters=FirstWeights(1, "Conv2D", "1 Convolution", 32, random.normal(size=(32, 3, 3)).astype(np.float32))
        if filters
        else None,
        maps=(
            maps(1, "Conv2D", "1 Convolution", (26, 26, 32), epoch),
            maps(2, "MaxPooling2D", "2 Max pooling", (13, 13, 32), epoch),
            maps(4, "Dense", "4 Dense", (40,), epoch),
            maps(5, "Dense", "5 Dense", (10,), epoch),
        ),
        health=(
            LayerHealth(1, "Conv2D", "1 Convolution", 0.25, 0.01 / (epoch + 1), 0.2),
            LayerHealth(4, "Dense", "4 Dense", 0.75, 0.001, 0.3),
            LayerHealth(5, "Dense", "5 Dense", None, 0.0001, 0.1),
        ),
    )
