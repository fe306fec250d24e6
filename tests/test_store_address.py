"""Whatever the address of the database looks like, its password is never shown."""

import logging
import traceback

import pytest
from sqlalchemy import make_url

from mnist_lab import cli
from mnist_lab.errors import StoreError, StoreLocationError
from mnist_lab.runs.database import Database
from mnist_lab.settings import Settings
from mnist_lab.store_address import has_secret, hide_secrets, parse_address, shown_address

SECRET = "hunter2"  # noqa: S105


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql+psycopg://me:hunter2@db.example:5432/lab", "postgresql+psycopg://db.example/lab"),
        ("postgresql+psycopg://db/lab?user=me&password=hunter2", "postgresql+psycopg://db/lab"),
        ("postgresql:///?host=db&dbname=lab&password=hunter2&sslpassword=hunter2", "postgresql://db/lab"),
        ("postgresql://me@db/lab?options=-c%20password%3Dhunter2", "postgresql://db/lab"),
        ("postgresql://me:x@hunter2@db/lab", "postgresql://***/lab"),
        ("postgresql://me:x@y/hunter2@db/lab", "postgresql://y/***"),
        ("mysql://me:hunter2@[::1]:3306/lab", "mysql://::1/lab"),
        ("sqlite:////folder/runs.sqlite?mode=ro&key=hunter2", "sqlite:////folder/runs.sqlite"),
        ("postgresql://u:hunter2@h:port/d", "postgresql://***"),
        ("postgresql://u:hunter2@[::1/d", "postgresql://***"),
        ("postgresql://u:p@h:hunter2/d", "postgresql://***"),
        ("host=db password=hunter2", "***"),
    ],
)
def test_only_driver_host_and_database_are_shown(address: str, shown: str) -> None:
    assert shown_address(address) == shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    "address", ["postgresql://u:hunter2@h:port/d", "postgresql://u:hunter2@[::1/d", "postgresql://u:p@h:hunter2/d"]
)
def test_a_malformed_address_is_refused_in_one_sentence_that_quotes_nothing(address: str) -> None:
    with pytest.raises(ValueError, match="its host or its port cannot be read") as refused:
        parse_address(address)
    assert SECRET not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    "message",
    [
        'password "hunter2" is wrong',
        "invalid dsn: host=db password=hunter2",
        "first line with hunter2\nsecond",
        'authentication failed for user "someone"',
        "cannot connect with hunter%202",
    ],
)
def test_a_message_of_a_driver_loses_its_secrets(message: str) -> None:
    url = make_url("postgresql://someone:hunter%202@db/lab?password=hunter2&sslmode=require")
    hidden = hide_secrets(message, url)
    assert "hunter" not in hidden
    assert "someone" not in hidden
    assert "\n" not in hidden
    assert hide_secrets("sslmode require on db", url) == "sslmode require on db"


ADDRESSES = [
    "postgresql+psycopg://me:hunter2@db.example:5432/lab?password=hunter2",
    "postgresql://u:hunter2@h:port/d",
    "postgresql://u:hunter2@[::1/d",
    "sqlite:///~nobody-of-this-name/x?key=hunter2",
    "sqlite:////dev/null/x?password=hunter2",
    "no-such-driver://me:hunter2@h/d",
    "host=db password=hunter2",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_command_line_and_its_log_never_show_it(
    settings: Settings, address: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MNIST_LAB_DB", address)
    assert cli.main(["runs"]) == 2
    written = capfd.readouterr()
    logs = "".join(path.read_text(encoding="utf-8") for path in settings.home.rglob("*.log"))
    assert SECRET not in written.out + written.err + logs
    assert written.err.count("\n") == 1
    assert "Unexpected error" not in written.err


@pytest.mark.parametrize("address", ADDRESSES)
def test_neither_an_error_nor_its_traceback_shows_it(address: str) -> None:
    with pytest.raises(StoreLocationError) as refused:
        Database(address)
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert SECRET not in repr(Settings(db=address))


def test_a_database_that_refuses_to_answer_is_named_without_it(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path_factory.mktemp("store") / "runs.sqlite"
    path.write_bytes(b"no database " * 100)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreError) as refused:
        Database(f"sqlite:///file:{path}?uri=true&key={SECRET}")
    assert SECRET not in "".join(traceback.format_exception(refused.value)) + caplog.text


@pytest.mark.parametrize("address", [one for one in ADDRESSES if "hunter2" in one])
def test_an_address_with_a_secret_is_known_as_such(address: str) -> None:
    assert has_secret(address)


@pytest.mark.parametrize(
    "address",
    ["postgresql://me@db.example:5432/lab", "postgresql:///lab?host=/run/postgresql", "sqlite:////srv/lab.sqlite"],
)
def test_an_address_without_one_is_not(address: str) -> None:
    assert not has_secret(address)
