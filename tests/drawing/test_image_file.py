"""Picture files, good, damaged and hostile."""

import math
import struct
import subprocess
import sys
import time
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.strokes import rasterize
from mnist_lab.drawing import normalize_drawing, open_picture
from mnist_lab.errors import PictureError

SEVEN = rasterize([[[150, 120], [350, 120], [220, 400]]])


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("bits", [8, 16])
def test_a_picture_is_turned_as_its_exif_data_say_whatever_its_depth(bits: int) -> None:
    image = Image.fromarray(SEVEN if bits == 8 else SEVEN.astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    np.testing.assert_array_equal(open_picture(encoded(image, exif=exif)), np.rot90(SEVEN, -1))


def test_only_the_kinds_and_the_size_that_were_asked_for_are_read() -> None:
    image = Image.fromarray(SEVEN)
    size = image.size
    assert open_picture(encoded(image), formats=("PNG",), size=size).shape == SEVEN.shape
    with pytest.raises(PictureError, match=r"\(PNG\)"):
        open_picture(encoded(image, "BMP"), formats=("PNG",))
    with pytest.raises(PictureError, match="must have 3×4 pixels"):
        open_picture(encoded(image), size=(3, 4))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_kind_of_picture_reads_as_the_same_digit(kind: str, mode: str) -> None:
    picture = open_picture(encoded(Image.fromarray(SEVEN).convert(mode), kind))
    small, original = normalize_drawing(picture), normalize_drawing(SEVEN)
    assert small is not None
    assert original is not None
    assert float(np.abs(small.pixels - original.pixels).mean()) < 0.01


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_a_png_reads_as_the_same_digit(mode: str) -> None:
    deep = Image.fromarray(SEVEN.astype(np.uint16) * 257)
    image = deep if mode == "I;16" else Image.fromarray(SEVEN).convert(mode)
    small, original = normalize_drawing(open_picture(encoded(image))), normalize_drawing(SEVEN)
    assert small is not None
    assert original is not None
    assert float(np.abs(small.pixels - original.pixels).mean()) < 0.02


@pytest.mark.parametrize(("scale", "mode"), [(1 / 255, "F"), (1000, "F"), (40_000, "I")])
def test_a_tiff_of_numbers_reads_as_the_same_digit(scale: float, mode: str) -> None:
    numbers = (SEVEN * float(scale) - 0.5).astype(np.float32 if mode == "F" else np.int32)
    small, original = (
        normalize_drawing(open_picture(encoded(Image.fromarray(numbers), "TIFF"))),
        normalize_drawing(SEVEN),
    )
    assert small is not None
    assert original is not None
    assert float(np.abs(small.pixels - original.pixels).mean()) < 0.01


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_a_16_bit_file_with_fewer_bits_is_stretched(bits: int) -> None:
    numbers = (SEVEN.astype(np.float64) / 255 * (2**bits - 1)).astype(np.uint16)
    picture = open_picture(encoded(Image.fromarray(numbers)))
    assert picture.max() == 255
    small, original = normalize_drawing(picture), normalize_drawing(SEVEN)
    assert small is not None
    assert original is not None
    assert float(np.abs(small.pixels - original.pixels).mean()) < 0.01


def test_a_tiff_of_one_number_is_blank() -> None:
    assert normalize_drawing(open_picture(encoded(Image.new("F", (40, 40), 0.5), "TIFF"))) is None


def test_a_transparent_palette_is_kept_transparent() -> None:
    image = Image.fromarray(np.where(SEVEN < 128, 1, 0).astype(np.uint8), "P")
    image.putpalette([0, 0, 0, 0, 0, 0])
    picture = open_picture(encoded(image, transparency=0))
    assert picture.shape == (320, 320, 4)
    assert normalize_drawing(picture) is not None


def test_a_photo_lying_on_its_side_is_turned_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = open_picture(encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    assert picture.shape == (40, 20, 3)


def test_a_path_is_read_too_and_large_pictures_are_made_smaller(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(encoded(Image.new("L", (5000, 1000), 255)))
    assert open_picture(path).shape == (410, 2048)
    assert open_picture(str(path)).shape == (410, 2048)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"<html>Please log in</html>", "not a picture of a known kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture of a known kind"),
        (encoded(Image.fromarray(SEVEN))[:300], "cut off or damaged"),
        (encoded(Image.fromarray(SEVEN), "JPEG")[:900], "cut off or damaged"),
        (png_that_claims(100, 100), "cut off or damaged"),
        (png_that_claims(9_000, 9_000), "9,000 × 9,000"),
        (png_that_claims(12_000, 12_000), "12,000 × 12,000"),
        (png_that_claims(1, 49_000_000), "at most 30,000 pixels. Received: 1 × 49,000,000; crop it"),
        (png_that_claims(40_000, 1_000), "at most 30,000 pixels. Received: 40,000 × 1,000"),
        (png_that_claims(60_000, 60_000), "at most 50 million pixels. Received: 3,600 million; make it smaller"),
        (bytes(30_000_001), "at most 30 MB"),
        (encoded(Image.new("F", (9, 9), math.nan), "TIFF"), "infinite or not a number"),
    ],
    ids=[
        "empty",
        "html",
        "eps",
        "cut png",
        "cut jpeg",
        "short png",
        "large",
        "larger",
        "tall",
        "wide",
        "bomb",
        "heavy",
        "not a number",
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        open_picture(content)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_a_long_picture_is_refused_before_it_is_decoded(kind: str) -> None:
    side = 16_383 if kind == "WEBP" else 60_000
    content = encoded(Image.new("L", (1, side), 255), kind)
    if kind == "WEBP":  # the format itself has shorter sides
        assert open_picture(content).shape[0] == 2048
        return
    start = time.perf_counter()
    with pytest.raises(PictureError, match="A side of a picture has at most 30,000 pixels"):
        open_picture(content)
    assert time.perf_counter() - start < 1


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the memory of a process as Linux tells it")
@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("P", "GIF"), ("RGB", "WEBP")])
def test_the_largest_pictures_take_seconds_and_a_bounded_memory(mode: str, kind: str) -> None:
    content = encoded(Image.new(mode, (7_000, 7_000), 200), kind)
    program = (
        "import sys, time; from mnist_lab.drawing import normalize_drawing, open_picture\n"
        "content, start = sys.stdin.buffer.read(), time.process_time()\n"
        "normalize_drawing(open_picture(content))\n"
        # Not `getrusage`: its largest memory is that of the process that started this one, if that had more.
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(time.process_time() - start, int(peak.split()[1]) / 2**20)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=content, capture_output=True, check=True)
    seconds, gib = map(float, done.stdout.split())
    assert seconds < 10
    assert gib < 1.0


def test_a_large_picture_is_refused_without_a_warning_beside_it(recwarn: pytest.WarningsRecorder) -> None:
    with pytest.raises(PictureError):
        open_picture(png_that_claims(12_000, 12_000))
    assert [str(warning.message) for warning in recwarn] == []


def test_a_damaged_byte_anywhere_gives_a_picture_or_a_sentence() -> None:
    random = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "TIFF"):
        good = np.frombuffer(encoded(Image.fromarray(SEVEN), kind), np.uint8)
        for _ in range(40):
            bad = good.copy()
            bad[random.integers(0, len(bad), 3)] = random.integers(0, 256, 3)
            with suppress(PictureError):
                assert open_picture(bad.tobytes()).dtype == np.uint8


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="absent"):
        open_picture(tmp_path / "absent.png")
    with pytest.raises(PictureError, match="cannot be read"):
        open_picture(tmp_path)
