"""The score board of drawings that fool a network."""

import io

import numpy as np
from PIL import Image

from mnist_lab.charts.fooling_html import FoolingDrawing, fooling_html
from mnist_lab.charts.pixels import ink_column_png


def test_a_place_says_what_people_and_the_network_read():
    html = fooling_html(
        [FoolingDrawing(np.eye(28, dtype=np.uint8), 4, 9, 0.98, "visitor 3", "2 of 5 others right")] * 2, "light"
    )
    for text in ("No. 1, by visitor 3", "No. 2, by", "A 4, read as 9", "<b>9</b> (98 %)", "2 of 5 others right"):
        assert text in html


def test_names_are_escaped():
    html = fooling_html([FoolingDrawing(np.eye(28, dtype=np.uint8), 4, 9, 0.98, "<b>&", "")], "dark")
    assert "&lt;b&gt;&amp;" in html


def test_images_stand_below_each_other_with_ink_as_opacity():
    images = np.stack([np.full((28, 28), level, np.uint8) for level in (0, 200)])
    png = np.asarray(Image.open(io.BytesIO(ink_column_png(images))))
    assert png.shape == (56, 28, 4)
    assert (png[0, 0].tolist(), png[-1, 0].tolist()) == ([0, 0, 0, 0], [0, 0, 0, 200])
