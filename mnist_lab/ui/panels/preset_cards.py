"""The gallery of presets: each with its picture, and the accuracy, time and parameters of the run that came of it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from mnist_lab import formatting
from mnist_lab.charts import thumbnail_svg
from mnist_lab.network import PRESETS, PURPOSES, Network, Preset, analyse
from mnist_lab.ui.components.preset_gallery import PresetCard, preset_gallery
from mnist_lab.ui.services.preset_facts import PresetFacts, preset_facts
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN

EMPTY = "empty"
"""What the gallery returns for the empty network, which is no preset."""


def preset_row(names: Sequence[str], *, key: str, chosen: str = "") -> str | None:
    """Draw these presets in one row; returns the name of the one that was clicked just now.

    Args:
        names: Names of presets, in their order.
        key: Identifies the row.
        chosen: Name of the preset that is marked as chosen; empty for none.
    """
    facts = preset_facts()
    cards = [_row_card(PRESETS[name], facts[name]) for name in names]
    return preset_gallery([("", cards)], key=key, chosen=chosen, row=True).preset or None


def grouped_presets(*, key: str, chosen: str = "") -> str | None:
    """Draw all presets by purpose, and an empty network; returns the name of the one that was clicked just now.

    A click on the link of a run goes to that run on Inspect.
    """
    facts = preset_facts()
    groups = []
    for purpose, title in PURPOSES.items():
        presets = [preset for preset in PRESETS.values() if preset.purpose == purpose]
        groups.append((title, [_card(preset, facts[preset.name]) for preset in presets]))
    groups[0][1].append(_empty_card())
    clicked = preset_gallery(groups, key=key, chosen=chosen)
    if clicked.run:
        go("inspect", {RUN: clicked.run})
    return clicked.preset or None


def _row_card(preset: Preset, facts: PresetFacts) -> PresetCard:
    """A card of the row: without a link, and with no time but that of this computer, as it has no room for more."""
    card = replace(_card(preset, facts), run_id="")
    return replace(card, time="") if _is_only_known_elsewhere(facts) else card


def _card(preset: Preset, facts: PresetFacts) -> PresetCard:
    return PresetCard(
        name=preset.name,
        title=preset.title,
        hint=preset.hint,
        svg=_picture(preset.network),
        accuracy=_accuracy(facts),
        time=_time(facts),
        parameters=_parameters(facts),
        run_id=facts.run_id or "",
        run_name=facts.run_name,
    )


def _empty_card() -> PresetCard:
    return PresetCard(EMPTY, "An empty network", "add layers yourself", _picture(Network()))


@cache
def _picture(network: Network) -> str:
    return thumbnail_svg(analyse(network))


def _accuracy(facts: PresetFacts) -> str:
    if facts.accuracy is None:
        return ""
    return formatting.accuracy(facts.accuracy) + (" on the sample" if facts.on_sample else "")


def _time(facts: PresetFacts) -> str:
    """How long a training takes on this machine, or else how long it took on another one."""
    if facts.seconds is not None and not facts.elsewhere:
        return f"{formatting.about_seconds(facts.seconds)} here"
    if facts.expected is not None:
        return f"{formatting.time_range(facts.expected.least, facts.expected.most)} here"
    return "" if facts.seconds is None else f"{formatting.about_seconds(facts.seconds)} on another computer"


def _is_only_known_elsewhere(facts: PresetFacts) -> bool:
    return facts.elsewhere and facts.expected is None


def _parameters(facts: PresetFacts) -> str:
    return f"{formatting.short_count(facts.parameters)} parameters"
