"""The confusion matrix, the error rate of each digit, and the most frequent mistakes, as HTML of buttons."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mnist_lab import formatting

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Counts = NDArray[np.int64]

_DIGITS = range(10)
_LEVELS = 4
"""Number of colours of the mistakes: the colours `error-1` to `error-4` of the palette."""
_FEW = 16
"""If no mistake is more frequent than this, none has the strongest colour: few mistakes do not cry out."""


class Part(NamedTuple):
    """A part of the confusion matrix: a cell, a row, a column, or everything."""

    true: int | None = None
    predicted: int | None = None


def confusion_html(matrix: "ArrayLike", frequent: Sequence[tuple[Part, str]], selected: Part) -> str:
    """Three sections. Each button has the attribute `data-part` with the true and the predicted digit: "7,3" or "7,".

    Args:
        matrix: Shape (10, 10), whole numbers: rows are true digits, columns predicted digits.
        frequent: The most frequent mistakes, each with its text.
        selected: The part whose button is pressed.

    Raises:
        ValueError: The matrix has another shape.
    """
    counts: Counts = np.asarray(matrix, dtype=np.int64)
    if counts.shape != (10, 10):
        raise ValueError(f"A confusion matrix has the shape (10, 10). Received: {counts.shape}.")
    buttons = "".join(f"<li>{_button(part, selected, text, text)}</li>" for part, text in frequent)
    most_confused = f"<h3>Most confused</h3><ul>{buttons}</ul>" if frequent else ""
    matrix_head = _heading("Confusion matrix", "confusion-matrix")
    rates_head = _heading("Error rate per digit", "error-rate")
    return (
        f'<div class="parts"><section class="matrix">{matrix_head}{_table(counts, selected)}</section><div>'
        f'<section class="rates">{rates_head}<ul>{_rates(counts, selected)}</ul></section>'
        f'<section class="frequent">{most_confused}</section></div></div>'
    )


def error_levels(matrix: "ArrayLike") -> "Counts":
    """The colour of each cell: 0 for none, 1 to 4 for mistakes; the diagonal has none.

    The scale is that of the square root, so that rare mistakes are visible next to frequent ones.
    """
    counts: Counts = np.asarray(matrix, dtype=np.int64)
    mistakes = counts - np.diag(np.diag(counts))
    levels: Counts = np.ceil(_LEVELS * np.sqrt(mistakes / max(int(mistakes.max()), _FEW))).astype(np.int64)
    return levels


def worst_digits(matrix: "ArrayLike") -> list[int]:
    """The digits with the highest error rate, all that display the same rate; empty without images or mistakes."""
    counts: Counts = np.asarray(matrix, dtype=np.int64)
    shares = {digit: _error_share(counts, digit) for digit in _DIGITS if counts[digit].sum()}
    highest = max(shares.values(), default=0.0)
    return [digit for digit, share in shares.items() if highest and _rate(share) == _rate(highest)]


def _table(counts: "Counts", selected: Part) -> str:
    levels = error_levels(counts)
    heads = "".join(f'<th scope="col">{digit}</th>' for digit in _DIGITS)
    cells = ["".join(_cell(counts, levels, Part(true, read), selected) for read in _DIGITS) for true in _DIGITS]
    rows = "".join(f'<tr><th scope="row">{true}</th>{row}</tr>' for true, row in enumerate(cells))
    return (
        '<table role="grid" aria-label="Confusion matrix: a row for each true digit, a column for what it was read as">'
        '<caption aria-hidden="true"><span>true digit ↓</span><span>read as →</span>'
        '<span class="hint">Click a number for its images</span></caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(counts: "Counts", levels: "Counts", part: Part, selected: Part) -> str:
    true, read = part.true or 0, part.predicted or 0
    count, of_digit = int(counts[true, read]), int(counts[true].sum())
    what = f"{true} read correctly" if true == read else f"{true} read as {read}"
    share = f"{formatting.count(count)} of {formatting.count(of_digit)} ({_share(count, of_digit)})"
    look = "right" if true == read else f"level-{levels[true, read]}"
    name = f"{what}: {formatting.quantity(count, 'image') if count else 'none'}"
    content = f"<span>{_short(count)}</span>"
    return f"<td>{_button(part, selected, content, name, f'{what}: {share}', look, disabled=not count)}</td>"


def _rates(counts: "Counts", selected: Part) -> str:
    shares = [_error_share(counts, digit) for digit in _DIGITS]
    widest = max(*shares, 1e-9)
    worst = worst_digits(counts)
    rows = []
    for digit, share in enumerate(shares):
        of_digit = int(counts[digit].sum())
        wrong = of_digit - int(counts[digit, digit])
        rate = _rate(share) if of_digit else formatting.NONE
        content = f'<b>{digit}</b><i><i style="width:{100 * share / widest:.1f}%"></i></i><span>{rate}</span>'
        name = f"Digit {digit}: {rate} wrong, {formatting.count(wrong)} of {formatting.quantity(of_digit, 'image')}"
        look = "worst" if digit in worst else ""
        rows.append(f"<li>{_button(Part(digit), selected, content, name, name, look, disabled=not wrong)}</li>")
    return "".join(rows)


def _button(
    part: Part, selected: Part, content: str, name: str, title: str = "", look: str = "", *, disabled: bool = False
) -> str:
    numbers = ",".join("" if digit is None else str(digit) for digit in part)
    # Not `disabled`: the arrow keys pass over all cells of the table.
    state = 'aria-disabled="true"' if disabled else f'aria-pressed="{str(part == selected).lower()}"'
    return (
        f'<button type="button" class="{look}" data-part="{numbers}" aria-label="{name}" title="{title}" {state}>'
        f"{content}</button>"
    )


def _heading(title: str, term: str) -> str:
    # The link opens a new tab, as Streamlit's links do.
    name = f"{title} in the glossary"
    link = f'<a href="glossary#{term}" target="_blank" rel="noopener" aria-label="{name}" title="{name}">?</a>'
    return f"<h3>{title} {link}</h3>"


def _error_share(counts: "Counts", digit: int) -> float:
    of_digit = int(counts[digit].sum())
    return 1 - int(counts[digit, digit]) / of_digit if of_digit else 0.0


def _rate(share: float) -> str:
    return formatting.accuracy(share, 1)


def _share(count: int, of_digit: int) -> str:
    return formatting.accuracy(count / of_digit) if of_digit else "none"


def _short(count: int) -> str:
    # Counts can be large: they are abbreviated to fit a cell on a phone.
    return "" if not count else formatting.short_count(count) if count >= 10_000 else str(count)
