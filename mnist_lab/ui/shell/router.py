"""The router: Streamlit runs this script for every page, and this script runs the page of the URL."""

import streamlit as st

from mnist_lab.ui.components.page.focus_keeper import focus_keeper
from mnist_lab.ui.components.page.history_steps import history_steps
from mnist_lab.ui.components.page.presentation_switch import presentation_switch
from mnist_lab.ui.components.page.translation_guard import translation_guard
from mnist_lab.ui.session.navigation import PAGES
from mnist_lab.ui.shell.chrome import ICON, STYLE, show_hidden_title, show_logo, show_narrow_menu
from mnist_lab.ui.shell.notices import lab_errors_shown, show_notices
from mnist_lab.ui.shell.unknown_page import remember_unknown_page, say_unknown_page, unknown_name

start = st.Page(PAGES / "start.py", title="Start", icon=":material/home:", url_path="first", default=True)


def _to_start() -> None:
    # Streamlit serves the default page at "/" only; this makes "/start" work as well.
    st.switch_page(start, query_params=st.query_params.to_dict())


def _unknown_to_start() -> None:
    remember_unknown_page(unknown)
    _to_start()


pages = [
    start,
    st.Page(PAGES / "compose.py", title="Compose", icon=":material/layers:", url_path="compose"),
    st.Page(PAGES / "train.py", title="Train", icon=":material/play_circle:", url_path="train"),
    st.Page(PAGES / "compare.py", title="Compare", icon=":material/table_chart:", url_path="compare"),
    st.Page(PAGES / "draw.py", title="Draw", icon=":material/draw:", url_path="draw"),
    st.Page(PAGES / "inspect.py", title="Inspect", icon=":material/search_insights:", url_path="inspect"),
]
# The menus have room for six pages; these two are at the foot of every page.
handwriting = st.Page(
    PAGES / "handwriting.py",
    title="Handwriting",
    icon=":material/ink_pen:",
    url_path="handwriting",
    visibility="hidden",
)
glossary = st.Page(
    PAGES / "glossary.py", title="Glossary", icon=":material/menu_book:", url_path="glossary", visibility="hidden"
)
# Before the navigation: otherwise browsers would first load the icon of the page from the internet.
st.set_page_config(page_icon=ICON, layout="wide")
hidden = st.Page(_to_start, title="Start", url_path="start", visibility="hidden")
known = [*pages, handwriting, glossary, hidden]
unknown = unknown_name(st.context.url, ["", *(one.url_path for one in known)])
if unknown:
    known.append(st.Page(_unknown_to_start, title="Start", url_path=unknown, visibility="hidden"))
page = st.navigation(known, position="top")
st.set_page_config(page_title=f"{page.title} · MNIST Lab")
show_logo()
# First, so that a page that is presented does not appear in its usual size before.
presentation_switch()
st.html(STYLE)
translation_guard()
history_steps()
focus_keeper()
with st.container(key="page"):
    show_hidden_title(page.title)
    show_narrow_menu(pages)
    content = st.container(key="page-content")
    # Drawn before the content, which may stop the script, though its place is below.
    # At the left: on Compose, the form of a layer reaches down to it at the right.
    with st.container(horizontal=True, key="page-foot"):
        st.page_link(handwriting, label="Handwriting", width="content")
        st.page_link(glossary, label="Glossary", width="content")
    with content, lab_errors_shown():
        say_unknown_page()
        show_notices()
        page.run()
