"""Files from outside are read as strict JSON, or refused with a message."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.strict_json import MAX_REPR_LENGTH, StrictJSONError, parse_json, short_repr

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_json_is_read_as_pythons_parser_reads_it(value):
    assert parse_json(json.dumps(value)) == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_bytes_may_have_any_encoding_of_json(encoding):
    assert parse_json('{"name": "é"}'.encode(encoding)) == {"name": "é"}


def test_a_repeated_key_among_many_is_found_at_once():
    text = "{" + ",".join(f'"{number:x}":0' for number in range(60_000)) + ',"z":0,"z":0}'
    start = time.process_time()
    with pytest.raises(StrictJSONError, match="the key 'z' occurs twice"):
        parse_json(text)
    # Compared with the text in pairs it took 40 s.
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: "),
        ('{"a": 1,\n "b" 2}', "line 2, column 6: "),
        ('{"a": {"b": 1, "b": 2}}', "the key 'b' occurs twice in one object"),
        ("[NaN]", "a number that is not finite: 'NaN'"),
        ("-Infinity", "a number that is not finite: '-Infinity'"),
        ("1e400", "a number that is not finite: '1e400'"),
        ("9" * 5000, "a number of 5,000 digits"),
        ("[" * 200_000, "nested too deeply"),
        (b"\xff\xff", "byte 0 is not UTF-8 text"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_anything_else_is_refused_with_a_message(text, message):
    with pytest.raises(StrictJSONError, match=message):
        parse_json(text)


@given(values)
def test_a_value_in_a_message_is_short_and_printable_anywhere(value):
    text = short_repr(value)
    assert len(text) <= MAX_REPR_LENGTH
    assert text.isascii()
    assert text.isprintable()


def test_a_lone_surrogate_can_be_written():
    assert short_repr("\ud800") == "'\\ud800'"
