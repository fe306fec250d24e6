"""What the environment decides, and how it is refused."""

from pathlib import Path

import pytest

from mnist_lab.errors import RefusedError
from mnist_lab.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "WORKERS",
            "abc",
            "a whole number from 1 to 64: how many trainings may run at the same time. Received: 'abc'.",
        ),
        ("WORKERS", "0", "how many trainings may run at the same time. Received: '0'."),
        ("WORKERS", "1.5", "how many trainings may run at the same time. Received: '1.5'."),
        ("MEMORY", "-1", "a number above 0: the memory in GiB that one training may need. Received: '-1'."),
        ("MEMORY", "inf", "that one training may need. Received: 'inf'."),
        ("MEMORY", "nan", "that one training may need. Received: 'nan'."),
        ("STANDBY", "perhaps", "true or false: whether one worker is kept ready"),
        ("HOME", "~no-such-user-of-this-computer/x", "a folder, for runs and caches. Received: '~no-such-user"),
    ],
)
def test_what_a_setting_cannot_be_is_refused_in_the_labs_own_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"MNIST_LAB_{name}", value)
    with pytest.raises(RefusedError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"MNIST_LAB_{name} must be ")
    assert sentence in str(refused.value)


def test_folders_are_absolute_and_the_users_own_is_written_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("MNIST_LAB_HOME", "~/lab")
    monkeypatch.setenv("MNIST_LAB_DATA", "digits")
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.home == (tmp_path / "lab").resolve()
    assert settings.data == (tmp_path / "digits").resolve()


def test_every_setting_says_what_it_must_be() -> None:
    assert all(field.description for field in Settings.model_fields.values())
