"""A store with very many ended runs, put there without training, for the benchmarks of what shows them."""

import random
import time

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DataInfo, MetricPoint, Result, RunState, RunStore
from mnist_lab.runs.commands import new_run_id
from mnist_lab.runs.rows import data_to_json, point_to_row, result_to_json
from mnist_lab.runs.schema import metrics, runs

EPOCHS = 12
_DATA = DataInfo("mnist", "MNIST", "f" * 16, 54_000, 6_000, 10_000, "holdout")
_SAMPLE = DataInfo("mnist-sample", "MNIST sample (5,000 images)", "e" * 16, 3_600, 400, 1_000, "holdout", "No network.")


def fill(store: RunStore, count: int, *, seed: int = 0) -> None:
    """Add ended runs of all presets: most finished, one in ten failed, one in twenty on the MNIST sample."""
    chance = random.Random(seed)  # noqa: S311 - figures of made-up runs
    now = time.time() - 600.0 * count
    with store.db.write() as connection:
        for number in range(count):
            preset = chance.choice(list(PRESETS.values()))
            failed = chance.random() < 0.1
            run_id = new_run_id()
            connection.execute(
                runs.insert().values(
                    id=run_id,
                    name=f"{preset.title} {number}",
                    note="A note of a student." if number % 7 == 0 else "",
                    state=RunState.FAILED if failed else RunState.FINISHED,
                    attempt=1,
                    position=float(number),
                    network=preset.network.to_json(),
                    recipe=Recipe(epochs=EPOCHS, seed=number).to_json(),
                    created=now + 600.0 * number,
                    started=now + 600.0 * number + 1,
                    ended=now + 600.0 * number + 300,
                    epochs_done=EPOCHS,
                    seconds=chance.uniform(20, 400),
                    message="Out of memory." if failed else "",
                    data=data_to_json(_SAMPLE if number % 20 == 0 else _DATA),
                    result=None if failed else result_to_json(_result(chance)),
                    run_group=f"Sweep {number // 500}" if number % 5 == 0 else "",
                )
            )
            connection.execute(metrics.insert(), [point_to_row(run_id, point) for point in _points(chance)])


def _points(chance: random.Random) -> list[MetricPoint]:
    start = chance.uniform(0.2, 0.6)
    return [
        MetricPoint(
            540 * epoch, float(epoch), "epoch", start / epoch, 0.97, start / epoch, 0.97, 0.001, 9.0 * epoch, 6e3
        )
        for epoch in range(1, EPOCHS + 1)
    ]


def _result(chance: random.Random) -> Result:
    accuracy = chance.uniform(0.9, 0.995)
    right = round(1000 * accuracy)
    confusion = tuple(
        tuple(right if read == digit else (1000 - right) // 9 for read in range(10)) for digit in range(10)
    )
    return Result(
        test_loss=chance.uniform(0.02, 0.3),
        test_accuracy=accuracy,
        per_class_accuracy=(accuracy,) * 10,
        confusion=confusion,
        best_epoch=EPOCHS,
        epochs=EPOCHS,
        seconds=chance.uniform(20, 400),
        samples_per_second=chance.uniform(2e3, 9e3),
        kept="best",
        validation_loss=0.05,
        validation_accuracy=accuracy,
        last_test_loss=0.05,
        last_test_accuracy=accuracy,
        precision="float32",
    )
