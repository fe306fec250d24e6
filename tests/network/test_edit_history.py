"""Undo and redo."""

from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.network import EditHistory, Network
from mnist_lab.network.edit_history import MAX_UNDO_STEPS

A, B, C = (Network(name=name) for name in "ABC")


def test_undo_and_redo_walk_back_and_forth() -> None:
    history = EditHistory(A).push(B).push(C)
    assert (history.can_undo, history.can_redo) == (True, False)
    assert [history.undo().network, history.undo().undo().network] == [B, A]
    assert history.undo().undo().redo().network == B
    assert history.undo().redo() == history


def test_nothing_to_undo_or_redo_changes_nothing() -> None:
    assert EditHistory(A).undo() == EditHistory(A).redo() == EditHistory(A)


def test_a_new_step_forgets_what_was_undone_and_no_change_is_no_step() -> None:
    assert not EditHistory(A).push(B).undo().push(C).can_redo
    undone = EditHistory(A).push(B).undo()
    assert undone.push(A) == undone


def test_the_past_is_bounded() -> None:
    history = EditHistory(A)
    for number in range(MAX_UNDO_STEPS + 50):
        history = history.push(Network(name=str(number)))
    assert len(history.past) == MAX_UNDO_STEPS
    for _ in range(MAX_UNDO_STEPS + 50):
        history = history.undo()
    assert history.network.name == "49"
    assert len(history.undone) == MAX_UNDO_STEPS


@given(st.lists(st.sampled_from(["push", "undo", "redo"]), max_size=40))
def test_undo_takes_back_what_redo_does(moves: list[str]) -> None:
    history = EditHistory(A)
    for number, move in enumerate(moves):
        history = history.push(Network(name=str(number))) if move == "push" else getattr(history, move)()
        assert not history.can_undo or history.undo().redo() == history
        assert not history.can_redo or history.redo().undo() == history
