"""The data of a run, split as its recipe says."""

from dataclasses import replace

import numpy as np

from mnist_lab import formatting
from mnist_lab.data import Dataset, DataSource, Split, load_dataset, load_mnist_sample, split_dataset
from mnist_lab.errors import DataError
from mnist_lab.handwriting import Collection
from mnist_lab.handwriting.extra_drawings import (
    NO_KEYS,
    ExtraDrawings,
    choose_extra_drawings,
    read_extra_drawings,
    repeats_per_epoch,
    trained_on,
    write_extra_drawings,
)
from mnist_lab.runs import DataInfo, Run, RunStore
from mnist_lab.settings import Settings


def load_split(settings: Settings, store: RunStore, run: Run, *, resumes: bool = False) -> tuple[Split, DataInfo]:
    """Load the data of a run, from disk only, and split it. Drawings that it trains on are chosen at its first attempt.

    Args:
        settings: Folders in which to search for MNIST.
        store: The store of the run, with the collection of drawings.
        run: The run to train.
        resumes: Whether the run resumes. Then it uses its earlier data set, so the sample even if MNIST is available.

    Raises:
        DataError: No data set is available, or it cannot be split as the recipe requires.
        HandwritingError: The recipe asks for drawings, and there are none.
        StoreError: The drawings cannot be read.
        OSError: The drawings cannot be kept with the run.
    """
    recipe = run.recipe
    dataset, fallback = _load(settings, run, resumes=resumes)
    limit, available = recipe.limit, len(dataset.train_labels)
    if dataset.source is DataSource.MNIST_SAMPLE and limit is not None and limit > available:
        limit = None
        all_used = f" It has only {available:,} training images; all were used."
        fallback = fallback.removesuffix(all_used) + all_used
    split = split_dataset(
        dataset,
        validation=recipe.validation,
        fraction=recipe.validation_fraction,
        limit=limit,
        seed=recipe.seed,
    )
    data = _info(dataset, split, run, fallback)
    extra = _extra_drawings(store, run)
    if extra is None:
        return split, data
    number = len(extra.labels)
    title = f"{data.title} and {formatting.quantity(number, 'drawing')}"
    return _with_extra(split, extra), replace(data, title=title, drawings=number, drawings_version=extra.version)


def _extra_drawings(store: RunStore, run: Run) -> ExtraDrawings | None:
    """The drawings that a run trains on; None if its recipe asks for none."""
    if run.recipe.drawings == "none":
        return None
    folder = store.folder(run.id)
    extra = read_extra_drawings(folder)
    if extra is None:
        earlier = trained_on(store.files.fetch(run.parent)) if run.parent else NO_KEYS
        extra = choose_extra_drawings(
            Collection(store.db), run.owner if run.recipe.drawings == "mine" else None, earlier
        )
        write_extra_drawings(folder, extra)
    return extra


def _with_extra(split: Split, extra: ExtraDrawings) -> Split:
    """The split with the drawings among its training images, each several times."""
    repeats = repeats_per_epoch(len(extra.labels), len(split.train_labels))
    return replace(
        split,
        train_images=np.concatenate([split.train_images, np.tile(extra.images, (repeats, 1, 1))]),
        train_labels=np.concatenate([split.train_labels, np.tile(extra.labels, repeats)]),
    )


def _load(settings: Settings, run: Run, *, resumes: bool) -> tuple[Dataset, str]:
    if resumes and run.data is not None:
        if run.data.source == DataSource.UCI:
            raise DataError(
                f"This run was trained on the {run.data.title}, which this version of the lab no longer has, so it"
                " cannot be resumed. Nothing was changed. Train its network again as a new run."
            )
        if run.data.source == DataSource.MNIST_SAMPLE:
            return load_mnist_sample(), run.data.fallback
    dataset, why_not_mnist = load_dataset(settings, download=False)
    if why_not_mnist is None:
        return dataset, ""
    return dataset, f"Trained on the {dataset.title}, because MNIST was not available: {why_not_mnist}"


def _info(dataset: Dataset, split: Split, run: Run, fallback: str) -> DataInfo:
    return DataInfo(
        source=dataset.source.value,
        title=dataset.title,
        fingerprint=dataset.fingerprint,
        training=len(split.train_labels),
        validation=len(split.validation_labels),
        test=len(split.test_labels),
        validation_choice=run.recipe.validation,
        fallback=fallback,
    )
