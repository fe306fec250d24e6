"""The router: every run of the app starts here, whatever page the address names."""

from pathlib import Path

import streamlit as st

from mnist_lab.ui.notices import show_notices

_PAGES = Path(__file__).resolve().parents[2] / "pages"

page = st.navigation(
    [
        st.Page(_PAGES / "compose.py", title="Compose", icon=":material/layers:", url_path="compose", default=True),
        st.Page(_PAGES / "train.py", title="Train", icon=":material/play_circle:", url_path="train"),
        st.Page(_PAGES / "compare.py", title="Compare", icon=":material/table_chart:", url_path="compare"),
        st.Page(_PAGES / "draw.py", title="Draw", icon=":material/draw:", url_path="draw"),
        st.Page(_PAGES / "inspect.py", title="Inspect", icon=":material/search_insights:", url_path="inspect"),
        # The first page is served at "/" alone; this one makes "/compose" an address, too.
        st.Page(_PAGES / "compose.py", title="Compose", url_path="compose", visibility="hidden"),
    ],
    position="top",
)
st.set_page_config(page_title=f"{page.title} · MNIST Lab", page_icon=":material/network_node:", layout="wide")
show_notices()
page.run()
