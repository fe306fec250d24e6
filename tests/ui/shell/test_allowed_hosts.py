"""Under which names the lab may be opened, and whose pages may connect to it."""

import socket

import pytest

from mnist_lab.hosts import Host, is_loopback, parse_host
from mnist_lab.ui.shell import allowed_hosts as module
from mnist_lab.ui.shell.allowed_hosts import AllowedHosts, own_hosts

ADDRESS = "192.168.7.5"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine called "desk" with one address of each kind."""
    monkeypatch.setattr(socket, "gethostname", lambda: "Desk.school.org")
    monkeypatch.setattr(module, "machine_addresses", lambda: frozenset({ADDRESS, "2001:db8::5"}))


def host(text: str) -> Host:
    parsed = parse_host(text)
    assert parsed is not None
    return parsed


def allowed(server_address: str | None = "127.0.0.1", *named: str) -> AllowedHosts:
    return AllowedHosts(lambda: server_address, lambda: named)


def opens(text: str, server_address: str | None = "127.0.0.1", *named: str, arrived_at: str = "127.0.0.1") -> bool:
    return allowed(server_address, *named).may_be_opened_as(host(text), arrived_at)


@pytest.mark.parametrize(
    "text", ["localhost", "localhost:8501", "LOCALHOST.:1", "127.0.0.1:80", "127.9.9.9", "[::1]:2"]
)
@pytest.mark.parametrize("server_address", ["127.0.0.1", "0.0.0.0", "::", None, "192.168.7.5", "lab.school.org"])
def test_the_loopback_names_always_open_the_lab(text: str, server_address: str | None) -> None:
    assert opens(text, server_address)


@pytest.mark.parametrize(
    "text", ["desk", "DESK.school.org", "desk.local:8501", ADDRESS, "[2001:DB8::5]:8501", "0.0.0.0:8501"]
)
def test_the_machines_own_names_open_the_lab_if_it_listens_on_the_network(text: str) -> None:
    assert all(opens(text, server_address) for server_address in ("0.0.0.0", "::", "", None))
    assert not any(opens(text, server_address) for server_address in ("127.0.0.1", "localhost", "::1", "127.0.1.1"))


def test_a_lab_that_listens_on_one_address_is_opened_by_it() -> None:
    assert opens(ADDRESS, ADDRESS)
    assert opens("desk.local", ADDRESS)
    assert not opens("[2001:db8::5]", ADDRESS)
    assert opens("lab.school.org", "lab.school.org")
    # For a server that was started without Streamlit's settings.
    assert opens("10.1.1.1:9000", "127.0.0.1", arrived_at="10.1.1.1")
    assert opens("10.1.1.1:9000", "127.0.0.1", arrived_at="::ffff:10.1.1.1")


@pytest.mark.parametrize(
    "text",
    [
        "evil.example",
        "localhost.evil.example",
        "evil-localhost",
        "127.0.0.1.evil.example",
        "6.6.6.6",
        "10.0.0.0",
        "desk.evil.example",
        "notdesk",
        "169.254.169.254",
        "[2001:db8::6]",
        "127.1",
    ],
)
def test_other_names_do_not_open_it(text: str) -> None:
    assert not any(opens(text, server_address) for server_address in ("127.0.0.1", "0.0.0.0", "::", None, ADDRESS))


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("lab.school.org", ("lab.school.org",)),
        ("LAB.school.org:443", ("other.org", "lab.school.org")),
        ("a.b.school.org", ("*.school.org",)),
        ("10.2.3.4", ("10.2.3.4",)),
        ("[2001:db8::9]", ("2001:0db8::9",)),
        ("anything.example", ("*",)),
    ],
)
def test_a_name_of_the_setting_opens_it(name: str, named: tuple[str, ...]) -> None:
    assert opens(name, "127.0.0.1", *named)


@pytest.mark.parametrize("name", ["school.org", "evilschool.org", "lab.school.org.evil.example"])
def test_a_pattern_means_names_below_it_only(name: str) -> None:
    assert not opens(name, "127.0.0.1", "*.school.org")


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("http://localhost:8501", "localhost:8501"),
        ("http://LOCALHOST:8501", "localhost:8501"),
        ("http://[::1]:8501", "[::1]:8501"),
        ("https://lab.school.org", "lab.school.org"),
        ("https://lab.school.org", "lab.school.org:443"),
        ("http://lab.school.org:80", "lab.school.org"),
    ],
)
def test_the_labs_own_pages_may_connect(origin: str, name: str) -> None:
    assert allowed().may_connect(origin, host(name))


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:3000",
        "http://127.0.0.1:8501",
        "http://localhost",
        "https://localhost",
        "null",
        "",
        "file://",
        "localhost:8501",
        "chrome-extension://localhost:8501",
        "http://localhost:8501/",
        "http://evil.example/localhost:8501",
        "http://localhost:8501@evil.example",
        "http://localhost:8501.evil.example",
    ],
)
def test_foreign_pages_may_not(origin: str) -> None:
    for named in ((), ("*",), ("lab.school.org",)):
        assert not allowed("0.0.0.0", *named).may_connect(origin, host("localhost:8501"))


def test_behind_a_proxy_that_replaces_the_host_the_setting_names_the_labs_pages() -> None:
    named = allowed("127.0.0.1", "lab.school.org", "*")
    assert named.may_connect("https://lab.school.org:8443", host("127.0.0.1:8501"))
    assert not named.may_connect("https://evil.example", host("127.0.0.1:8501"))


def test_the_machines_names_need_no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("asked a name server")

    for name in ("getfqdn", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    assert {"desk", "desk.local", "desk.school.org", ADDRESS} <= own_hosts("0.0.0.0")


def test_the_machines_addresses_are_read_without_the_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert not any(map(is_loopback, module.machine_addresses()))
    assert not any("%" in address for address in module.machine_addresses())
