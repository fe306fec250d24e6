"""The addresses that the app prints at its start."""

import pytest
import streamlit as st

from mnist_lab.ui.shell import start_message as module


@pytest.mark.parametrize(
    ("options", "addresses"),
    [
        ({}, ["http://localhost:8501/"]),
        ({"server.address": "127.0.0.1"}, ["http://localhost:8501/"]),
        ({"server.address": "0.0.0.0"}, ["http://localhost:8501/", "http://10.0.0.7:8501/"]),
        ({"server.address": "::"}, ["http://localhost:8501/", "http://10.0.0.7:8501/"]),
        ({"server.address": "10.0.0.7", "server.port": 80}, ["http://10.0.0.7:80/"]),
        ({"server.address": "2001:db8::5"}, ["http://[2001:db8::5]:8501/"]),
        ({"server.baseUrlPath": "/lab/"}, ["http://localhost:8501/lab/"]),
        ({"server.baseUrlPath": "our lab/é"}, ["http://localhost:8501/our%20lab/%C3%A9/"]),
        ({"server.sslCertFile": "c.pem", "browser.serverAddress": "lab.org"}, ["https://lab.org:8501/"]),
        # Behind a reverse proxy, which has a port of its own.
        ({"browser.serverAddress": "lab.org", "browser.serverPort": 443}, ["https://lab.org/"]),
        ({"browser.serverAddress": "lab.org", "browser.serverPort": 80}, ["http://lab.org/"]),
        ({"browser.serverAddress": "lab.org", "server.baseUrlPath": "lab"}, ["http://lab.org:8501/lab/"]),
    ],
)
def test_the_message_lists_the_addresses(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, object], addresses: list[str]
) -> None:
    defaults = {
        "server.address": "127.0.0.1",
        "server.port": 8501,
        "server.baseUrlPath": "",
        "server.sslCertFile": None,
        "browser.serverAddress": "localhost",
        "browser.serverPort": 8501,
    }
    monkeypatch.setattr(st, "get_option", {**defaults, **options}.__getitem__)
    monkeypatch.setattr(module, "machine_addresses", lambda: {"10.0.0.7", "169.254.1.1", "2001:db8::5"})
    lines = module.start_message().split()
    assert [line for line in lines if "://" in line] == addresses
