"""What becomes of an action on several runs: it may be refused for some of them, which one sentence says."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mnist_lab.errors import LabError, NotOwnerError, TransitionError, UnknownRunError
from mnist_lab.runs import Run
from mnist_lab.ui.components.message import for_viewer

OWNED = ("belongs to another browser", "belong to other browsers")
_GONE = ("had been deleted before", "had been deleted before")
Reason = tuple[str, str]
"""Why an action was refused, as the predicate of one run and of several."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of which runs an action was done, and why not of the others."""

    done: Sequence[Run]
    reasons: Sequence[tuple[Reason, int]]
    """Why it was refused, for one run and for several, and for how many."""
    first_error: str = ""
    """The message of the first refusal."""

    @property
    def refused(self) -> int:
        """Number of runs for which it was refused."""
        return sum(count for _, count in self.reasons)

    def sentence(self, participle: str) -> str:
        """What has happened: "3 of 5 deleted; 2 belong to other browsers."; "" if nothing was refused.

        Args:
            participle: Of the verb, such as "deleted".
        """
        if not self.reasons:
            return ""
        if not self.done and self.refused == 1:
            return self.first_error
        parts = [f"{count:,} {one if count == 1 else several}" for (one, several), count in self.reasons]
        done, total = len(self.done), len(self.done) + self.refused
        return f"{done or 'None'} of {total:,} {participle}; {', '.join(parts)}."


def on_each(runs: Sequence[Run], action: Callable[[Run], object], wrong_state: Reason) -> Outcome:
    """Do something with each run; where it is refused, the others go on.

    Args:
        runs: The runs.
        action: It raises a `LabError` if it is refused.
        wrong_state: The reason if the state of a run does not allow it.
    """
    done: list[Run] = []
    reasons: Counter[Reason] = Counter()
    messages: list[str] = []
    for run in runs:
        try:
            action(run)
        except LabError as error:
            reasons[_reason(error, wrong_state)] += 1
            messages.append(for_viewer(error))
        else:
            done.append(run)
    return Outcome(done, list(reasons.items()), *messages[:1])


def _reason(error: LabError, wrong_state: Reason) -> Reason:
    if isinstance(error, NotOwnerError):
        return OWNED
    if isinstance(error, UnknownRunError):
        return _GONE
    if isinstance(error, TransitionError):
        return wrong_state
    # Of the store or the queue: it is the same for all runs.
    text = for_viewer(error).rstrip(".")
    return f"was refused: {text}", f"were refused: {text}"
