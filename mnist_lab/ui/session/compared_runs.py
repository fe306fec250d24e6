"""What the URL says about Compare: the ticked runs, the sweep that its table shows, and the columns of the table."""

from collections.abc import Iterable

import streamlit as st

from mnist_lab.ui.session.query_params import COLUMNS, RUNS, SWEEP


def runs_parameter() -> str | None:
    """The ids of the ticked runs, separated by commas; None if the URL does not name any, "" for none."""
    parameter: str | None = st.query_params.get(RUNS)
    return parameter


def write_runs(ids: Iterable[str]) -> str:
    """Write the ids of the ticked runs into the URL; returns the parameter."""
    parameter = ",".join(ids)
    _write(RUNS, parameter)
    return parameter


def forget_runs() -> None:
    """Let the URL name no ticked runs, so that the page chooses them."""
    st.query_params.pop(RUNS, None)


def sweep_parameter() -> str | None:
    """The name of the sweep; None if the URL names none."""
    parameter: str | None = st.query_params.get(SWEEP) or None
    return parameter


def write_sweep(name: str | None) -> None:
    """Write the name of a sweep into the URL; None for all runs."""
    if name:
        _write(SWEEP, name)
    else:
        st.query_params.pop(SWEEP, None)


def columns_parameter() -> str | None:
    """The shown columns, as `write_columns` writes them; None if the URL does not name any."""
    parameter: str | None = st.query_params.get(COLUMNS)
    return parameter


def write_columns(names: Iterable[str] | None) -> None:
    """Write the names of the shown columns into the URL; None for the usual ones."""
    if names is None:
        st.query_params.pop(COLUMNS, None)
    else:
        _write(COLUMNS, ",".join(map(column_slug, names)))


def column_slug(name: str) -> str:
    """A column's name in a URL: "test-accuracy"."""
    return name.lower().replace(" ", "-")


def _write(name: str, value: str) -> None:
    # Each change of the URL is an entry in the browser's history.
    if st.query_params.get(name) != value:
        st.query_params[name] = value
