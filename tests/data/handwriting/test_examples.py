"""Examples for the Train page."""

from mnist_lab.data import load_mnist_sample, style_examples, template_sheet
from mnist_lab.data.handwriting.drawn_styles import DRAWN_STYLES


def test_every_style_has_an_example() -> None:
    dataset = load_mnist_sample()
    examples = style_examples(dataset, 1)
    assert [example.name for example in examples] == [f"{style.digit} with {style.name}" for style in DRAWN_STYLES]
    for example in examples:
        assert not (example.before == example.after).all()
        assert (dataset.train_images == example.before).all(axis=(1, 2)).any()
    assert any((a.before != b.before).any() for a, b in zip(examples, style_examples(dataset, 2), strict=True))


def test_the_sheet_has_rows_of_all_ten_digits() -> None:
    assert template_sheet(3, 1).shape == (30, 28, 28)
    # A 1 has least ink.
    ink = template_sheet(40, 1).astype(int).sum(axis=(1, 2)).reshape(40, 10)
    assert ink.mean(axis=0).argmin() == 1
