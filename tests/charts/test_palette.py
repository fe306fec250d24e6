"""The colours: contrast, same names in both themes, distinguishable, and replaced everywhere by `paint`."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from mnist_lab.charts import (
    PALETTES,
    RUN_COLOURS,
    SEQUENCE,
    label,
    paint,
    run_colour,
    run_style,
    swatch_svg,
)
from mnist_lab.charts.palette import DASHES, PRESENTATION_PALETTES
from mnist_lab.network import KIND_GROUPS

TEXT = ("ink", "muted", "training-text", "validation-text", "test-text", "good", "warn", "bad")
LINES = (
    "training",
    "validation",
    "test",
    *sorted(set(KIND_GROUPS.values())),
    *(f"run-{n}" for n in range(RUN_COLOURS)),
)

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, contrast ratio."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (first, second))
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return lab @ np.cbrt(np.clip(cones @ np.clip(rgb, 0, 1), 0, None))


def smallest_distance(colours: list[str]) -> float:
    eyes = [np.eye(3), np.array(PROTANOPIA), np.array(DEUTERANOPIA)]
    return min(
        float(np.linalg.norm(oklab(eye @ linear(first)) - oklab(eye @ linear(second))))
        for eye in eyes
        for index, first in enumerate(colours)
        for second in colours[index + 1 :]
    )


def test_themes_have_the_same_colours_written_in_full():
    assert PALETTES["light"].keys() == PALETTES["dark"].keys()
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for palette in PALETTES.values() for colour in palette.values())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast(theme):
    palette = PALETTES[theme]
    for ground in ("background", "surface"):
        assert {name for name in TEXT if contrast(palette[name], palette[ground]) < 4.5} == set()
        assert {name for name in LINES if contrast(palette[name], palette[ground]) < 3.0} == set()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_numbers_on_the_colours_of_mistakes_are_readable_and_each_colour_is_stronger(theme):
    palette = PALETTES[theme]
    scale = [palette["background"], *(palette[f"error-{level}"] for level in range(1, 5))]
    assert all(contrast(colour, palette["ink"]) >= 4.5 for colour in scale[:4])
    assert contrast(scale[4], palette["background"]) >= 4.5
    assert all(contrast(weaker, stronger) > 1.2 for weaker, stronger in pairwise(scale))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_more_contrast_in_presentation_mode_and_nothing_else_changes_its_colour(theme):
    palette, usual = PRESENTATION_PALETTES[f"{theme}-presentation"], PALETTES[theme]
    for ground in ("background", "surface"):
        assert {name for name in TEXT if contrast(palette[name], palette[ground]) < 7} == set()
    assert {name for name in palette if palette[name] != usual[name]} <= {*TEXT, "grid"}
    assert contrast(palette["grid"], palette["background"]) > contrast(usual["grid"], usual["background"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_run_colours_are_distinguishable_with_colour_blindness(theme):
    colours = [PALETTES[theme][run_colour(index)[1:]] for index in range(RUN_COLOURS)]
    assert smallest_distance(colours) > 0.07
    assert smallest_distance(colours[:6]) > 0.12
    roles = [PALETTES[theme][name] for name in ("training", "validation", "test")]
    assert smallest_distance(roles) > 0.07


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sequential_scale_goes_one_way_in_lightness(theme):
    steps = np.diff([oklab(linear(PALETTES[theme][token[1:]]))[0] for _, token in SEQUENCE])
    assert (steps < 0).all() if theme == "light" else (steps > 0).all()


def test_paint_replaces_tokens_everywhere_and_nothing_else():
    figure = {
        "data": [{"colorscale": [[0, "@ink"], [1, "@training/0.25"]], "color": ["@bad", 3], "x": [1.5, None]}],
        "layout": {"title": "a@ink", "font": {"color": "@ink"}},
    }
    assert paint(figure, "light") == {
        "data": [
            {"colorscale": [[0, "#1F2933"], [1, "rgba(0,114,178,0.25)"]], "color": ["#B3261E", 3], "x": [1.5, None]}
        ],
        "layout": {"title": "a@ink", "font": {"color": "#1F2933"}},
    }
    assert figure["layout"]["font"] == {"color": "@ink"}, "the figure itself is left alone"


def test_paint_refuses_unknown_colours_and_themes():
    with pytest.raises(KeyError, match="mauve"):
        paint({"color": "@mauve"}, "light")
    with pytest.raises(KeyError, match="sepia"):
        paint({}, "sepia")


def test_run_colours_repeat_after_ten():
    assert [run_colour(index) for index in (0, 9, 10, 23)] == ["@run-0", "@run-9", "@run-0", "@run-3"]


def test_no_two_of_a_hundred_runs_in_a_row_look_alike():
    for first in (0, 7, 95, 1_234):
        styles = {(style.colour, style.marker) for style in map(run_style, range(first, first + 100))}
        assert len(styles) == 100
    assert len(set(map(run_style, range(600)))) == 600


def test_runs_of_the_same_colour_differ_in_their_markers():
    assert [run_style(number).marker for number in (3, 13, 23)] == ["square", "hourglass", "triangle-down"]
    assert run_style(103).marker == f"{run_style(3).marker}-open"
    assert {run_style(number).dash for number in (3, 203, 403)} == set(DASHES)


def test_the_sign_of_a_run_has_its_colour_marker_and_dash():
    signs = [swatch_svg(number) for number in range(600)]
    assert len(set(signs)) == 600
    assert all(f"var(--lab-run-{number % 10}," in sign for number, sign in enumerate(signs))
    assert all(ElementTree.fromstring(sign).find("polygon") is not None for sign in signs)  # noqa: S314 - our own


def test_a_name_is_never_a_colour_or_markup():
    assert label("@ink") == "&#64;ink"
    assert paint(label("@mauve"), "light") == "&#64;mauve"
    assert label("<a href='x'>&") == "&lt;a href='x'&gt;&amp;"
    assert len(label("x" * 10_000)) == 40
    assert label("a\n  b") == "a b"
