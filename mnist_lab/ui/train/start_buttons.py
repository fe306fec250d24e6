"""The buttons that start a training of the session's network, or a sweep of several."""

import streamlit as st

from mnist_lab.errors import LabError
from mnist_lab.network import MAX_NAME_LENGTH, Analysis, Network
from mnist_lab.recipe import Recipe
from mnist_lab.training.submit import submit
from mnist_lab.training.sweep import HYPERPARAMETERS, Sweep, plan_sweep, submit_sweep, why_not_varied
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.page.scroll_to import scroll_to
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.components.text_limit import MAX_KEPT, limit_message
from mnist_lab.ui.live.run_labels import epochs
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.training_time import total_time_text, training_time
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.viewer import viewer

_SWEEP = "sweep"
_HYPERPARAMETER = "sweep-hyperparameter"
_SWEEP_ERROR = "sweep-error"
_STARTED = "started"
"""The id of the run that the session has just started or brought back."""
_RUN_NAME = "run-name"
_NAME_USED = "run-name-used"


def go_to_started() -> None:
    """Scroll, once, to the run that the session has just started or brought back: it is at the top."""
    if started := st.session_state.pop(_STARTED, ""):
        scroll_to(by_key("run-head"), key=f"scroll-{started}", block="start", focus=":scope")


def stay_here() -> None:
    """Forget that a run was just started: the page shows it already, wherever it is scrolled to."""
    st.session_state.pop(_STARTED, None)


def run_name_field(network: Network) -> str:
    """Draw the field with the name of the next run; a name is used for one training only.

    The URL has the name, too, so that a reload keeps it.
    """
    if st.session_state.pop(_NAME_USED, False):
        st.session_state[_RUN_NAME] = ""
    with st.container(gap="xxsmall"):
        name = st.text_input(
            "Name of the run", placeholder=network.name, key=_RUN_NAME, bind="query-params", on_change=_bound_name
        )
        if message := limit_message(name, MAX_NAME_LENGTH):
            st.caption(f":material/warning: {message} The end will be cut off.")
    return name


def _bound_name() -> None:
    st.session_state[_RUN_NAME] = st.session_state[_RUN_NAME][:MAX_KEPT]


def show_run(run_id: str) -> None:
    """Show the run when the page is drawn next, and lead to its heading."""
    st.session_state[_STARTED] = run_id
    st.query_params[RUN] = run_id


def train_button(analysis: Analysis, recipe: Recipe, name: str) -> str:
    """Draw the button that queues one run and shows it; returns the error message if that was refused, else ""."""
    pressed = st.button(
        "Train this network",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not analysis.valid,
        key="train",
        help=None if analysis.valid else "This network cannot be trained yet; its problem is described below.",
    )
    if not pressed:
        return ""
    shared = services()
    try:
        run = submit(shared.store, shared.settings, analysis, recipe, name=name.strip() or None, actor=viewer())
    except LabError as error:
        return for_viewer(error)
    st.session_state[_NAME_USED] = True
    show_run(run.id)
    st.rerun()
    return ""


def sweep_popover(analysis: Analysis, recipe: Recipe, name: str) -> None:
    """Draw the popover that trains the network with several values of one hyperparameter.

    Args:
        analysis: Of the network.
        recipe: Of the training.
        name: That of the sweep, as typed; empty for one made of the network's name.
    """
    popover = st.popover(
        "Sweep", icon=":material/stacked_line_chart:", disabled=not analysis.valid, key=_SWEEP, on_change="rerun"
    )
    # So low that it fits above or below its button on a screen of 720 pixels, wherever the button is.
    with popover, st.container(gap="xsmall"):
        if popover.open:
            _sweep_form(analysis, recipe, name.strip())


def _sweep_form(analysis: Analysis, recipe: Recipe, title: str) -> None:
    missing = {name: why for name in HYPERPARAMETERS if (why := why_not_varied(analysis.network, name))}
    # The network may have changed since the hyperparameter was chosen.
    if st.session_state.get(_HYPERPARAMETER) in missing:
        del st.session_state[_HYPERPARAMETER]
    name = st.selectbox(
        "Hyperparameter",
        [name for name in HYPERPARAMETERS if name not in missing],
        format_func=lambda key: HYPERPARAMETERS[key].title,
        key=_HYPERPARAMETER,
        help="The same network is trained several times, with different values of it.",
    )
    for why in missing.values():
        st.caption(plain(why))
    hyperparameter = HYPERPARAMETERS[name]
    choices = hyperparameter.choices(recipe)
    values = st.pills(
        "Values",
        choices,
        default=hyperparameter.defaults(recipe),
        format_func=hyperparameter.format,
        selection_mode="multi",
        key=f"sweep-values-{name}",
    )
    ordered = [value for value in choices if value in values]
    sweep = plan_sweep(analysis.network, recipe, name, ordered, memory=services().settings.memory, title=title)
    for message in sweep.refused:
        st.warning(plain(message), icon=":material/block:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _sweep_button(sweep)
        st.caption(plain(_summary(sweep, recipe)), width="content")
    if message := st.session_state.pop(_SWEEP_ERROR, None):
        st.error(plain(message), icon=":material/block:")


def _sweep_button(sweep: Sweep) -> None:
    count = len(sweep.variants)
    st.button(
        f"Train these {count} runs" if count != 1 else "Train this run",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not count,
        key="sweep-train",
        on_click=_start,
        args=(sweep,),
    )


def _summary(sweep: Sweep, recipe: Recipe) -> str:
    if not sweep.variants:
        return "Choose at least one value."
    durations = [training_time(variant.network, variant.recipe) for variant in sweep.variants]
    time = total_time_text(durations, early_stopping=recipe.early_stopping is not None)
    parts = [f"{epochs(recipe.epochs)} each", *([f"{time} in total"] if time else []), f"group “{sweep.group}”"]
    return " · ".join(parts)


def _start(sweep: Sweep) -> None:
    shared = services()
    try:
        runs = submit_sweep(shared.store, shared.settings, sweep, actor=viewer())
    except LabError as error:
        st.session_state[_SWEEP_ERROR] = for_viewer(error)
    else:
        st.session_state[_SWEEP] = False
        st.session_state[_NAME_USED] = True
        show_run(runs[0].id)
