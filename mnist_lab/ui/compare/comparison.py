"""What Compare says of the runs that were chosen: their names and colours, what differs, and which is better."""

from collections.abc import Sequence
from itertools import combinations

from mnist_lab import formatting
from mnist_lab.charts import RUN_COLOURS, RunDot, parameters_accuracy_figure
from mnist_lab.errors import StoreError
from mnist_lab.insight import accuracy_standard_error, compare_pair, differences
from mnist_lab.network import analyse
from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.plotly_chart import plot

MAX_VERDICTS = 6
MAX_DOTS = 100


def run_colour_indices(runs: Sequence[Run]) -> list[int]:
    """Each run's own colour, the same everywhere; a run whose colour is taken by one before it gets the next free."""
    taken: list[int] = []
    for run in runs:
        wanted = [(run.number + step) % RUN_COLOURS for step in range(RUN_COLOURS)]
        taken.append(next((index for index in wanted if index not in taken), wanted[0]))
    return taken


def cost_plot(runs: Sequence[Run]) -> None:
    """Draw test accuracy over parameters of the runs that have a result, at most the first hundred of them."""
    dots = [
        RunDot(
            run.name,
            analyse(run.network).parameters,
            run.result.test_accuracy,
            accuracy_standard_error(run.result.test_accuracy, max(1, sum(map(sum, run.result.confusion)))),
            run.number % RUN_COLOURS,
        )
        for run in runs[:MAX_DOTS]
        if run.result is not None
    ]
    figure = parameters_accuracy_figure(dots)
    plot(figure, key="compare-cost", alt="Test accuracy of each run over its parameters", height=360)


def distinct_names(runs: Sequence[Run]) -> list[str]:
    """The runs' names, shortened; those that are not unique carry the run's id."""
    short = [formatting.shortened(run.name, 32) for run in runs]
    return [f"{name} ({run.id})" if short.count(name) > 1 else name for name, run in zip(short, runs, strict=True)]


def verdicts(store: RunStore, runs: Sequence[Run], names: Sequence[str]) -> list[str]:
    """Sentences on the most accurate of the runs against each other one, at most six."""
    best = max(range(len(runs)), key=lambda place: result.test_accuracy if (result := runs[place].result) else -1.0)
    pairs = [pair for pair in combinations(range(len(runs)), 2) if best in pair][:MAX_VERDICTS]
    return [_verdict(store, (runs[one], runs[two]), (names[one], names[two])) for one, two in pairs]


def difference_rows(runs: Sequence[Run], names: Sequence[str], *, differing: bool) -> list[dict[str, str]]:
    """The fields in which the runs differ, or those in which they do not, as rows of safe Markdown."""
    heads = [plain(name) for name in names]
    return [
        {"": each.field, **dict(zip(heads, map(_lines, each.values), strict=True))}
        for each in differences(runs)
        if each.differs is differing
    ]


def _lines(value: str) -> str:
    """The lines of a value as Markdown that keeps them apart."""
    return "  \n".join(map(plain, value.split("\n")))


def _verdict(store: RunStore, runs: tuple[Run, Run], names: tuple[str, str]) -> str:
    try:
        first, second = (store.folder(run.id).read_predictions() for run in runs)
    except StoreError as error:
        return str(error)
    both = f"{names[0]} and {names[1]}"
    if first is None or second is None:
        return f"{both} cannot be compared image by image: one of them has no result."
    one, other = (run.data.fingerprint if run.data else "" for run in runs)
    if one != other or first[1].tolist() != second[1].tolist():
        return f"{both} were tested on different images, so their figures do not compare."
    return compare_pair(first[0], second[0], first[1], names).sentence
