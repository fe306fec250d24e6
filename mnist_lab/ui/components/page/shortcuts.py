"""Keyboard shortcuts of the page, except while the user types in a field.

Streamlit's own `shortcut=` acts inside text fields as well: Ctrl + Z while typing took a layer away. And of two presses
that reach the server before the page has answered the first, it acts on one only.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_shortcuts",
    html='<div class="lab-shortcuts" hidden></div>',
    js=script("shortcuts", "shortcut"),
    isolate_styles=False,
)


def shortcuts(actions: Mapping[str, Callable[[], None]], *, key: str) -> None:
    """Let keys act before the page is drawn again; draws nothing.

    Args:
        actions: A key such as "z" or "shift+z", pressed together with Ctrl or ⌘, and what it does.
        key: Identifies the component.
    """
    keys = [[keys.removeprefix("shift+"), keys.startswith("shift+"), keys] for keys in actions]

    def act() -> None:
        last = f"{key}-last"
        state = st.session_state.get(key)
        presses = read_presses(state.get("presses") if state else None)
        for press_id, name in new_presses(presses, st.session_state.get(last, "")):
            st.session_state[last] = press_id
            if name in actions:
                actions[name]()

    _component(data=keys, key=key, height=1, on_presses_change=act)


def read_presses(value: object) -> list[tuple[str, str]]:
    """What the browser has sent, as pairs of an id and a key; anything else that a client sends counts as nothing."""
    pairs = value if isinstance(value, list) else []
    return [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]


def new_presses(presses: list[tuple[str, str]], last: str) -> list[tuple[str, str]]:
    """The presses after the one whose id is `last`; all of them if it is not among them."""
    ids = [press_id for press_id, _ in presses]
    return presses[ids.index(last) + 1 :] if last in ids else presses
