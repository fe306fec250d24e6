"""Ways from page to page."""

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import streamlit as st

PAGES = Path(__file__).resolve().parents[3] / "pages"


def go(page: str, parameters: Mapping[str, str] | None = None) -> NoReturn:
    """Go to a page by its name, such as "train", with parameters for its address."""
    # By the whole path: Streamlit would look for a relative one beside the router.
    st.switch_page(PAGES / f"{page}.py", query_params=dict(parameters) if parameters else None)
