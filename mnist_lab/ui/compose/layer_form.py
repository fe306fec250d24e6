"""The form of the selected layer; each change is written to the draft at once."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from pydantic import ValidationError

from mnist_lab.network import ACTIVATIONS, MAX_ARGUMENT, AnyLayer
from mnist_lab.ui.session import network_draft

_NUMBER_WIDTH = 128
_CHOICE_WIDTH = 184
_PADDINGS = {"valid": "valid (no border)", "same": "same (zero border)"}
_PAIRS = {
    "kernel_size": ("Kernel height", "Kernel width"),
    "pool_size": ("Window height", "Window width"),
    "strides": ("Stride down", "Stride across"),
}
_COUNTS = {"filters": "Filters", "units": "Units"}


def layer_form(index: int, layer: AnyLayer) -> None:
    """Draw a widget for each argument of the layer at `index`."""
    arguments = layer.model_dump(exclude={"kind"})
    if not arguments:
        st.caption("This layer has no arguments.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for name, value in arguments.items():
            if name in _COUNTS:
                _number(index, layer, name, None, _COUNTS[name], value)
            elif name in _PAIRS:
                with st.container(horizontal=True, wrap=False, width="content", gap="small"):
                    for part in (0, 1):
                        _number(index, layer, name, part, _PAIRS[name][part], value[part])
            elif name == "rate":
                _rate(index, layer, value)
            elif name == "padding":
                _choice(index, layer, name, "Padding", list(_PADDINGS), value, lambda key: _PADDINGS[key])
            elif name == "activation":
                _choice(index, layer, name, "Activation", list(ACTIVATIONS), value, _activation_label)


def _activation_label(name: str) -> str:
    return "linear (none)" if name == "linear" else name


def _key(index: int, layer: AnyLayer, name: str, part: int | None = None) -> str:
    return f"layer-{index}-{layer.kind}-{name}" + ("" if part is None else f"-{part}")


def _number(index: int, layer: AnyLayer, name: str, part: int | None, label: str, value: int) -> None:
    key = _key(index, layer, name, part)
    st.session_state[key] = value
    st.number_input(
        label,
        # Invalid values are accepted here; the diagnosis explains them and offers repairs.
        min_value=min(value, 0),
        max_value=MAX_ARGUMENT,
        step=_step(value) if part is None else 1,
        key=key,
        width=_NUMBER_WIDTH,
        on_change=_write,
        args=(index, layer.kind, name, part, key),
    )


def _step(value: int) -> int:
    # Small numbers change in steps of 1, larger ones in steps that keep multiples of 4 or 8.
    return 1 if value < 8 or value % 4 else 4 if value < 32 or value % 8 else 8


def _rate(index: int, layer: AnyLayer, value: float) -> None:
    key = _key(index, layer, "rate")
    arguments = (index, layer.kind, "rate", None)
    if 0 <= value <= 1:
        st.session_state[f"{key}-slider"] = float(value)
        st.slider(
            "Rate: the fraction of values set to zero during training",
            0.0,
            1.0,
            step=0.05,
            key=f"{key}-slider",
            width=320,
            on_change=_write,
            args=(*arguments, f"{key}-slider"),
        )
        return
    # A link or a file may contain a rate outside the slider's range.
    st.session_state[key] = float(value)
    st.number_input("Rate", key=key, step=0.05, width=_NUMBER_WIDTH, on_change=_write, args=(*arguments, key))


def _choice(
    index: int,
    layer: AnyLayer,
    name: str,
    label: str,
    options: list[str],
    value: str,
    format_option: Callable[[str], str],
) -> None:
    key = _key(index, layer, name)
    st.session_state[key] = value
    st.selectbox(
        label,
        options,
        format_func=format_option,
        key=key,
        width=_CHOICE_WIDTH,
        on_change=_write,
        args=(index, layer.kind, name, None, key),
    )


def _write(index: int, kind: str, name: str, part: int | None, key: str) -> None:
    network = network_draft.history().network
    value: Any = st.session_state.get(key)
    # A link or an undo may have put another layer at this index in the meantime.
    if value is None or index >= len(network.layers) or network.layers[index].kind != kind:
        return
    layer = network.layers[index]
    if part is not None:
        pair = list(getattr(layer, name))
        pair[part] = value
        value = tuple(pair)
    if name == "rate":
        value = round(float(value), 4)
    try:
        changed = layer.with_changes(**{name: value})
    except ValidationError:
        return
    network_draft.change(network.replace(index, changed), pick=index)
