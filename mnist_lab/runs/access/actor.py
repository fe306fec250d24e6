"""Who asks for a change of a run, and which runs they may change."""

from dataclasses import dataclass

from mnist_lab.errors import NotOwnerError


@dataclass(frozen=True, slots=True)
class Actor:
    """A browser, the command line, or another process of the lab. Each command of the store is given one."""

    browser_id: str
    """The owner of the runs that it creates."""
    is_teacher: bool = False
    """Whether it may change all runs: whoever sits at the machine itself, or has opened the teacher's link."""

    def may_change(self, owner: str) -> bool:
        """Whether it may change a run of this owner. A run without an owner belongs to nobody."""
        return self.is_teacher or (owner != "" and owner == self.browser_id)


MACHINE = Actor("cli", is_teacher=True)
"""The command line and the lab's own processes: who can start them can change the files of the store anyway."""


def ensure_may_change(actor: Actor, name: str, owner: str) -> None:
    """Check that the actor may change the run called `name`.

    Raises:
        NotOwnerError: The run belongs to somebody else.
    """
    if not actor.may_change(owner):
        raise NotOwnerError(f"The run '{name}' belongs to another browser; only that one or a teacher can change it.")
