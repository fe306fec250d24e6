"""MNIST among the shared files of a lab of several machines: one that has it hands it on to all others."""

import io
import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from mnist_lab.data.dataset import Dataset
from mnist_lab.data.mnist import FILE_NAME, load_mnist, mnist_candidates
from mnist_lab.data.mnist_files import NPZ_NAMES
from mnist_lab.errors import DamagedObjectError, DataError, MissingObjectError
from mnist_lab.files import atomic_write
from mnist_lab.object_store import ObjectStore
from mnist_lab.settings import Settings

KEY = f"data/{FILE_NAME}"
"""Of the object."""
_MAX_BYTES = 100 * 2**20

log = logging.getLogger(__name__)


def fetch_mnist(settings: Settings) -> Dataset | None:
    """MNIST from the lab's shared files, kept in this machine's cache; None if it is not there, or damaged.

    Its content is compared with the original's.

    Raises:
        ObjectStoreError: The object store does not answer, or refuses.
        DataError: The cache cannot be written.
    """
    target = settings.cache_folder / FILE_NAME
    try:
        content = _shared_content(settings)
        if content is None:
            return None
        with atomic_write(target) as temporary:
            temporary.write_bytes(content)
            # Before it takes its place: what is in the cache is whole.
            load_mnist(temporary)
    except OSError as error:
        raise DataError(
            f"{target} cannot be written ({error.strerror or error}); set MNIST_LAB_HOME to a folder that can."
        ) from error
    except DataError as error:
        log.warning("The shared copy of MNIST is passed over: %s", error)
        return None
    return load_mnist(target)


def share_mnist(settings: Settings, dataset: Dataset) -> None:
    """Put MNIST, which this machine has, among the lab's shared files, if it is not there.

    Raises:
        ObjectStoreError: The object store does not answer, or refuses.
        OSError: The shared folder cannot be written.
    """
    if settings.files_url is not None:
        objects = ObjectStore(settings.files_url)
        content = _packed(settings, dataset)
        found = objects.size(KEY)
        # Another file may hold MNIST, too, or be something else, which would be in the way for good.
        if found is not None and found != len(content) and not _is_mnist(objects):
            objects.delete([KEY])
            found = None
        if found is None:
            objects.put_new(KEY, content)
    elif isinstance(settings.files, Path) and not (settings.files / FILE_NAME).exists():
        with atomic_write(settings.files / FILE_NAME) as temporary:
            temporary.write_bytes(_packed(settings, dataset))


def _is_mnist(objects: ObjectStore) -> bool:
    """Whether the object is MNIST."""
    try:
        content = objects.get_unchecked(KEY, _MAX_BYTES)
    except (MissingObjectError, DamagedObjectError):
        return False
    with tempfile.TemporaryDirectory(prefix="mnist-lab-") as folder:
        file = Path(folder) / FILE_NAME
        file.write_bytes(content)
        try:
            load_mnist(file)
        except DataError:
            return False
    return True


def _shared_content(settings: Settings) -> bytes | None:
    """The shared file; None without one."""
    if settings.files_url is not None:
        try:
            return ObjectStore(settings.files_url).get_unchecked(KEY, _MAX_BYTES)
        except (MissingObjectError, DamagedObjectError) as error:
            log.info("MNIST is not among the shared files: %s", error)
            return None
    if isinstance(settings.files, Path) and (settings.files / FILE_NAME).is_file():
        return (settings.files / FILE_NAME).read_bytes()
    return None


def _packed(settings: Settings, dataset: Dataset) -> bytes:
    """MNIST as one file: the one that this machine has, or its arrays."""
    whole = next((path for path in mnist_candidates(settings) if path.suffix == ".npz" and path.is_file()), None)
    if whole is not None:
        return whole.read_bytes()
    parts = dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels
    buffer = io.BytesIO()
    arrays: dict[str, Any] = dict(zip(NPZ_NAMES, parts, strict=True))
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()
