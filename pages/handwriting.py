"""Handwriting: the drawings that people kept, how a network reads them, and which of them fool it."""

import streamlit as st

from mnist_lab.ui.handwriting.collection_view import collection_view, empty_collection
from mnist_lab.ui.handwriting.handwriting_style import STYLE
from mnist_lab.ui.services.container import services

st.html(STYLE)
st.title("Our handwriting", anchor=False)

if len(services().handwriting.index()):
    collection_view()
else:
    empty_collection()
