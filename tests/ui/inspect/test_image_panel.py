"""The titles of the images shown."""

import pytest

from mnist_lab.charts import Part
from mnist_lab.ui.inspect.image_panel import part_title


@pytest.mark.parametrize(
    ("part", "title"),
    [
        (Part(), "All mistakes"),
        (Part(7, 3), "7 read as 3"),
        (Part(7, 7), "7 read correctly"),
        (Part(7), "7 read as another digit"),
        (Part(None, 3), "Other digits read as 3"),
        (Part(0, 0), "0 read correctly"),
    ],
)
def test_the_title_says_which_images_are_shown(part, title):
    assert part_title(part) == title
