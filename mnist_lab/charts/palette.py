"""The colours of both themes. Figures name colours by tokens, which `paint` replaces by the colours of a theme.

A token is a string such as "@training", or "@training/0.25" with an opacity. So a figure is computed once for both
themes, and the browser can repaint it when the theme changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RUN_COLOURS = 10
MARKERS = (
    *("circle", "cross", "triangle-up", "square", "hourglass"),
    *("triangle-down", "x", "diamond", "bowtie", "star"),
)
"""Plotly's markers of runs, so that runs can be distinguished without colour. Neighbours look least alike."""
DASHES = ("solid", "dashdot", "longdash")
"""Plotly's dashes of the validation curves of runs."""

# Training, validation, test after Okabe and Ito (https://jfly.uni-koeln.de/color/). The run colours were searched for:
# each at least 3:1 against both backgrounds, the smallest distance of any two in OKLab as large as possible for normal,
# protanopic and deuteranopic eyes (Machado et al. 2009), largest among the first six.
_LIGHT = {
    "background": "#FFFFFF",
    "surface": "#F4F6F8",
    "grid": "#E1E6EB",
    "ink": "#1F2933",
    "muted": "#52606D",
    "training": "#0072B2",
    "validation": "#D55E00",
    "test": "#009E73",
    "training-text": "#00609A",
    "validation-text": "#A94700",
    "test-text": "#00704F",
    "good": "#00704F",
    "warn": "#8A5A00",
    "bad": "#B3261E",
    "error-1": "#FBE3E0",
    "error-2": "#F2B8B1",
    "error-3": "#DB8078",
    "error-4": "#B3261E",
    "convolution": "#4A7FB0",
    "pooling": "#3B8C83",
    "normalisation": "#8973B3",
    "dropout": "#A3792B",
    "dense": "#B5607A",
    "activation": "#66883A",
    "reshape": "#74818E",
    "sequence-0": "#FFFFFF",
    "sequence-1": "#D3E2F0",
    "sequence-2": "#7AA6CF",
    "sequence-3": "#2F6DA6",
    "sequence-4": "#0E3D68",
    "signed-0": "#0A3F78",
    "signed-1": "#6FA3D3",
    "signed-2": "#FFFFFF",
    "signed-3": "#F2A65A",
    "signed-4": "#A64B00",
    "run-0": "#040D93",
    "run-1": "#983B5D",
    "run-2": "#123104",
    "run-3": "#A68922",
    "run-4": "#8C31C7",
    "run-5": "#2A90AE",
    "run-6": "#C85A70",
    "run-7": "#193348",
    "run-8": "#673C14",
    "run-9": "#597412",
}
_DARK = {
    "background": "#12161B",
    "surface": "#1C232B",
    "grid": "#2D3742",
    "ink": "#E6EBF0",
    "muted": "#A3B0BD",
    "training": "#56B4E9",
    "validation": "#E69F00",
    "test": "#2BC7A0",
    "training-text": "#7CC4F0",
    "validation-text": "#F0B23A",
    "test-text": "#4CD3AC",
    "good": "#4CD3AC",
    "warn": "#F0B84B",
    "bad": "#FF8A80",
    "error-1": "#3A2023",
    "error-2": "#63302F",
    "error-3": "#94423D",
    "error-4": "#FF8A80",
    "convolution": "#79ABD9",
    "pooling": "#63B8AC",
    "normalisation": "#B09DDB",
    "dropout": "#D6AE5A",
    "dense": "#DE8FA4",
    "activation": "#A3C273",
    "reshape": "#97A4B2",
    "sequence-0": "#12161B",
    "sequence-1": "#1D3A55",
    "sequence-2": "#285C88",
    "sequence-3": "#6FA9D8",
    "sequence-4": "#EEF6FD",
    "signed-0": "#A9D8FF",
    "signed-1": "#2F77B5",
    "signed-2": "#12161B",
    "signed-3": "#B86A14",
    "signed-4": "#FFCB8A",
    "run-0": "#80A5F7",
    "run-1": "#D5305F",
    "run-2": "#89FEBE",
    "run-3": "#D1AD32",
    "run-4": "#9953CD",
    "run-5": "#7EDDFD",
    "run-6": "#EAA6A5",
    "run-7": "#7390A9",
    "run-8": "#CC7200",
    "run-9": "#DEEE5A",
}

PALETTES: dict[str, dict[str, str]] = {"light": _LIGHT, "dark": _DARK}
"""Theme name → colour name → "#RRGGBB"."""

PRESENTATION_PALETTES: dict[str, dict[str, str]] = {
    "light-presentation": {
        **_LIGHT,
        "grid": "#B9C4CE",
        "muted": "#3E4C59",
        "training-text": "#004B78",
        "validation-text": "#7A3300",
        "test-text": "#00513A",
        "good": "#00513A",
        "warn": "#664200",
        "bad": "#8C1D18",
    },
    "dark-presentation": {
        **_DARK,
        "grid": "#4B5866",
        "muted": "#C3CDD6",
        "training-text": "#8FCFF5",
        "validation-text": "#F5BC4A",
        "test-text": "#5FDCB8",
        "good": "#5FDCB8",
        "warn": "#F5BC4A",
        "bad": "#FFA39B",
    },
}
"""The same for presentation mode: text has a contrast of at least 7:1, for a projector in a bright room."""

SEQUENCE: tuple[tuple[float, str], ...] = tuple((step / 4, f"@sequence-{step}") for step in range(5))
"""The sequential colour scale, from paper (0) to ink (1), for pixels, feature maps and matrices."""

SIGNED: tuple[tuple[float, str], ...] = tuple((step / 4, f"@signed-{step}") for step in range(5))
"""The diverging colour scale for signed values: blue below zero (0 … 0.5), paper at zero (0.5), orange above."""


def variable(name: str) -> str:
    """A colour for CSS: the variable that the page sets for its theme, with the light theme's colour as fallback."""
    return f"var(--lab-{name},{_LIGHT[name]})"


def run_colour(index: int) -> str:
    """The token of run colour `index`; they repeat after ten."""
    return f"@run-{index % RUN_COLOURS}"


@dataclass(frozen=True, slots=True)
class RunStyle:
    """How a run is drawn, in every chart and table."""

    colour: str
    """A token."""
    marker: str
    """Plotly's name of the marker: one of `MARKERS`, or the same with "-open" appended."""
    dash: str
    """One of `DASHES`."""


def run_style(number: int) -> RunStyle:
    """The style of the run with this number. It depends on nothing else, so a run looks the same everywhere and always.

    Among a hundred runs in a row no two have both the same colour and the same marker. After that the markers are open,
    then the dashes change: styles repeat after 600 runs.
    """
    turn = number // RUN_COLOURS
    # Runs of the same colour are ten numbers apart, so each turn shifts the markers by one.
    marker = MARKERS[(number + turn) % len(MARKERS)]
    hundred = turn // len(MARKERS)
    return RunStyle(run_colour(number), f"{marker}-open" if hundred % 2 else marker, DASHES[hundred // 2 % len(DASHES)])


def faded(token: str, opacity: float) -> str:
    """The token with an opacity in 0..1 added."""
    return f"{token}/{opacity:g}"


def paint(figure: Any, theme: str) -> Any:
    """A copy of a figure, or of nested dicts, lists and tuples, with its tokens replaced by the colours of a theme.

    Text that starts with "@" must be escaped with `figure.label`, otherwise it is treated as a token.

    Raises:
        KeyError: The theme or a token's colour does not exist.
    """
    palette = PALETTES[theme]
    if isinstance(figure, str):
        return _colour(figure, palette) if figure.startswith("@") else figure
    if isinstance(figure, dict):
        return {key: paint(value, theme) for key, value in figure.items()}
    if isinstance(figure, list | tuple):
        return [paint(value, theme) for value in figure]
    return figure


def _colour(token: str, palette: Mapping[str, str]) -> str:
    name, _, opacity = token[1:].partition("/")
    colour = palette[name]
    if not opacity:
        return colour
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
