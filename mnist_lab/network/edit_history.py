"""Undo and redo of edits to a network."""

from dataclasses import dataclass, replace

from mnist_lab.network.network import Network

MAX_UNDO_STEPS = 200
"""Edits that can be undone; older ones are dropped."""


@dataclass(frozen=True)
class EditHistory:
    """The current network, the earlier ones (oldest first) and the undone ones (the next one to redo is last)."""

    network: Network
    past: tuple[Network, ...] = ()
    undone: tuple[Network, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit to redo."""
        return bool(self.undone)

    def push(self, network: Network) -> "EditHistory":
        """Return the history after an edit that led to `network`, without undone edits; an equal network is no edit."""
        if network == self.network:
            return self
        return EditHistory(network, (*self.past, self.network)[-MAX_UNDO_STEPS:])

    def undo(self) -> "EditHistory":
        """Return the history with the last edit undone; the same history if there is none."""
        if not self.past:
            return self
        return replace(self, network=self.past[-1], past=self.past[:-1], undone=(*self.undone, self.network))

    def redo(self) -> "EditHistory":
        """Return the history with the last undone edit done again; the same history if there is none."""
        if not self.undone:
            return self
        return replace(self, network=self.undone[-1], past=(*self.past, self.network), undone=self.undone[:-1])
