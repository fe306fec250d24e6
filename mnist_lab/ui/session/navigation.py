"""Switching from page to page."""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import streamlit as st

PAGES = Path(__file__).resolve().parents[3] / "pages"


def go(page: str, parameters: Mapping[str, str] | None = None) -> NoReturn:
    """Go to a page by its name, such as "train", with query parameters for its URL."""
    # The absolute path: Streamlit would look for a relative path beside the router.
    st.switch_page(PAGES / f"{page}.py", query_params=dict(parameters) if parameters else None)
