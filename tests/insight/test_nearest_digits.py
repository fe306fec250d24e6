"""The training digits that are most like a drawing."""

import numpy as np

from mnist_lab.insight.nearest_digits import nearest_digits


def test_the_nearest_come_first_whatever_the_strength_of_their_ink():
    images = np.random.default_rng(0).integers(0, 256, (9000, 28, 28), np.uint8)
    drawing = images[8123].astype(np.float32) / 255
    images[17] = images[8123] // 2

    order, likeness = nearest_digits(images, drawing, count=3)

    assert set(order[:2].tolist()) == {17, 8123}
    assert likeness[0] > 0.999
    assert list(likeness) == sorted(likeness, reverse=True)


def test_a_blank_image_is_like_nothing():
    images = np.zeros((6, 28, 28), np.uint8)
    images[2, 5:9] = 255
    drawing = np.zeros((28, 28), np.float32)
    drawing[5:9] = 1

    order, likeness = nearest_digits(images, drawing)

    assert order[0] == 2
    assert likeness[0] > 0.999
    assert likeness[1] == 0
