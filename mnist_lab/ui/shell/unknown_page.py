"""An address that has no page leads to Start, in the app's own words instead of Streamlit's dialog."""

from collections.abc import Collection
from urllib.parse import unquote, urlsplit

import streamlit as st

from mnist_lab import formatting
from mnist_lab.ui.components.markdown import plain

_UNKNOWN = "unknown-page"


def unknown_name(url: str | None, known: Collection[str]) -> str:
    """The last part of the URL's path if no page has this name, else "".

    It may also be the path below which the whole app is served: a page of this name is then never asked for.
    """
    name = unquote(urlsplit(url or "").path.rpartition("/")[2]).strip()
    return "" if name in known else name


def remember_unknown_page(name: str) -> None:
    """Have `say_unknown_page` say that there is no page of this name."""
    st.session_state[_UNKNOWN] = name


def say_unknown_page() -> None:
    """Say, once, that the address that was opened has no page."""
    if name := st.session_state.pop(_UNKNOWN, ""):
        st.toast(
            plain(f"There is no page “{formatting.shortened(name)}”. This is Start."), icon=":material/search_off:"
        )
