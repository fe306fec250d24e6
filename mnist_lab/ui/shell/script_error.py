"""What happens when a page fails: a message for the user, and the traceback in the app's log."""

import logging
import threading
import traceback

import streamlit as st
from cachetools import TTLCache

from mnist_lab.errors import LabError

_log = logging.getLogger("mnist_lab")
_REPEAT_SECONDS = 60.0
_logged: TTLCache[str, bool] = TTLCache(maxsize=100, ttl=_REPEAT_SECONDS)
"""The places of the errors in the log."""
_lock = threading.Lock()


def on_script_error(error: Exception) -> bool:
    """Show one message instead of a traceback when a page fails.

    Returns:
        True: the error is handled, and Streamlit shows nothing itself.
    """
    from mnist_lab.ui.shell.notices import show_lab_error

    if isinstance(error, LabError):
        show_lab_error(error)
    else:
        log_error(error)
        st.error(
            "An unexpected error stopped this page. Your runs are safe. Reload the page to go on. "
            "The details are in the app's log.",
            icon=":material/error:",
        )
    return True


def log_error(error: Exception) -> None:
    """Log an error with its traceback; at most once a minute, as somebody may cause the same one again and again."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}" if frames else repr(error)
    with _lock:
        is_new = place not in _logged
        _logged.setdefault(place, True)
    if is_new:
        _log.error("A page failed", exc_info=error)
