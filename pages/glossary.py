"""Glossary: the words of the lab, each explained in a few sentences."""

import streamlit as st

from mnist_lab.ui.glossary.term_list import term_list

st.title("Glossary", anchor=False)
term_list()
