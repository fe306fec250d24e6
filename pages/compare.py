"""Compare: the table of runs, the curves of the ticked ones, which is better and in what they differ."""

import streamlit as st

from mnist_lab.insight.run_columns import runs_csv
from mnist_lab.runs import RunState
from mnist_lab.ui.compare import runs_table
from mnist_lab.ui.compare.bin_panel import bin_panel
from mnist_lab.ui.compare.comparison import (
    MAX_COMPARED,
    cost_figure,
    curves_figure,
    curves_text,
    difference_tables,
    distinct_names,
    run_curves,
)
from mnist_lab.ui.compare.run_actions import run_actions
from mnist_lab.ui.compare.run_dialogs import damaged_notice
from mnist_lab.ui.compare.selection import is_new_link, missing_runs_message, tick_too
from mnist_lab.ui.compare.sweep_chart import sweep_chart
from mnist_lab.ui.compare.sweep_filter import sweep_filter, sweep_message
from mnist_lab.ui.compare.ticked_table import ticked_table
from mnist_lab.ui.compare.verdict import verdict
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.plotly_chart import plotly_chart
from mnist_lab.ui.live.run_view import CHART_HEIGHT, examine
from mnist_lab.ui.panels.doctor_panel import doctor_lines, doctor_panel
from mnist_lab.ui.panels.run_picker import empty_state
from mnist_lab.ui.panels.undo_notice import undo_notice
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.compared_runs import runs_parameter

lab = services()
lab.reference.ensure()
store, shared = lab.store, lab.table_cache.shared
if is_new_link():
    lab.table_cache.check()
st.title("Compare runs", anchor=False)
undo_notice(tick_too)
damaged = shared("damaged", store.damaged)
damaged_notice(damaged)
tally = shared("tally", lambda: store.tally(runs_table.SHOWN_STATES, exclude=damaged))
if not tally.runs:
    empty_state(
        "No run has begun yet. Train a network: small ones take only seconds. Runs appear here by themselves.",
        key="compare",
    )
    ticked_table((), "none", None)
    bin_panel()
    st.stop()

with st.container(horizontal=True, vertical_alignment="center", key="compare-filters"):
    query = st.text_input(
        "Find",
        placeholder="Find by name, note, data …",
        label_visibility="collapsed",
        key=runs_table.SEARCH_KEY,
        width=280,
    )
    states = runs_table.state_pills(sorted(tally.states)) or sorted(runs_table.SHOWN_STATES)
    every = shared("all-states", lambda: store.tally(RunState, exclude=damaged))
    sweep = sweep_filter(every.groups)
    filters = (query, *states, sweep)
    found = shared(("found", *filters), lambda: store.search(query, states, sweep, exclude=damaged))
    st.download_button(
        "CSV",
        data=lambda: runs_csv(store.runs_of(found.ids)),
        file_name="mnist-lab-runs.csv",
        mime="text/csv",
        icon=":material/download:",
        disabled=not found.ids,
        on_click="ignore",
        key="compare-csv",
    )
if missing := missing_runs_message(store, runs_parameter()):
    st.warning(plain(missing), icon=":material/link_off:")
progress = ""
if sweep:
    progress = sweep_message(shared(("sweep", sweep), lambda: store.tally(RunState, damaged, sweep)))
shown = ticked_table(
    found.ids, filters, sweep, lambda rows: f"{runs_table.count_message(found, rows, tally.runs)} {progress}".rstrip()
)
if not found.ids:
    st.info(f"No run matches. {progress}".rstrip(), icon=":material/filter_alt_off:")
    st.button("Show all runs", on_click=runs_table.clear_filters, key="compare-all")
selected = shown.selected
if not selected:
    if found.ids:
        st.caption("Tick rows to compare their runs.")
    bin_panel()
    st.stop()
all_names = distinct_names(selected)
run_actions(selected, all_names, are_chosen=shown.are_chosen)
if len(selected) > MAX_COMPARED:
    st.caption(f"The first {MAX_COMPARED} of the {len(selected):,} ticked runs are compared.")
selected, names = selected[:MAX_COMPARED], all_names[:MAX_COMPARED]

for run, name in zip(selected, names, strict=True):
    if run.message:
        show = st.error if run.state is RunState.FAILED and not run.diverged else st.warning
        show(f"**{plain(name)}** ({run.state}): {plain(for_viewer(run.message, run.owner))}", icon=":material/info:")
    if run.note and len(selected) == 1:
        st.caption(plain(run.note))

# On a linear scale, a peak of one run would flatten the curves of the others.
several = len(selected) > 1
with st.container(horizontal=True, key="compare-options"):
    log = st.toggle("Logarithmic loss", value=several, key="compare-log-several" if several else "compare-log-one")
    error = st.toggle(
        "Logarithmic error", key="compare-error", help="In place of the accuracy: it tells 99.5 % from 99.6 %"
    )
sweep_chart(shown.table.runs if sweep else selected, error=error)
with st.container(border=True, key="compare-curves"):
    histories = {run.id: lab.history_cache.of(run) for run in selected}
    curves = run_curves(selected, names, histories)
    plotly_chart(
        curves_figure(curves, log=log, error=error),
        key="compare-plot",
        alt=curves_text(selected, names, histories),
        height=CHART_HEIGHT,
    )

if len(tested := [run for run in shown.table.runs if run.result is not None]) > 1:
    with st.expander("Accuracy and number of parameters", icon=":material/scatter_plot:"):
        figure = shared(("cost", shown.key), lambda: cost_figure(tested))
        plotly_chart(figure, key="compare-cost", alt="Test accuracy of each run over its parameters", height=360)

if len(selected) > 1:
    st.subheader("Which is better", anchor=False)
    verdict(selected, names)
    doctor_lines(selected, names, histories)
    st.subheader("What differs", anchor=False)
    difference_tables(selected, names)
else:
    history = histories[selected[0].id]
    if selected[0].state.is_ended and not history.points:
        st.caption("This run ended before its first metrics were recorded.")
    doctor_panel(selected[0], history, examine(selected[0], history))
bin_panel()
