"""Training a run that has ended for more epochs, as a run of its own that goes on where that one stood."""

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.live.current_run import RUN
from mnist_lab.ui.live.run_labels import epochs
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.session_id import session_id

_MOST_EPOCHS = 1000


def more_epochs_popover(run: Run) -> None:
    """Draw the button that opens the choice; nothing if the run cannot be continued."""
    store = services().store
    most = _MOST_EPOCHS - run.epochs_done
    if not run.epochs_done or most < 1 or not store.folder(run.id).checkpoint_files():
        return
    with st.popover("Train on", icon=":material/fast_forward:", key=f"more-popover-{run.id}"):
        proposed = min(run.recipe.epochs, most)
        more = int(st.number_input("More epochs", 1, most, value=proposed, key=f"more-epochs-{run.id}"))
        st.caption(plain(f"A run of its own goes on from epoch {run.epochs_done:,}; {run.name} stays as it is."))
        if st.button(f"Train {epochs(more).replace(' ', ' more ')}", type="primary", key=f"more-{run.id}"):
            try:
                continued = store.continue_run(run.id, more, owner=session_id())
            except LabError as error:
                st.error(plain(str(error)), icon=":material/error:")
            else:
                st.query_params[RUN] = continued.id
                st.rerun()
