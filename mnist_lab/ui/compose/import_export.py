"""Import of a network from JSON; export as JSON, as Keras code, and as a link."""

import streamlit as st

from mnist_lab.errors import NetworkError
from mnist_lab.export.file_names import file_name
from mnist_lab.network import keras_source, network_from_file
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.query_params import NETWORK
from mnist_lab.ui.session.uploads import take_upload

_VERSION = "import-version"
_UPLOADS = "import-uploads"
_ERROR = "import-error"


def import_popover() -> None:
    """Draw the popover in which a network file, the lab's or Keras's, can be uploaded, or its text pasted."""
    # A successful import changes the keys, so that the fields are empty and the popover is closed. A file that cannot
    # be read changes only that of the uploader, as its content is dropped in both cases.
    number = st.session_state.setdefault(_VERSION, 0)
    upload = f"import-file-{number}-{st.session_state.setdefault(_UPLOADS, 0)}"
    paste = f"import-text-{number}"
    with st.popover("Import", icon=":material/upload_file:", key=f"import-{number}"):
        st.file_uploader(
            "Network file (JSON or .keras)", type=["json", "keras"], key=upload, on_change=_import_file, args=(upload,)
        )
        st.text_area("Or paste its text", key=paste, height=140, placeholder='{"version": 1, "name": …, "layers": […]}')
        st.button("Open this network", key="import-open", on_click=_import_text, args=(paste,), type="primary")
        if message := st.session_state.get(_ERROR):
            st.error(plain(message), icon=":material/error:")


def export_popover() -> None:
    """Draw the popover that offers the network as a file, a link and code."""
    network = network_draft.history().network
    with st.popover("Export", icon=":material/ios_share:", key="export"):
        st.download_button(
            "Download as JSON",
            network.to_json(),
            file_name=file_name(network.name, ".json", kind="network"),
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="export-json",
        )
        st.markdown("**Link** that opens this network and its recipe")
        st.code(f"{_page_url()}?{NETWORK}={network_draft.link()}", language=None, wrap_lines=False)
        st.markdown("**Keras code**")
        st.code(keras_source(network), language="python", height=260)


def _import_file(key: str) -> None:
    content = take_upload(key)
    if content is not None:
        st.session_state[_UPLOADS] += 1
        _open(content)


def _import_text(key: str) -> None:
    _open(st.session_state.get(key) or "")


def _open(content: str | bytes) -> None:
    if not content.strip():
        st.session_state[_ERROR] = "There is nothing to open yet: choose a file or paste its text."
        return
    try:
        network = network_from_file(content)
    except NetworkError as error:
        st.session_state[_ERROR] = str(error)
        return
    st.session_state[_ERROR] = None
    st.session_state[_VERSION] += 1
    network_draft.change(network)


def _page_url() -> str:
    return str(st.context.url or "").split("?")[0].split("#")[0].rstrip("/")
