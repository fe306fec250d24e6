"""What the tests of the Train page share: how it is opened, and how it is read."""

import html
import json
import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

PAGE = Path(__file__).resolve().parents[2] / "pages" / "train.py"


def open_page(session: dict[str, Any] | None = None, **address: str) -> AppTest:
    """The page, opened with address parameters in a session that knows something already."""
    test = AppTest.from_file(str(PAGE), default_timeout=120)
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
    written = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*written, *map(_text, readouts(test))]).replace("\\", "")


def component(test: AppTest, name: str) -> Any:
    """The data that a component of ours was given last; None if it is not there."""
    found = components(test, name)
    return found[0] if found else None


def components(test: AppTest, name: str) -> list[Any]:
    """The data of all components of that name."""
    protos = [one.proto for one in test.get("bidi_component")]
    return [json.loads(proto.json) for proto in protos if proto.component_name == f"mnist_lab_{name}"]


def readouts(test: AppTest) -> list[str]:
    """The HTML of progress, figures and queue, from the top of the page to its end."""
    return [data[0] for data in components(test, "readout")]


def progress_text(test: AppTest) -> str:
    """The line over the progress bar."""
    (progress,) = [one for one in readouts(test) if 'role="progressbar"' in one]
    return _text(progress)


def _text(readout: str) -> str:
    without_style = re.sub(r"<style>.*?</style>", "", readout)
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(p|small|dd|dt)>", "\n", without_style))).strip()


def keys_in_order(test: AppTest) -> list[str]:
    """The keys of the buttons from the top of the page to its end."""
    return [str(button.key) for button in test.button]


def labels(test: AppTest) -> dict[str, str]:
    """Labels of the buttons by key."""
    return {str(button.key): button.label for button in test.button}


def metrics(test: AppTest) -> dict[str, str]:
    """The figures beside the curves, by their names."""
    found = [pair for one in readouts(test) for pair in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", one)]
    return {html.unescape(name): html.unescape(value) for name, value in found}
