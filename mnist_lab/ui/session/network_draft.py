"""The network that a session is composing: its edit history, the selected layer, and its link in the URL."""

import streamlit as st

from mnist_lab.errors import NetworkError
from mnist_lab.network import DEFAULT_PRESET, EditHistory, Network, get_preset, link_from_network, network_from_link
from mnist_lab.ui.session.query_params import NETWORK

_HISTORY = "draft-history"
_PICKED = "draft-picked"
_WRITTEN = "draft-written"
_REFUSED = "draft-refused"


def open_draft() -> Network:
    """The network of the session: the one in the URL, else the draft of the session, else the default preset.

    A link that cannot be read leaves the network unchanged; `refused_link` then says why.
    """
    link = st.query_params.get(NETWORK)
    known = st.session_state.get(_HISTORY)
    # A link that this session wrote itself is ignored: it must not undo later edits.
    if link and link != st.session_state.get(_WRITTEN):
        try:
            opened = network_from_link(link)
        except NetworkError as error:
            st.session_state[_REFUSED] = str(error)
        else:
            known = known.push(opened) if known else EditHistory(opened)
            st.session_state[_PICKED] = None
    st.session_state[_HISTORY] = known or EditHistory(get_preset(DEFAULT_PRESET).network)
    write_link()
    return history().network


def has_link() -> bool:
    """Whether the URL contains a network; must be called before `open_draft`, which writes one into it."""
    return NETWORK in st.query_params


def history() -> EditHistory:
    """All versions of the session's network, including the current one."""
    stored: EditHistory = st.session_state[_HISTORY]
    return stored


def change(network: Network, *, pick: int | None = None) -> None:
    """Make `network` the session's network, as an edit that can be undone; `pick` is the index of the layer to open."""
    st.session_state[_HISTORY] = history().push(network)
    st.session_state[_PICKED] = pick


def start_with(network: Network, *, pick: int | None = None) -> None:
    """Make `network` the session's network, even if the session had none before."""
    known: EditHistory | None = st.session_state.get(_HISTORY)
    st.session_state[_HISTORY] = known.push(network) if known else EditHistory(network)
    st.session_state[_PICKED] = pick
    # Otherwise an older link in the URL would bring back its network.
    write_link()


def undo() -> None:
    """Undo the last edit."""
    st.session_state[_HISTORY] = history().undo()


def redo() -> None:
    """Redo the edit that was undone last."""
    st.session_state[_HISTORY] = history().redo()


def picked() -> int | None:
    """Index of the layer whose card is open; None if there is none."""
    index: int | None = st.session_state.get(_PICKED)
    if index is None or not 0 <= index < len(history().network.layers):
        return None
    return index


def pick(index: int | None) -> None:
    """Open the card of the layer with this index, or none."""
    st.session_state[_PICKED] = index


def refused_link() -> str | None:
    """Why the link in the URL could not be opened, or None; each reason is returned only once."""
    message: str | None = st.session_state.pop(_REFUSED, None)
    return message


def write_link() -> None:
    """Write the link that reopens the network into the URL."""
    link = link_from_network(history().network)
    st.session_state[_WRITTEN] = link
    if st.query_params.get(NETWORK) != link:
        st.query_params[NETWORK] = link


def link_parameters() -> dict[str, str]:
    """The query parameters with which another page opens the same network."""
    return {NETWORK: link_from_network(history().network)}
