"""The panel beside the list of layers: the form of the picked layers, with their cost and buttons."""

from collections.abc import Sequence
from html import escape
from typing import Literal

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import PALETTES
from mnist_lab.network import KIND_EXPLANATIONS, KIND_GROUPS, Analysis, LayerReport, analyse
from mnist_lab.ui.components.glossary_link import field_help
from mnist_lab.ui.components.markdown import unbroken
from mnist_lab.ui.compose.layer_actions import LayerAction, perform
from mnist_lab.ui.compose.layer_form import layer_fields
from mnist_lab.ui.compose.layer_rows import layer_facts, network_version
from mnist_lab.ui.compose.layers_panel import show_layer
from mnist_lab.ui.session import network_draft

_MAX_NUMBERS = 5
_Press = Literal["move", "duplicate", "remove"]


def form_panel(analysis: Analysis, picked: Sequence[int]) -> None:
    """Draw the form of the picked layers."""
    reports = [report for report in analysis.layers if report.index in picked]
    key = "-".join(str(index) for index in picked)
    with st.container(border=True, gap="xsmall", key=f"layer-form-{key}"):
        with st.container(horizontal=True, wrap=False, gap="small"):
            st.html(head_html(reports))
            st.button("Close", key="close-form", type="tertiary", icon=":material/close:", on_click=_close)
        st.html(facts_html(reports, analysis))
        st.caption(_explanation(reports))
        layer_fields(reports)
        _buttons(picked, len(analysis.network.layers))


def head_html(reports: Sequence[LayerReport]) -> str:
    """The title of the form, as HTML."""
    first = reports[0]
    kinds = {report.layer.kind for report in reports}
    title = f"{_numbers(reports)} · {first.title if len(kinds) == 1 else 'several kinds'}"
    group = KIND_GROUPS[first.layer.kind]
    tone = f"light-dark({PALETTES['light'][group]}, {PALETTES['dark'][group]})"
    return f'<div class="lab-form-head"><i style="--tone:{tone}"></i><b>{escape(title)}</b></div>'


def facts_html(reports: Sequence[LayerReport], analysis: Analysis) -> str:
    """What the layer computes if it is only one, and the cost of the whole network, as HTML."""
    facts = [layer_facts(report) for report in reports] if len(reports) == 1 else []
    if analysis.parameters is not None:
        cost = f"{formatting.count(analysis.parameters)} parameters, "
        facts.append(f"Whole network: {cost}{formatting.short_count(analysis.multiply_adds)} multiply-adds")
    lines = "".join(f"<div>{escape(unbroken(fact))}</div>" for fact in facts)
    return f'<div class="lab-form-facts">{lines}</div>'


def _numbers(reports: Sequence[LayerReport]) -> str:
    """`Layer 3`, `Layers 3, 6 and 9`, `12 layers`."""
    *numbers, last = (str(report.number) for report in reports)
    if len(numbers) > _MAX_NUMBERS:
        return f"{len(reports)} layers"
    return f"Layers {', '.join(numbers)} and {last}" if numbers else f"Layer {last}"


def _explanation(reports: Sequence[LayerReport]) -> str:
    kinds = {report.layer.kind for report in reports}
    if len(kinds) > 1:
        return "A change applies to all of them."
    explanation = KIND_EXPLANATIONS[reports[0].layer.kind]
    several = " A change applies to all of them." if len(reports) > 1 else ""
    return field_help(explanation.line, explanation.term) + several


def _buttons(picked: Sequence[int], layers: int) -> None:
    first, last = picked[0], picked[-1]
    together = last - first + 1 == len(picked)
    is_first, is_last = together and first == 0, together and last == layers - 1
    with st.container(horizontal=True, gap="small", key="form-buttons"):
        _button("Up", "move", ":material/arrow_upward:", max(first - 1, 0), disabled=is_first)
        _button("Down", "move", ":material/arrow_downward:", min(last + 2, layers), disabled=is_last)
        _button("Duplicate", "duplicate", ":material/content_copy:")
        _button("Remove", "remove", ":material/delete:")


def _button(label: str, press: _Press, icon: str, position: int = 0, *, disabled: bool = False) -> None:
    st.button(
        label,
        # The same key for every layer, so that the button keeps the focus when its layer has moved.
        key=f"form-{label.lower()}",
        icon=icon,
        disabled=disabled,
        type="tertiary",
        on_click=_act,
        args=(press, position),
    )


def _act(press: _Press, position: int) -> None:
    analysis, picked = analyse(network_draft.history().network), network_draft.picked_layers()
    action = LayerAction(
        number=0, version=network_version(analysis), type=press, indices=list(picked), position=position
    )
    if edit := perform(action, analysis, picked):
        network_draft.change(edit.network, pick=edit.picked)
        show_layer(edit.focus or 0, focus=press == "remove")


def _close() -> None:
    show_layer(network_draft.picked() or 0, focus=True)
    network_draft.pick(None)
