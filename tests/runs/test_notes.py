from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.runs.records import MAX_NOTE, clean_note


def test_a_note_keeps_its_lines() -> None:
    assert clean_note("one\r\ntwo\0\n\n\tthree\n") == "one\ntwo\n\n\tthree"
    assert len(clean_note("x" * 9000)) == MAX_NOTE
    assert clean_note(" \0 ") == ""


@given(st.text(st.characters(), max_size=300))
def test_any_text_becomes_a_note_that_is_stored_and_stays(text: str) -> None:
    note = clean_note(text)
    assert clean_note(note) == note
    assert "\0" not in note
    note.encode()
