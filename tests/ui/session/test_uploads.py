"""A file in an uploader is taken once, however often its callback is called."""

from dataclasses import dataclass

import pytest

from mnist_lab.ui.session import uploads


@dataclass
class Uploaded:
    """What Streamlit puts in place of an uploader."""

    file_id: str

    def getvalue(self) -> bytes:
        return b"content"


@dataclass
class Deleted:
    """What it puts there once the file was dropped."""

    file_id: str


def test_a_file_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads.st, "session_state", {"first": Uploaded("taken once"), "again": Uploaded("taken too")})
    assert uploads.take_upload("first") == b"content"
    assert uploads.was_read("taken once")
    assert uploads.take_upload("first") is None
    assert uploads.take_upload("again") == b"content"


def test_there_may_be_none_or_one_that_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads.st, "session_state", {"dropped": Deleted("dropped")})
    assert uploads.take_upload("nothing") is None
    assert uploads.take_upload("dropped") is None
