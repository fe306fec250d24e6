"""The learning rate of a run that is under way: the one in effect, and others to choose from."""

import math
from collections.abc import Callable

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from mnist_lab.ui.train.run_buttons import ask_button

FACTORS: dict[str, float] = {"÷ 10": 1 / 10, "÷ 3": 1 / 3, "× 1": 1.0, "× 3": 3.0, "× 10": 10.0}
"""What the recipe's learning rate can be multiplied by, evenly spaced to a logarithm."""


def rate_popover(run: Run, *, disabled: bool = False) -> None:
    """Draw the button that opens the choices; buttons and not a slider, so that two browsers show the same."""
    with st.popover(
        f"Learning rate {factor_words(run.learning_rate_factor)}".strip(),
        icon=":material/speed:",
        disabled=disabled,
        key=f"rate-popover-{run.id}",
    ):
        st.markdown(_in_words(run))
        with st.container(horizontal=True, gap="xsmall"):
            for word, factor in FACTORS.items():
                ask_button(
                    word,
                    "",
                    f"rate-{word}-{run.id}",
                    _setter(run, factor),
                    kind="primary" if _same(factor, run.learning_rate_factor) else "secondary",
                    hint=f"Learning rate {formatting.learning_rate(run.recipe.learning_rate * factor)}",
                )
        st.caption("From the next steps on.")


def factor_words(factor: float) -> str:
    """1/3 → "÷ 3", 10 → "× 10", 1 → ""; any other in three digits."""
    if _same(factor, 1.0):
        return ""
    return f"÷ {1 / factor:.3g}" if factor < 1 else f"× {factor:.3g}"


def _in_words(run: Run) -> str:
    """The rate in effect and how it comes about, as safe Markdown."""
    recipe, times = run.recipe, factor_words(run.learning_rate_factor)
    own = formatting.learning_rate(recipe.learning_rate)
    if recipe.schedule != "constant":
        return plain(f"The {recipe.schedule} schedule of {own}, {times or 'as it is'}.")
    now = plain(formatting.learning_rate(recipe.learning_rate * run.learning_rate_factor))
    return f"In effect: **{now}**" + (plain(f", the recipe's {own} {times}.") if times else ".")


def _setter(run: Run, factor: float) -> Callable[[], None]:
    return lambda: services().store.set_learning_rate(run.id, factor)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6)
