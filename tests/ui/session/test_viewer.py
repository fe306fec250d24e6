"""Who looks at a page: when a browser counts as that of a teacher."""

from types import SimpleNamespace

import pytest
import streamlit as st

from mnist_lab.settings import Settings
from mnist_lab.ui.session import viewer as module
from mnist_lab.ui.session.identity import load_identity

LOCAL = {"Host": "localhost:8501", "Origin": "http://localhost:8501"}


@pytest.fixture
def connect(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Open a page with these headers, cookies and names of the lab, from the machine on which the app runs."""

    def connected(headers: dict[str, str], *, names: tuple[str, ...] = (), **cookies: str) -> bool:
        context = SimpleNamespace(ip_address=None, headers=headers, cookies=cookies)
        monkeypatch.setattr(st, "context", context)
        monkeypatch.setattr(module, "named_hosts", lambda: names)
        return module.viewer().is_teacher

    return connected


def test_at_the_machine_itself_everybody_is_a_teacher(connect) -> None:
    assert connect(LOCAL)
    assert not connect({"Host": "lab.school.example"})


@pytest.mark.parametrize("names", [("lab.school.example",), ("*",)])
def test_a_lab_with_a_name_of_its_own_may_be_behind_a_proxy_so_nobody_is_at_the_machine(
    connect, names: tuple[str, ...]
) -> None:
    # What a script sends through a proxy that adds no header and replaces `Host`, as nginx does without settings.
    assert not connect(LOCAL, names=names)
    assert not connect({"Host": "127.0.0.1:8501"}, names=names)


def test_the_teachers_link_counts_behind_a_proxy(connect) -> None:
    identity = load_identity()
    cookies = {identity.teacher_cookie: identity.new_teacher_cookie()}
    assert connect({"Host": "lab.school.example"}, names=("lab.school.example",), **cookies)
