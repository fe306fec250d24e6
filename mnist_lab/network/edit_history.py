"""Undo and redo: the networks that were, and those that were undone."""

from dataclasses import dataclass, replace

from mnist_lab.network.network import Network

MOST_STEPS = 200
"""Steps that can be undone; older ones are forgotten."""


@dataclass(frozen=True)
class History:
    """The network as it is now, with those before it (oldest first) and those undone (next to redo last)."""

    network: Network
    past: tuple[Network, ...] = ()
    undone: tuple[Network, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step to redo."""
        return bool(self.undone)

    def push(self, network: Network) -> "History":
        """Return the history after a change to `network`; what was undone is gone. No change is no step."""
        if network == self.network:
            return self
        return History(network, (*self.past, self.network)[-MOST_STEPS:])

    def undo(self) -> "History":
        """Return the history one step back; itself if there is none."""
        if not self.past:
            return self
        return replace(self, network=self.past[-1], past=self.past[:-1], undone=(*self.undone, self.network))

    def redo(self) -> "History":
        """Return the history with the last undone step done again; itself if there is none."""
        if not self.undone:
            return self
        return replace(self, network=self.undone[-1], past=(*self.past, self.network), undone=self.undone[:-1])
