"""The cards of the gallery of presets."""

from dataclasses import replace
from typing import Any

import pytest

from mnist_lab.insight import DurationEstimate
from mnist_lab.insight.duration_estimate import MEASURED
from mnist_lab.network import PRESETS, PURPOSES
from mnist_lab.ui.components.preset_gallery import GalleryClick, PresetCard
from mnist_lab.ui.panels import preset_cards as module
from mnist_lab.ui.panels.preset_cards import EMPTY, grouped_presets, preset_row
from mnist_lab.ui.services.preset_facts import PresetFacts

EXPECTED = DurationEstimate(60.0, 60.0, MEASURED)
UNTRAINED = PresetFacts(34_826, None, "", None, on_sample=False, seconds=None, elsewhere=False, expected=None)
TRAINED = PresetFacts(
    34_826, "abcdefgh", "<b>Mine</b>", 0.99041, on_sample=False, seconds=16.7, elsewhere=False, expected=EXPECTED
)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the gallery was drawn with, and what is clicked in it."""
    given: dict[str, Any] = {"click": GalleryClick(), "facts": dict.fromkeys(PRESETS, UNTRAINED)}

    def gallery(groups: Any, **options: Any) -> GalleryClick:
        given.update(options, groups=groups)
        click: GalleryClick = given["click"]
        return click

    monkeypatch.setattr(module, "preset_gallery", gallery)
    monkeypatch.setattr(module, "preset_facts", lambda: given["facts"])
    return given


def card(drawn: dict[str, Any], facts: PresetFacts) -> PresetCard:
    drawn["facts"] = dict.fromkeys(PRESETS, facts)
    preset_row(["tiny"], key="row")
    only: PresetCard = drawn["groups"][0][1][0]
    return only


@pytest.mark.parametrize(
    ("changes", "accuracy", "time"),
    [
        ({}, "99.04 %", "17 s here"),
        ({"on_sample": True}, "99.04 % on the sample", "17 s here"),
        ({"elsewhere": True}, "99.04 %", "40 s to 2 min here"),
        ({"elsewhere": True, "expected": None}, "99.04 %", ""),
        ({"accuracy": None, "seconds": None}, "", "40 s to 2 min here"),
        ({"accuracy": None, "seconds": None, "expected": None}, "", ""),
    ],
)
def test_a_card_shows_what_came_of_it_and_where_a_training_takes_how_long(
    drawn: dict[str, Any], changes: dict[str, Any], accuracy: str, time: str
) -> None:
    shown = card(drawn, replace(TRAINED, **changes))
    assert (shown.accuracy, shown.time, shown.parameters) == (accuracy, time, "34.8 k parameters")


def test_the_row_has_the_named_presets_and_no_links(drawn: dict[str, Any]) -> None:
    drawn["facts"] = dict.fromkeys(PRESETS, TRAINED)
    drawn["click"] = GalleryClick(preset="fast")
    assert preset_row(["fast", "tiny"], key="row", chosen="tiny") == "fast"
    ((title, cards),) = drawn["groups"]
    assert (title, [one.name for one in cards], [one.run_id for one in cards]) == ("", ["fast", "tiny"], ["", ""])
    assert (drawn["row"], drawn["chosen"]) == (True, "tiny")


def test_the_gallery_has_every_preset_once_by_purpose_and_an_empty_network(drawn: dict[str, Any]) -> None:
    drawn["facts"] = dict.fromkeys(PRESETS, TRAINED)
    assert grouped_presets(key="gallery") is None
    assert [title for title, _ in drawn["groups"]] == list(PURPOSES.values())
    names = [one.name for _, cards in drawn["groups"] for one in cards]
    assert sorted(names) == sorted([*PRESETS, EMPTY])
    assert {one.run_id for _, cards in drawn["groups"] for one in cards} == {"abcdefgh", ""}


def test_the_gallery_says_that_a_time_was_measured_on_another_computer(drawn: dict[str, Any]) -> None:
    drawn["facts"] = dict.fromkeys(PRESETS, replace(TRAINED, elsewhere=True, expected=None))
    grouped_presets(key="gallery")
    assert drawn["groups"][0][1][0].time == "17 s on another computer"


def test_the_link_of_a_run_leads_to_it(drawn: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[object] = []
    monkeypatch.setattr(module, "go", lambda *arguments: gone.append(arguments))
    drawn["click"] = GalleryClick(run="abcdefgh")
    grouped_presets(key="gallery")
    assert gone == [("inspect", {"run": "abcdefgh"})]
