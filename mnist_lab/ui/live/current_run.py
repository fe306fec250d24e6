"""What there is to show of the runs at one moment: the one that is looked at, those under way, and those that wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_lab import formatting
from mnist_lab.errors import UnknownRunError
from mnist_lab.runs import Run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import Moment

_LONGEST_ID = 64


@dataclass(frozen=True)
class Glance:
    """What there is to show at one moment."""

    run: Run | None
    moment: Moment
    trouble: str = ""
    """Why the run that was asked for cannot be shown."""

    @property
    def active(self) -> Sequence[Run]:
        """The runs under way."""
        return self.moment.active

    @property
    def queue(self) -> Sequence[Run]:
        """The runs that wait, next one first; of very many the first."""
        return self.moment.queue

    @property
    def is_busy(self) -> bool:
        """Whether something is under way or waits, so that the page has to look again."""
        return bool(self.active or self.queue)

    @property
    def outline(self) -> tuple[object, ...]:
        """What the rest of the page depends on: when it changes, the whole page is drawn anew."""
        return self.is_busy, self.run is None, self.trouble


def look(wanted: str | None, owner: str = "") -> Glance:
    """The run named `wanted`, else the owner's newest under way, else anyone's, else the next one, else the newest."""
    moments = services().moments
    glance = _look(moments.now(), wanted, owner)
    if glance.run is not None and not glance.run.state.is_ended and not glance.is_busy:
        # It came after that moment, and a page that does not know of it would not look again.
        glance = _look(moments.now(anew=True), wanted, owner)
    return glance


def _look(moment: Moment, wanted: str | None, owner: str) -> Glance:
    trouble = ""
    if wanted:
        try:
            return Glance(find(wanted, moment), moment)
        except UnknownRunError:
            shown = formatting.shortened(wanted, 20)
            trouble = f"The address names the run “{shown}”, which is not in this lab; it may have been deleted."
    own = [run for run in (*moment.active, *moment.queue) if run.owner == owner]
    # The lab's own runs are nobody's last one.
    newest = [run for run in services().store.list(limit=1) if not run.is_reference]
    run = next(iter([*own, *moment.active, *moment.queue, *newest]), None)
    return Glance(run, moment, trouble)


def find(run_id: str, moment: Moment) -> Run:
    """The run with this id, as it was at a moment if it was under way or waited.

    Raises:
        UnknownRunError: There is none.
        StoreError: The store cannot be read.
    """
    return moment.find(run_id) or services().store.get(run_id[:_LONGEST_ID])
