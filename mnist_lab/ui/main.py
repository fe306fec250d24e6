"""The router: every run of the app starts here, whatever page the address names."""

import streamlit as st

from mnist_lab.ui.notices import show_notices
from mnist_lab.ui.places import PAGES

# Streamlit leaves a hand's breadth empty below its menu, which a projected page has better uses for.
_NEARER_THE_TOP = (
    "<style>.st-key-page { margin-top: -4.25rem; } @media print { .st-key-page { margin-top: 0; } }</style>"
)

compose = st.Page(PAGES / "compose.py", title="Compose", icon=":material/layers:", url_path="start", default=True)


def _to_compose() -> None:
    # The first page is served at "/" alone; this makes "/compose" an address, too.
    st.switch_page(compose, query_params=st.query_params.to_dict())


page = st.navigation(
    [
        compose,
        st.Page(PAGES / "train.py", title="Train", icon=":material/play_circle:", url_path="train"),
        st.Page(PAGES / "compare.py", title="Compare", icon=":material/table_chart:", url_path="compare"),
        st.Page(PAGES / "draw.py", title="Draw", icon=":material/draw:", url_path="draw"),
        st.Page(PAGES / "inspect.py", title="Inspect", icon=":material/search_insights:", url_path="inspect"),
        st.Page(_to_compose, title="Compose", url_path="compose", visibility="hidden"),
    ],
    position="top",
)
st.set_page_config(page_title=f"{page.title} · MNIST Lab", page_icon=":material/network_node:", layout="wide")
st.html(_NEARER_THE_TOP)
with st.container(key="page"):
    show_notices()
    page.run()
