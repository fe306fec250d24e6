"""Cards of networks to start from, as one row or in groups; a click on a card chooses its network."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

import streamlit as st

from mnist_lab.ui.components.assets import script, style

_component = st.components.v2.component(
    "mnist_lab_preset_gallery",
    html='<div class="lab-gallery" translate="no"></div>',
    css=style("fading")
    + """
    .lab-gallery { color: var(--st-text-color); font-size: 0.875rem; line-height: 1.35;
      font-variant-numeric: tabular-nums; }
    .lab-gallery h3 { font-size: 1rem; font-weight: 650; margin: 0 0 0.5rem; padding: 0; color: inherit; }
    .lab-gallery ul { list-style: none; margin: 0; padding: 0; gap: 0.75rem; }
    .lab-gallery li { margin: 0; display: flex; flex-direction: column; border: 1px solid var(--st-border-color);
      border-radius: 0.5rem; overflow: hidden; background: var(--st-background-color); }
    .lab-gallery.grid { display: flex; flex-wrap: wrap; gap: 1.25rem 0.75rem; }
    .lab-gallery.grid section { flex: 1 1 calc(var(--cards) * 11rem); max-width: calc(var(--cards) * 13rem); }
    .lab-gallery.grid ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 9.25rem), 1fr)); }
    .lab-gallery.row ul { display: flex; padding: 5px; margin: -4px -5px; scroll-padding-inline: 2rem; }
    .lab-gallery.row li { flex: 1 0 9.5rem; max-width: 14rem; }
    .lab-gallery button { all: unset; box-sizing: border-box; flex: 1; width: 100%; cursor: pointer;
      display: flex; flex-direction: column; gap: 0.15rem; padding: 0.6rem 0.75rem; }
    .lab-gallery .picture { display: grid; place-items: center; margin: -0.6rem -0.75rem 0.35rem; padding: 0.5rem;
      background: var(--lab-surface); }
    .lab-gallery .picture svg { width: 100%; max-width: 9rem; height: auto; display: block; }
    .lab-gallery .title { font-weight: 650; font-size: 0.95rem; }
    .lab-gallery .quiet { color: var(--lab-muted); }
    .lab-gallery .quiet, .lab-gallery a { font-size: 0.8125rem; }
    .lab-gallery .accuracy { margin-top: auto; padding-top: 0.25rem; font-size: 0.875rem; font-weight: 600; }
    .lab-gallery a { padding: 0.35rem 0.75rem 0.5rem; color: var(--st-primary-color);
      text-decoration: none; }
    .lab-gallery a:hover { text-decoration: underline; }
    .lab-gallery li:has(button:hover) { border-color: var(--st-primary-color); }
    .lab-gallery li:has(button[aria-pressed="true"]) { border-color: var(--st-primary-color);
      background: color-mix(in srgb, var(--st-primary-color) 14%, var(--st-background-color)); }
    .lab-gallery [aria-pressed="true"] .picture { background: none; }
    .lab-gallery [aria-pressed="true"] .title::after { content: " ✓"; color: var(--st-primary-color); }
    /* Outside of the card, so that it is not taken for the mark of the chosen one. */
    .lab-gallery li:has(button:focus-visible) { outline: 2px solid var(--st-text-color); outline-offset: 2px; }
    .lab-gallery a:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -3px;
      border-radius: 0.5rem; }
    """,
    js=script("preset_gallery", "fading", "motion"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class PresetCard:
    """One card; all its text is shown as it is."""

    name: str
    """What the gallery returns when the card is chosen."""
    title: str
    hint: str
    svg: str
    """From `mnist_lab.charts.thumbnail_svg`."""
    accuracy: str = ""
    """What the network reached; may be empty."""
    time: str = ""
    """How long a training takes, and where; may be empty."""
    parameters: str = ""
    """How many it has; may be empty."""
    run_id: str = ""
    """The run that came of it, for a link; empty for no link."""
    run_name: str = ""


class GalleryClick(NamedTuple):
    """What was clicked just now; both are empty if nothing was."""

    preset: str = ""
    """The name of a card."""
    run: str = ""
    """The id of a run."""


def preset_gallery(
    groups: Sequence[tuple[str, Sequence[PresetCard]]], *, key: str, chosen: str = "", row: bool = False
) -> GalleryClick:
    """Draw the cards, each a button with the card's text as its name.

    Args:
        groups: The title of each group, which may be empty, and its cards.
        key: Identifies the gallery.
        chosen: Name of the card that is marked as chosen.
        row: One row, which scrolls sideways where it has no room; otherwise a grid for each group.
    """
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas (0.4 s, 50 MB).
    data = [[(title, [asdict(card) for card in cards]) for title, cards in groups], chosen, row]
    result = _component(data=data, key=key, on_picked_change=lambda: None, on_opened_change=lambda: None)
    names = {card.name for _, cards in groups for card in cards}
    runs = {card.run_id for _, cards in groups for card in cards if card.run_id}
    # Whoever speaks to the server without our page may send anything.
    return GalleryClick(_one_of(result.picked, names), _one_of(result.opened, runs))


def _one_of(value: object, known: set[str]) -> str:
    return value if isinstance(value, str) and value in known else ""
