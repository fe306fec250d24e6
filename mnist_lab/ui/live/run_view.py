"""What of a run changes from second to second, made once for all browsers that look at about the same time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_lab import formatting
from mnist_lab.charts import Curve, Track, entry_html, progress_html, run_figure
from mnist_lab.errors import UnknownRunError
from mnist_lab.insight import seconds_left
from mnist_lab.insight.doctor import Finding, diagnose
from mnist_lab.runs import MetricPoint, Run, RunState
from mnist_lab.runs.snapshot_files import newest_health
from mnist_lab.ui.live.queue_view import entry_details, entry_key, others, waiting_words
from mnist_lab.ui.live.run_figures import run_figures
from mnist_lab.ui.live.run_labels import where
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.snapshot_cache import stamp_words, stamps
from mnist_lab.ui.services.store_cache import Moment
from mnist_lab.ui.services.training_time import expected_seconds

LINE, FIGURES, CHART = "run-line", "run-figures", "live-chart"
"""Parts of the page, by the keys of the components that show them."""
IMPATIENT_SECONDS = 0.25
"""Between two looks at a run whose curves are about to begin."""
MOST_TIMES = 3
"""So many times as long as the settings say a page waits at most until it looks again."""
_LOOKS = 700
"""A training is worth so many looks: at each, its curves have grown by about a pixel."""
_FIRST_POINTS = 3
_OUTLINE_BYTES = 8


@dataclass(frozen=True)
class Choices:
    """How a person wants the curves drawn."""

    log: bool = False
    smoothing: float = 0.6
    """0 ≤ smoothing < 1."""
    ghost: str = ""
    """Id of the run that is drawn behind."""


@dataclass(frozen=True)
class Growth:
    """A run at one moment."""

    outline: str
    """Changes whenever more of the page than its parts has to be drawn anew."""
    every: float
    """Seconds until it is worth a look again."""
    parts: Mapping[str, Any]
    """What the components that show it are given, by their keys."""
    findings: Sequence[Finding]
    """Of the run doctor."""


def growth(run: Run, moment: Moment, choices: Choices) -> Growth:
    """How a run stands at a moment.

    Args:
        run: In any state, as it was at that moment.
        moment: What else there was.
        choices: How the curves are to be drawn.

    Raises:
        StoreError: The store cannot be read.
    """
    return moment.shared((run.id, choices), lambda: _growth(run, moment, choices))


def _growth(run: Run, moment: Moment, choices: Choices) -> Growth:
    lab = services()
    track = lab.tracks.of(run)
    expected = expected_seconds([*moment.active, *moment.queue])
    waiting = waiting_words(moment, expected)
    left = seconds_left(run, track.points, expected.get(run.id))
    line = where(run, steps_epoch=track.last_epoch, start=waiting.get(run.id, ""), left=left)
    parts: dict[str, Any] = {
        LINE: progress_html(line, 1.0 if run.state is RunState.FINISHED else run.progress),
        CHART: _chart(run, track, choices),
    }
    if track.points or run.result is not None:
        parts[FIGURES] = run_figures(run, track)
    for other in others(moment, run.id):
        details = entry_details(other, waiting.get(other.id, ""), expected[other.id])
        parts[entry_key(other.id)] = entry_html(other.name, details)
    seen = stamps(lab.store.folder(run.id).snapshots)
    if seen:
        parts[timeline_key(run.id)] = stamp_words(seen)
    findings = examine(run, track.points)
    outline = _outline(run, moment, findings, has_figures=FIGURES in parts, snapshot=stamp_words(seen))
    every = pace(lab.settings.refresh, run.seconds + (left or 0.0))
    if _begins(run, moment, track):
        every = min(lab.settings.refresh, IMPATIENT_SECONDS)
    return Growth(outline, every, parts, findings)


def pace(refresh: float, seconds: float) -> float:
    """Seconds between two looks at a training: the longer it takes, the less is there to see each time.

    Args:
        refresh: Seconds, the least.
        seconds: Of the whole training.
    """
    return min(MOST_TIMES * refresh, max(refresh, seconds / _LOOKS))


def _outline(run: Run, moment: Moment, findings: Sequence[Finding], *, has_figures: bool, snapshot: str) -> str:
    said = [finding.kind for finding in findings]
    # What a finding says of curves and layers is brought up to date with every epoch and every snapshot.
    found = (said, run.epochs_done, snapshot) if said else ()
    depends = [
        *(run.name, run.group, run.state, run.phase, run.command, run.attempt, run.message, run.learning_rate_factor),
        *(run.data, run.result is None, has_figures, bool(snapshot), found, moment.tested),
        *((one.id, one.name, one.state, one.command, one.attempt) for one in (*moment.active, *moment.queue)),
    ]
    return hashlib.blake2b(repr(depends).encode(), digest_size=_OUTLINE_BYTES).hexdigest()


def _begins(run: Run, moment: Moment, track: Track) -> bool:
    """Whether the first points of the run are to come any moment."""
    if run.state is RunState.QUEUED:
        return not moment.active and bool(moment.queue) and moment.queue[0].id == run.id
    return run.state in {RunState.STARTING, RunState.RUNNING} and len(track.points) < _FIRST_POINTS


def _chart(run: Run, track: Track, choices: Choices) -> tuple[Any, ...]:
    """What the plot component is given: the figure, what it shows in words, and its height."""
    curves = [Curve(run.name, track, best_epoch=run.result.best_epoch or None if run.result else track.best_epoch)]
    ghost = _ghost(run, choices)
    if ghost is not None:
        curves.append(Curve(ghost.name, services().tracks.of(ghost), key="ghost", ghost=True))
    epochs = None if run.state.is_ended else run.recipe.epochs
    figure = run_figure(curves, log=choices.log, smoothing=choices.smoothing, epochs=epochs, key=run.id)
    return figure, chart_words(run, track, ghost), CURVES_HEIGHT


def _ghost(run: Run, choices: Choices) -> Run | None:
    if not choices.ghost or choices.ghost == run.id:
        return None
    try:
        return services().store.get(choices.ghost)
    except UnknownRunError:
        return None


def chart_words(run: Run, track: Track, ghost: Run | None = None) -> str:
    """What the chart shows, in words, for those who do not see it."""
    words = [f"Loss, accuracy and learning rate of the run {run.name}"]
    if not track.points:
        return f"{words[0]}: no curves yet"
    newest, check = track.points[-1], track.last_check
    words.append(f"{newest.epoch:.3g} of {run.recipe.epochs} epochs")
    words.append(
        f"training loss {formatting.loss(newest.training_loss)}, accuracy "
        f"{formatting.accuracy(newest.training_accuracy)}"
    )
    if check is not None:
        loss, accuracy = formatting.loss(check.validation_loss), formatting.accuracy(check.validation_accuracy)
        words.append(f"validation loss {loss}, accuracy {accuracy}")
    if track.best_epoch:
        words.append(f"best epoch {track.best_epoch}")
    if ghost is not None:
        words.append(f"behind it the run {ghost.name}")
    return "; ".join(words)


def timeline_key(run_id: str) -> str:
    """The key of the slider over a run's epochs."""
    return f"watch-epoch-{run_id}"


CURVES_HEIGHT = 470
"""Pixels of a chart of learning curves."""


def examine(run: Run, points: Sequence[MetricPoint]) -> Sequence[Finding]:
    """What the run doctor finds in a run's curves and in the newest look at its layers, most important first.

    Args:
        run: In any state.
        points: Its curves.
    """
    return diagnose(run, points, newest_health(services().store.folder(run.id).snapshots))


SMOOTHINGS = (0.0, 0.3, 0.6, 0.9, 0.97)
