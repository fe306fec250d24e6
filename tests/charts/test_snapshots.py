"""The HTML of snapshots: guesses, filters, feature maps and layer health."""

import base64
import dataclasses
import io
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from mnist_lab.charts import PALETTES, filters_html, guesses_html, health_html, maps_html, signed_sheet_png
from mnist_lab.charts.snapshots.digit_grid import digits_html
from mnist_lab.charts.snapshots.tiles import MAX_ACROSS, Tile, tiles_html
from mnist_lab.charts.sparkline import spark_svg
from mnist_lab.runs.snapshot import FirstWeights, LayerHealth, Snapshot
from tests.snapshots import maps, snapshot

VOID = {"img", "path"}


class Page(HTMLParser):
    """A strict parser of our HTML: every tag is closed, every image has a description."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.buttons: list[dict[str, str | None]] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.images.append(dict(attrs))
        if tag == "button":
            self.buttons.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def read(html: str) -> Page:
    page = Page(html)
    assert all(image["alt"] for image in page.images)
    return page


def pixels(image: dict[str, str | None]) -> np.ndarray:
    source = str(image["src"]).removeprefix("data:image/png;base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source))).convert("RGBA"))


def test_the_digits_beside_the_curves_say_right_or_wrong() -> None:
    html = digits_html(snapshot(right=9))
    page = read(html)
    assert page.words.startswith("9 of 12 test digits correct after epoch 3 ✓ 0 87 % ✓ 1 87 %")
    assert (page.words.count("✓"), page.words.count("✗")) == (9, 3)
    assert 'aria-label="A 9, predicted 0, wrong, 62 %"' in html
    assert "where the training ended" in digits_html(snapshot(3), done=2)


def test_the_digits_have_their_places_before_the_first_snapshot() -> None:
    assert digits_html(None).count('class="digit empty"') == digits_html(snapshot()).count('class="digit ') == 12


def test_digits_of_broken_weights() -> None:
    html = digits_html(dataclasses.replace(snapshot(), probabilities=np.full((12, 10), np.nan, np.float32)))
    assert html.count("✗ NaN") == 12
    assert "<b>0 of 12</b>" in html


def guesses(shown: Snapshot) -> Page:
    return read(guesses_html(shown, {shown.epoch: shown.probabilities}, "light"))


def test_guesses_say_right_or_wrong() -> None:
    page = guesses(snapshot(right=9))
    assert page.words.startswith("9 of 12 test digits classified correctly after epoch 3.")
    assert page.words.count("✓ correct") == 9
    assert page.words.count("✗ predicted") == 3
    # The tenth digit is a 9, read as a 0; the last two are the hard ones.
    assert "a 9 ✗ predicted 0 0 " in page.words
    assert "a hard 5 ✗ predicted 6" in page.words
    assert [image["alt"] for image in page.images][9:] == [
        "A test digit, a 9",
        "A hard test digit, a 5",
        "A hard test digit, a 9",
    ]


def test_guesses_are_the_three_most_likely() -> None:
    shown = snapshot(right=0)
    chances = np.zeros((12, 10), np.float32)
    chances[:, [4, 2, 7, 0]] = [0.5, 0.3, 0.196, 0.004]
    page = guesses(dataclasses.replace(shown, probabilities=chances))
    assert "4 50 % 2 30 % 7 20 %" in page.words
    assert "0 < 1 %" not in page.words


def test_epoch_0_is_before_the_first_step() -> None:
    assert "classified correctly before the first step" in guesses(snapshot(0)).words


def test_nan_guesses() -> None:
    page = guesses(dataclasses.replace(snapshot(), probabilities=np.full((12, 10), np.nan, np.float32)))
    assert page.words.startswith("0 of 12 ")
    assert page.words.count("✗ no answer") == 12


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_filters_are_centred_at_zero(theme: str) -> None:
    values = np.zeros((4, 3, 3), np.float32)
    values[0], values[1], values[2] = 0.5, -0.5, np.nan
    first = FirstWeights(1, "Conv2D", "1 Convolution", 100, values)
    page = read(filters_html(dataclasses.replace(snapshot(), filters=first), 3, theme))
    for index, colour in enumerate(("signed-4", "signed-0", "muted", "signed-2")):
        picture = pixels(page.images[2 * index])
        assert picture.shape[:2] == (3, 3)
        assert picture[0, 0].tolist() == [*bytes.fromhex(PALETTES[theme][colour][1:]), 255]
    assert "1 Convolution : 100 filters of 3×3 weights; the first 4 are shown." in page.words
    assert "−0.5 0.5" in page.words


def test_each_filter_is_a_button_above_its_output() -> None:
    page = read(filters_html(snapshot(), 3, "light"))
    assert len(page.buttons) == 32
    assert page.buttons[6]["data-name"] == "filter 7 of 32, layer 1, convolution"
    assert page.buttons[6]["aria-label"] == "Enlarge filter 7 of 32, layer 1, convolution"
    # Tab stops once; the arrow keys go on.
    assert [button["tabindex"] for button in page.buttons] == ["0", *["-1"] * 31]
    # The snapshot has the outputs of the first sixteen.
    assert [image["alt"] for image in page.images].count("Output for the digit 3") == 16
    assert "Below each of the first 16 filters: what it makes of the digit 3." in page.words
    assert pixels(page.images[1]).shape[:2] == (26, 26)


def test_the_weights_of_an_output_layer_are_named_by_their_digits() -> None:
    values = np.random.default_rng(0).normal(size=(10, 28, 28)).astype(np.float32)
    shown = dataclasses.replace(
        snapshot(), filters=FirstWeights(2, "Dense", "2 Dense", 10, values), maps=(maps(2, "Dense", "2 Dense", (10,)),)
    )
    page = read(filters_html(shown, 3, "light"))
    assert page.words.endswith("0 1 2 3 4 5 6 7 8 9")
    assert [button["data-name"] for button in page.buttons][3] == "weights for the digit 3, layer 2, dense"


@pytest.mark.parametrize(("count", "across"), [(1, 1), (10, 10), (16, 16), (17, 9), (32, 16), (40, 14), (64, 16)])
def test_rows_of_pictures_are_of_equal_length(count: int, across: int) -> None:
    html = tiles_html([Tile(f"map {index}", "") for index in range(count)], "Maps")
    assert f"--wide:{across};" in html
    assert across <= MAX_ACROSS
    assert -(-count // across) * across - count < across


def test_one_large_weight_does_not_set_the_scale() -> None:
    values = np.full((10, 28, 28), 0.1, np.float32)
    values[0, 0, 0] = 50
    shown = dataclasses.replace(snapshot(), filters=FirstWeights(2, "Dense", "2 Dense", 10, values))
    assert "−0.1 0.1" in read(filters_html(shown, 3, "light")).words


@pytest.mark.parametrize("filters", [None, FirstWeights(1, "Conv2D", "c", 2, np.full((2, 3, 3), np.inf, np.float32))])
def test_first_weights_that_are_no_images(filters: FirstWeights | None) -> None:
    page = read(filters_html(dataclasses.replace(snapshot(), filters=filters), 3, "light"))
    assert not page.images
    assert "does not process images" in page.words or "the training diverged" in page.words


def test_weights_that_are_all_zero_have_a_scale() -> None:
    first = FirstWeights(1, "Conv2D", "1 Convolution", 2, np.zeros((2, 3, 3), np.float32))
    assert "−1 1" in read(filters_html(dataclasses.replace(snapshot(), filters=first), 3, "light")).words


def test_a_limit_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="limit must be above 0"):
        signed_sheet_png(np.zeros((1, 2, 2)), 0.0)


def test_maps_from_the_digit_to_the_answer() -> None:
    html = maps_html(snapshot(), 7, "light")
    page = read(html)
    headings = ["1 Convolution", "2 Max pooling", "4 Dense", "5 Dense"]
    positions = [page.words.index(heading) for heading in headings]
    assert positions == sorted(positions)
    assert "the outputs of the layers for this 7" in page.words
    assert "dropout and Flatten, are left out" in page.words
    assert "26×26×32 · the first 16 maps" in page.words
    assert "40 units" in page.words
    assert "predicted 7, " in page.words
    assert "✓ correct" in page.words
    assert page.images[0]["alt"] == "A test digit, a 7"
    named = [button["data-name"] for button in page.buttons]
    assert (named[0], named[15], named[16]) == (
        "map 1 of 32, layer 1, convolution",
        "map 16 of 32, layer 1, convolution",
        "map 1 of 32, layer 2, max pooling",
    )
    # The units of a dense layer are one picture.
    assert named[32:] == ["40 units, layer 4, dense"]
    assert 'aria-label="16 maps of layer 1, convolution for the digit 7, none of them blank"' in html


def test_maps_show_dead_channels_as_paper() -> None:
    shown = snapshot()
    values = shown.maps[0].values.copy()
    values[7, 2] = 0
    shown = dataclasses.replace(shown, maps=(dataclasses.replace(shown.maps[0], values=values), *shown.maps[1:]))
    html = maps_html(shown, 7, "light")
    assert "for the digit 7, 1 of them blank" in html
    # The digit itself comes first.
    assert (pixels(read(html).images[3]) == [255, 255, 255, 255]).all()


def test_a_wrong_answer_is_named() -> None:
    assert "✗ it is a 7" in read(maps_html(snapshot(right=0), 7, "light")).words


def test_nan_maps() -> None:
    shown = snapshot()
    broken = dataclasses.replace(shown.maps[0], low=np.full(10, np.nan, np.float32))
    chances = np.full((12, 10), np.nan, np.float32)
    page = read(maps_html(dataclasses.replace(shown, maps=(broken, *shown.maps[1:]), probabilities=chances), 1, "dark"))
    assert page.words.count("NaN") == 2


def history() -> dict[int, tuple[LayerHealth, ...]]:
    return {epoch: snapshot(epoch).health for epoch in range(4)}


def test_health_is_a_table_of_the_epoch_shown() -> None:
    page = read(health_html(history(), 1))
    assert "1 Convolution 25 % 0.0050 0.2000" in page.words
    assert "4 Dense ! 75 % 0.0010 0.3000" in page.words
    assert "5 Dense – 1e-4 0.1000" in page.words


def test_non_finite_health_is_marked() -> None:
    broken = (LayerHealth(1, "Conv2D", "1 Convolution", 1.0, math.nan, math.inf),)
    html = health_html({0: history()[0], 1: broken}, 1)
    page = read(html)
    assert "! 100 % ✗ NaN ✗ infinite" in page.words
    assert "nan" not in re.sub(r"NaN", "", html).lower().replace("nance", "")


def test_health_without_an_epoch_is_empty() -> None:
    assert "<td>" not in health_html({}, 0)


def test_titles_are_text() -> None:
    title = "<script>1 & 2"
    shown = snapshot()
    hostile = dataclasses.replace(
        shown,
        maps=tuple(dataclasses.replace(one, title=title) for one in shown.maps),
        filters=shown.filters and dataclasses.replace(shown.filters, title=title),
    )
    health = (LayerHealth(1, "Conv2D", title, 0.0, 0.1, 0.1),)
    for html in (maps_html(hostile, 0, "light"), filters_html(hostile, 0, "light"), health_html({0: health}, 0)):
        assert "<script" not in html
        assert "<script>1 & 2" in read(html).words


def drawn(svg: str) -> str:
    return re.findall(r'<path d="([^"]*)"', svg)[0]


def test_a_spark_goes_from_the_first_epoch_to_the_last() -> None:
    svg = spark_svg({0: 0.0, 1: 1.0, 3: 0.5}, 3, 0, 1)
    assert drawn(svg) == "M0.0 20.0h.1L33.3 2.0L100.0 11.0"
    assert 'class="now" d="M100.0 1V21"' in svg


def test_a_spark_breaks_where_there_is_no_number() -> None:
    assert drawn(spark_svg({0: 0.0, 1: math.nan, 2: 9.0, 3: None}, 0, 0, 1)) == "M0.0 20.0h.1M66.7 2.0h.1"


@pytest.mark.parametrize("values", [{}, {4: 0.5}])
def test_a_spark_of_next_to_nothing(values: dict[int, float | None]) -> None:
    assert "nan" not in spark_svg(values, 4, 0.5, 0.5)
