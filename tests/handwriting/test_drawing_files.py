"""Drawings as files, and files that pretend to be some."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from mnist_lab.errors import HandwritingError
from mnist_lab.handwriting import Collection, drawing_files
from mnist_lab.handwriting.drawing_files import drawings_from_file, drawings_to_json, drawings_to_zip
from mnist_lab.runs import MACHINE
from tests.handwriting.drawn import drawn


@pytest.fixture
def kept(store):
    collection = Collection(store.db)
    collection.keep([drawn(seed) for seed in range(12)], MACHINE)
    return collection.drawings(collection.index().ids.tolist())


def same(found, expected, *, strokes):
    assert [(each.id, each.label) for each in found] == [(each.id, each.label) for each in expected]
    if strokes:
        assert [each.strokes for each in found] == [each.strokes for each in expected]


def test_json_has_everything_but_who_drew_it(kept):
    text = drawings_to_json(kept)
    same(drawings_from_file(text.encode()), kept, strokes=True)
    assert MACHINE.browser_id not in text


def test_a_zip_has_pictures_and_labels(kept):
    content = drawings_to_zip(kept)
    same(drawings_from_file(content), kept, strokes=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist()[0] == f"{kept[0].label}/{kept[0].id}.png"


def archive(**pictures: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, picture in pictures.items():
            made.writestr(name, picture)
    return content.getvalue()


def png(pixels: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def test_a_picture_of_another_size_is_normalized_and_its_name_may_begin_with_the_digit():
    paper = np.full((120, 90), 255, np.uint8)
    paper[20:100, 40:50] = 0
    (found,) = drawings_from_file(archive(**{"scans/1-anna.png": png(paper), "__MACOSX/1-anna.png": b"", "a.txt": b""}))
    assert (found.label, found.pixels.shape, int(found.pixels.max())) == (1, (28, 28), 255)
    assert found.pixels[:4].sum() == 0


BLANK = png(np.full((50, 50), 255, np.uint8))
INK = png(np.eye(50, dtype=np.uint8) * 255)
ENTRY = json.loads(drawings_to_json([]))


def document(*entries: object, **changes: object) -> bytes:
    return json.dumps({**ENTRY, "drawings": list(entries), **changes}).encode()


GOOD = "eNpjYBhA8P//qNyoHPFydAAAHU8n2Q=="
HOSTILE = {
    "empty": b"",
    "text": b"hello",
    "list": b"[]",
    "NaN": b'{"format": NaN}',
    "other format": b'{"format": "recipe"}',
    "newer": document(version=2),
    "no list": document(drawings={}),
    "no drawing": document(),
    "no object": document(7),
    "label 10": document({"label": 10, "pixels": GOOD}),
    "label true": document({"label": True, "pixels": GOOD}),
    "label text": document({"label": "7", "pixels": GOOD}),
    "no pixels": document({"label": 7}),
    "pixels no base64": document({"label": 7, "pixels": "%%%"}),
    "blank pixels": document({"label": 7, "pixels": "eNpjYBgFo2AUDBwAAAMQAAE="}),
    "huge strokes": document({"label": 7, "pixels": GOOD, "strokes": [[20, *range(20_000)]]}),
    "no strokes": document({"label": 7, "pixels": GOOD, "strokes": [["20"]]}),
    "many": document(*[{"label": 7, "pixels": GOOD}] * 101),
    "nested": b"[" * 100_000,
    "cut zip": archive(a=b"1")[:-5],
    "zip without pictures": archive(**{"a.txt": b"1"}),
    "zip without a digit": archive(**{"anna.png": INK}),
    "zip with a blank": archive(**{"7/a.png": BLANK}),
    "zip with no picture": archive(**{"7/a.png": b"hello"}),
    "zip with a long picture": archive(**{"7/a.png": png(np.zeros((1, 5_000), np.uint8))}),
    "zip bomb": archive(**{"7/a.png": b"\0" * 50_000_000}),
    "zip of many": archive(**{f"7/{number}.png": b"" for number in range(101)}),
    "zip of very many": archive(**{f"{number}": b"" for number in range(300)}),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_one_sentence(content):
    with pytest.raises(HandwritingError) as refused:
        drawings_from_file(content, max_drawings=100)
    message = str(refused.value)
    assert message.endswith(".")
    assert len(message) < 300
    assert "\n" not in message


def test_a_bomb_in_the_pixels_is_not_unpacked():
    import base64
    import zlib

    bomb = base64.b64encode(zlib.compress(bytes(1_000_000), 9)).decode()
    with pytest.raises(HandwritingError, match="Drawing 1 cannot be read"):
        drawings_from_file(document({"label": 7, "pixels": bomb}))


def test_pictures_have_few_pixels_together(monkeypatch):
    monkeypatch.setattr(drawing_files, "_MAX_PIXELS", 100_000)
    pictures = {f"7/{number}.png": png(np.full((200, 200), 255 - number, np.uint8)) for number in range(4)}
    for name, content in list(pictures.items()):
        pixels = np.array(Image.open(io.BytesIO(content)))
        pixels[60:140, 90:110] = 0
        pictures[name] = png(pixels)
    assert len(drawings_from_file(archive(**dict(list(pictures.items())[:2])))) == 2
    with pytest.raises(HandwritingError, match="million pixels together"):
        drawings_from_file(archive(**pictures))


def test_the_same_drawing_with_two_labels_is_refused(kept):
    content = json.loads(drawings_to_json(kept[:2]))
    again = {**content["drawings"][0], "label": (content["drawings"][0]["label"] + 1) % 10}
    content["drawings"].append(content["drawings"][0])
    assert len(drawings_from_file(json.dumps(content).encode())) == 3
    content["drawings"].append(again)
    with pytest.raises(HandwritingError, match="Drawings 1 and 4 of the file are the same"):
        drawings_from_file(json.dumps(content).encode())
