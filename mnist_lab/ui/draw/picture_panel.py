"""The part of Draw that reads a picture: a file or a photo of the camera, with the steps to the network's input."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from mnist_lab.charts import DigitCard, data_uri, digit_cards_html
from mnist_lab.drawing import Box, NormalizedDrawing, normalize_drawing, open_picture
from mnist_lab.errors import LabError, PictureError
from mnist_lab.insight import interpret_number, interpret_probabilities
from mnist_lab.runs import Run
from mnist_lab.ui.components.drawing.picture_box import Shares, drawn_box, picture_box
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.themed_html import pixel_theme, themed_html
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.uploads import take_upload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PICTURE = "picture"
_ERROR = "picture-error"
_NUMBER = "picture-number"
"""Counts the pictures: each has its own box, and its own empty uploader."""
_SOURCE = "picture-source"
_FILE, _CAMERA = "File", "Camera"
_TYPES = ["png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff"]

_SHOWN_SIDE = 900
"""Pixels of the longer side of the picture in the page."""
_MAX_DIGITS = 12
"""A picture with more is no number; each would cost a question to the network."""


@dataclass(frozen=True, eq=False)
class _Picture:
    pixels: "NDArray[np.uint8]"
    """As `open_picture` returns it."""
    uri: str
    """Made smaller, for the page."""


def picture_panel(run: Run) -> None:
    """Draw what asks for a picture, or the picture, what is ink in it, and its digits.

    The session keeps the picture; the camera is not asked for before the user chooses it.

    Args:
        run: The run whose network reads.
    """
    number = st.session_state.setdefault(_NUMBER, 0)
    picture: _Picture | None = st.session_state.get(_PICTURE)
    if picture is None:
        with st.container(width=480, key="picture-ask"):
            _ask(number)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="picture-buttons"):
        # Another key closes the popover when there is a new picture.
        with st.popover("Read another photo", icon=":material/photo_camera:", key=f"picture-popover-{number}"):
            _ask(number)
        st.button("Remove it", icon=":material/close:", key="picture-remove", on_click=_remove)
    _show(run, picture, f"picture-box-{number}")


def _ask(number: int) -> None:
    source = st.segmented_control(
        "From", [_FILE, _CAMERA], default=_FILE, required=True, key=_SOURCE, label_visibility="collapsed"
    )
    key = f"picture-{str(source).lower()}-{number}"
    if source == _CAMERA:
        st.camera_input("Hold the sheet so that the digit fills the picture", key=key, on_change=_open, args=(key,))
    else:
        st.file_uploader(
            "A photo, a scan or a screenshot of a digit or a number",
            type=_TYPES,
            key=key,
            on_change=_open,
            args=(key,),
        )
    if message := st.session_state.get(_ERROR):
        st.error(plain(for_viewer(message)), icon=":material/error:")


def _open(key: str) -> None:
    content = take_upload(key)
    if content is None:
        return
    st.session_state[_NUMBER] += 1
    try:
        pixels = open_picture(content)
    except PictureError as error:
        st.session_state[_ERROR] = str(error)
        return
    st.session_state.pop(_ERROR, None)
    st.session_state[_PICTURE] = _Picture(pixels, _uri(pixels))


def _remove() -> None:
    st.session_state.pop(_PICTURE, None)
    st.session_state.pop(_ERROR, None)
    st.session_state[_NUMBER] += 1


def _show(run: Run, picture: _Picture, key: str) -> None:
    shares = drawn_box(key)
    try:
        drawing = normalize_drawing(picture.pixels, box=_pixel_box(shares, picture.pixels))
    except PictureError as error:
        st.error(plain(for_viewer(error)), icon=":material/error:")
        return
    with st.container(horizontal=True, gap="medium", key="picture-steps"):
        with st.container(width=340, gap="small"):
            st.markdown("**The picture**")
            picture_box(picture.uri, _found(drawing, picture.pixels), alt=_alt(drawing), key=key)
            st.caption("Is something else marked? Draw a box around the digit.")
            if shares is not None:
                st.button("Look at the whole picture", key="picture-whole", on_click=_whole, args=(key,))
        if drawing is not None:
            with st.container(width=240, gap="small"):
                st.markdown("**Taken for ink**")
                st.image(_ink_uri(drawing), width="stretch")
                st.caption(_kind_text(drawing))
        with st.container(gap="small", key="picture-answer"):
            _answer(run, drawing)


def _answer(run: Run, drawing: NormalizedDrawing | None) -> None:
    if drawing is None:
        st.markdown("**Nothing is written here**, as far as the lab sees. Draw a box around the digit.")
        return
    if len(drawing.digits) > _MAX_DIGITS:
        st.markdown(f"**{len(drawing.digits)} digits** are too many to read at once. Draw a box around a few of them.")
        return
    try:
        with st.spinner("Reading the picture…"):
            readings = [services().predictor.read(run.id, digit.pixels) for digit in drawing.digits]
    except LabError as error:
        st.error(plain(for_viewer(error)), icon=":material/error:")
        return
    predictions = [
        interpret_probabilities(reading.probabilities, is_dot=digit.is_dot, digit_score=reading.digit_score)
        for digit, reading in zip(drawing.digits, readings, strict=True)
    ]
    st.subheader(plain(interpret_number(predictions).text), anchor=False)
    cards = [
        DigitCard(digit.pixels, reading.probabilities, prediction.text)
        for digit, reading, prediction in zip(drawing.digits, readings, predictions, strict=True)
    ]
    themed_html(digit_cards_html(cards, pixel_theme("picture-digits")), key="picture-digits")


def _whole(key: str) -> None:
    st.session_state[_NUMBER] += 1
    st.session_state.pop(key, None)


def _pixel_box(shares: Shares | None, pixels: "NDArray[np.uint8]") -> Box | None:
    if shares is None:
        return None
    height, width = pixels.shape[:2]
    left, top, right, bottom = shares
    return Box(int(left * width), int(top * height), -int(-right * width // 1), -int(-bottom * height // 1))


def _found(drawing: NormalizedDrawing | None, pixels: "NDArray[np.uint8]") -> list[Shares]:
    height, width = pixels.shape[:2]
    boxes = [] if drawing is None else [digit.box for digit in drawing.digits]
    return [(box.left / width, box.top / height, box.right / width, box.bottom / height) for box in boxes]


def _alt(drawing: NormalizedDrawing | None) -> str:
    count = 0 if drawing is None else len(drawing.digits)
    return f"The picture; {count} {'digit is' if count == 1 else 'digits are'} marked in it"


def _kind_text(drawing: NormalizedDrawing) -> str:
    if drawing.is_photo:
        return "Read as a photo: paper, lines, shadows and the desk are left out."
    return "Read as a clean drawing: all that differs from the paper is ink."


def _uri(pixels: "NDArray[np.uint8]") -> str:
    from PIL import Image

    image = Image.fromarray(pixels)
    image.thumbnail((_SHOWN_SIDE, _SHOWN_SIDE))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=80)
    return data_uri(out.getvalue(), "webp")


def _ink_uri(drawing: NormalizedDrawing) -> str:
    """What was taken for ink, black on white in both themes, as paper and pen are."""
    import numpy as np
    from PIL import Image

    image = Image.fromarray(np.rint(255 * (1 - drawing.ink)).astype(np.uint8))
    image.thumbnail((480, 480))
    out = io.BytesIO()
    image.save(out, "PNG")
    return data_uri(out.getvalue())
