"""Live view of a run, shown by the Train page and sent by `/live`; made once for all viewers."""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cachetools import LRUCache

from mnist_lab import formatting
from mnist_lab.charts import (
    Curve,
    Figure,
    MetricHistory,
    accuracy_figure,
    entry_html,
    headline_html,
    progress_html,
    run_figure,
)
from mnist_lab.errors import UnknownRunError
from mnist_lab.insight import seconds_left
from mnist_lab.insight.doctor import Finding, diagnose
from mnist_lab.runs import Run, RunState
from mnist_lab.runs.snapshot_files import newest_health
from mnist_lab.ui.live.queue_view import entry_details, entry_key, position_texts, shown_runs
from mnist_lab.ui.live.run_figures import headline, kept_epoch, run_figures
from mnist_lab.ui.live.run_labels import is_testing, position_text, progress_text
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.snapshot_cache import (
    SnapshotVersion,
    SnapshotVersions,
    digits_of,
    newest_version,
    snapshot_versions,
)
from mnist_lab.ui.services.store_cache import StoreSnapshot
from mnist_lab.ui.services.training_time import expected_seconds
from mnist_lab.ui.session.ui_state import ChartOptions

PROGRESS, FIGURES, DIGITS, CHART, HEADLINE = "run-progress", "run-figures", "run-digits", "live-chart", "run-headline"
"""Keys of the parts of the page."""
CHART_HEIGHT = 440
"""Pixels of a chart of learning curves."""
COMPACT_CHART_HEIGHT = 216
"""Pixels of the small chart of the Start page."""
SHORT_INTERVAL = 0.25
"""Seconds between two requests of a browser when the first points of a run, or its result, are expected soon."""
IDLE_INTERVAL = 4.0
"""Seconds between two requests of a browser when nothing trains: it only has to notice that the run is deleted, or
that another one begins."""
MAX_INTERVAL_FACTOR = 3
"""A browser waits at most this many times `MNIST_LAB_REFRESH`."""
_REQUESTS_PER_TRAINING = 700
"""With this many requests during a training, the curves grow by about a pixel each time."""
_FIRST_POINTS = 3
_COMPACT_SMOOTHING = 0.6
_DIGEST_BYTES = 8
MAX_RECENT_VIEWS = 64
"""Number of views kept for comparison with later ones; one takes up to 200 KB."""


class LiveChart(NamedTuple):
    """The content of the chart."""

    figure: Figure
    alt: str
    """Alternative text of the chart, for screen readers."""
    height: int
    """Pixels."""
    version: str
    """Digest of the figure."""


@dataclass(frozen=True)
class RunView:
    """What is shown of a run at one point in time."""

    layout_key: str
    """Changes when the page must be drawn again, not only its parts."""
    interval: float
    """Seconds until a browser should ask again."""
    parts: Mapping[str, Any]
    """The content of each part of the page by its key: HTML; a `LiveChart`; for the slider, the newest snapshot."""
    findings: Sequence[Finding]
    """Findings of the run doctor."""
    version: str
    """Digest of the parts."""


_recent: LRUCache[tuple[str, ChartOptions, str], RunView] = LRUCache(MAX_RECENT_VIEWS)
_recent_lock = threading.Lock()


def view_run(run: Run, store: StoreSnapshot, options: ChartOptions) -> RunView:
    """The view of a run, made once per snapshot for all viewers with the same options.

    Args:
        run: In any state, as it is in the snapshot.
        store: The snapshot.
        options: How the curves are drawn.

    Raises:
        StoreError: The store cannot be read.
    """
    return store.shared((run.id, options), lambda: _remembered(run, options, _view_run(run, store, options)))


def recent_view(run_id: str, options: ChartOptions, version: str) -> RunView | None:
    """An earlier view of a run, by its version; None if it is not kept."""
    with _recent_lock:
        return _recent.get((run_id, options, version))


def _remembered(run: Run, options: ChartOptions, view: RunView) -> RunView:
    with _recent_lock:
        _recent[run.id, options, view.version] = view
    return view


def _view_run(run: Run, store: StoreSnapshot, options: ChartOptions) -> RunView:
    shared = services()
    history = shared.history_cache.of(run)
    # Asked only once, as other threads may add points in the meantime.
    has_curves = shows_curves(run, history)
    expected = expected_seconds(store.unfinished)
    positions = position_texts(store, expected)
    left = seconds_left(run, history.points, expected.get(run.id))
    silence = shared.heartbeats.silence(run)
    start = positions.get(run.id, "")
    text = progress_text(run, steps_epoch=history.last_epoch, start=start, left=left, silence=silence)
    if run.state is RunState.QUEUED and shared.launcher.error:
        # The page shows the whole message when it is drawn the next time.
        text = shared.launcher.error.partition(". ")[0]
    share = 1.0 if run.state is RunState.FINISHED else run.progress
    parts: dict[str, Any] = {PROGRESS: progress_html(text, share, is_busy=is_testing(run))}
    folder = shared.store.files.fetched(run.id, wait=0).snapshots
    snapshots = snapshot_versions(folder)
    if options.compact:
        parts |= {CHART: compact_chart(run, history), HEADLINE: headline_html(*headline(run, history))}
    elif has_curves:
        parts |= {CHART: _chart(run, history, options), FIGURES: run_figures(run, history)}
        if snapshots or not run.state.is_ended:
            done = run.epochs_done if run.state.is_ended else None
            parts[DIGITS] = digits_of(folder, _snapshot_of_figures(run, snapshots), done=done)
    # Above its progress bar, the run itself already says what it waits for.
    shown_positions = positions | {
        one.id: position_text(index, None) for index, one in enumerate(store.queue, 1) if one.id == run.id
    }
    for other in shown_runs(store, run.id):
        details = entry_details(other, shown_positions.get(other.id, ""), expected[other.id])
        parts[entry_key(other.id)] = entry_html(other.name, details)
    newest = newest_version(snapshots)
    if newest:
        parts[slider_key(run.id)] = newest
    findings = examine(run, history)
    layout_key = _layout_key(run, store, findings, has_curves=has_curves, newest_snapshot=newest)
    interval = request_interval(shared.settings.refresh, run.seconds + (left or 0.0))
    if _is_about_to_start(run, store, history) or _is_being_evaluated(run):
        interval = min(shared.settings.refresh, SHORT_INTERVAL)
    elif not store.unfinished:
        interval = max(interval, IDLE_INTERVAL)
    return RunView(layout_key, interval, parts, findings, _digest(list(map(_identity, parts.items()))))


def _snapshot_of_figures(run: Run, snapshots: SnapshotVersions) -> SnapshotVersion | None:
    """The snapshot of the epoch that the figures of a run are about: the kept one if it has a result, or the newest."""
    kept = 0 if run.result is None else kept_epoch(run.result)
    found = [one for one in snapshots if one.epoch == kept > 0]
    return next(iter([*found, *snapshots[-1:]]), None)


def shows_curves(run: Run, history: MetricHistory) -> bool:
    """Whether a run has curves to show, or will have them soon: not while it waits for its first step."""
    return bool(history.points) or run.state.is_active


def request_interval(refresh: float, seconds: float) -> float:
    """Seconds between two requests of a browser: a longer training is asked for less often.

    Args:
        refresh: The shortest interval, in seconds.
        seconds: Length of the whole training.
    """
    return min(MAX_INTERVAL_FACTOR * refresh, max(refresh, seconds / _REQUESTS_PER_TRAINING))


def _layout_key(
    run: Run, store: StoreSnapshot, findings: Sequence[Finding], *, has_curves: bool, newest_snapshot: str
) -> str:
    kinds = [finding.kind for finding in findings]
    # The text of a finding may change with every epoch and every snapshot.
    found = (kinds, run.epochs_done, newest_snapshot) if kinds else ()
    depends = [
        *(run.name, run.group, run.state, run.phase, run.command, run.attempt, run.message, run.learning_rate_factor),
        run.rate_changes,
        *(run.data, run.result is None, has_curves, bool(newest_snapshot), found, store.tested),
        *((one.id, one.name, one.state, one.command, one.attempt) for one in store.unfinished),
    ]
    return _digest(repr(depends))


def _identity(part: tuple[str, Any]) -> tuple[str, Any]:
    """A part with its key; a chart is identified by its version, which is shorter than its figure."""
    key, content = part
    return key, content._replace(figure={}) if isinstance(content, LiveChart) else content


def _digest(value: object) -> str:
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _is_about_to_start(run: Run, store: StoreSnapshot, history: MetricHistory) -> bool:
    """Whether the first points of the run are expected soon."""
    if run.state is RunState.QUEUED:
        return not store.active and bool(store.queue) and store.queue[0].id == run.id
    return run.state in {RunState.STARTING, RunState.RUNNING} and len(history.points) < _FIRST_POINTS


def _is_being_evaluated(run: Run) -> bool:
    """Whether the result of the run is expected soon."""
    return run.state is RunState.RUNNING and run.phase == "evaluating"


def _chart(run: Run, history: MetricHistory, options: ChartOptions) -> LiveChart:
    best_epoch = run.result.best_epoch or None if run.result else history.best_epoch
    curves = [Curve(run.name, history, best_epoch=best_epoch, rate_changes=rate_changes(run))]
    baseline = _baseline(run, options)
    if baseline is not None:
        history_behind = services().history_cache.of(baseline)
        curves.append(Curve(baseline.name, history_behind, key="baseline", number=baseline.number, baseline=True))
    epochs = planned_epochs(run)
    log, error = options.log, options.error
    figure = run_figure(curves, log=log, error=error, smoothing=options.smoothing, epochs=epochs, key=run.id)
    return LiveChart(figure, chart_alt(run, history, options, baseline), CHART_HEIGHT, _digest(figure))


def planned_epochs(run: Run) -> int | None:
    """The last epoch on the axis of a run that trains or may be resumed; None if it will have no more epochs."""
    return None if run.state.is_ended and run.state is not RunState.INTERRUPTED else run.recipe.epochs


def compact_chart(run: Run | None, history: MetricHistory) -> LiveChart:
    """The accuracy of a run alone, in a small chart; without a run, an empty chart."""
    epochs = None if run is None else planned_epochs(run)
    figure = accuracy_figure(history, epochs=epochs, smoothing=_COMPACT_SMOOTHING, key="" if run is None else run.id)
    alt = "No curve yet: this network has not been trained" if run is None else chart_alt(run, history, ChartOptions())
    return LiveChart(figure, alt, COMPACT_CHART_HEIGHT, _digest(figure))


def rate_changes(run: Run) -> tuple[tuple[float, float], ...]:
    """Epoch and factor of each learning rate that was set by hand, to be marked on the curve."""
    return tuple((one.epoch, one.factor or 1.0) for one in run.rate_changes)


def _baseline(run: Run, options: ChartOptions) -> Run | None:
    if not options.baseline or options.baseline == run.id:
        return None
    try:
        return services().store.get(options.baseline)
    except UnknownRunError:
        return None


def chart_alt(run: Run, history: MetricHistory, options: ChartOptions, baseline: Run | None = None) -> str:
    """The alternative text of the chart, for screen readers: what it shows now."""
    shown = "error" if options.error else "accuracy"
    title = f"Loss, {shown} and learning rate of the run {run.name}"
    if not history.points:
        return f"{title}: no curves yet"
    newest, validated = history.points[-1], history.last_validated
    parts = [title, f"{newest.epoch:.3g} of {formatting.quantity(run.recipe.epochs, 'epoch')}"]
    parts.append(_figures_text("training", newest.training_loss, newest.training_accuracy, options))
    if validated is not None:
        parts.append(_figures_text("validation", validated.validation_loss, validated.validation_accuracy, options))
    if history.best_epoch:
        parts.append(f"best epoch {history.best_epoch}")
    if baseline is not None:
        parts.append(f"behind it the run {baseline.name}")
    return "; ".join(parts)


def _figures_text(images: str, loss: float | None, accuracy: float | None, options: ChartOptions) -> str:
    text = f"{images} loss {formatting.loss(loss)}"
    if options.error and accuracy is not None:
        return f"{text}, error {formatting.accuracy(1 - accuracy)}"
    return f"{text}, accuracy {formatting.accuracy(accuracy)}"


def slider_key(run_id: str) -> str:
    """The key of the slider over a run's epochs."""
    return f"watch-epoch-{run_id}"


def examine(run: Run, history: MetricHistory) -> Sequence[Finding]:
    """The run doctor's findings on a run's curves and the newest health of its layers, most important first.

    Args:
        run: In any state.
        history: Its metrics.
    """
    return diagnose(run, history.points, newest_health(services().store.files.fetched(run.id, wait=0).snapshots))
