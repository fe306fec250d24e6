"""How many problems caused on purpose the run doctor finds, and how many false alarms it raises.

    python -m benchmarks.doctor --folder DIR [--jobs N] [--seeds N] [--calibration] [--treat N] [--record DIR]

Trains runs with eight problems, each produced by its real cause in several networks with ten seeds each, and 50 healthy
runs of ten networks; each in its own worker process, at low priority. The records stay in DIR: a second call only
diagnoses, and an interrupted one continues. A problem counts as found if the doctor names it; a healthy run counts as a
false alarm if the doctor names any problem. Notes (still improving, the gap between training and validation, slight
overfitting, harmless dead units) are no alarms and are counted in the third table only.

The thresholds were set with the seeds of `--calibration`; the figures come from other seeds. `--record` writes the
records of the first two seeds, with fewer points, for the tests. `--treat` trains the first remedy of each problem and
prints whether it helped.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.doctor_cases import Case, Group, cases
from benchmarks.recorded_run import from_record, thinned, to_record
from mnist_lab import formatting
from mnist_lab.files import atomic_write
from mnist_lab.insight.doctor import Finding, diagnose
from mnist_lab.runs import RunState, RunStore, open_store
from mnist_lab.runs.snapshot_files import newest_health
from mnist_lab.settings import load_settings

SEEDS = range(10, 20)
CALIBRATION_SEEDS = range(1000, 1010)
HEALTHY_SEEDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, required=True, help="where the records are kept")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="trainings at a time")
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds, at most ten")
    parser.add_argument("--calibration", action="store_true", help="use the seeds that the thresholds were set with")
    parser.add_argument("--treat", type=int, default=0, metavar="N", help="also train the first remedies of N seeds")
    parser.add_argument("--record", type=Path, help="folder for thinned records of the first two seeds")
    options = parser.parse_args()
    os.nice(10)
    os.environ |= {
        "MNIST_LAB_HOME": str(options.folder / "home"),
        "MNIST_LAB_WORKERS": str(options.jobs),
        # One core each: small networks gain little from a second one.
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
    }
    seeds = (CALIBRATION_SEEDS if options.calibration else SEEDS)[: options.seeds]
    selected = list(cases(seeds, healthy_seeds=HEALTHY_SEEDS))
    records = train_all(selected, options.folder, options.jobs)
    if options.record:
        write_records(options.record, selected, records)
    diagnoses = [diagnose(*from_record(record)) for record in records]
    report(selected, records, diagnoses)
    if options.treat:
        treat(selected, records, diagnoses, seeds[: options.treat], options.folder, options.jobs)


def train_all(selected: Sequence[Case], folder: Path, jobs: int) -> list[dict[str, Any]]:
    """The records of all cases, trained where they are missing."""
    store = open_store(load_settings())
    with ThreadPoolExecutor(jobs) as pool:
        records = []
        for number, record in enumerate(pool.map(lambda case: record_of(case, folder, store), selected), start=1):
            records.append(record)
            print(f"\r{number} of {len(selected)} trainings", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    store.close()
    return records


def record_of(case: Case, folder: Path, store: RunStore) -> dict[str, Any]:
    """The record of the case's training, from the folder or trained now in its own process."""
    content = case.network.to_json() + case.recipe.to_json()
    path = folder / f"{case.name}-{case.recipe.seed}-{hashlib.sha256(content.encode()).hexdigest()[:12]}.json"
    if path.exists():
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    run = store.create(case.network, case.recipe, name=case.name)
    worker = [sys.executable, "-m", "mnist_lab", "worker", "--run", run.id]
    done = subprocess.run(worker, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    run = store.get(run.id)
    if run.state is not RunState.FINISHED and not run.diverged:
        sys.exit(f"{case.name} is {run.state}: {run.message} {done.stderr.decode()[-2000:]}")
    record = to_record(run, store.points(run.id), newest_health(store.folder(run.id).snapshots))
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(record), encoding="utf-8")
    store.delete(run.id)
    return record


def write_records(folder: Path, selected: Sequence[Case], records: Sequence[dict[str, Any]]) -> None:
    """Write the records of the first two seeds, thinned, for the tests."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = sorted({case.recipe.seed for case in selected})[:2]
    for case, record in zip(selected, records, strict=True):
        if case.recipe.seed in seeds:
            small = {**thinned(record), "expected": case.expected, "group": case.group}
            path = folder / f"{case.name.replace(' ', '-')}-{seeds.index(case.recipe.seed) + 1}.json"
            path.write_text(json.dumps(small, separators=(",", ":")) + "\n", encoding="utf-8")


def report(selected: Sequence[Case], records: Sequence[dict[str, Any]], diagnoses: Sequence[Sequence[Finding]]) -> None:
    """Print what was found in which cases."""
    pairs = list(zip(selected, diagnoses, strict=True))
    _found("illness", "problem", pairs)
    healthy = [(case, alarms(found)) for case, found in pairs if case.group == "healthy"]
    print(f"\n{'healthy network':<24}{'runs':>6}{'false alarms':>14}{'lowest test accuracy':>22}")
    for name, runs in Counter(case.name for case, _ in healthy).items():
        false = sum(bool(kinds) for case, kinds in healthy if case.name == name)
        lowest = min(
            record["test_accuracy"] for case, record in zip(selected, records, strict=True) if case.name == name
        )
        print(f"{name:<24}{runs:>6}{false:>14}{formatting.accuracy(lowest, 1):>22}")
    wrong = [(case, kinds) for case, kinds in healthy if kinds]
    print(f"{'all':<24}{len(healthy):>6}{len(wrong):>14}   {share(len(wrong), len(healthy))}")
    for case, kinds in wrong:
        print(f"  {case.name}, seed {case.recipe.seed}: {', '.join(kinds)}")
    print()
    _found("note", "note", pairs)


def _found(group: Group, title: str, pairs: Iterable[tuple[Case, Sequence[Finding]]]) -> None:
    mine = [(case, [each.kind for each in found]) for case, found in pairs if case.group == group]
    print(f"{title:<24}{'runs':>6}{'found':>8}{'named first':>13}")
    for name, runs in Counter(case.name for case, _ in mine).items():
        kinds = [kinds for case, kinds in mine if case.name == name]
        expected = next(case.expected for case, _ in mine if case.name == name)
        first = sum(found[:1] == [expected] for found in kinds)
        print(f"{name:<24}{runs:>6}{sum(expected in found for found in kinds):>8}{first:>13}")
    hits = sum(case.expected in kinds for case, kinds in mine)
    print(f"{'all':<24}{len(mine):>6}{hits:>8}   {share(hits, len(mine))}")
    for case, kinds in mine:
        if case.expected not in kinds:
            print(f"  {case.name}, seed {case.recipe.seed}, {case.network.name}: {', '.join(kinds) or 'nothing'}")


def treat(
    selected: Sequence[Case],
    records: Sequence[dict[str, Any]],
    diagnoses: Sequence[Sequence[Finding]],
    seeds: range,
    folder: Path,
    jobs: int,
) -> None:
    """Train the first remedy of the problem in each case of these seeds, and print the change of accuracy."""
    before, after = [], []
    for case, record, found in zip(selected, records, diagnoses, strict=True):
        finding = next((each for each in found if each.kind == case.expected), None)
        if case.group == "illness" and case.recipe.seed in seeds and finding is not None and finding.remedies:
            first = finding.remedies[0]
            network, recipe = first.network or case.network, first.recipe or case.recipe
            before.append((case, record["test_accuracy"], first.label))
            after.append(replace(case, name=f"{case.name}, treated", network=network, recipe=recipe))
    accuracies = [record["test_accuracy"] for record in train_all(after, folder, jobs)]
    print(f"\n{'problem':<18}{'network':<24}{'first remedy':<42}{'test accuracy':>14}{'treated':>10}")
    for (case, accuracy, label), treated in zip(before, accuracies, strict=True):
        figures = f"{formatting.accuracy(accuracy, 1):>14}{formatting.accuracy(treated, 1):>10}"
        print(f"{case.name:<18}{case.network.name:<24}{label:<42}{figures}")
    better = sum(treated > (accuracy or 0.0) for (_, accuracy, _), treated in zip(before, accuracies, strict=True))
    print(f"better: {better} of {len(before)}")


def alarms(findings: Sequence[Finding]) -> list[str]:
    """The kinds of the findings that are more than a note."""
    return [finding.kind for finding in findings if finding.severity != "note"]


def share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"


if __name__ == "__main__":
    main()
