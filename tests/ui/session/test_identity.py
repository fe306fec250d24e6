"""The cookies and the teacher's link: what is accepted, and what a forger tries in vain."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner

from mnist_lab.hosts import ADDRESS_LENGTH, BROWSER_ID_LENGTH
from mnist_lab.settings import Settings
from mnist_lab.ui.session import identity as module
from mnist_lab.ui.session.identity import (
    COOKIE_SECONDS,
    RENEW_SECONDS,
    Identity,
    is_at_machine,
    load_identity,
    read_key,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def identity() -> Identity:
    return Identity(b"k" * 32)


def cookies(identity: Identity, known: dict[str, str] | None = None) -> dict[str, str]:
    """The cookies of a browser that got one."""
    cookie = identity.renewed_cookie(known or {}, None)
    assert cookie is not None
    return {identity.browser_cookie: cookie}


def test_a_browser_keeps_its_id(identity: Identity) -> None:
    first, second = cookies(identity), cookies(identity)
    known = identity.browser_id(first)
    assert len(known) == 32
    assert known != identity.browser_id(second)
    assert identity.renewed_cookie(first, None) is None
    assert Identity(b"k" * 32).browser_id(first) == known


def test_an_id_ends_with_what_stands_for_the_network_address(identity: Identity) -> None:
    def end(address: str | None, of: Identity = identity) -> str:
        new = of.new_browser_id(address)
        assert len(new) == BROWSER_ID_LENGTH
        assert new != of.new_browser_id(address)
        return new[-ADDRESS_LENGTH:]

    assert end("10.0.0.1") == end("10.0.0.1") == end("::ffff:10.0.0.1")
    assert end("2001:db8::1") == end("2001:db8:0:0:ffff::9")
    assert len({end(address) for address in ("10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8:0:1::1", None)}) == 5
    # Nobody can work out an address from an id that others see.
    assert end("10.0.0.1") != end("10.0.0.1", Identity(b"l" * 32))


def test_a_cookie_is_renewed_before_it_is_too_old(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = cookies(identity)
    signed = module.time.time()
    for age, renews, known in (
        (RENEW_SECONDS - 10, False, True),
        (RENEW_SECONDS + 10, True, True),
        (COOKIE_SECONDS + 10, True, False),
        # A computer whose clock was set back.
        (-COOKIE_SECONDS, False, True),
    ):
        monkeypatch.setattr(module.time, "time", lambda age=age: signed + age)
        assert (identity.browser_id(mine) != "") is known
        renewed = identity.renewed_cookie(mine, None)
        assert (renewed is not None) is renews
        if renewed and known:
            assert renewed.partition(".")[0] == identity.browser_id(mine)


def forgeries(identity: Identity) -> list[str]:
    mine = cookies(identity)[identity.browser_cookie]
    value, stamp, signature = mine.split(".")
    other = Identity(b"x" * 32)
    return [
        "",
        ".",
        "..",
        value,
        f"{value}.{stamp}",
        f"{'0' * 32}.{stamp}.{signature}",
        f"{value}.{stamp}.{signature[:-2]}",
        f"{value}.zzzzzz.{signature}",
        f"teacher.{stamp}.{signature}",
        cookies(other)[other.browser_cookie],
        identity.link_token(),
        identity.new_teacher_cookie(),
        TimestampSigner(b"k" * 32).sign("a" * 32).decode(),
        "\x00\xff",
        "ü" * 50,
        mine.upper(),
        mine * 1000,
    ]


def test_a_forged_cookie_is_none(identity: Identity) -> None:
    for forged in forgeries(identity):
        known = {identity.browser_cookie: forged, identity.teacher_cookie: forged}
        assert identity.browser_id(known) == "", forged
        assert identity.browser_id(cookies(identity, known)) != ""
        if forged != identity.new_teacher_cookie():
            assert not identity.is_teacher(known), forged
        if forged != identity.link_token():
            assert not identity.is_link_token(forged), forged


def test_a_teacher_is_who_opened_the_link(identity: Identity) -> None:
    assert identity.is_link_token(identity.link_token())
    assert Identity(b"k" * 32).is_link_token(identity.link_token())
    assert not Identity(b"x" * 32).is_link_token(identity.link_token())
    assert identity.is_teacher({identity.teacher_cookie: identity.new_teacher_cookie()})
    assert not identity.is_teacher({identity.browser_cookie: identity.new_teacher_cookie()})
    assert not identity.is_teacher({identity.teacher_cookie: cookies(identity)[identity.browser_cookie]})


def test_two_labs_on_one_machine_do_not_overwrite_the_cookies_of_each_other(identity: Identity) -> None:
    other = Identity(b"x" * 32)
    assert len({identity.browser_cookie, identity.teacher_cookie, other.browser_cookie, other.teacher_cookie}) == 4


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "home" / "browser-key"
    key = read_key(path)
    assert (len(key), read_key(path)) == (32, key)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        assert read_key(path) == key
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"k" * 33])
def test_a_damaged_key_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "browser-key"
    path.write_bytes(content)
    key = read_key(path)
    assert len(key) == 32
    assert read_key(path) == key


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mnist_lab.ui.session.identity import read_key\n"
        "sys.stdin.readline(); print(read_key(Path(sys.argv[1])).hex())"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "home" / "browser-key")]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert len({process.communicate(timeout=60)[0] for process in processes}) == 1


def test_a_home_that_cannot_be_written_still_knows_browsers_until_the_app_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.home.parent.mkdir(parents=True, exist_ok=True)
    settings.home.write_text("no folder")
    mine = cookies(load_identity())
    assert load_identity().browser_id(mine) != ""


LOCAL = {"Host": "localhost:8501"}


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "lab.localhost:80"])
@pytest.mark.parametrize("address", [None, "127.0.0.1", "127.0.0.5", "::1", "::ffff:127.0.0.1"])
def test_who_sits_at_the_machine(host: str, address: str | None) -> None:
    assert is_at_machine(address, {"Host": host})
    assert is_at_machine(address, {"host": host, "Origin": "http://localhost:8501"})


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.168.1.7", LOCAL),
        ("::ffff:192.168.1.7", LOCAL),
        ("testclient", LOCAL),
        ("127.0.0.1", {}),
        (None, {}),
        ("127.0.0.1", {"Host": "lab.school.example"}),
        ("127.0.0.1", {"Host": "localhost.evil.example"}),
        ("127.0.0.1", {"Host": "127.0.0.1.evil.example"}),
        ("127.0.0.1", {"Host": "evil.example@localhost:"}),
        ("127.0.0.1", {"Host": "["}),
        ("127.0.0.1", {"Host": "10.0.0.1:8501"}),
        ("127.0.0.1", LOCAL | {"X-Forwarded-For": "10.0.0.7"}),
        ("127.0.0.1", LOCAL | {"x-forwarded-for": "127.0.0.1"}),
        ("127.0.0.1", LOCAL | {"X-Forwarded-Proto": "https"}),
        ("127.0.0.1", LOCAL | {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", LOCAL | {"X-Real-IP": "127.0.0.1"}),
        ("127.0.0.1", LOCAL | {"Via": "1.1 proxy"}),
        # A proxy that passes nothing on: the browser names the address that it knows.
        ("127.0.0.1", LOCAL | {"Origin": "http://lab.school.example"}),
        ("127.0.0.1", LOCAL | {"Origin": "null"}),
        ("127.0.0.1", LOCAL | {"Origin": "http://["}),
    ],
)
def test_who_does_not_sit_at_the_machine(address: str | None, headers: dict[str, str]) -> None:
    assert not is_at_machine(address, headers)
