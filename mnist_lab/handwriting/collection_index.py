"""What is in the collection, without the drawings themselves: small enough to be kept in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mnist_lab.runs import MACHINE


@dataclass(frozen=True, eq=False)
class CollectionIndex:
    """The drawings of the collection at one time, n of them, the newest first."""

    version: str
    """Changes with every change of the collection."""
    ids: NDArray[np.str_]
    """Shape (n,)."""
    labels: NDArray[np.uint8]
    """Shape (n,)."""
    owners: NDArray[np.str_]
    """Shape (n,)."""
    visitors: Mapping[str, int]
    """By owner: its number, in the order in which they kept their first drawing."""

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """The ids as numbers, shape (n,), by which files refer to them."""
        return keys_of(self.ids.tolist())

    def __len__(self) -> int:
        """The number of drawings."""
        return len(self.ids)


def keys_of(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Ids of drawings as numbers, shape (number of ids,)."""
    return np.array([int(each, 16) for each in ids], dtype=np.uint64)


def owner_name(index: CollectionIndex, owner: str, you: str) -> str:
    """How an owner is called, as the lab knows no names: "you", "the command line", "visitor 3".

    Args:
        index: The collection.
        owner: The owner of a drawing.
        you: Id of the browser that reads the name.
    """
    if owner == you:
        return "you"
    return "the command line" if owner == MACHINE.browser_id else f"visitor {index.visitors.get(owner, 0)}"
