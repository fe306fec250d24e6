"""The figures of a run beside its curves: the newest while it trains, those of the kept epoch once it has ended."""

from mnist_lab import formatting
from mnist_lab.charts import Track, figures_html
from mnist_lab.insight import is_settled
from mnist_lab.runs import MetricPoint, Result, Run

_Figures = list[tuple[str, str]]


def run_figures(run: Run, track: Track) -> str:
    """Accuracy and loss on each set of images, as far as there are any, and the speed, as HTML."""
    figures: _Figures = []
    notes: list[str] = []
    if run.result is not None:
        figures, note = _kept_figures(run, run.result, track)
        notes.append(note)
    elif track.points:
        figures, note = _newest_figures(run, track)
        notes.append(note)
    if track.points:
        notes.append(_pace(run, track))
    return figures_html(figures, notes)


def kept_epoch(result: Result) -> int:
    """The epoch whose weights the run keeps, 1-based; 0 if it completed none."""
    return result.best_epoch if result.kept == "best" else result.epochs


def _newest_figures(run: Run, track: Track) -> tuple[_Figures, str]:
    newest, checked = track.points[-1], track.last_check
    figures = [] if checked is None else _pair("Validation", checked.validation_accuracy, checked.validation_loss)
    figures += _pair("Training", newest.training_accuracy, newest.training_loss)
    if checked is None or run.state.is_ended:
        return figures, ""
    return figures, f"Validation: after epoch {round(checked.epoch):,}. Training: the newest steps."


def _kept_figures(run: Run, result: Result, track: Track) -> tuple[_Figures, str]:
    epoch = kept_epoch(result)
    trained = _training_of(track, epoch)
    figures = _pair("Test", result.test_accuracy, result.test_loss)
    if run.recipe.validation == "holdout":
        figures += _pair("Validation", result.validation_accuracy, result.validation_loss)
    if trained is not None:
        figures += _pair("Training", trained.training_accuracy, trained.training_loss)
    return figures, _whose(run, result, epoch)


def _whose(run: Run, result: Result, epoch: int) -> str:
    if not epoch:
        return "All figures: the network as it was when it was stopped, before its first epoch was done."
    which = "the best" if result.kept == "best" else "the last"
    words = f"All figures: epoch {epoch:,}, {which}, whose weights are kept."
    return words if run.recipe.validation == "holdout" else f"{words} The test images were the validation images, too."


def _training_of(track: Track, epoch: int) -> MetricPoint | None:
    # From the end: the kept epoch is rarely among the first.
    of_epochs = (point for point in reversed(track.points) if point.kind == "epoch")
    return next((point for point in of_epochs if round(point.epoch) == epoch), None)


def _pair(which: str, accuracy: float | None, loss: float | None) -> _Figures:
    return [(f"{which} accuracy", formatting.accuracy(accuracy)), (f"{which} loss", formatting.loss(loss))]


def _pace(run: Run, track: Track) -> str:
    newest = track.points[-1]
    speed = formatting.throughput(newest.samples_per_second)
    if run.state.is_ended:
        # The newest learning rate need not be that of the epoch that is kept.
        return speed
    rate = f"learning rate {formatting.learning_rate(newest.learning_rate)}"
    # The first steps compile: their speed would be that of the compiler.
    return f"{speed} · {rate}" if is_settled(track.points) else rate.capitalize()
