"""Snapshots as pages show them: each is drawn once, and again when its file has changed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.runs.snapshot_files import write_snapshot
from mnist_lab.ui.components.epoch_slider import shown_epoch
from mnist_lab.ui.services import snapshot_cache
from mnist_lab.ui.services.snapshot_cache import Panel, panel_html, snapshot_versions
from tests.snapshots import snapshot


def shown(folder: Path, epoch: int, panel: Panel = "Guesses", digit: int = 0, theme: str = "light") -> str | None:
    return panel_html(folder, snapshot_versions(folder), epoch, panel, digit, theme)


def test_a_picture_is_drawn_once_for_all_viewers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_snapshot(tmp_path, snapshot(1))
    first = shown(tmp_path, 1)
    monkeypatch.setattr(snapshot_cache, "guesses_html", lambda *_a: pytest.fail("drawn again"))
    assert shown(tmp_path, 1) is first


def test_a_snapshot_written_again_is_drawn_again(tmp_path: Path) -> None:
    write_snapshot(tmp_path, snapshot(1, right=3))
    before = shown(tmp_path, 1)
    assert before is not None
    assert ">3 of 12<" in before
    write_snapshot(tmp_path, snapshot(1, right=9))
    after = shown(tmp_path, 1)
    assert after is not None
    assert ">9 of 12<" in after


def test_filters_and_maps_are_not_drawn_again_for_a_later_epoch(tmp_path: Path) -> None:
    write_snapshot(tmp_path, snapshot(1))
    before = [shown(tmp_path, 1, panel, 3) for panel in ("Filters", "Maps")]  # type: ignore[arg-type]
    guesses = shown(tmp_path, 1)
    write_snapshot(tmp_path, snapshot(2))
    after = [shown(tmp_path, 1, panel, 3) for panel in ("Filters", "Maps")]  # type: ignore[arg-type]
    assert all(one is other for one, other in zip(before, after, strict=True))
    assert shown(tmp_path, 1) != guesses


def test_panels_differ_by_digit_and_theme_where_they_show_it(tmp_path: Path) -> None:
    write_snapshot(tmp_path, snapshot(1))
    assert shown(tmp_path, 1, "Maps", 1) != shown(tmp_path, 1, "Maps", 2)
    assert shown(tmp_path, 1, "Maps", 1) != shown(tmp_path, 1, "Maps", 1, "dark")
    assert shown(tmp_path, 1, "Health", 1) is shown(tmp_path, 1, "Health", 2)


@pytest.mark.parametrize("panel", ["Guesses", "Filters", "Maps", "Health"])
def test_a_damaged_snapshot_gives_no_picture_and_the_others_do(tmp_path: Path, panel: Panel) -> None:
    for epoch in (1, 2):
        write_snapshot(tmp_path, snapshot(epoch))
    (tmp_path / "epoch-000002.npz").write_bytes(b"torn")
    assert shown(tmp_path, 2, panel) is None
    assert shown(tmp_path, 1, panel) is not None


def test_a_run_without_snapshots_has_no_versions(tmp_path: Path) -> None:
    assert snapshot_versions(tmp_path / "watch") == ()


def test_the_newest_epoch_is_shown_until_another_is_chosen() -> None:
    assert shown_epoch([0, 1, 5], None) == 5
    assert shown_epoch([0, 1, 5], 0) == 0


@given(st.sets(st.integers(0, 200), min_size=1), st.none() | st.integers(-5, 300))
def test_the_epoch_shown_has_a_snapshot(epochs: set[int], wanted: int | None) -> None:
    ordered = sorted(epochs)
    found = shown_epoch(ordered, wanted)
    assert found in epochs
    if wanted in epochs:
        assert found == wanted
