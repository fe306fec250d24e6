"""The settings from the environment, and the errors for invalid values."""

from pathlib import Path

import pytest

from mnist_lab.errors import RefusedError
from mnist_lab.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "WORKERS",
            "abc",
            "a whole number from 0 to 64: how many trainings may run on this machine at the same time. Received: 'ab",
        ),
        ("WORKERS", "-1", "how many trainings may run on this machine at the same time. Received: '-1'."),
        ("WORKERS", "1.5", "may run on this machine at the same time. Received: '1.5'."),
        ("MEMORY", "-1", "a number above 0: the memory in GiB that one training may need. Received: '-1'."),
        ("MEMORY", "inf", "that one training may need. Received: 'inf'."),
        ("MEMORY", "nan", "that one training may need. Received: 'nan'."),
        ("STANDBY", "perhaps", "true or false: whether one worker and the predictor are kept ready"),
        ("HOSTS", "https://lab.school.org", "the lab may be opened. Received: 'https://lab.school.org'."),
        ("HOSTS", "lab.school.org/lab", "names or addresses with commas between them"),
        ("HOSTS", "lab.school.org:8501", "names or addresses with commas between them"),
        ("HOSTS", "lab.*.org", "names or addresses with commas between them"),
        ("FRAME_ANCESTORS", "https://a.org; script-src *", "of the sites whose pages may show the lab in a frame."),
        ("FRAME_ANCESTORS", "'none'", "addresses with commas between them, such as `https://hub.school.org`"),
        ("FRAME_ANCESTORS", "https://hub.school.org/user", "addresses with commas between them"),
        ("FILES", "http://host/lab", "a folder, or the address of an object store such as `s3://bucket/lab`"),
        ("FILES", "s3://me:hunter2@bucket/lab", "without a password in it: for the files"),
        ("FILES", "s3:/lab", "a folder, or the address of an object store"),
        ("FILES", "s3://", "a folder, or the address of an object store"),
        ("RAY_ADDRESS", "ray://head:10001", "the address of a Ray cluster's dashboard, such as `http://head:8265`"),
        ("RAY_ADDRESS", "http://me:hunter2@head:8265", "without user and password. Received: 'http://***@head:8265'."),
        ("RAY_CPUS", "0", "a number above 0: the processors of a Ray cluster that one training gets. Received: '0'."),
        ("RAY_GPUS", "-1", "a number from 0 on: the graphics cards of a Ray cluster that one training gets."),
        ("RAY_COMMAND", " ", "the command that starts the lab on the machines of a Ray cluster. Received: ' '."),
        ("ENGINE", "slurm", "`local`, or `ray` together with MNIST_LAB_RAY_ADDRESS, MNIST_LAB_DB and MNIST_LAB_FILES"),
        ("HOME", "~no-such-user-of-this-computer/x", "a folder, for runs and caches. Received: '~no-such-user"),
    ],
)
def test_an_invalid_value_gives_a_plain_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"MNIST_LAB_{name}", value)
    with pytest.raises(RefusedError) as refused:
        load_settings()
    assert str(refused.value).startswith(f"MNIST_LAB_{name} must be ")
    assert message in str(refused.value)


def test_a_password_in_an_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_FILES", "s3://me:hunter2@bucket/lab")
    with pytest.raises(RefusedError) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("token", ["hunter2\n2", "hunter2 2", "hünter2"])
def test_a_token_that_cannot_be_one_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("MNIST_LAB_RAY_TOKEN", token)
    with pytest.raises(RefusedError, match="MNIST_LAB_RAY_TOKEN must be the token of the Ray cluster") as refused:
        load_settings()
    assert "nter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_blanks_around_a_token_are_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_RAY_TOKEN", " hunter2\n")
    assert load_settings().ray_token == "hunter2"  # noqa: S105


def test_files_are_in_a_folder_or_in_an_object_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (load_settings().files_url, load_settings().runs_folder) == (None, load_settings().home / "runs")
    monkeypatch.setenv("MNIST_LAB_FILES", str(tmp_path / "shared"))
    assert (load_settings().files_url, load_settings().runs_folder) == (None, tmp_path / "shared")
    monkeypatch.setenv("MNIST_LAB_FILES", "s3://bucket/lab/")
    assert (load_settings().files_url, load_settings().runs_folder) == (
        "s3://bucket/lab",
        load_settings().home / "runs",
    )


def test_folders_are_absolute_with_the_users_own_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("MNIST_LAB_HOME", "~/lab")
    monkeypatch.setenv("MNIST_LAB_DATA", "digits")
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.home == (tmp_path / "lab").resolve()
    assert settings.data == (tmp_path / "digits").resolve()


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("", ()),
        ("Lab.School.org", ("lab.school.org",)),
        ("a.org, *.b.org,10.0.0.1", ("a.org", "*.b.org", "10.0.0.1")),
        (" a.org  b.org ", ("a.org", "b.org")),
        ("[2001:DB8::5] ::1", ("2001:db8::5", "::1")),
        ("*", ("*",)),
    ],
)
def test_hosts_are_a_list(monkeypatch: pytest.MonkeyPatch, value: str, hosts: tuple[str, ...]) -> None:
    monkeypatch.setenv("MNIST_LAB_HOSTS", value)
    assert load_settings().hosts == hosts
    assert Settings(hosts=hosts).hosts == hosts


RAY = {"ENGINE": "ray", "RAY_ADDRESS": "http://head:8265/", "DB": "postgresql://host/lab", "FILES": "/mnt/lab"}


@pytest.mark.parametrize("missing", ["RAY_ADDRESS", "DB", "FILES"])
def test_the_engine_ray_needs_an_address_a_database_and_files_that_all_machines_reach(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name, value in RAY.items():
        monkeypatch.setenv(f"MNIST_LAB_{name}", value)
    monkeypatch.setenv("MNIST_LAB_RAY_TOKEN", "hunter2")
    settings = load_settings()
    assert (settings.engine, settings.ray_address) == ("ray", "http://head:8265")
    assert "hunter2" not in repr(settings)
    monkeypatch.delenv(f"MNIST_LAB_{missing}")
    with pytest.raises(RefusedError) as refused:
        load_settings()
    assert str(refused.value) == (
        "MNIST_LAB_ENGINE must be `local`, or `ray` together with MNIST_LAB_RAY_ADDRESS, MNIST_LAB_DB and"
        " MNIST_LAB_FILES. Received: 'ray'."
    )


def test_every_setting_has_a_description() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    "text",
    [
        '"{path}"',
        "'{path}'",
        "“{path}”",
        "{path} ",
        "\t{path}\n",
        ' "{path} " ',
        "file://{path}",
        "file://localhost{path}",
        '"file://{path}"',
        "~/my digits ä",
        '"~/my digits ä"',
        "file://~/my%20digits%20ä",
    ],
)
def test_a_path_is_taken_as_it_is_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    path = tmp_path / "my digits ä"
    monkeypatch.setenv("MNIST_LAB_DATA", text.format(path=path.as_posix()))
    assert load_settings().data == path.resolve()


def test_a_name_that_exists_is_never_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("'quoted'", "blank ", "file:x"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("MNIST_LAB_HOME", name)
        assert load_settings().home == tmp_path.resolve() / name


def test_a_path_of_blanks_alone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_DATA", '" "')
    assert load_settings().data is None
    monkeypatch.setenv("MNIST_LAB_HOME", "  ")
    with pytest.raises(RefusedError, match="MNIST_LAB_HOME must be a folder"):
        load_settings()
