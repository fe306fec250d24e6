"""Synthetic photos of digits on paper and on a blackboard, deterministic: the same seed gives the same file.

`CONDITIONS` maps the name of a condition to a function that makes the photo of a digit in it; `BLANKS` maps names to
photos on which nothing is written. The digits are strokes of our own, jittered.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Strokes = Sequence[Sequence[Sequence[float]]]
Light = NDArray[np.float32]
Colour = tuple[float, float, float]

WIDTH, HEIGHT = 600, 800
FIELD = 500
"""Strokes are in a square of this side."""

DIGITS: Mapping[int, Sequence[Strokes]] = {
    0: (
        [[[250, 60], [170, 110], [140, 240], [170, 390], [250, 440], [330, 390], [360, 250], [330, 110], [250, 60]]],
        [[[270, 80], [190, 130], [170, 260], [200, 380], [270, 420], [330, 360], [345, 240], [320, 120], [260, 75]]],
    ),
    1: ([[[250, 60], [245, 250], [250, 440]]], [[[200, 130], [265, 60], [260, 250], [255, 440]]]),
    2: (
        [[[150, 140], [190, 75], [280, 65], [335, 130], [310, 220], [220, 330], [150, 430], [250, 428], [360, 430]]],
        [[[165, 160], [210, 85], [300, 90], [330, 160], [270, 270], [170, 420], [350, 415]]],
    ),
    3: (
        [[[150, 100], [230, 60], [310, 90], [320, 160], [230, 230], [330, 280], [345, 370], [270, 440], [150, 410]]],
        [[[160, 80], [330, 80], [230, 210], [320, 250], [345, 340], [280, 430], [160, 420]]],
    ),
    4: (
        [[[290, 60], [140, 300], [380, 300]], [[300, 190], [295, 450]]],
        [[[170, 70], [155, 260], [350, 255]], [[340, 70], [330, 445]]],
    ),
    5: (
        [[[350, 70], [190, 70], [175, 220], [260, 195], [340, 250], [345, 350], [280, 430], [160, 415]]],
        [[[190, 80], [180, 220], [270, 200], [340, 270], [320, 390], [230, 435], [150, 400]], [[190, 80], [350, 75]]],
    ),
    6: (
        [[[310, 60], [210, 150], [165, 290], [190, 410], [270, 440], [335, 380], [320, 290], [240, 260], [175, 320]]],
        [[[290, 70], [190, 220], [170, 350], [220, 430], [310, 410], [330, 320], [250, 270], [180, 330]]],
    ),
    7: ([[[140, 80], [360, 75], [290, 230], [220, 440]]], [[[145, 110], [150, 80], [350, 80], [250, 270], [215, 440]]]),
    8: (
        [[[330, 120], [260, 60], [180, 90], [185, 170], [250, 230], [330, 310], [330, 400], [250, 440], [170, 400],
          [175, 310], [250, 235], [320, 170], [330, 120]]],
        [[[250, 230], [180, 160], [210, 75], [300, 75], [320, 150], [250, 230], [170, 320], [190, 420], [300, 430],
          [335, 340], [250, 230]]],
    ),
    9: (
        [[[330, 150], [270, 70], [185, 100], [175, 190], [240, 240], [320, 190], [330, 140], [320, 290], [290, 440]]],
        [[[320, 110], [230, 65], [165, 140], [200, 230], [290, 215], [330, 130], [325, 300], [310, 440]]],
    ),
}  # fmt: skip

BLACK, BLUE, PENCIL, FAINT, CHALK = (
    (0.12, 0.12, 0.14), (0.16, 0.22, 0.58), (0.48, 0.48, 0.5), (0.68, 0.68, 0.69), (0.9, 0.9, 0.88),
)  # fmt: skip
WHITE, YELLOW, GREY, BOARD = (1, 0.99, 0.96), (0.98, 0.93, 0.62), (0.62, 0.61, 0.58), (0.14, 0.25, 0.2)
LINE_BLUE = (0.72, 0.8, 0.9)
DESK = np.array([78, 55, 40], np.float32)


@dataclass(frozen=True)
class Sheet:
    """What is photographed, and how: all but the digit."""

    pen: float = 7
    """Diameter in pixels."""
    ink: Colour = BLACK
    paper: Colour = WHITE
    field: tuple[float, float, float] = (120, 210, 360)
    """Left, top and side of the square with the digit, in pixels."""
    light: Light | float = 0.9
    noise: float = 3
    quality: int = 85
    blur: float = 0


def variants(count: int) -> list[tuple[int, Strokes]]:
    """`count` digits of every kind, each turned, stretched and moved a little; with their labels."""
    chance = np.random.default_rng(7)
    return [
        (digit, _jittered(kinds[index % len(kinds)], chance))
        for index in range(count)
        for digit, kinds in DIGITS.items()
    ]


def _jittered(strokes: Strokes, chance: np.random.Generator) -> Strokes:
    turn, shear, wide = chance.uniform(-0.1, 0.1), chance.uniform(-0.12, 0.12), chance.uniform(0.8, 1.1)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[wide, shear], [0, 1]])
    return [
        ((np.array(stroke) - 250 + chance.normal(0, 5, (len(stroke), 2))) @ matrix.T + 250).tolist()
        for stroke in strokes
    ]


def written(strokes: Strokes, sheet: Sheet) -> Light:
    """How much ink is in each pixel, 0 to 1, (h, w)."""
    image = Image.new("L", (WIDTH * 2, HEIGHT * 2), 0)
    _write(ImageDraw.Draw(image), strokes, sheet)
    return np.asarray(image.reduce(2), np.float32) / np.float32(255)


def _write(pen: ImageDraw.ImageDraw, strokes: Strokes, sheet: Sheet) -> None:
    left, top, side = sheet.field
    for stroke in strokes:
        points = [((left + x * side / FIELD) * 2, (top + y * side / FIELD) * 2) for x, y in stroke]
        pen.line(points, fill=255, width=max(1, round(2 * sheet.pen)))
        for x, y in points:
            pen.ellipse((x - sheet.pen, y - sheet.pen, x + sheet.pen, y + sheet.pen), fill=255)


def photographed(ink: Light, sheet: Sheet, under: NDArray[np.float32] | None = None) -> Image.Image:
    """The photo of a sheet with this ink.

    Args:
        ink: Amount of ink in each pixel, (h, w), 0 to 1.
        under: Colour of the paper in each pixel, (h, w, 3), 0 to 1; None: the sheet's paper.
    """
    paper = np.broadcast_to(np.float32(sheet.paper), (*ink.shape, 3)) if under is None else under
    share = ink[..., None]
    colours = paper * (1 - share) + np.float32(sheet.ink) * share
    light = np.asarray(sheet.light, np.float32)
    seen = colours * (light[..., None] if light.ndim else light) * 255
    noise = np.random.default_rng(1).standard_normal(seen.shape, np.float32) * np.float32(sheet.noise)
    image = Image.fromarray(np.clip(seen + noise, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(sheet.blur)) if sheet.blur else image


def saved(image: Image.Image, quality: int = 85, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality, **options)
    return stream.getvalue()


def _grid() -> tuple[Light, Light]:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return rows, columns


def gradient() -> Light:
    """A lamp on the left."""
    return 0.95 - 0.4 * _grid()[1] / WIDTH


def shadow() -> Light:
    """The shadow of a hand, with a soft edge."""
    rows, columns = _grid()
    return 0.92 * (1 - 0.45 / (1 + np.exp(-(columns + 0.4 * rows - 0.75 * WIDTH) / 14)))


def glare() -> Light:
    """A window, mirrored in a whiteboard."""
    rows, columns = _grid()
    return 0.68 + 0.6 * np.exp(-(((columns - 420) / 90) ** 2) - ((rows - 230) / 130) ** 2)


def crumpled() -> Light:
    """Facets with edges of shadow between them."""
    chance = np.random.default_rng(3)
    rows, columns = _grid()
    light = np.full((HEIGHT, WIDTH), 0.85, np.float32)
    for _ in range(9):
        turn, offset = chance.uniform(0, np.pi), chance.uniform(-300, 300)
        distance = (columns - WIDTH / 2) * np.cos(turn) + (rows - HEIGHT / 2) * np.sin(turn) - offset
        light += np.float32(chance.uniform(-0.07, 0.07)) * np.tanh(distance / 6)
        light -= np.float32(0.1) * np.exp(-((distance / 5) ** 2))
    return np.clip(light, 0.3, 0.98)


def ruled(step: int = 34, *, squared: bool = False, colour: Colour = LINE_BLUE) -> NDArray[np.float32]:
    """Ruled or squared paper, (h, w, 3)."""
    paper = np.broadcast_to(np.float32(WHITE), (HEIGHT, WIDTH, 3)).copy()
    for row in range(step, HEIGHT, step):
        paper[row : row + 2] = colour
    for column in range(step, WIDTH, step) if squared else ():
        paper[:, column : column + 2] = colour
    return paper


def _drawn(ink: Light, *lines: Sequence[tuple[float, float]], width: int = 5) -> Light:
    """The ink with more lines, points in pixels."""
    image = Image.fromarray((ink * 255).astype(np.uint8))
    for points in lines:
        ImageDraw.Draw(image).line(list(points), fill=255, width=width)
    return np.asarray(image, np.float32) / np.float32(255)


def _holes(paper: NDArray[np.float32], *centres: tuple[float, float], radius: float) -> NDArray[np.float32]:
    """The paper with round holes through which a dark desk is seen."""
    rows, columns = _grid()
    holed = paper.copy()
    for x, y in centres:
        holed[(columns - x) ** 2 + (rows - y) ** 2 < radius**2] = DESK / 255
    return holed


def on_desk(image: Image.Image, left: int, top: int, right: int, bottom: int, turn: float = 0) -> Image.Image:
    """The middle of the photo on a dark desk of wood, which shows so many pixels at each side."""
    rows, _ = _grid()
    grain = 6 * np.sin(rows / 5 + 2 * np.sin(rows / 31))
    desk = np.clip(DESK + grain[..., None] + np.random.default_rng(2).normal(0, 4, (HEIGHT, WIDTH, 3)), 0, 255)
    sheet = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(sheet).rectangle((left, top, WIDTH - right, HEIGHT - bottom), fill=255)
    sheet = sheet.rotate(turn, Image.Resampling.BILINEAR)
    return Image.composite(image.rotate(turn, Image.Resampling.BILINEAR), Image.fromarray(desk.astype(np.uint8)), sheet)


def screenshot(ink: Light) -> Image.Image:
    """A drawing program with its bars, exact colours and no noise."""
    image = Image.fromarray(np.rint(255 * (1 - ink)).astype(np.uint8)).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 46), fill=(45, 48, 56))
    pen.rectangle((0, 47, 52, HEIGHT), fill=(225, 227, 232))
    pen.rectangle((0, HEIGHT - 24, WIDTH, HEIGHT), fill=(225, 227, 232))
    for place in range(6):
        pen.rectangle((14, 66 + 44 * place, 38, 90 + 44 * place), outline=(60, 60, 70), width=3)
        pen.ellipse((WIDTH - 30 - 26 * place, 14, WIDTH - 14 - 26 * place, 30), fill=(230, 90, 80))
    return image


NO_INK = np.zeros((HEIGHT, WIDTH), np.float32)
PLAIN = Sheet()


def _of(sheet: Sheet, under: Callable[[], NDArray[np.float32]] | None = None) -> Callable[[Strokes], bytes]:
    """The photo of a digit on such a sheet."""

    def photo(strokes: Strokes) -> bytes:
        image = photographed(written(strokes, sheet), sheet, under() if under else None)
        return saved(image, sheet.quality)

    return photo


def _more(change: Callable[[Light], Light], sheet: Sheet = PLAIN) -> Callable[[Strokes], bytes]:
    return lambda strokes: saved(photographed(change(written(strokes, sheet)), sheet))


def _desk(*sides: int, turn: float = 0) -> Callable[[Strokes], bytes]:
    return lambda strokes: saved(on_desk(photographed(written(strokes, PLAIN), PLAIN), *sides, turn=turn))


def _bleed_through(strokes: Strokes) -> bytes:
    behind = written(DIGITS[8][1], replace(PLAIN, field=(150, 60, 260)))[:, ::-1] * np.float32(0.2)
    return saved(photographed(np.maximum(written(strokes, PLAIN), behind), PLAIN))


def _on_its_side(strokes: Strokes) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = photographed(written(strokes, PLAIN), PLAIN)
    return saved(image.rotate(90, expand=True), exif=exif)


def _cut_out(strokes: Strokes) -> bytes:
    sheet = replace(PLAIN, pen=30)
    ink = written(strokes, sheet)
    rows, columns = np.nonzero(ink > 0.2)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return saved(photographed(ink, sheet).crop(box))


def _screenshot(strokes: Strokes) -> bytes:
    stream = io.BytesIO()
    screenshot(written(strokes, PLAIN)).save(stream, "PNG")
    return stream.getvalue()


def _binding() -> NDArray[np.float32]:
    return _holes(ruled(), *[(30, y) for y in range(20, HEIGHT, 34)], radius=9)


def _punched() -> NDArray[np.float32]:
    return _holes(ruled(colour=WHITE), (45, 240), (45, 560), radius=17)


_SQUARED: Callable[[], NDArray[np.float32]] = lambda: ruled(squared=True)  # noqa: E731
_BOX = ((100, 190), (500, 190), (500, 590), (100, 590), (100, 190))

CONDITIONS: Mapping[str, Callable[[Strokes], bytes]] = {
    "even light": _of(PLAIN),
    "gradient": _of(replace(PLAIN, light=gradient())),
    "shadow": _of(replace(PLAIN, light=shadow())),
    "crumpled": _of(replace(PLAIN, light=crumpled())),
    "thin pen": _of(replace(PLAIN, pen=2)),
    "marker": _of(replace(PLAIN, pen=22)),
    "pencil": _of(replace(PLAIN, pen=4, ink=PENCIL, noise=5)),
    "faint pencil": _of(replace(PLAIN, pen=4, ink=FAINT, noise=4)),
    "blue on yellow": _of(replace(PLAIN, ink=BLUE, paper=YELLOW, pen=3)),
    "grey paper": _of(replace(PLAIN, paper=GREY)),
    "ruled": _of(PLAIN, ruled),
    "squared": _of(PLAIN, _SQUARED),
    "pencil, squared": _of(replace(PLAIN, ink=PENCIL, pen=4), _SQUARED),
    "punch holes": _of(PLAIN, _punched),
    "spiral binding": _of(PLAIN, _binding),
    "desk at two sides": _desk(0, 70, 60, 0),
    "desk all round": _desk(60, 80, 70, 60, turn=4),
    "desk, small sheet": _desk(105, 190, 110, 190),
    "bleed-through": _bleed_through,
    "boxed": _more(lambda ink: _drawn(ink, _BOX)),
    "underlined": _more(lambda ink: _drawn(ink, [(150, 580), (460, 592)])),
    "crossing line": _more(lambda ink: _drawn(ink, [(20, 420), (580, 428)], width=2)),
    "crumbs": _more(lambda ink: _drawn(ink, [(40, 700), (46, 706)], [(520, 90), (524, 97)], [(90, 60), (96, 58)])),
    "chalk": _of(replace(PLAIN, ink=CHALK, paper=BOARD, pen=9, light=gradient(), noise=5)),
    "whiteboard glare": _of(replace(PLAIN, ink=BLUE, paper=(1, 1, 1), pen=8, light=glare())),
    "low quality": _of(replace(PLAIN, quality=12, noise=10)),
    "blurred": _of(replace(PLAIN, blur=4)),
    "on its side": _on_its_side,
    "small": _of(replace(PLAIN, pen=2.5, field=(380, 560, 80))),
    "at the edge": _of(replace(PLAIN, field=(-95, 10, 360))),
    "cut out": _cut_out,
    "screenshot": _screenshot,
}


def _blank(sheet: Sheet = PLAIN, under: NDArray[np.float32] | None = None) -> Image.Image:
    return photographed(NO_INK, sheet, under)


def _blanks() -> Mapping[str, Image.Image]:
    return {
        "even light": _blank(),
        "gradient": _blank(replace(PLAIN, light=gradient())),
        "shadow": _blank(replace(PLAIN, light=shadow())),
        "crumpled": _blank(replace(PLAIN, light=crumpled())),
        "ruled": _blank(under=ruled()),
        "squared": _blank(under=_SQUARED()),
        "squared in shadow": _blank(replace(PLAIN, light=shadow()), under=_SQUARED()),
        "ruled, turned": _blank(under=ruled()).rotate(3, Image.Resampling.BILINEAR, fillcolor=(228, 226, 219)),
        "punch holes": _blank(under=_punched()),
        "spiral binding": _blank(under=_binding()),
        "desk at two sides": on_desk(_blank(), 0, 70, 60, 0),
        "desk all round": on_desk(_blank(), 60, 80, 70, 60, turn=4),
        "blackboard": _blank(replace(PLAIN, paper=BOARD, light=gradient())),
        "whiteboard glare": _blank(replace(PLAIN, light=glare())),
        "noise": _blank(replace(PLAIN, noise=12)),
    }


BLANKS: Mapping[str, Callable[[], bytes]] = {
    name: (lambda image=image: saved(image)) for name, image in _blanks().items()
}
"""Photos on which nothing is written."""
