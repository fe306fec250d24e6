"""Parts of the exported training script for each choice in a recipe. They use constants that the script sets first."""

DATA = """\
if MNIST is None:
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
else:
    with np.load(MNIST, allow_pickle=False) as file:
        x_train, y_train, x_test, y_test = (file[name] for name in ("x_train", "y_train", "x_test", "y_test"))

random = np.random.default_rng(SEED)


def stratified(labels, size):
    \"\"\"Choose about `size` of the labels with the same share of each digit; return a mask.\"\"\"
    mask = np.zeros(len(labels), bool)
    for digit in range(10):
        indices = np.flatnonzero(labels == digit)
        mask[random.permutation(indices)[: round(len(indices) * size / len(labels))]] = True
    return mask


if LIMIT is not None:
    used = stratified(y_train, LIMIT)
    x_train, y_train = x_train[used], y_train[used]

"""

_HOLD_OUT = """\
held_out = stratified(y_train, VALIDATION_FRACTION * len(y_train))
x_validation, y_validation = x_train[held_out], y_train[held_out]
x_train, y_train = x_train[~held_out], y_train[~held_out]
"""

_VALIDATE_ON_TEST = """\
# As in the notebook, the test images are also the validation images, so they must not choose the best epoch.
x_validation, y_validation = x_test, y_test
"""

SPLITS = {"holdout": _HOLD_OUT, "test": _VALIDATE_ON_TEST}

_CONSTANT = "factors = np.ones(total_steps)"

_COSINE = "factors = (1 + np.cos(np.pi * steps / total_steps)) / 2"

_ONE_CYCLE = """

def cosine_between(start, end, share):
    return end + (start - end) * (1 + np.cos(np.pi * share)) / 2


# Up over the first 30 % of the steps, then down, as in PyTorch's OneCycleLR.
top = max(0.3 * total_steps - 1, 1e-9)
rising = cosine_between(1 / 25, 1, steps / top)
falling = cosine_between(1, 1 / 250_000, (steps - top) / max(total_steps - 1 - top, 1e-9))
factors = np.where(steps <= top, rising, falling)"""

_STEP = "factors = 0.1 ** ((steps >= 0.5 * total_steps).astype(float) + (steps >= 0.75 * total_steps))"

BY_HAND = """

# While the run trained, its learning rate was changed by hand: after so many epochs it was multiplied by so much.
by_hand = np.ones(total_steps)
for epochs_done, factor in {changes}:
    first_step = round(epochs_done * total_steps / EPOCHS)
    by_hand[first_step:] = factor
factors = factors * by_hand"""

_SCHEDULE = """\
total_steps = EPOCHS * -(-len(x_train) // BATCH_SIZE)
steps = np.arange(total_steps)
{factors}BY_HAND


class LearningRate(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        step = int(self.model.optimizer.iterations)
        self.model.optimizer.learning_rate = LEARNING_RATE * factors[step]
"""

SCHEDULES = {
    name: _SCHEDULE.format(factors=factors)
    for name, factors in {"constant": _CONSTANT, "cosine": _COSINE, "one-cycle": _ONE_CYCLE, "step": _STEP}.items()
}

OPTIMIZERS = {
    "adam": "keras.optimizers.Adam(LEARNING_RATE)",
    "adamw": "keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY)",
    "sgd": "keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM)",
    "rmsprop": "keras.optimizers.RMSprop(LEARNING_RATE)",
    "nadam": "keras.optimizers.Nadam(LEARNING_RATE)",
}

TRAINING = """\
def scaled(images, labels):
    return tf.cast(images[..., tf.newaxis], tf.float32) / 255, labels


def dataset(images, labels):
    return tf.data.Dataset.from_tensor_slices((images, labels))


training = dataset(x_train, y_train).shuffle(len(x_train), seed=SEED).batch(BATCH_SIZE).map(scaled).map(augment)
validation = dataset(x_validation, y_validation).batch(500).map(scaled)
test = dataset(x_test, y_test).batch(500).map(scaled)

model.compile(
    optimizer=OPTIMIZER,
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=False,  # XLA makes convolutions several times slower on a CPU
)
callbacks = [CALLBACKS]
model.fit(training, validation_data=validation, epochs=EPOCHS, shuffle=False, callbacks=callbacks, verbose=2)
"""

_NO_AUGMENTATION = """\
def augment(images, labels):
    return images, labels
"""

_AUGMENTED = """\
augmentation = keras.Sequential(
    [
{layers}
    ]
)


def augment(images, labels):
    # In the input pipeline: as layers of the network they would also change the images at prediction.
    return augmentation(images, training=True), labels
"""


def _augmentation(*layers: str) -> str:
    return _AUGMENTED.format(layers="\n".join(f"        keras.layers.{layer}," for layer in layers))


_FILL = 'fill_mode="constant", fill_value=0.0, seed=SEED, dtype="float32"'

# The same ranges as in `recipe/amplitudes.py`; Keras's factors are shares of the side, of a full turn, and
# of the size.
AUGMENTATIONS = {
    "none": _NO_AUGMENTATION,
    "light": _augmentation(
        f"RandomRotation(0.027, {_FILL})", f"RandomZoom(0.1, {_FILL})", f"RandomTranslation(0.07, 0.07, {_FILL})"
    ),
    "pen": _augmentation(
        f"RandomRotation(0.041, {_FILL})",
        f"RandomShear(0.25, 0.0, {_FILL})",
        f"RandomZoom(0.18, 0.18, {_FILL})",
        f"RandomTranslation(0.09, 0.09, {_FILL})",
    ),
}
