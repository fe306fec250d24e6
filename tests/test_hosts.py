"""Reading the names and addresses of machines."""

import pytest

from mnist_lab.hosts import Host, is_loopback, parse_host, parse_origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost", Host("localhost", None)),
        ("LocalHost.:8501", Host("localhost", 8501)),
        ("[::1]:8501", Host("::1", 8501)),
        ("[0:0:0:0:0:0:0:1]", Host("::1", None)),
        ("[::ffff:10.0.0.1]", Host("10.0.0.1", None)),
        ("a-b_c.example:1", Host("a-b_c.example", 1)),
    ],
)
def test_a_host_is_read(text: str, expected: Host) -> None:
    assert parse_host(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":8501",
        ".",
        "a b",
        "localhost/",
        "localhost:x",
        "localhost:123456",
        "::1",
        "[::1",
        "[zz]",
        "[1::2::3]",
        "user@localhost",
        "localhost:80:80",
        "localhost\n",
        "münchen",
        "localhost, evil.example",
        "http://localhost",
    ],
)
def test_anything_else_is_no_host(text: str) -> None:
    assert parse_host(text) is None


def test_only_loopback_addresses_are_loopback() -> None:
    assert all(map(is_loopback, ["localhost", "lab.localhost", "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]))
    assert not any(map(is_loopback, ["", "0.0.0.0", "::", "10.0.0.1", "localhost.example", "127.1"]))


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://lab:8501", "lab:8501", True),
        ("http://lab", "lab:80", True),
        ("https://lab:443", "lab", True),
        ("http://lab:8501", "lab", False),
        ("https://lab", "lab:80", False),
        ("http://other", "lab", False),
    ],
)
def test_a_page_and_the_host_that_sent_it_have_name_and_port_in_common(origin: str, host: str, same: bool) -> None:
    page, parsed = parse_origin(origin), parse_host(host)
    assert page is not None
    assert parsed is not None
    assert page.is_of(parsed) is same


@pytest.mark.parametrize("text", ["", "null", "lab", "ftp://lab", "http://", "http://[", "http://a@lab", "http:/lab"])
def test_other_origins_are_those_of_no_web_page(text: str) -> None:
    assert parse_origin(text) is None
