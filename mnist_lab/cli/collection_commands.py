"""The command `handwriting`: the drawings that were kept, as a list and as files, and how a run reads them."""

import argparse
from collections import Counter
from pathlib import Path

from mnist_lab import formatting
from mnist_lab.cli.output import note, print_json, print_table
from mnist_lab.cli.runs import open_run_store
from mnist_lab.cli.tensorflow_output import LOG_NAME, redirect_output
from mnist_lab.cli.user_files import ensure_free, printable, read_bytes, reason
from mnist_lab.errors import HandwritingError, RefusedError
from mnist_lab.files import atomic_write
from mnist_lab.handwriting import Collection
from mnist_lab.handwriting.collection_index import owner_name
from mnist_lab.handwriting.collection_score import collection_confusion, score_collection
from mnist_lab.handwriting.drawing_files import MAX_FILE_BYTES, drawings_from_file, drawings_to_json, drawings_to_zip
from mnist_lab.handwriting.extra_drawings import trained_on
from mnist_lab.inference.collection_answers import update_answers
from mnist_lab.inference.weights import weights_of
from mnist_lab.insight import most_confused
from mnist_lab.network import CLASSES
from mnist_lab.runs import MACHINE
from mnist_lab.settings import Settings

SUCCESS = 0


def handwriting(options: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands on the collection."""
    actions = {"list": _list, "export": _export, "import": _import, "score": _score}
    return actions[options.action](options, settings)


def _list(options: argparse.Namespace, settings: Settings) -> int:
    index = Collection(open_run_store(settings).db).index()
    counts = Counter(index.labels.tolist())
    names = [owner_name(index, owner, "") for owner in index.owners.tolist()]
    rows = list(zip(index.ids.tolist(), index.labels.tolist(), names, strict=True))
    if options.json:
        drawings = [{"id": drawing_id, "label": label, "by": name} for drawing_id, label, name in rows]
        by_label = {str(digit): counts[digit] for digit in range(CLASSES)}
        print_json({"version": index.version, "labels": by_label, "drawings": drawings})
    elif rows:
        print_table(("drawing", "label", "by"), [(drawing_id, str(label), name) for drawing_id, label, name in rows])
        numbers = ", ".join(f"{digit}: {counts[digit]:,}" for digit in range(CLASSES))
        note(f"{formatting.quantity(len(rows), 'drawing')} ({numbers})")
    else:
        print("No drawing was kept yet. Keep one on the page Draw, or: python -m mnist_lab handwriting import FILE")
    return SUCCESS


def _export(options: argparse.Namespace, settings: Settings) -> int:
    collection = Collection(open_run_store(settings).db)
    drawings = collection.drawings(collection.index().ids.tolist())
    path = Path(options.output)
    if path.suffix not in {".json", ".zip"}:
        raise RefusedError(f"The name of the file must end in .json or .zip. Received: {printable(str(path))!r}.")
    ensure_free(path, options.force)
    content = drawings_to_json(drawings).encode() if path.suffix == ".json" else drawings_to_zip(drawings)
    try:
        with atomic_write(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise RefusedError(f"{printable(str(path))!r} cannot be written: {reason(error)}.") from error
    if options.json:
        print_json({"file": str(path), "drawings": len(drawings)})
    else:
        print(f"Wrote {formatting.quantity(len(drawings), 'drawing')} to {printable(str(path))}.")
    return SUCCESS


def _import(options: argparse.Namespace, settings: Settings) -> int:
    content = read_bytes(Path(options.file), "file of drawings", MAX_FILE_BYTES)
    kept = Collection(open_run_store(settings).db).keep(drawings_from_file(content), MACHINE)
    if options.json:
        print_json({"added": len(kept.added), "present": len(kept.present)})
    else:
        present = f"; {len(kept.present):,} were there already" if kept.present else ""
        print(f"Added {formatting.quantity(len(kept.added), 'drawing')}{present}.")
    return SUCCESS


def _score(options: argparse.Namespace, settings: Settings) -> int:
    store = open_run_store(settings)
    collection = Collection(store.db)
    run, index = store.find(options.run), collection.index()
    if not len(index):
        raise HandwritingError("No drawing was kept yet, so there is nothing to read.")
    weights, folder = weights_of(run, store.files), store.folder(run.id)
    with redirect_output(settings.home / LOG_NAME):
        from mnist_lab.inference.engine.batch_prediction import BatchPrediction

        predict = BatchPrediction(lambda _run_id: weights).predict
        probabilities = update_answers(collection, index, folder, weights, predict).of(index)
    score = score_collection(index, probabilities, trained_on(folder))
    confusion = collection_confusion(index, probabilities)
    if options.json:
        result = {"correct": score.correct, "drawings": score.drawings, "accuracy": score.accuracy}
        print_json({"run": run.id, "name": run.name, **result, "confusion": confusion.tolist()})
    else:
        share = formatting.accuracy(score.accuracy)
        print(f"{score.correct:,} of {formatting.quantity(score.drawings, 'drawing')} ({share})")
        for mistake in most_confused(confusion):
            print(mistake.text)
    return SUCCESS
