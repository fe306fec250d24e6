"""The pictures of handwriting styles."""

import numpy as np

from mnist_lab.charts import StylePicture, styles_html


def test_each_style_has_two_pictures_and_its_name() -> None:
    image = np.full((28, 28), 255, np.uint8)
    html = styles_html([StylePicture("1 with a flag", image, image), StylePicture("<7>", image, image)])
    assert html.count("data:image/png;base64,") == 4
    assert "1 with a flag" in html
    assert "&lt;7&gt;" in html
