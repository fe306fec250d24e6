"""Uploaded files that a page has read. Streamlit keeps files until their session ends; `upload_limit.py` drops them."""

import threading

import streamlit as st
from cachetools import TTLCache

KEEP_SECONDS = 60.0
"""How long a file is kept for a page to read it."""

_read: TTLCache[str, bool] = TTLCache(maxsize=10_000, ttl=2 * KEEP_SECONDS)
_lock = threading.Lock()


def take_upload(key: str) -> bytes | None:
    """The file in the uploader with this key; None if there is none, or if it was taken before.

    A page that is drawn again while a callback still runs calls it once more, with the same file. The file is dropped
    soon: the uploader must get another key, so that it shows none.
    """
    uploaded = st.session_state.get(key)
    # In place of a file that was dropped, Streamlit has something without content.
    if uploaded is None or not hasattr(uploaded, "getvalue") or not mark_read(uploaded.file_id):
        return None
    content: bytes = uploaded.getvalue()
    return content


def mark_read(file_id: str) -> bool:
    """Have a file dropped soon; returns whether it was not marked before."""
    with _lock:
        is_new = file_id not in _read
        _read[file_id] = True
        return is_new


def was_read(file_id: str) -> bool:
    """Whether a page has read the file."""
    with _lock:
        return file_id in _read
