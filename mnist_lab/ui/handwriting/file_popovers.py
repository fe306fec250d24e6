"""Download and upload of the collection."""

import streamlit as st

from mnist_lab.handwriting.drawing_files import drawings_to_json, drawings_to_zip
from mnist_lab.handwriting.kept_drawing import KeptDrawing
from mnist_lab.ui.handwriting.changes import keep_file
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.uploads import take_upload

_UPLOADS = "handwriting-uploads"


def download_popover(ids: list[str]) -> None:
    """Draw the popover that offers the drawings with these ids as files; they are made when they are asked for."""

    def drawings() -> list[KeptDrawing]:
        return services().handwriting.collection.drawings(ids)

    with st.popover("Download", icon=":material/download:", disabled=not ids, key="handwriting-download"):
        st.markdown(f"The {len(ids):,} drawings that the filters show:")
        st.download_button(
            "JSON, with the strokes",
            data=lambda: drawings_to_json(drawings()),
            file_name="handwriting.json",
            mime="application/json",
            on_click="ignore",
            key="handwriting-json",
        )
        st.download_button(
            "Zip of pictures",
            data=lambda: drawings_to_zip(drawings()),
            file_name="handwriting.zip",
            mime="application/zip",
            on_click="ignore",
            key="handwriting-zip",
        )


def upload_popover() -> None:
    """Draw the popover in which a file of drawings can be uploaded."""
    # Another key for each upload, so that the uploader is empty again.
    number = st.session_state.setdefault(_UPLOADS, 0)
    key = f"handwriting-file-{number}"
    with st.popover("Upload", icon=":material/upload_file:", key=f"handwriting-upload-{number}"):
        st.file_uploader(
            "Drawings (JSON, or a zip of pictures)", type=["json", "zip"], key=key, on_change=_keep, args=(key,)
        )
        st.caption('In a zip, the digit is the name of the folder ("7/anna.png") or begins the name of the picture.')


def _keep(key: str) -> None:
    content = take_upload(key)
    if content is not None:
        st.session_state[_UPLOADS] += 1
        with st.spinner("Reading the drawings …"):
            keep_file(content)
