"""Which drawings the page shows: widgets that filter the collection."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_lab.handwriting import CollectionIndex
from mnist_lab.handwriting.collection_index import owner_name
from mnist_lab.handwriting.collection_score import fooling, matching
from mnist_lab.network import CLASSES
from mnist_lab.runs import Actor

ANYBODY = ""
_DIGITS = "handwriting-digits"
_READ = "handwriting-read"
_WHOSE = "handwriting-whose"
_MISREAD, _ALL = "misread", "any digit"


class Choice(NamedTuple):
    """The filters."""

    labels: frozenset[int]
    """Empty for all."""
    read: str
    """`_ALL`, `_MISREAD` or a digit."""
    owner: str
    """`ANYBODY` or the owner of the drawings."""

    def indices(self, index: CollectionIndex, probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
        """The drawings of the collection that match; misread ones are in the order of `fooling`."""
        read_as = {int(self.read)} if self.read.isdecimal() else set()
        owner = None if self.owner == ANYBODY else self.owner
        found = matching(index, probabilities, labels=self.labels, read_as=read_as, owner=owner)
        if self.read == _MISREAD:
            misread = fooling(index, probabilities)
            found = misread[np.isin(misread, found)]
        return found


def choice_widgets(index: CollectionIndex, actor: Actor) -> Choice:
    """Draw the filters in a row; returns what is chosen."""
    labels = st.pills(
        "Digit", range(CLASSES), selection_mode="multi", default=(), key=_DIGITS, width="content", format_func=str
    )
    read = st.selectbox("Read as", [_ALL, _MISREAD, *map(str, range(CLASSES))], key=_READ, width=150)
    owners = _owners(index, actor)
    # The owner may have no drawing any more.
    if st.session_state.get(_WHOSE) not in owners:
        st.session_state.pop(_WHOSE, None)
    owner = st.selectbox("Drawn by", owners, format_func=lambda each: _whose(index, each, actor), key=_WHOSE, width=170)
    return Choice(frozenset(labels), read, owner)


def clear_choice() -> None:
    """Show all drawings again; must be called from a callback."""
    for key in (_DIGITS, _READ, _WHOSE):
        st.session_state.pop(key, None)


def _owners(index: CollectionIndex, actor: Actor) -> Sequence[str]:
    """Everybody, the viewer, then the others in the order of their first drawing."""
    others = sorted(set(index.owners.tolist()) - {actor.browser_id}, key=lambda each: index.visitors.get(each, 0))
    return [ANYBODY, actor.browser_id, *others]


def _whose(index: CollectionIndex, owner: str, actor: Actor) -> str:
    return "everyone" if owner == ANYBODY else owner_name(index, owner, actor.browser_id)
