"""Uploaded files that a page has read. Streamlit keeps files until their session ends; `upload_limit.py` drops them."""

import threading

from cachetools import TTLCache

KEEP_SECONDS = 60.0
"""How long a file is kept for a page to read it."""

_read: TTLCache[str, bool] = TTLCache(maxsize=10_000, ttl=2 * KEEP_SECONDS)
_lock = threading.Lock()


def mark_read(file_id: str) -> None:
    """Have a file dropped soon. Its uploader must get another key, so that it shows no file."""
    with _lock:
        _read[file_id] = True


def was_read(file_id: str) -> bool:
    """Whether a page has read the file."""
    with _lock:
        return file_id in _read
