"""Helpers of the tests of the Train page: they open it and read it."""

import html
import json
import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from mnist_lab import formatting

PAGE = Path(__file__).resolve().parents[2] / "pages" / "train.py"


def open_page(session: dict[str, Any] | None = None, **parameters: str) -> AppTest:
    """The page, opened with these query parameters in a session with this state."""
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in (session or {}).items():
        test.session_state[name] = value
    for name, value in parameters.items():
        test.query_params[name] = value
    return ok(test.run())


def ok(test: AppTest) -> AppTest:
    assert not test.exception, test.exception
    return test


def page_text(test: AppTest) -> str:
    """All text of the page."""
    kinds = (test.markdown, test.caption, test.subheader, test.header, test.info, test.warning, test.error)
    written = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*written, *map(_text, live_htmls(test))]).replace("\\", "")


def component(test: AppTest, name: str) -> Any:
    """The data of the first component of ours with this name; None if there is none."""
    found = components(test, name)
    return found[0] if found else None


def components(test: AppTest, name: str) -> list[Any]:
    """The data of all components of ours with this name."""
    protos = [one.proto for one in test.get("bidi_component")]
    return [json.loads(proto.json) for proto in protos if proto.component_name == f"mnist_lab_{name}"]


def snapshot_picture(test: AppTest) -> Any:
    """The data of the picture of a snapshot; None if there is none."""
    return next((data for data in components(test, "themed_html") if "lab-snapshot" in data["html"]), None)


def live_htmls(test: AppTest) -> list[str]:
    """The HTML of progress, figures and queue, from the top of the page to its end."""
    return [data[0] for data in components(test, "live_html")]


def progress_text(test: AppTest) -> str:
    """The line above the progress bar."""
    (progress,) = [one for one in live_htmls(test) if 'role="progressbar"' in one]
    return _text(progress)


def digits_text(test: AppTest) -> str:
    """The text of the digits beside the curves."""
    (digits,) = [one for one in live_htmls(test) if "lab-digits" in one]
    return _text(digits)


def _text(source: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(p|small|td|th)>", "\n", source))).strip()


def keys_in_order(test: AppTest) -> list[str]:
    """The keys of the buttons from the top of the page to its end."""
    return [str(button.key) for button in test.button]


def labels(test: AppTest) -> dict[str, str]:
    """Labels of the buttons by key."""
    return {str(button.key): button.label for button in test.button}


def popovers(test: AppTest) -> list[str]:
    """Labels of the popovers, from the top of the page to its end."""
    return [block.proto.popover.label for block in test.get("popover")]


def metrics(test: AppTest) -> dict[str, str]:
    """The known figures beside the curves, by their names: "Training loss"."""
    found = {}
    for table in [one for one in live_htmls(test) if "<table>" in one]:
        images = re.findall(r'<th scope="col">(.*?)</th>', table)
        for name, cells in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table):
            values = re.findall(r"<td>(.*?)</td>", cells)
            found |= {
                f"{which} {name.lower()}": html.unescape(value) for which, value in zip(images, values, strict=True)
            }
    return {name: value for name, value in found.items() if value != formatting.NONE}
