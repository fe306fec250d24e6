"""The kinds of files that the lab reads, for `benchmarks.fuzz`: how a good one is made, and how it is read."""

import gzip
import io
import json
import random
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import URL

from benchmarks import corruptions
from benchmarks.corruptions import ARCHIVES, BYTES, HOSTILE, Corruption
from benchmarks.strokes import rasterize
from mnist_lab.data import load_mnist
from mnist_lab.drawing import normalize_drawing, open_picture
from mnist_lab.errors import StoreError
from mnist_lab.handwriting import Collection, KeptDrawing, NewDrawing
from mnist_lab.handwriting.answers import NO_ANSWERS, Answers, read_answers, write_answers
from mnist_lab.handwriting.drawing_files import drawings_from_file, drawings_to_json, drawings_to_zip
from mnist_lab.handwriting.extra_drawings import ExtraDrawings, read_extra_drawings, write_extra_drawings
from mnist_lab.handwriting.stroke import Stroke
from mnist_lab.inference.keras_file import copy_checked
from mnist_lab.inference.weights import Weights
from mnist_lab.network import PRESETS, link_from_network, network_from_file, network_from_link
from mnist_lab.novelty import DigitSubspaces
from mnist_lab.novelty.digit_subspaces import DIMENSIONS, PIXELS
from mnist_lab.novelty.subspaces_file import read_subspaces, write_subspaces
from mnist_lab.recipe import Recipe, recipe_from_json
from mnist_lab.reference import install_reference_runs, read_archive, shipped_archives, unpack, write_checksums
from mnist_lab.runs import MACHINE, Command, MetricPoint, RunFolder, RunState, RunStore
from mnist_lab.runs.epoch_weights import epoch_weights_path, read_epoch_weights, write_epoch_weights
from mnist_lab.runs.live_weights import LiveWeights, read_live_weights, write_live_weights
from mnist_lab.runs.snapshot_files import list_epochs, newest_health, read_snapshot
from mnist_lab.settings import Settings
from mnist_lab.training.checkpoint import Checkpoint, TrainingState, read_checkpoint, write_checkpoint
from mnist_lab.training.hardware import load_measurement, save_measurement
from mnist_lab.ui.services.snapshot_cache import PANELS, panel_html, snapshot_versions


@dataclass(frozen=True)
class Kind:
    """A kind of file."""

    name: str
    make: Callable[[Path], Path]
    """Writes a good file, and what lies beside it, into a folder; returns the file's path."""
    read: Callable[[Path], object]
    """Reads the file at this path in all the ways in which the lab does."""
    corruptions: Sequence[Corruption]
    needs_tensorflow: bool = False
    reads_good: bool = True
    """Whether the good file is read; a file of MNIST's shapes with other images is not."""


def _smallest_archive() -> Path:
    return min(shipped_archives(), key=lambda path: path.stat().st_size)


def _make_run(folder: Path) -> RunFolder:
    """The unpacked folder of the smallest reference run."""
    path = _smallest_archive()
    run = RunFolder(folder / path.stem)
    unpack(path, run)
    return run


def _weights(folder: Path) -> Path:
    run = _make_run(folder)
    return next(path for path in (run.best_weights, run.last_weights) if path.exists())


def _subspaces(folder: Path) -> Path:
    weights = _weights(folder)
    bases = np.random.default_rng(0).standard_normal((10, DIMENSIONS, PIXELS + 8)).astype(np.float32)
    path = RunFolder(weights.parent).digit_subspaces
    write_subspaces(path, DigitSubspaces(bases / 100, 0.25), weights)
    return path


def _read_subspaces(path: Path) -> None:
    run = RunFolder(path.parent)
    weights = next(file for file in (run.best_weights, run.last_weights) if file.exists())
    if (subspaces := read_subspaces(path, weights)) is not None:
        image = np.full((28, 28), 0.5, np.float32)
        subspaces.score(np.ones(8, np.float32), image, 3)


def _snapshot(folder: Path) -> Path:
    run = _make_run(folder)
    return sorted(run.snapshots.iterdir())[-1]


def _epoch_weights(folder: Path) -> Path:
    path = epoch_weights_path(folder, 3)
    write_epoch_weights(path, [np.ones((9, 5), np.float32), np.ones(5, np.float32)])
    return path


def _read_snapshot(path: Path) -> None:
    folder, epoch = path.parent, list_epochs(path.parent)[-1]
    newest_health(folder)
    for panel in PANELS:
        panel_html(folder, snapshot_versions(folder), epoch, panel, 3, "light")
    read_snapshot(folder, epoch)


_LIVE = (np.arange(72, dtype=np.float32).reshape(3, 3, 1, 8), np.arange(8, dtype=np.float32))


def _live_weights(folder: Path) -> Path:
    run = RunFolder(folder / "abcdefgh")
    run.path.mkdir()
    write_live_weights(run, LiveWeights(1.5, _LIVE))
    return run.live_weights


def _checkpoint(folder: Path) -> Path:
    chance = np.random.default_rng(0)
    arrays = (chance.random((3, 3, 1, 8), np.float32), np.arange(10, dtype=np.int64), np.float32(3).reshape(()))
    point = MetricPoint(10, 1.0, "epoch", float("nan"), 0.5, 0.5, 0.25, 1e-3, 2.5, 900.0)
    state = TrainingState(1, 1, 0.5, 0, 1.0, 2.5, 1000, 2.0, arrays, arrays[:1], arrays[:2])
    path = folder / "epoch-000001.checkpoint"
    write_checkpoint(path, Checkpoint("abcdefgh", "f" * 64, "float32", (point,), state))
    return path


def _archive(folder: Path) -> Path:
    path = _smallest_archive()
    copy = Path(shutil.copy(path, folder / path.name))
    write_checksums(folder)
    store = RunStore(URL.create("sqlite", database=str(folder / "runs.sqlite")), folder / "runs")
    install_reference_runs(store, [copy])
    # Now one of its files is missing, which the next installation restores.
    next(iter(sorted(store.folder(path.stem).snapshots.iterdir()))).unlink()
    store.close()
    return copy


def _read_archive(path: Path) -> None:
    store = RunStore(URL.create("sqlite", database=str(path.parent / "runs.sqlite")), path.parent / "runs")
    other = path.with_name("other-folder")
    try:
        install_reference_runs(store, [path])
        unpack(path, RunFolder(other))
        read_archive(path)
    finally:
        store.close()
        shutil.rmtree(other, ignore_errors=True)


def _network(folder: Path) -> Path:
    return _written(folder / "network.json", PRESETS["lenet-5"].network.to_json().encode())


def _keras_network(folder: Path) -> Path:
    run = _make_run(folder)
    source = next(path for path in (run.best_weights, run.last_weights) if path.exists())
    with zipfile.ZipFile(source) as archive:
        return _written(folder / "model.json", archive.read("config.json"))


def _mnist(folder: Path) -> Path:
    """A file of MNIST's shapes that is quickly read; that its images are not MNIST's is found at the end."""
    shapes = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}
    np.savez_compressed(folder / "mnist.npz", **{name: np.zeros(shape, np.uint8) for name, shape in shapes.items()})
    return folder / "mnist.npz"


def _idx(folder: Path) -> Path:
    for name, shape in (
        ("train-images-idx3", (60_000, 28, 28)), ("train-labels-idx1", (60_000,)),
        ("t10k-images-idx3", (10_000, 28, 28)), ("t10k-labels-idx1", (10_000,)),
    ):  # fmt: skip
        head = bytes([0, 0, 8, len(shape)]) + b"".join(side.to_bytes(4, "big") for side in shape)
        packed = gzip.compress(head + bytes(int(np.prod(shape))), 1, mtime=0)
        (folder / f"{name}-ubyte.gz").write_bytes(packed)
    return folder / "t10k-labels-idx1-ubyte.gz"


def _picture(kind: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from PIL import Image

        stream = io.BytesIO()
        seven = rasterize([[[150, 120], [350, 120], [220, 400]]])
        Image.fromarray(seven).convert("RGB").resize((120, 120)).save(stream, kind)
        return _written(folder / f"picture.{kind.lower()}", stream.getvalue())

    return make


def _store(folder: Path) -> Path:
    """A store with ended, queued and active runs, and their folders."""
    path = folder / "runs.sqlite"
    store = RunStore(URL.create("sqlite", database=str(path)), folder / "runs")
    install_reference_runs(store, [_smallest_archive()])
    for name in ("Waiting", "Active"):
        run = store.create(PRESETS["tiny"].network, Recipe(epochs=2), name=name, group="A sweep")
    store.claim(run.id, "worker-1")
    store.folder(run.id).path.mkdir(parents=True)
    (store.folder(run.id).path / "mine.txt").write_text("to be kept")
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return path


def _read_store(path: Path) -> None:
    store = RunStore(URL.create("sqlite", database=str(path)), path.parent / "runs", busy_seconds=1.0)
    try:
        found = store.list()
        store.points_of([run.id for run in found])
        store.queue()
        store.count()
        store.damaged()
        store.search("sweep")
        store.tally()
        store.imported_ids()
        store.runs_of([run.id for run in found])
        store.create(PRESETS["tiny"].network, Recipe())
        for run in found:
            store.get(run.id)
            store.folder(run.id).read_predictions()
        if found and found[0].state is RunState.QUEUED:
            store.request(found[0].id, Command.STOP)
        store.reap_stale_runs()
    finally:
        store.close()


def damaged_record(content: bytes, chance: random.Random) -> bytes:
    """A store in which one value of one record is another, of any type."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        table = chance.choice(("runs", "runs", "runs", "metrics", "meta"))
        column = chance.choice([row[1] for row in connection.execute(f"PRAGMA table_info({table})")])
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own tables
        row = chance.randrange(rows)
        connection.execute("PRAGMA ignore_check_constraints=1")
        try:
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE rowid = (SELECT rowid FROM {table} LIMIT 1 OFFSET {row})",  # noqa: S608
                (_database_value(connection, table, column, row, chance),),
            )
        except (sqlite3.Error, OverflowError, UnicodeEncodeError):
            return corruptions.changed_bytes(content, chance)
        connection.commit()
        return connection.serialize()


def _database_value(connection: sqlite3.Connection, table: str, column: str, row: int, chance: random.Random) -> object:
    (present,) = connection.execute(f"SELECT {column} FROM {table} LIMIT 1 OFFSET {row}").fetchone()  # noqa: S608
    if isinstance(present, str) and present.startswith("{") and chance.random() < 0.6:
        return json.dumps(corruptions.changed_value(json.loads(present), chance), default=str)
    # Not "discard": a store in which a user has asked for a run to be deleted is not damaged.
    value = chance.choice((*HOSTILE, b"\xff\xfe", b"", "..", "training", "queued", -1e300))
    return json.dumps(value, default=str) if isinstance(value, list | dict) else value


def _measurement(folder: Path) -> Path:
    save_measurement(Settings(home=folder), "speed", [1.0, 2.0, 3.0, 4.0])
    return folder / "cache" / "machine.json"


def _load_model(path: Path) -> None:
    from mnist_lab.inference.engine.model_cache import load_model

    load_model(Weights("abcdefgh", path))


def _check_weights(path: Path) -> None:
    target = path.with_name("copy")
    try:
        copy_checked(path, target)
    finally:
        target.unlink(missing_ok=True)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _link(folder: Path) -> Path:
    return _written(folder / "link.txt", link_from_network(PRESETS["lenet-5"].network).encode())


def _drawings() -> list[NewDrawing]:
    pictures = np.random.default_rng(0).integers(1, 256, (12, 28, 28), np.uint8)
    return [NewDrawing(pixels, number % 10, (Stroke(20, ((1, 2), (3, 4))),)) for number, pixels in enumerate(pictures)]


def _kept(folder: Path) -> list[KeptDrawing]:
    with closing(RunStore(URL.create("sqlite", database=str(folder / "runs.sqlite")), folder / "runs")) as store:
        collection = Collection(store.db)
        collection.keep(_drawings(), MACHINE)
        return collection.drawings(collection.index().ids.tolist())


def _read_drawings(path: Path) -> None:
    drawings_from_file(path.read_bytes())


def _answers(folder: Path) -> Path:
    write_answers(RunFolder(folder), Answers(np.arange(5, dtype=np.uint64), np.zeros((5, 10), np.float32)), (1, 2))
    return RunFolder(folder).handwriting_answers


def _read_answers(path: Path) -> None:
    if read_answers(RunFolder(path.parent), (1, 2)) is NO_ANSWERS:
        # They are computed again without a word.
        raise StoreError("There are no answers.")


def _extra_drawings(folder: Path) -> Path:
    images, labels = np.ones((5, 28, 28), np.uint8), np.arange(5, dtype=np.uint8)
    keys = np.arange(5, dtype=np.uint64)
    write_extra_drawings(RunFolder(folder), ExtraDrawings(images, labels, keys, keys[:0]))
    return RunFolder(folder).extra_drawings


_JSON = (*BYTES, *([corruptions.changed_text] * 20))
_PICTURES = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")

KINDS: Sequence[Kind] = (
    Kind("predictions.npz", lambda folder: _make_run(folder).predictions_path,
         lambda path: RunFolder(path.parent).read_predictions(), ARCHIVES),
    Kind("digit_subspaces.npz", _subspaces, _read_subspaces, ARCHIVES),
    Kind("snapshot", _snapshot, _read_snapshot, ARCHIVES),
    Kind("live weights", _live_weights, lambda path: read_live_weights(RunFolder(path.parents[1]), _LIVE), ARCHIVES),
    Kind("epoch weights", _epoch_weights, lambda path: read_epoch_weights(path, [(9, 5), (5,)]), ARCHIVES),
    Kind("checkpoint", _checkpoint, read_checkpoint, (*BYTES, *([corruptions.resealed_checkpoint] * 20))),
    Kind("weights, checked", _weights, _check_weights, ARCHIVES),
    Kind("weights, loaded", _weights, _load_model, ARCHIVES, needs_tensorflow=True),
    Kind("run archive", _archive, _read_archive, ARCHIVES),
    Kind("network JSON", _network, lambda path: network_from_file(path.read_bytes()), _JSON),
    Kind("Keras model JSON", _keras_network, lambda path: network_from_file(path.read_bytes()), _JSON),
    Kind(".keras as a network", _weights, lambda path: network_from_file(path.read_bytes()), ARCHIVES),
    Kind("network link", _link, lambda path: network_from_link(path.read_text("utf-8", "replace")), BYTES),
    Kind("recipe JSON", lambda folder: _written(folder / "recipe.json", Recipe().to_json().encode()),
         lambda path: recipe_from_json(path.read_bytes()), _JSON),
    Kind("drawings JSON", lambda folder: _written(folder / "ours.json", drawings_to_json(_kept(folder)).encode()),
         _read_drawings, _JSON),
    Kind("drawings zip", lambda folder: _written(folder / "ours.zip", drawings_to_zip(_kept(folder))), _read_drawings,
         ARCHIVES),
    Kind("answers.npz", _answers, _read_answers, ARCHIVES),
    Kind("extra_drawings.npz", _extra_drawings, lambda path: read_extra_drawings(RunFolder(path.parent)), ARCHIVES),
    Kind("mnist.npz", _mnist, load_mnist, ARCHIVES, reads_good=False),
    Kind("idx files", _idx, lambda path: load_mnist(path.parent), BYTES, reads_good=False),
    *(Kind(f"picture, {kind}", _picture(kind), lambda path: normalize_drawing(open_picture(path)),
           (*BYTES, *([corruptions.resealed_png] * 10)) if kind == "PNG" else BYTES) for kind in _PICTURES),
    Kind("store, a record", _store, _read_store, (damaged_record,)),
    Kind("store, the file", _store, _read_store, BYTES),
    Kind("machine.json", _measurement, lambda path: load_measurement(Settings(home=path.parents[1]), "speed"), _JSON),
)  # fmt: skip
