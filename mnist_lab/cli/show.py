"""The command `show`: everything about one run."""

import argparse
import textwrap
from collections.abc import Sequence
from datetime import datetime

from mnist_lab import formatting
from mnist_lab.cli.output import print_json, print_table
from mnist_lab.cli.runs import open_run_store, summary
from mnist_lab.insight.doctor import Finding, diagnose
from mnist_lab.insight.interventions import intervention_text, learning_rate_text
from mnist_lab.network import analyse
from mnist_lab.runs import MetricPoint, Result, Run
from mnist_lab.runs.snapshot_files import newest_health
from mnist_lab.settings import Settings

_MARKS = {"serious": "!!", "moderate": "!", "note": "i"}


def show(options: argparse.Namespace, settings: Settings) -> int:
    """Show a run, or with `--json` its complete record."""
    store = open_run_store(settings)
    run = store.find(options.run)
    points = store.points(run.id)
    findings = diagnose(run, points, newest_health(store.files.fetched(run.id).snapshots))
    if options.json:
        print_json({**summary(run), "record": run, "points": list(points), "findings": list(map(_finding, findings))})
        return 0
    _print_card(run)
    _print_history([point for point in points if point.kind == "epoch"], run)
    _print_findings(findings)
    return 0


def _finding(finding: Finding) -> dict[str, object]:
    """A finding as JSON; `layer` counts from 1, as in `describe`."""
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "layer": None if finding.index is None else finding.index + 1,
        "title": finding.title,
        "evidence": finding.evidence,
        "why": finding.why,
        "treatments": list(finding.remedies),
    }


def _print_card(run: Run) -> None:
    analysis = analyse(run.network)
    recipe = run.recipe
    print(f"{run.name} · {run.id} · {run.state}")
    lines = [
        ("", run.message),
        ("note", " ".join(run.note.split())),
        ("network", f"{run.network.name} · {formatting.count(analysis.parameters)} parameters"),
        (
            "recipe",
            f"{formatting.quantity(recipe.epochs, 'epoch')} of batches of {recipe.batch_size:,} · "
            f"{recipe.optimizer}, learning rate {formatting.learning_rate(recipe.learning_rate)}, "
            f"{recipe.schedule} · augmentation {recipe.augmentation}"
            f" · seed {recipe.seed}",
        ),
        ("by hand", "; ".join(map(intervention_text, run.interventions)) or learning_rate_text(run)),
        ("data", _data(run)),
        ("machine", run.machine_name),
        ("created", formatting.relative_time(run.created, datetime.now().astimezone())),
    ]
    if run.result is not None:
        lines += _result(run.result)
    for label, text in lines:
        if text:
            print(f"  {label:<14}{text}")


def _data(run: Run) -> str:
    if run.data is None:
        return ""
    validated = "the test images" if run.data.validation_choice == "test" else f"{run.data.validation:,} held out"
    return (
        f"{run.data.title} · {run.data.training:,} training, {validated} for validation, {run.data.test:,} test images"
    )


def _result(result: Result) -> list[tuple[str, str]]:
    worst = min(range(len(result.per_class_accuracy)), key=lambda digit: result.per_class_accuracy[digit])
    return [
        (
            "test",
            f"accuracy {formatting.accuracy(result.test_accuracy)} · loss {formatting.loss(result.test_loss)} · "
            f"hardest digit {worst} ({formatting.accuracy(result.per_class_accuracy[worst])})",
        ),
        ("saved", f"weights of the {result.kept} epoch · best epoch {result.best_epoch} of {result.epochs}"),
        (
            "time",
            f"{formatting.seconds(result.seconds)} · {formatting.throughput(result.samples_per_second)} · "
            f"{result.precision}",
        ),
    ]


def _print_history(epochs: Sequence[MetricPoint], run: Run) -> None:
    if not epochs:
        return
    print()
    best = run.result.best_epoch if run.result else 0
    print_table(
        ("epoch", "training loss", "accuracy", "validation loss", "accuracy", "learning rate", "time", ""),
        [
            (
                str(round(point.epoch)),
                formatting.loss(point.training_loss),
                formatting.accuracy(point.training_accuracy),
                formatting.loss(point.validation_loss),
                formatting.accuracy(point.validation_accuracy),
                formatting.learning_rate(point.learning_rate),
                formatting.seconds(point.seconds),
                "best" if round(point.epoch) == best else "",
            )
            for point in epochs
        ],
        right=range(7),
    )


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        print(f"\n{_MARKS[finding.severity]} {finding.title}")
        for paragraph in (finding.evidence, finding.why):
            print(textwrap.fill(paragraph, 100, initial_indent="  ", subsequent_indent="  "))
        if finding.remedies:
            print(f"  Try: {'; or '.join(remedy.label for remedy in finding.remedies)}.")
