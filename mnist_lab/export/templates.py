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

NOT_A_DIGIT = """\
# Images of one digit lie near a subspace of few dimensions, in the values of the last hidden layer and the pixels
# together. A drawing that lies farther from the subspace of its digit than {percent} % of the test images is no digit.
both = keras.Model(model.inputs[0], [model.outputs[0], model.layers[-1].input])


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def features(images):
    \"\"\"The digits predicted for images (n, 28, 28), 0 to 255, and their features; rows of length 1.\"\"\"
    probabilities, hidden = both.predict(images[..., np.newaxis] / 255, batch_size=500, verbose=0)
    pixels = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    return probabilities.argmax(axis=1), unit(np.hstack([unit(hidden.astype("float32")), unit(pixels)]))


def scores(rows, digits):
    \"\"\"What of each row's squared length 1 lies outside the subspace of its digit.\"\"\"
    return np.array([1 - np.sum((bases[digit] @ row) ** 2) for row, digit in zip(rows, digits)])


bases = []
for digit in range(10):
    _, rows = features(x_train[y_train == digit][:{images}])
    bases.append(np.linalg.svd(rows, full_matrices=False)[2][:{dimensions}])

digits, rows = features(x_test)
threshold = np.quantile(scores(rows, digits), {quantile})


def read(image):
    \"\"\"Read an image (28, 28), white ink 255 on black 0, made as MNIST's: its digit, or the nearest one.\"\"\"
    digits, rows = features(image[np.newaxis])
    if scores(rows, digits)[0] > threshold:
        return f"This does not look like a digit; nearest is {{digits[0]}}"
    return f"{{digits[0]}}"


print("the first test image:", read(x_test[0]))
"""

DRAWING = """\
from PIL import Image, ImageOps
from scipy import ndimage


def ink_of(path):
    \"\"\"How much ink is in each pixel of a picture, 0 to 1, dark or light; None if it is blank.\"\"\"
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    factor = -(-max(image.size) // 1024)
    if factor > 1:
        image = image.reduce(tuple(min(factor, side) for side in image.size))
    picture = np.asarray(image)
    alpha = picture[..., 3].astype(np.float32)
    if alpha.min() < 255:  # drawn on transparent paper
        return alpha / alpha.max() if alpha.max() >= 24 else None
    grey = picture[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if np.ptp(grey) < 24:
        return None
    dark = grey < (grey.min() + grey.max()) / 2
    border = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    ink, paper = np.median(grey[dark]), np.median(grey[~dark])
    if border.mean() + dark.mean() > 1:
        ink, paper = paper, ink
    if abs(ink - paper) < 24:
        return None
    share = np.minimum((grey - paper) / (ink - paper), 1)
    return np.where(share < 0.1, 0, share).astype(np.float32)


def as_mnist(digit):
    \"\"\"Ink (h, w), 0 to 1, as 28×28 pixels, 0 to 255: 20 pixels long, its centre of mass in the middle.\"\"\"
    height, width = digit.shape
    scale = 20 / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    smooth = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BICUBIC
    pixels = np.asarray(Image.fromarray(np.rint(digit * 255).astype(np.uint8)).resize(size, smooth), np.float32)
    y, x = ((np.indices(pixels.shape) + 0.5) * pixels).sum(axis=(1, 2)) / pixels.sum()
    top, left = 28 - round(14.5 - y), 28 - round(14.5 - x)
    return np.pad(pixels, 28)[top : top + 28, left : left + 28]


def read_drawing(path):
    \"\"\"Read a picture of one digit: drawn on a screen, or scanned; not a photo of paper, which has shadows.\"\"\"
    ink = ink_of(path)
    inked = ink is not None and ink >= 0.2
    if not np.any(inked):
        return "The picture is blank"
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    pen = max(1, 2 * ndimage.distance_transform_edt(np.pad(digit > 0.5, 1)).max() - 1)
    if max(digit.shape) < 2 * pen:
        return "This is a dot"
    return read(as_mnist(digit))


if PICTURE is not None:
    print(f"{PICTURE}:", read_drawing(PICTURE))
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


_WITHOUT_HANDWRITING = """\
# The run was trained with "styles": in its last epochs MNIST Lab also showed digits drawn from stroke templates, and
# drew styles such as the bar of a 7 onto images. That is too long for this script, so it has the nearest augmentation
# without them. Its network will read digits drawn on a screen less well than the run's.
"""


def _augmentation(*layers: str) -> str:
    return _AUGMENTED.format(layers="\n".join(f"        keras.layers.{layer}," for layer in layers))


_FILL = 'fill_mode="constant", fill_value=0.0, seed=SEED, dtype="float32"'

# The same ranges as in `recipe/amplitudes.py`; Keras's factors are shares of the side, of a full turn, and
# of the size.
_LIGHT = _augmentation(
    f"RandomRotation(0.027, {_FILL})", f"RandomZoom(0.1, {_FILL})", f"RandomTranslation(0.07, 0.07, {_FILL})"
)

AUGMENTATIONS = {
    "none": _NO_AUGMENTATION,
    "light": _LIGHT,
    "pen": _augmentation(
        f"RandomRotation(0.041, {_FILL})",
        f"RandomShear(0.25, 0.0, {_FILL})",
        f"RandomZoom(0.18, 0.18, {_FILL})",
        f"RandomTranslation(0.09, 0.09, {_FILL})",
    ),
    "styles": _WITHOUT_HANDWRITING + _LIGHT,
}
