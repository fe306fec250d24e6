import numpy as np
import pytest

from mnist_lab.inference.protocol import ProtocolError, from_line, is_run_id, pack, to_line, unpack


def test_numbers_come_back_exactly():
    numbers = np.random.default_rng(1).random((28, 28), dtype=np.float32)

    assert np.array_equal(unpack(pack(numbers), (28, 28)), numbers)


def test_a_transposed_picture_is_packed_as_it_looks():
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)

    assert np.array_equal(unpack(pack(numbers.T), (3, 2)), numbers.T)


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        ["AAAA"],
        "",
        "no base64 at all!",
        "AAAA",
        pack(np.zeros(11, np.float32)),
        pack(np.full(10, np.nan, np.float32)),
        pack(np.full(10, np.inf, np.float32)),
    ],
)
def test_invalid_arrays_are_refused(text):
    with pytest.raises(ProtocolError):
        unpack(text, (10,))


@pytest.mark.parametrize("line", [b"", b"\n", b"hello", b"[1]", b"7", b"\xff\xfe", b"[" * 100_000, b'{"id": 1'])
def test_a_line_that_is_not_a_json_object_is_refused(line):
    with pytest.raises(ProtocolError):
        from_line(line)


def test_a_message_is_one_line():
    line = to_line({"error": "two\nlines, «quoted» 😀"})

    assert line.count(b"\n") == 1
    assert from_line(line) == {"error": "two\nlines, «quoted» 😀"}


@pytest.mark.parametrize("text", ["abc12345", "00000000", "zzzzzzzz"])
def test_run_ids(text):
    assert is_run_id(text)


@pytest.mark.parametrize(
    "text", ["", "abc1234", "abc123456", "ABC12345", "../../ab", "abc/1234", "abc12345\n", "abc1234é", None, 12345678]
)
def test_invalid_run_ids(text):
    assert not is_run_id(text)
