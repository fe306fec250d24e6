"""LiteRT files for downloads: one conversion at a time, kept, and a sentence if it fails."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.errors import PredictorError, TransitionError
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunStore
from mnist_lab.settings import Settings
from mnist_lab.ui.services import litert_files
from mnist_lab.ui.services.litert_files import FOLDER, LitertFiles
from tests.inference.conftest import keras_file  # noqa: F401 - a fixture
from tests.pages.ended_runs import ended

CONVERTER = """
import pathlib, sys, time
run_id, output = sys.argv[1], pathlib.Path(sys.argv[-1])
log = pathlib.Path(__file__).with_name("log")
with log.open("a") as file: file.write("begin ")
time.sleep({seconds})
output.write_text(run_id)
with log.open("a") as file: file.write("end ")
"""
FAILING = "import sys; print('a warning', file=sys.stderr); sys.exit('Its network cannot be converted.')"


@pytest.fixture
def make(settings: Settings, store: RunStore, tmp_path: Path) -> Iterator[Callable[..., LitertFiles]]:
    """Files that are made by a script in place of `mnist_lab export`."""
    made: list[LitertFiles] = []

    def make(script: str, **options: float) -> LitertFiles:
        path = tmp_path / "converter.py"
        path.write_text(script)
        made.append(LitertFiles(settings, store.files, command=[sys.executable, str(path)], **options))
        return made[-1]

    yield make
    for files in made:
        files.close()


def trained(store: RunStore) -> Run:
    run = ended(store)
    store.folder(run.id).best_weights.write_bytes(b"weights")
    return run


def test_many_requests_are_converted_one_after_the_other_and_each_once(
    make: Callable[..., LitertFiles], store: RunStore, tmp_path: Path
) -> None:
    files, runs = make(CONVERTER.format(seconds=0.1)), [trained(store) for _ in range(3)]
    start = threading.Barrier(9)
    futures = []

    def ask(run: Run) -> None:
        start.wait()
        futures.append((run, files.request(run)))

    threads = [threading.Thread(target=ask, args=(run,)) for run in runs * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait([future for _, future in futures])
    assert all(future.result().read_text() == run.id for run, future in futures)
    assert (tmp_path / "log").read_text() == "begin end " * 3
    assert files.made(runs[0]) == files.request(runs[0]).result()
    assert (tmp_path / "log").read_text() == "begin end " * 3


def test_other_weights_give_another_file(make: Callable[..., LitertFiles], store: RunStore) -> None:
    files, run = make(CONVERTER.format(seconds=0)), trained(store)
    first = files.request(run).result()
    store.folder(run.id).best_weights.write_bytes(b"other weights")
    assert files.made(run) is None
    assert files.request(run).result() != first


def test_only_the_newest_files_are_kept(
    make: Callable[..., LitertFiles], store: RunStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(litert_files, "MAX_FILES", 2)
    files, runs = make(CONVERTER.format(seconds=0)), [trained(store) for _ in range(4)]
    for age, run in enumerate(runs):
        path = files.request(run).result()
        os.utime(path, (age, age))
    # The last one was pruned with its own time, later than all.
    assert [files.made(run) is not None for run in runs] == [False, False, True, True]
    assert len(list((settings.home / FOLDER).iterdir())) == 2


def test_a_failure_is_the_last_line_of_the_command_and_can_be_tried_again(
    make: Callable[..., LitertFiles], store: RunStore
) -> None:
    run = trained(store)
    with pytest.raises(PredictorError, match=r"^Its network cannot be converted\.$"):
        make(FAILING).request(run).result()
    assert make(CONVERTER.format(seconds=0)).request(run).result().read_text() == run.id


def test_a_conversion_that_takes_too_long_is_ended(make: Callable[..., LitertFiles], store: RunStore) -> None:
    files = make(CONVERTER.format(seconds=60), timeout=0.2)
    with pytest.raises(PredictorError, match=r"longer than 0\.2 s"):
        files.request(trained(store)).result()
    assert files.waiting() == 0


def test_a_run_without_weights_is_refused(
    make: Callable[..., LitertFiles], store: RunStore, settings: Settings
) -> None:
    files = make(FAILING)
    with pytest.raises(TransitionError, match="has no weights"):
        files.request(store.create(ended(store).network, Recipe()))
    with pytest.raises(PredictorError, match="missing"):
        files.made(ended(store))


def test_a_closed_lab_converts_nothing(make: Callable[..., LitertFiles], store: RunStore) -> None:
    files, run = make(CONVERTER.format(seconds=60)), trained(store)
    future = files.request(run)
    files.close()
    assert future.exception() is not None
    with pytest.raises(PredictorError, match="closed"):
        files.request(run)


@pytest.mark.slow
def test_the_files_answer_as_the_run_does(keras_file: Path, store: RunStore, settings: Settings) -> None:  # noqa: F811
    import keras
    from ai_edge_litert.interpreter import Interpreter

    run, digit = ended(store), np.random.default_rng(0).random((1, 28, 28, 1), dtype=np.float32)
    shutil.copyfile(keras_file, store.folder(run.id).best_weights)
    expected = keras.saving.load_model(keras_file)(digit, training=False).numpy()
    files = LitertFiles(settings, store.files)
    interpreter = Interpreter(model_content=files.request(run).result().read_bytes())
    files.close()
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], digit)
    interpreter.invoke()
    assert np.allclose(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), expected, atol=1e-5)
