"""The network a session is composing: its history, the layer picked, and the link in the address that reopens it."""

import streamlit as st

from mnist_lab.errors import NetworkError
from mnist_lab.network import DEFAULT_PRESET, EditHistory, Network, get_preset, link_from_network, network_from_link

_HISTORY = "draft-history"
_PICKED = "draft-picked"
_LINK = "n"
_WRITTEN = "draft-written"
_REFUSED = "draft-refused"


def open_draft() -> Network:
    """The session's network: what the address names, else what was composed before, else the default preset.

    A link that cannot be read leaves the network as it was; `refused_link` then says why.
    """
    link = st.query_params.get(_LINK)
    known = st.session_state.get(_HISTORY)
    # A link that this session wrote itself says nothing new: an edit since then must not be undone by it.
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
    """Whether the address names a network; to be asked before `open_draft` writes it there."""
    return _LINK in st.query_params


def history() -> EditHistory:
    """Every version of the session's network, the present one among them."""
    stored: EditHistory = st.session_state[_HISTORY]
    return stored


def change(network: Network, *, pick: int | None = None) -> None:
    """Make `network` the session's network, with a step of undo; `pick` is the place of the layer to show open."""
    st.session_state[_HISTORY] = history().push(network)
    st.session_state[_PICKED] = pick


def start_with(network: Network, *, pick: int | None = None) -> None:
    """Make `network` the session's network, even if the session has not had one yet."""
    known: EditHistory | None = st.session_state.get(_HISTORY)
    st.session_state[_HISTORY] = known.push(network) if known else EditHistory(network)
    st.session_state[_PICKED] = pick
    # An older link in the address must not bring back the network that it names.
    write_link()


def undo() -> None:
    """Go back one step."""
    st.session_state[_HISTORY] = history().undo()


def redo() -> None:
    """Go forward one step."""
    st.session_state[_HISTORY] = history().redo()


def picked() -> int | None:
    """The place of the layer whose card is open, if there is one."""
    place: int | None = st.session_state.get(_PICKED)
    if place is None or not 0 <= place < len(history().network.layers):
        return None
    return place


def pick(place: int | None) -> None:
    """Open the card of the layer at `place`, or none."""
    st.session_state[_PICKED] = place


def refused_link() -> str | None:
    """Why the link in the address could not be opened, once."""
    sentence: str | None = st.session_state.pop(_REFUSED, None)
    return sentence


def write_link() -> None:
    """Put the link that reopens the network into the address bar."""
    link = link_from_network(history().network)
    st.session_state[_WRITTEN] = link
    if st.query_params.get(_LINK) != link:
        st.query_params[_LINK] = link


def link_parameters() -> dict[str, str]:
    """The address parameters with which another page opens the same network."""
    return {_LINK: link_from_network(history().network)}
