"""What becomes of an action on several runs."""

import pytest

from mnist_lab.errors import LabError, NotOwnerError, QueueLimitError, TransitionError, UnknownRunError
from mnist_lab.runs import Run
from mnist_lab.ui.compare.outcomes import on_each
from tests.factories import make_run

ACTIVE = ("is still in training", "are still in training")


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        ([None, None], ""),
        ([None, None, NotOwnerError(""), None, NotOwnerError("")], "3 of 5 deleted; 2 belong to other browsers."),
        ([None, NotOwnerError("")], "1 of 2 deleted; 1 belongs to another browser."),
        (
            [TransitionError(""), UnknownRunError("")],
            "None of 2 deleted; 1 is still in training, 1 had been deleted before.",
        ),
        ([None, QueueLimitError("Too many.")], "1 of 2 deleted; 1 was refused: Too many."),
        ([UnknownRunError("There is no such run.")], "There is no such run."),
    ],
)
def test_one_sentence_says_for_how_many_it_was_refused_and_why(
    errors: list[LabError | None], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_lab.ui.compare.outcomes.for_viewer", str)
    runs = [make_run(id=f"run0000{index}") for index in range(len(errors))]

    def act(run: Run) -> None:
        if error := errors[runs.index(run)]:
            raise error

    outcome = on_each(runs, act, ACTIVE)
    assert outcome.sentence("deleted") == sentence
    assert [run.id for run in outcome.done] == [
        run.id for run, error in zip(runs, errors, strict=True) if error is None
    ]
