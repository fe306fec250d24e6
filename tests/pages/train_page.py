"""What the tests of the Train page share: how it is opened, and how it is read."""

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

PAGE = Path(__file__).resolve().parents[2] / "pages" / "train.py"


def open_page(session: dict[str, Any] | None = None, **address: str) -> AppTest:
    """The page, opened with address parameters in a session that knows something already."""
    test = AppTest.from_file(str(PAGE), default_timeout=30)
    for name, value in (session or {}).items():
        test.session_state[name] = value
    for name, value in address.items():
        test.query_params[name] = value
    return ok(test.run())


def ok(test: AppTest) -> AppTest:
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.subheader, test.header, test.info, test.warning, test.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def progress_text(test: AppTest) -> str:
    """The line over the progress bar."""
    (progress,) = test.get("progress")
    return str(progress.proto.text).replace("\\", "")


def keys_in_order(test: AppTest) -> list[str]:
    """The keys of the buttons from the top of the page to its end."""
    return [str(button.key) for button in test.button]


def labels(test: AppTest) -> dict[str, str]:
    """Labels of the buttons by key."""
    return {str(button.key): button.label for button in test.button}


def metrics(test: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in test.metric}
