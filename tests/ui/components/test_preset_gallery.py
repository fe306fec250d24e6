"""What the gallery accepts from a browser."""

from types import SimpleNamespace
from typing import Any

import pytest

from mnist_lab.ui.components import preset_gallery as module
from mnist_lab.ui.components.preset_gallery import GalleryClick, PresetCard, preset_gallery

CARDS = [
    PresetCard("tiny", "Tiny", "trains in seconds", "<svg/>", parameters="14.4 k parameters"),
    PresetCard(
        "fast", "Fast", "99 % in seconds", "<svg/>", "99.04 %", "17 s here", "34.2 k parameters", "reffast0", "Fast"
    ),
]


@pytest.mark.parametrize(
    ("picked", "opened", "click"),
    [
        (None, None, GalleryClick()),
        ("fast", None, GalleryClick(preset="fast")),
        (None, "reffast0", GalleryClick(run="reffast0")),
        ("champion", "", GalleryClick()),
        (["fast"], {"reffast0": 1}, GalleryClick()),
        (None, "refchamp", GalleryClick()),
    ],
)
def test_only_what_the_gallery_shows_can_be_clicked(
    picked: object, opened: object, click: GalleryClick, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    answer = SimpleNamespace(picked=picked, opened=opened)
    monkeypatch.setattr(module, "_component", lambda **options: given.update(options) or answer)
    assert preset_gallery([("Ideas", CARDS)], key="any", chosen="tiny") == click
    assert [card["name"] for card in given["data"][0][0][1]] == ["tiny", "fast"]
