"""Choosing a preset in the gallery of Compose: `AppTest` cannot click within a component."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.ui.components.preset_gallery import GalleryClick
from mnist_lab.ui.panels import preset_cards


def choose_preset(page: AppTest, name: str) -> AppTest:
    """Open the gallery, and click the card with this name."""
    clicks = iter([GalleryClick(preset=name)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preset_cards, "preset_gallery", lambda *_cards, **_options: next(clicks, GalleryClick()))
        page.button(key="start-from").click().run()
    assert next(clicks, None) is None, "the gallery was not opened"
    assert not page.exception, [error.message for error in page.exception]
    return page
