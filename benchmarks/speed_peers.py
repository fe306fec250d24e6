"""The same training with plain Keras, as in the notebook, and with PyTorch in its fastest form on a processor.

    python -m benchmarks.speed_peers keras|torch|products|accuracy PRESET [--images N] [--epochs N] [--seed N]

Each call is one process, which prints one number: training images per second, from the end of the first epoch to the
end of the last one, validation included. `products` prints the rate of matrix products instead, in GFLOP/s, which no
training can exceed, and `accuracy` the test accuracy of plain Keras. All use N training images of MNIST, a tenth of
them for validation.
"""

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data import Dataset, find_mnist, load_mnist, split_dataset
from mnist_lab.network import Analysis, LayerReport, analyse, get_preset
from mnist_lab.settings import load_settings

BATCH = 100
Arrays = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("peer", choices=["keras", "torch", "products", "accuracy"])
    parser.add_argument("preset")
    parser.add_argument("--images", type=int, default=6_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if options.peer == "products":
        print(f"{products():.1f}")
        return
    if options.peer == "accuracy":
        print(f"{keras_accuracy(options.preset, options.images, options.epochs, options.seed):.6f}")
        return
    train = with_keras if options.peer == "keras" else with_torch
    ends: list[float] = []
    train(options.preset, _arrays(options.images), options.epochs, lambda: ends.append(time.perf_counter()))
    training = len(_arrays(options.images)[0])
    print(f"{training * (options.epochs - 1) / (ends[-1] - ends[0]):.1f}")


def _arrays(images: int) -> Arrays:
    """Training and validation images, float32 (n, 28, 28, 1) in 0..1, and labels, int64 (n,)."""
    parts = split_dataset(_mnist(), validation="holdout", fraction=0.1, limit=images, seed=0)
    return (
        parts.train_images[..., np.newaxis].astype(np.float32) / 255,
        parts.train_labels.astype(np.int64),
        parts.validation_images[..., np.newaxis].astype(np.float32) / 255,
        parts.validation_labels.astype(np.int64),
    )


def _mnist() -> Dataset:
    path = find_mnist(load_settings())
    if path is None:
        raise SystemExit("This needs MNIST: set MNIST_LAB_DATA.")
    return load_mnist(path)


def keras_accuracy(preset: str, images: int, epochs: int, seed: int) -> float:
    """Test accuracy of `with_keras` after the last epoch."""
    import keras

    keras.utils.set_random_seed(seed)
    model = with_keras(preset, _arrays(images), epochs, lambda: None)
    digits = _mnist()
    probabilities = model.predict(digits.test_images[..., np.newaxis].astype(np.float32) / 255, BATCH, verbose=0)
    return float((probabilities.argmax(axis=1) == digits.test_labels).mean())


def with_keras(preset: str, arrays: Arrays, epochs: int, on_epoch: Callable[[], None]) -> Any:
    """`fit` in float32 on NumPy arrays, with the defaults of Keras; returns the trained model."""
    import keras

    inputs, labels, checked, checked_labels = arrays
    layers = [
        getattr(keras.layers, report.layer.kind)(**report.layer.model_dump(exclude={"kind"}))
        for report in analyse(get_preset(preset).network).layers
    ]
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(
        inputs,
        keras.utils.to_categorical(labels, 10),
        batch_size=BATCH,
        epochs=epochs,
        verbose=0,
        validation_data=(checked, keras.utils.to_categorical(checked_labels, 10)),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda _epoch, _logs: on_epoch())],
    )
    return model


def with_torch(preset: str, arrays: Arrays, epochs: int, on_epoch: Callable[[], None]) -> None:
    """A plain loop with channels_last, and bfloat16 autocast if that is faster: the fastest of PyTorch's settings."""
    import torch

    torch.manual_seed(0)
    inputs, labels, checked, checked_labels = (torch.from_numpy(array) for array in arrays)
    inputs, checked = (images.permute(0, 3, 1, 2) for images in (inputs, checked))  # (n, 1, 28, 28), channels last
    model = torch.nn.Sequential(*_torch_layers(analyse(get_preset(preset).network)))
    model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 0.001, eps=1e-7)
    loss_of = torch.nn.CrossEntropyLoss()

    def step(chosen: torch.Tensor, bfloat16: bool) -> None:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            loss = loss_of(model(inputs[chosen].contiguous(memory_format=torch.channels_last)), labels[chosen])
        loss.backward()
        optimizer.step()

    model.train()
    # Without bfloat16 in oneDNN it takes many times as long.
    possible = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    bfloat16 = possible and _is_faster_with(lambda choice: step(torch.arange(BATCH), choice))
    for _ in range(epochs):
        model.train()
        for chosen in torch.randperm(len(inputs)).split(BATCH):
            step(chosen, bfloat16)
        model.eval()
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            for start in range(0, len(checked), BATCH):
                loss_of(model(checked[start : start + BATCH]), checked_labels[start : start + BATCH])
        on_epoch()


def _is_faster_with(step: Callable[[bool], None]) -> bool:
    """Whether a step is faster with True: without instructions for bfloat16 it takes longer than in float32."""
    seconds = []
    for choice in (False, True):
        # The first step chooses the kernels.
        step(choice)
        start = time.perf_counter()
        step(choice)
        seconds.append(time.perf_counter() - start)
    return seconds[1] < seconds[0]


def _torch_layers(analysis: Analysis) -> list[Any]:
    return [layer for report in analysis.layers for layer in _torch_layer(report)]


def _torch_layer(report: LayerReport) -> list[Any]:
    from torch import nn

    layer: Any = report.layer
    if report.input_shape is None:
        raise ValueError(f"{report.title} cannot take its input.")
    channels = report.input_shape[-1]
    activations: dict[str, Callable[[], Any]] = {"relu": nn.ReLU, "tanh": nn.Tanh}
    # CrossEntropyLoss includes the softmax of the output layer.
    activation = getattr(layer, "activation", "linear")
    after = [activations[activation]()] if activation in activations else []
    match layer.kind:
        case "Conv2D":
            return [nn.Conv2d(channels, layer.filters, layer.kernel_size, layer.strides), *after]
        case "Dense":
            return [nn.Linear(channels, layer.units), *after]
        case "MaxPooling2D":
            return [nn.MaxPool2d(layer.pool_size, layer.strides)]
        case "Dropout":
            return [nn.Dropout(layer.rate)]
        case "BatchNormalization":
            # momentum is the share of the old statistics in Keras (0.99), that of the new ones in PyTorch.
            return [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)]
        case "Flatten":
            return [nn.Flatten()]
    raise ValueError(f"The PyTorch benchmark does not support {layer.kind}.")


def products(side: int = 2048, repeats: int = 12) -> float:
    """GFLOP/s of the fastest of some matrix products, in float32 or in bfloat16, whichever is faster here."""
    import tensorflow as tf

    best = float("inf")
    for dtype in (tf.float32, tf.bfloat16):
        matrix = tf.cast(tf.random.stateless_uniform((side, side), (1, 2)), dtype)
        product: Any = tf.function(lambda matrix=matrix: tf.linalg.matmul(matrix, matrix), jit_compile=False)
        product()
        for _ in range(repeats):
            start = time.perf_counter()
            product()[0, 0].numpy()
            best = min(best, time.perf_counter() - start)
    return 2 * side**3 / best / 1e9


if __name__ == "__main__":
    main()
