"""When and how much of other people's handwriting a training shows."""

from mnist_lab.recipe import HANDWRITING, HandwritingShares, Recipe, has_handwriting


def test_the_last_epochs_show_it_and_at_least_one_does() -> None:
    shares = HandwritingShares(templates=0.2, drawn=0.1, begin=0.75)
    assert [shares.are_in(epoch, 8) for epoch in range(8)] == [False] * 6 + [True] * 2
    for epochs in (1, 2, 3):
        assert [shares.are_in(epoch, epochs) for epoch in range(epochs)] == [False] * (epochs - 1) + [True]


def test_most_images_stay_as_they_are() -> None:
    for shares in HANDWRITING.values():
        assert 0 < shares.templates + shares.drawn < 0.5


def test_only_styles_have_handwriting() -> None:
    assert has_handwriting(Recipe(augmentation="styles"))
    assert not has_handwriting(Recipe(augmentation="pen"))
