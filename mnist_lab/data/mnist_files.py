"""The forms in which people have MNIST: an `.npz` file with any names, or a folder of idx or `.npy` files.

The four arrays are recognized by their shapes, not by their names, so that the files of any tool are read. Whether they
are MNIST is for `mnist.py` to check.
"""

import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, product
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, Archive, ArchiveError, archive_of, gunzip, open_file
from mnist_lab.array_reader import archive_array, archive_array_shape, array_names, read_array, read_array_shape
from mnist_lab.data.idx import GZIP, idx_shape, read_idx

NPZ_NAMES = ("x_train", "y_train", "x_test", "y_test")
"""The names in Keras's file, in the order of `ROLES`."""
ROLES = ("training images", "training labels", "test images", "test labels")
_COUNTS = {60_000: 0, 10_000: 2}
_IMAGE_SIDES = {(28, 28), (784,), (28, 28, 1), (1, 28, 28)}
_LABEL_SIDES: set[tuple[int, ...]] = {(), (1,)}

_MAX_FILE_BYTES = 100 * MIB
_MAX_ARRAY_BYTES = 200 * MIB
"""60,000 images of 32-bit numbers have 180 MiB."""
_MAX_DEPTH = 3
_MAX_FILES = 2_000
_MAX_CHOICES = 4

Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
"""Training images (n, 28, 28) and labels (n,), test images and labels."""


@dataclass(frozen=True)
class MnistSource:
    """Where four arrays of MNIST's shapes are; they are read by `read`."""

    path: Path
    """The file, or the folder of the files, for messages."""
    files: tuple[Path, ...]
    read: Callable[[], Arrays] = field(compare=False)
    """Raises `ArchiveError`."""


def mnist_sources(path: Path) -> Iterator[MnistSource]:
    """The places in a file or a folder where MNIST may be, the likeliest first.

    A folder is searched three levels deep, so that the root of torchvision's folders will do.
    """
    if path.is_dir():
        yield from _sources_in(path)
    elif path.name.endswith(".npy") or (idx_shape(path) is not None):
        # One of the four files was named: the others lie beside it.
        yield from _sources_in(path.parent)
    else:
        yield _npz_source(path)


def _sources_in(folder: Path) -> Iterator[MnistSource]:
    groups: dict[Path, list[Path]] = defaultdict(list)
    for path in islice(_files(folder), _MAX_FILES):
        if path.suffix == ".npz":
            groups[path].append(path)
        elif path.suffix == ".npy" or _is_named_like_idx(path.name):
            groups[_group_of(path)].append(path)
    for place in sorted(groups, key=lambda place: (place.name != "mnist.npz", len(place.parts), str(place))):
        if place.suffix == ".npz" and groups[place] == [place]:
            yield _npz_source(place)
        else:
            yield from _separate_sources(place, groups[place])


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        depth = len(Path(parent).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if depth < _MAX_DEPTH else []
        yield from (Path(parent, name) for name in sorted(names))


def _is_named_like_idx(name: str) -> bool:
    return "ubyte" in name or "idx" in name


def _group_of(path: Path) -> Path:
    """The folder that holds the four files. Kaggle's archive has each of them in a folder of the same name."""
    same = path.parent.name in {path.name, path.stem} or path.parent.name.replace("-", ".") == path.name.replace(
        "-", "."
    )
    return path.parent.parent if same else path.parent


def _separate_sources(folder: Path, paths: list[Path]) -> Iterator[MnistSource]:
    """The combinations of four files of the right shapes, first those that are not gzipped."""
    by_role: dict[int, list[Path]] = defaultdict(list)
    for path in sorted(paths, key=lambda path: (path.suffix == ".gz", path.name)):
        role = _role(_shape_of(path))
        if role is not None and path.with_suffix("") not in by_role[role]:
            by_role[role].append(path)
    if not by_role:
        return
    if missing := [ROLES[role] for role in range(len(ROLES)) if not by_role[role]]:
        yield MnistSource(folder, (), _refuse(f"has no file with MNIST's {' and no '.join(missing)}"))
        return
    for files in islice(product(*(by_role[role] for role in range(len(ROLES)))), _MAX_CHOICES):
        yield MnistSource(folder, files, partial(_read_separately, files))


def _refuse(reason: str) -> Callable[[], Arrays]:
    def read() -> Arrays:
        raise ArchiveError(reason)

    return read


def _shape_of(path: Path) -> tuple[int, ...] | None:
    if path.suffix != ".npy":
        return idx_shape(path)
    with suppress(ArchiveError), open_file(path, _MAX_ARRAY_BYTES) as file:
        return read_array_shape(file, path.stem)
    return None


def _read_separately(files: Sequence[Path]) -> Arrays:
    return _as_arrays([_read_separate(path) for path in files])


def _read_separate(path: Path) -> NDArray[Any]:
    try:
        if path.suffix != ".npy":
            return read_idx(path)
        with open_file(path, _MAX_ARRAY_BYTES) as file:
            shape = read_array_shape(file, path.stem)
            file.seek(0)
            return read_array(file, path.stem, shape, None, max_bytes=_MAX_ARRAY_BYTES)
    except ArchiveError as error:
        raise ArchiveError(f"holds {path.name!r}, which {error}") from error


def _npz_source(path: Path) -> MnistSource:
    return MnistSource(path, (path,), lambda: _read_npz(path))


def _read_npz(path: Path) -> Arrays:
    with _open_npz(path) as archive:
        arrays = []
        for index, name in enumerate(_names_by_role(archive)):
            shape = archive_array_shape(archive, name)
            _check_shape(index, name, shape)
            arrays.append(archive_array(archive, name, shape, None, max_bytes=_MAX_ARRAY_BYTES))
        return _as_arrays(arrays)


def _check_shape(index: int, name: str, shape: tuple[int, ...]) -> None:
    if _role(shape) != index:
        wanted = ("(60000, 28, 28)", "(60000,)", "(10000, 28, 28)", "(10000,)")[index]
        raise ArchiveError(f"has {name!r} of shape {str(shape)[:80]}, and it must be {wanted}")


@contextmanager
def _open_npz(path: Path) -> Iterator[Archive]:
    """Open an `.npz` file that may be gzipped as a whole, as some servers and browsers save it."""
    with open_file(path, _MAX_FILE_BYTES) as file:
        beginning = file.read(len(GZIP))
        file.seek(0)
        content: IO[bytes] = io.BytesIO(gunzip(file, _MAX_FILE_BYTES)) if beginning == GZIP else file
        yield archive_of(content, ".npz file")


def _names_by_role(archive: Archive) -> list[str]:
    """The names of the four arrays: Keras's, else those of the arrays with MNIST's shapes."""
    names = array_names(archive)
    if any(name in names for name in NPZ_NAMES):
        return list(NPZ_NAMES)
    found: Mapping[int | None, str] = {_role(archive_array_shape(archive, name)): name for name in reversed(names)}
    if missing := [name for role, name in enumerate(ROLES) if role not in found]:
        held = ", ".join(sorted(archive.names)[:4])[:100] or "nothing"
        raise ArchiveError(f"has no array of the shape of MNIST's {' and no '.join(missing)} (it holds {held!r})")
    return [found[role] for role in range(len(ROLES))]


def _role(shape: tuple[int, ...] | None) -> int | None:
    """Index into `ROLES` of an array of this shape; None if it is not MNIST's."""
    if not shape or shape[0] not in _COUNTS:
        return None
    if shape[1:] in _IMAGE_SIDES:
        return _COUNTS[shape[0]]
    return _COUNTS[shape[0]] + 1 if shape[1:] in _LABEL_SIDES else None


def _as_arrays(arrays: list[NDArray[Any]]) -> Arrays:
    train_images, train_labels, test_images, test_labels = (
        _as_bytes(name, array) for name, array in zip(NPZ_NAMES, arrays, strict=True)
    )
    return (
        train_images.reshape(-1, 28, 28),
        train_labels.reshape(-1),
        test_images.reshape(-1, 28, 28),
        test_labels.reshape(-1),
    )


def _as_bytes(name: str, array: NDArray[Any]) -> NDArray[np.uint8]:
    """The numbers as bytes, read-only; fractions from 0 to 1, as other tools store pixels, are scaled to 0 to 255."""
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "f" and name.startswith("x") and 0 < array.max(initial=0) <= 1:
        array = np.rint(array * 255)
    # Not a number is not between 0 and 255 either.
    if not bool(((array >= 0) & (array <= 255)).all()) or bool((array != np.rint(array)).any()):
        raise ArchiveError(f"has numbers in {name!r} that are not whole numbers from 0 to 255")
    converted = array.astype(np.uint8)
    converted.flags.writeable = False
    return converted
