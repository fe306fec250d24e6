"""When the teacher's link is printed, and what it is."""

from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st

from mnist_lab.settings import Settings
from mnist_lab.ui.session.identity import load_identity
from mnist_lab.ui.shell import start_message
from mnist_lab.ui.shell import teacher_link as teacher_link_module
from mnist_lab.ui.shell.teacher_link import teacher_link

EVERYWHERE = "0.0.0.0"


@pytest.fixture
def listen(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Set options of Streamlit's for this test."""
    options: dict[str, object] = {
        "server.port": 8501,
        "server.baseUrlPath": "",
        "browser.serverAddress": "localhost",
        "browser.serverPort": 8501,
    }
    monkeypatch.setattr(st, "get_option", options.get)
    monkeypatch.setattr(start_message, "machine_addresses", lambda: {"192.168.1.5"})
    return lambda **named: options.update({f"server.{name}": value for name, value in named.items()})


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.9"])
def test_alone_at_the_machine_there_is_no_link(listen, address: str) -> None:
    listen(address=address)
    assert teacher_link() is None


def test_behind_a_proxy_on_the_same_machine_there_is_one(listen, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(address="127.0.0.1")
    monkeypatch.setattr(teacher_link_module, "named_hosts", lambda: ("lab.school.example",))
    link = teacher_link()
    assert link is not None
    assert link.startswith("http://localhost:8501/?teacher=")


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ({"address": EVERYWHERE}, "http://192.168.1.5:8501/?"),
        ({}, "http://192.168.1.5:8501/?"),
        ({"address": "::"}, "http://192.168.1.5:8501/?"),
        ({"address": "10.1.2.3"}, "http://10.1.2.3:8501/?"),
        ({"address": "fd00::7"}, "http://[fd00::7]:8501/?"),
        ({"address": "lab.school.example", "baseUrlPath": "/lab/"}, "http://lab.school.example:8501/lab/?"),
        ({"address": EVERYWHERE, "sslCertFile": "a.pem", "port": 443}, "https://192.168.1.5:443/?"),
    ],
)
def test_on_a_network_the_link_makes_a_teacher(listen, options: dict[str, object], start: str) -> None:
    listen(**options)
    link = teacher_link()
    assert link is not None
    assert link.startswith(start)
    (token,) = parse_qs(urlsplit(link).query)["teacher"]
    assert load_identity().is_link_token(token)
