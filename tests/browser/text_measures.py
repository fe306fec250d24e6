"""The size and the contrast of every text on a page, as the browser displays it."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.page_states import settle

_SCRIPT = Path(__file__).with_name("text_measures.js").read_text(encoding="utf-8")
_MAX_HEIGHT = 4000

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Text:
    """A piece of text in sight."""

    text: str
    where: str
    """The key of Streamlit's element around it, its tag and its class."""
    size: float
    """Pixels, as displayed."""
    contrast: float
    """With the colour that most of its place has."""

    def __str__(self) -> str:
        return f"{self.size} px, {self.contrast:.2f}:1, {self.text!r} in {self.where}"


def measured_texts(page: Page) -> list[Text]:
    """Measure all texts of a page, also those that one would have to scroll to."""
    width = (page.viewport_size or {"width": 1280})["width"]
    length = int(page.locator(dom.MAIN).evaluate("(main) => main.scrollHeight + main.getBoundingClientRect().top"))
    page.set_viewport_size({"width": width, "height": min(max(length, 720), _MAX_HEIGHT)})
    settle(page)
    # In Markdown, Streamlit draws an icon as a character with a name.
    found = page.evaluate(_SCRIPT, [f"{dom.ICON}, span[role=img]", dom.by_key("").removeprefix(".")])
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    return [
        Text(one["text"], one["where"], one["size"], _contrast(picture, one["box"], one["colour"], one["opacity"]))
        for one in found
    ]


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours after WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(picture: Image.Image, box: list[float], colour: list[int], opacity: float) -> float:
    left, top, right, bottom = box
    place = picture.crop((int(left) - 1, int(top), int(right) + 2, int(bottom) + 1))
    counted = place.getcolors(maxcolors=place.width * place.height) or []
    _count, behind = max(counted)
    red, green, blue = (opacity * front + (1 - opacity) * back for front, back in zip(colour, behind, strict=True))
    return contrast((red, green, blue), behind)
