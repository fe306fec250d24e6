"""The home folder: found without the settings, and the same as theirs."""

from pathlib import Path

import pytest

from mnist_lab.home import home_folder
from mnist_lab.settings import Settings


@pytest.mark.parametrize("value", [None, "", "~/lab", "relative/lab", "/srv/lab/../other", " /tmp/blank "])
@pytest.mark.parametrize("name", ["MNIST_LAB_HOME", "mnist_lab_home"])
def test_it_is_that_of_the_settings(monkeypatch: pytest.MonkeyPatch, name: str, value: str | None) -> None:
    monkeypatch.delenv("MNIST_LAB_HOME", raising=False)
    if value is not None:
        monkeypatch.setenv(name, value)
    assert home_folder() == Settings().home
    assert home_folder().is_absolute()


def test_an_unknown_user_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_HOME", "~nobody-here/lab")
    with pytest.raises(RuntimeError):
        home_folder()


def test_links_that_form_a_loop_are_an_error_or_followed_as_the_settings_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    monkeypatch.setenv("MNIST_LAB_HOME", str(loop / "home"))
    with pytest.raises((OSError, RuntimeError)):
        home_folder()
