"""The form of the picked layers: what they are, and a field for each argument that all of them have.

Each change is written to the draft at once, in all of them, as one edit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st
from pydantic import ValidationError

from mnist_lab.charts import field_drawing
from mnist_lab.network import (
    ACTIVATIONS,
    ARGUMENT_EXPLANATIONS,
    MAX_ARGUMENT,
    LayerReport,
    argument_line,
    shared_arguments,
)
from mnist_lab.ui.components.glossary_link import field_help
from mnist_lab.ui.components.themed_html import themed_html
from mnist_lab.ui.session import network_draft

_NUMBER_WIDTH = 128
_CHOICE_WIDTH = 264
_PADDINGS = {"valid": "valid (no border)", "same": "same (zero border)"}
_PAIRS = {
    "kernel_size": ("Kernel height", "Kernel width"),
    "pool_size": ("Window height", "Window width"),
    "strides": ("Stride down", "Stride across"),
}
_COUNTS = {"filters": "Filters", "units": "Units"}
_MIXED = "mixed"


@dataclass(frozen=True)
class _Field:
    """One argument of the picked layers."""

    reports: Sequence[LayerReport]
    name: str
    values: tuple[Any, ...]
    """Its value in each of them."""

    def value(self, part: int | None = None) -> Any:
        """The value that all layers have, of the whole argument or of one number of a pair; None if they differ."""
        values = {value if part is None else value[part] for value in self.values}
        return values.pop() if len(values) == 1 else None

    def key(self, part: int | None = None) -> str:
        indices = "-".join(str(report.index) for report in self.reports)
        kinds = "-".join(sorted({report.layer.kind for report in self.reports}))
        return f"layer-{indices}-{kinds}-{self.name}" + ("" if part is None else f"-{part}")

    @property
    def help(self) -> str:
        explanation = ARGUMENT_EXPLANATIONS[self.name]
        return field_help(explanation.line, explanation.term)

    @property
    def line(self) -> str:
        """The field in one line, with the numbers of the layer if it is one."""
        if self.value() is None:
            return _mixed_line(self.name, self.values)
        several = len(self.reports) > 1
        return ARGUMENT_EXPLANATIONS[self.name].line if several else argument_line(self.name, self.reports[0])

    @property
    def drawing(self) -> str:
        """The drawing of the field as SVG; empty if it has none, or the layers differ."""
        return "" if self.value() is None else field_drawing(self.reports[0].layer, self.name)


def layer_fields(reports: Sequence[LayerReport]) -> None:
    """Draw a field for each argument that the layers of these reports share."""
    shared = shared_arguments([report.layer for report in reports])
    for name, values in shared.items():
        field = _Field(reports, name, values)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"field-{name}"):
            _widgets(field)
            text = f'<div class="lab-field">{field.drawing}<span>{escape(field.line)}</span></div>'
            themed_html(text, key=f"explain-{name}")
    if not shared:
        st.caption("There is nothing to set." if len(reports) == 1 else "These layers have nothing in common to set.")


def _widgets(field: _Field) -> None:
    if field.name in _COUNTS:
        _number(field, None, _COUNTS[field.name])
    elif field.name in _PAIRS:
        with st.container(horizontal=True, wrap=False, width="content", gap="small"):
            for part in (0, 1):
                _number(field, part, _PAIRS[field.name][part])
    elif field.name == "rate":
        _rate(field)
    elif field.name == "padding":
        _choice(field, "Padding", list(_PADDINGS), lambda key: _PADDINGS[key])
    elif field.name == "activation":
        _choice(field, "Activation", list(ACTIVATIONS), _activation_label)


def _mixed_line(name: str, values: Sequence[Any]) -> str:
    different = list(dict.fromkeys(values))
    shown = [_text(value) for value in different[:4]] + (["…"] if len(different) > 4 else [])
    return f"Mixed: {', '.join(shown)}. {ARGUMENT_EXPLANATIONS[name].line}"


def _text(value: Any) -> str:
    return (
        "×".join(map(str, value))
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _activation_label(name: str) -> str:
    return "linear (none)" if name == "linear" else name


def _number(field: _Field, part: int | None, label: str) -> None:
    key, value = field.key(part), field.value(part)
    st.session_state[key] = value
    st.number_input(
        label,
        # Invalid values are accepted here; the diagnosis explains them and offers repairs.
        min_value=min(value or 0, 0),
        max_value=MAX_ARGUMENT,
        # A field that may be empty has a button to empty it.
        value="min" if value is not None else None,
        step=_step(value or 1) if part is None else 1,
        key=key,
        help=field.help,
        placeholder=_MIXED,
        width=_NUMBER_WIDTH,
        on_change=_write,
        args=(_where(field), field.name, part, key),
    )


def _step(value: int) -> int:
    # Small numbers change in steps of 1, larger ones in steps that keep multiples of 4 or 8.
    return 1 if value < 8 or value % 4 else 4 if value < 32 or value % 8 else 8


def _rate(field: _Field) -> None:
    key, value = field.key(), field.value()
    if value is not None and 0 <= value <= 1:
        st.session_state[f"{key}-slider"] = float(value)
        st.slider(
            "Rate",
            0.0,
            1.0,
            step=0.05,
            key=f"{key}-slider",
            help=field.help,
            width=_CHOICE_WIDTH,
            on_change=_write,
            args=(_where(field), "rate", None, f"{key}-slider"),
        )
        return
    # Several layers may have different rates, and a link or a file a rate outside the slider's range.
    st.session_state[key] = value
    st.number_input(
        "Rate",
        value="min" if value is not None else None,
        key=key,
        step=0.05,
        help=field.help,
        placeholder=_MIXED,
        width=_NUMBER_WIDTH,
        on_change=_write,
        args=(_where(field), "rate", None, key),
    )


def _choice(field: _Field, label: str, options: list[str], format_option: Callable[[str], str]) -> None:
    key = field.key()
    st.session_state[key] = field.value()
    st.selectbox(
        label,
        options,
        index=0 if field.value() is not None else None,
        format_func=format_option,
        key=key,
        help=field.help,
        placeholder=_MIXED,
        width=_CHOICE_WIDTH,
        on_change=_write,
        args=(_where(field), field.name, None, key),
    )


def _where(field: _Field) -> dict[int, str]:
    """The indices of the layers, and their kinds."""
    return {report.index: report.layer.kind for report in field.reports if report.index is not None}


def _write(where: dict[int, str], name: str, part: int | None, key: str) -> None:
    network = network_draft.history().network
    value: Any = st.session_state.get(key)
    # A link or an undo may have put other layers at these indices in the meantime.
    kinds = dict(enumerate(layer.kind for layer in network.layers))
    if value is None or any(kinds.get(index) != kind for index, kind in where.items()):
        return
    try:
        changed = network.change(where, name, round(float(value), 4) if name == "rate" else value, part)
    except ValidationError:
        return
    network_draft.change(changed, pick=tuple(where))
