"""The metrics of a run beside its curves: the newest while it trains, those of the kept epoch after it has ended."""

from mnist_lab import formatting
from mnist_lab.charts import Figures, MetricHistory, figures_html
from mnist_lab.insight import is_settled
from mnist_lab.runs import MetricPoint, Result, Run

_Pair = tuple[float | None, float | None]
"""Accuracy and loss."""
_UNKNOWN: _Pair = (None, None)
_MAX_NAME = 40


def run_figures(run: Run, history: MetricHistory) -> str:
    """Accuracy and loss on each set of images, as far as they are known, and the speed, as HTML.

    All three columns are there from the start, so that nothing moves when their figures come.
    """
    training, validation, test = _UNKNOWN, _UNKNOWN, _UNKNOWN
    notes: list[str] = []
    if run.result is not None:
        training, validation, test, note = _final_figures(run, run.result, history)
        notes.append(note)
    elif history.points:
        training, validation, note = _newest_figures(run, history)
        notes.append(note)
    figures = [
        Figures(images, formatting.accuracy(accuracy), formatting.loss(loss))
        for images, (accuracy, loss) in (("Training", training), ("Validation", validation), ("Test", test))
    ]
    if history.points:
        notes.append(_speed(run, history))
    return figures_html(figures, notes)


def headline(run: Run | None, history: MetricHistory) -> tuple[str, str]:
    """The one number of a run, and its name: the best accuracy that is known of it."""
    if run is None:
        return "– %", "accuracy"
    name = formatting.shortened_inside(run.name, _MAX_NAME)
    if run.result is not None:
        return formatting.accuracy(run.result.test_accuracy), f"test accuracy of {name}"
    if history.last_validated is not None:
        return formatting.accuracy(history.last_validated.validation_accuracy), f"validation accuracy of {name}"
    if history.points:
        return formatting.accuracy(history.points[-1].training_accuracy), f"accuracy while training: {name}"
    return "– %", f"accuracy of {name}"


def kept_epoch(result: Result) -> int:
    """The epoch whose weights the run keeps, 1-based; 0 if it completed none."""
    return result.best_epoch if result.kept == "best" else result.epochs


def _newest_figures(run: Run, history: MetricHistory) -> tuple[_Pair, _Pair, str]:
    newest, validated = history.points[-1], history.last_validated
    training = newest.training_accuracy, newest.training_loss
    if validated is None:
        return training, _UNKNOWN, ""
    validation = validated.validation_accuracy, validated.validation_loss
    if run.state.is_ended:
        return training, validation, ""
    return training, validation, f"Training: the latest steps. Validation: epoch {round(validated.epoch):,}."


def _final_figures(run: Run, result: Result, history: MetricHistory) -> tuple[_Pair, _Pair, _Pair, str]:
    epoch = kept_epoch(result)
    trained = _point_of_epoch(history, epoch)
    training = _UNKNOWN if trained is None else (trained.training_accuracy, trained.training_loss)
    holds_out = run.recipe.validation == "holdout"
    validation = (result.validation_accuracy, result.validation_loss) if holds_out else _UNKNOWN
    return training, validation, (result.test_accuracy, result.test_loss), _weights_note(run, result, epoch)


def _weights_note(run: Run, result: Result, epoch: int) -> str:
    if not epoch:
        return "All figures are from the network as it was when it was stopped, before the end of its first epoch."
    which = "best" if result.kept == "best" else "last"
    text = f"Figures of epoch {epoch:,}, the {which} one, which is kept."
    return text if run.recipe.validation == "holdout" else f"{text} The test images were also the validation images."


def _point_of_epoch(history: MetricHistory, epoch: int) -> MetricPoint | None:
    # Searched from the end, as the kept epoch is usually one of the last.
    points = (point for point in reversed(history.points) if point.kind == "epoch")
    return next((point for point in points if round(point.epoch) == epoch), None)


def _speed(run: Run, history: MetricHistory) -> str:
    newest = history.points[-1]
    speed = formatting.throughput(newest.samples_per_second)
    if run.state.is_ended:
        # The newest learning rate may differ from that of the kept epoch.
        return speed
    rate = f"learning rate {formatting.learning_rate(newest.learning_rate)}"
    # The first steps include the compilation, so their speed is not typical.
    return f"{speed} · {rate}" if is_settled(history.points) else rate.capitalize()
