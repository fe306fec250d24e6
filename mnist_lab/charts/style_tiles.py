"""Digits before and after a style of writing was drawn onto them, each pair with its name, as HTML."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from mnist_lab.charts.palette import variable
from mnist_lab.charts.pixels import data_uri, ink_png

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INK, _MUTED, _GRID = (variable(name) for name in ("ink", "muted", "grid"))
_STYLE = f"""<style>
.lab-styles {{ list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem;
  grid-template-columns: repeat(3, minmax(0, 1fr)); }}
.lab-styles > li {{ margin: 0; border: 1px solid {_GRID}; border-radius: 0.375rem; padding: 0.375rem 0.125rem;
  color: {_INK}; font-size: 0.8125rem; line-height: 1.3; text-align: center; }}
.lab-styles div {{ display: flex; align-items: center; justify-content: center; gap: 0.25rem; color: {_MUTED}; }}
.lab-styles i {{ flex: 0 1 2.5rem; aspect-ratio: 1; background: {_INK}; image-rendering: pixelated;
  -webkit-mask: var(--ink) center/contain no-repeat; mask: var(--ink) center/contain no-repeat; }}
.lab-styles i:first-child {{ background: {_MUTED}; }}
</style>"""


class StylePicture(NamedTuple):
    """An image without and with a style."""

    name: str
    """ "1 with a flag"."""
    before: "NDArray[np.uint8]"
    """Shape (28, 28), as all images 255 for ink."""
    after: "NDArray[np.uint8]"


def styles_html(pictures: Sequence[StylePicture]) -> str:
    """Each style with its name. The pictures are masks of surfaces, so one HTML serves both themes."""
    return f'{_STYLE}<ul class="lab-styles">{"".join(map(_picture, pictures))}</ul>'


def _picture(picture: StylePicture) -> str:
    before, after = (f'<i style="--ink:url({data_uri(ink_png(image))})"></i>' for image in picture[1:])
    return f'<li><div aria-hidden="true">{before}→{after}</div>{escape(picture.name)}</li>'
