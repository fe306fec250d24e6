"""What several networks read one drawing as, side by side, as HTML."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from mnist_lab import formatting
from mnist_lab.charts.drawn_digit.drawn_style import drawn_html
from mnist_lab.charts.run_swatch import swatch_svg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NetworkAnswer(NamedTuple):
    """One network's answer."""

    number: int
    """Of the run, which gives its sign."""
    name: str
    probabilities: "NDArray[np.float32] | None"
    """Shape (10,); None if there are none yet."""
    error: str = ""
    """Why there are none; "" if they are still to come."""

    @property
    def digit(self) -> int | None:
        """The digit that is read."""
        return None if self.probabilities is None else int(self.probabilities.argmax())


def network_answers_html(answers: Sequence[NetworkAnswer], *, left_out: int = 0) -> str:
    """A card for each network: its digit and the ten probabilities. Those that disagree with most come first.

    Args:
        answers: In the order of the runs.
        left_out: How many further networks were not asked.
    """
    counts = Counter(answer.digit for answer in answers if answer.digit is not None)
    common = counts.most_common(1)[0][0] if counts else None
    ordered = sorted(answers, key=lambda answer: (answer.digit is None, answer.digit == common))
    cards = "".join(_card(answer, common) for answer in ordered)
    return drawn_html(f'<p class="summary">{_summary(counts, left_out)}</p><ul class="answers">{cards}</ul>')


def _summary(counts: "Counter[int]", left_out: int) -> str:
    if not counts:
        return "The networks are being loaded."
    read = sum(counts.values())
    others = f" {formatting.quantity(left_out, 'further network')} not asked." if left_out else ""
    if len(counts) == 1:
        digit = next(iter(counts))
        who = "The network reads" if read == 1 else f"All {read} networks read"
        return f"<b>{who} a {digit}.</b>{others}"
    listed = ", ".join(
        f"{count} {'reads' if count == 1 else 'read'} a {digit}" for digit, count in counts.most_common()
    )
    return f"<b>The networks disagree:</b> {listed}.{others}"


def _card(answer: NetworkAnswer, common: int | None) -> str:
    differs = answer.digit is not None and answer.digit != common
    name = f'<p class="name">{swatch_svg(answer.number)}<span>{escape(answer.name)}</span></p>'
    return f'<li class="{"differs" if differs else ""}">{name}{_reading(answer)}</li>'


def _reading(answer: NetworkAnswer) -> str:
    if answer.probabilities is None or answer.digit is None:
        return f'<p class="quiet">{escape(answer.error) or "Is being loaded…"}</p>'
    return reading_html(answer.probabilities)


def reading_html(probabilities: "NDArray[np.float32]") -> str:
    """The digit that is read, its probability, and ten small bars."""
    values = [float(value) for value in probabilities]
    best = max(range(10), key=values.__getitem__)
    bars = "".join(
        f'<div class="{"best" if digit == best else ""}"><i style="height:{100 * share:.0f}%"></i>'
        f"<small>{digit}</small></div>"
        for digit, share in enumerate(values)
    )
    named = ", ".join(f"{digit}: {100 * share:.0f} %" for digit, share in enumerate(values))
    return (
        f'<div class="reading"><b>{best}</b><div><span>{formatting.probability(values[best])}</span>'
        f'<div class="bars" role="img" aria-label="Probability of each digit: {named}">{bars}</div></div></div>'
    )
