"""What was done to a run by hand, as text: learning rates that were changed, and where the run was stopped."""

from typing import TYPE_CHECKING

from mnist_lab import formatting

if TYPE_CHECKING:
    from mnist_lab.runs import Intervention, Run

NOTHING = "nothing"


def learning_rate_text(run: "Run") -> str:
    """The learning rates that were set by hand: "learning rate ÷ 3 after 1.56 epochs"; "" if there is none."""
    changes = [f"{formatting.factor(one.factor or 1.0)} {_when(one)}" for one in run.rate_changes]
    if changes:
        return f"learning rate {', '.join(changes)}"
    if run.learning_rate_factor == 1:
        return ""
    # Set before the first step, or in a version of the lab that did not record it.
    when = "when is not recorded" if run.steps_done else "from the start"
    return f"learning rate {formatting.factor(run.learning_rate_factor)}{',' if run.steps_done else ''} {when}"


def by_hand_text(run: "Run") -> str:
    """All that was done by hand and changed the result, in one line; "nothing" if there is none of it.

    Pauses are left out: a run that was paused has the same result as one that was not.
    """
    stops = [f"stopped {_when(one)}" for one in run.interventions if one.action == "stop"]
    parts = [part for part in (learning_rate_text(run), *stops) if part]
    return "; ".join(parts) or NOTHING


def intervention_text(one: "Intervention") -> str:
    """One intervention: "paused after 1.56 epochs (step 732)"."""
    what = {"pause": "paused", "continue": "continued", "stop": "stopped"}.get(one.action)
    return f"{what or f'learning rate {formatting.factor(one.factor or 1.0)}'} {_when(one)} (step {one.step:,})"


def _when(one: "Intervention") -> str:
    if one.step == 0:
        return "from the start"
    return f"after {one.epoch:.3g} {'epoch' if one.epoch == 1 else 'epochs'}"
