"""The network that a session is composing: its edit history, the selected layer, and its link in the URL.

The link also carries the session's recipe, so that whoever opens it trains the same. The last link of each browser is
kept, as not every page has it in its URL: after a reload there, the session goes on with it. So are the links that it
took the place of when somebody opened another one by its address: undo brings their networks back.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress

import streamlit as st
from cachetools import LRUCache

from mnist_lab.errors import NetworkError, RecipeError
from mnist_lab.network import DEFAULT_PRESET, EditHistory, Network, get_preset, marked_as_changed
from mnist_lab.recipe import Recipe
from mnist_lab.ui.session.query_params import NETWORK
from mnist_lab.ui.session.recipe_draft import chosen_recipe, open_recipe
from mnist_lab.ui.session.ui_state import read_setup_link, setup_link
from mnist_lab.ui.session.viewer import viewer

_HISTORY = "draft-history"
_PICKED = "draft-picked"
_WRITTEN = "draft-written"
_REFUSED = "draft-refused"
_ACTED = "draft-acted"

Pick = int | Sequence[int] | None
"""Index of one layer, indices of several, or none."""

_Setup = tuple[Network, Recipe | None]
_MAX_KEPT_LINKS = 4
_kept_links: LRUCache[str, tuple[str, ...]] = LRUCache(maxsize=20_000_000, getsizeof=lambda links: sum(map(len, links)))
"""By browser, the last link at the end, before it those that it replaced.

At most 20 MB: some 100,000 browsers, so that nobody can easily displace those of others.
"""
_lock = threading.Lock()


def open_draft() -> Network:
    """The network of the session: the one in the URL, the draft of the session, the browser's last one, or the default.

    It opens the recipe of the link as well, so it must be called before the form of the recipe is drawn. A link that
    cannot be read leaves both unchanged, as if the URL had none; `refused_link` then says why.
    """
    # A link that this session wrote itself is ignored: it must not undo later edits.
    requested = st.query_params.get(NETWORK)
    is_opened = bool(requested) and requested != st.session_state.get(_WRITTEN) and not _has_acted()
    if not (is_opened and _open_requested(requested or "")):
        _resume()
    st.session_state[_ACTED] = False
    write_link()
    return history().network


def _open_requested(requested: str) -> bool:
    """Open the link of the URL, as an edit that can be undone; returns whether it could be read."""
    try:
        opened, recipe = read_setup_link(requested)
    except (NetworkError, RecipeError) as error:
        st.session_state[_REFUSED] = str(error)
        return False
    _take_up(opened)
    pick(None)
    if recipe is not None:
        open_recipe(recipe)
    return True


def _resume() -> None:
    """Go on with the session's network; a new session with the browser's last setup, or the default network."""
    if st.session_state.get(_HISTORY):
        return
    setups = _kept_setups()
    st.session_state[_HISTORY] = _history_of(setups) or EditHistory(get_preset(DEFAULT_PRESET).network)
    if setups and (recipe := setups[-1][1]) is not None:
        open_recipe(recipe)


def has_link() -> bool:
    """Whether the URL contains a network; must be called before `open_draft`, which writes one into it."""
    return NETWORK in st.query_params


def history() -> EditHistory:
    """All versions of the session's network, including the current one."""
    stored: EditHistory = st.session_state[_HISTORY]
    return stored


def change(network: Network, *, pick: Pick = None) -> None:
    """Make `network` the session's network, as an edit that can be undone, and open the form of the layers `pick`."""
    before = history().network
    if network.name == before.name and network.layers != before.layers:
        network = marked_as_changed(network)
    st.session_state[_HISTORY] = history().push(network)
    _pick(pick)


def start_with(network: Network, *, pick: Pick = None) -> None:
    """Make `network` the session's network, as an edit that can be undone, even if the session had none before."""
    _take_up(network)
    _pick(pick)
    # Otherwise an older link in the URL would bring back its network.
    write_link()


def _take_up(network: Network) -> None:
    known: EditHistory | None = st.session_state.get(_HISTORY)
    if known is None:
        known = _history_of(_kept_setups())
        # Whoever leaves before undoing this still finds the network that it took the place of.
        if known is not None and known.network != network:
            _keep((*_links(), setup_link(network, None)))
    st.session_state[_HISTORY] = known.push(network) if known else EditHistory(network)


def _history_of(setups: Sequence[_Setup]) -> EditHistory | None:
    """The history that led from the first of these networks to the last; None if there are none."""
    history: EditHistory | None = None
    for network, _ in setups:
        history = history.push(network) if history else EditHistory(network)
    return history


def _kept_setups() -> list[_Setup]:
    """What the browser composed in earlier sessions, the last at the end."""
    setups: list[_Setup] = []
    for kept in _links():
        with suppress(NetworkError, RecipeError):
            setups.append(read_setup_link(kept))
    return setups


def undo() -> None:
    """Undo the last edit."""
    st.session_state[_HISTORY] = history().undo()
    st.session_state[_ACTED] = True


def redo() -> None:
    """Redo the edit that was undone last."""
    st.session_state[_HISTORY] = history().redo()
    st.session_state[_ACTED] = True


def picked() -> int | None:
    """Index of the layer whose form is open, the first one if there are several; None if no form is open."""
    return next(iter(picked_layers()), None)


def picked_layers() -> tuple[int, ...]:
    """Indices of the layers whose common form is open."""
    layers = len(history().network.layers)
    return tuple(index for index in st.session_state.get(_PICKED, ()) if 0 <= index < layers)


def pick(layers: Pick) -> None:
    """Open the form of the layer with this index, the common form of several layers, or none."""
    _pick(layers)


def _pick(layers: Pick) -> None:
    several = (layers,) if isinstance(layers, int) else layers or ()
    st.session_state[_PICKED] = tuple(sorted(set(several)))
    st.session_state[_ACTED] = True


def refused_link() -> str | None:
    """Why the link in the URL could not be opened, or None; each reason is returned only once."""
    message: str | None = st.session_state.pop(_REFUSED, None)
    return message


def link() -> str:
    """The link that reopens the network and the recipe; the session does not open it again itself."""
    written = st.session_state[_WRITTEN] = setup_link(history().network, chosen_recipe())
    _keep((*_links()[:-1], written))
    return written


def _has_acted() -> bool:
    """Whether the page is drawn because the user has changed or picked something, not to open another link.

    When edits follow each other fast, the browser sends the next one with an address that is older than the last one.
    """
    known: EditHistory | None = st.session_state.get(_HISTORY)
    is_changed = known is not None and setup_link(known.network, chosen_recipe()) != st.session_state.get(_WRITTEN)
    return bool(st.session_state.get(_ACTED)) or is_changed


def _keep(links: tuple[str, ...]) -> None:
    with _lock:
        _kept_links[viewer().browser_id] = links[-_MAX_KEPT_LINKS:]


def _links() -> tuple[str, ...]:
    with _lock:
        links: tuple[str, ...] = _kept_links.get(viewer().browser_id, ())
        return links


def write_link() -> None:
    """Write the link into the URL."""
    written = link()
    if st.query_params.get(NETWORK) != written:
        st.query_params[NETWORK] = written


def link_parameters() -> dict[str, str]:
    """The query parameters with which another page opens the same network and recipe."""
    return {NETWORK: link()}
