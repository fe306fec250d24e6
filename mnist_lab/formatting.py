"""Numbers and times as text, in the same format on every page, in the terminal and in exports."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

NONE = "–"
"""The text for a missing value."""

_TIME_UNITS = (("s", 1, 1, 60), ("min", 60, 0.5, 3_600), ("h", 3_600, 0.5, math.inf))
"""Of estimated times: unit, seconds, smallest step of numbers below three, and the seconds below which it is used."""


def percent(share: float | None, decimals: int = 0) -> str:
    """A share 0..1 in percent: 0.9 → "90 %", None → "–". Only 1 is "100 %" and only 0 is "0 %": 0.999 is "99 %"."""
    if share is None:
        return NONE
    if math.isnan(share):
        return "NaN"
    smallest = 10**-decimals
    value = share * 100
    if 0 < share < 1:
        value = min(max(round(value, decimals), smallest), 100 - smallest)
    return f"{value:.{decimals}f} %"


def accuracy(share: float | None, decimals: int = 2) -> str:
    """An accuracy 0..1: 0.9927 → "99.27 %", 0.99996 → "99.99 %", None → "–"."""
    return NONE if share is None else percent(share, decimals)


def probability(share: float) -> str:
    """A probability 0..1: 0.978 → "98 %", with "> 99 %" and "< 1 %" where rounding would claim certainty."""
    if 0.99 < share < 1:
        return "> 99 %"
    if 0 < share < 0.01:
        return "< 1 %"
    return percent(share)


def points(difference: float) -> str:
    """A difference of two shares in percentage points, without its sign: -0.0012 → "0.12 points"."""
    return f"{abs(difference) * 100:.2f} points"


def loss(value: float | None) -> str:
    """A loss: 0.04651 → "0.0465", 0.00003 → "< 0.0001", from 1,000 on "1.2e5"; "NaN", "infinite", None → "–"."""
    if value is not None and 0 < value < 0.00005:
        return "< 0.0001"
    return magnitude(value) if value is None or not 0 < value < 0.001 else f"{value:.4f}"


def magnitude(value: float | None) -> str:
    """A size of any order: 0.04651 → "0.0465", below 0.001 and from 1,000 on "3.2e-5"; otherwise as `loss`."""
    if value is None:
        return NONE
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinite"
    if value == 0 or 0.001 <= abs(value) < 999.99995:
        return f"{value:.4f}"
    return _scientific(value, 1)


def learning_rate(value: float) -> str:
    """A learning rate with at most three significant digits: 0.0003 → "0.0003", 0.000001 → "1e-6"."""
    if value == 0 or abs(value) >= 1e-5:
        return f"{float(f'{value:.3g}'):.10f}".rstrip("0").rstrip(".")
    return _scientific(value, 2)


def dropout_rate(rate: float) -> str:
    """The rate of a dropout layer, also an invalid one: 0.25 → "0.25", 1.0 → "1", -0.5 → "-0.5"."""
    return f"{rate:g}"


def count(value: int | None) -> str:
    """A whole number: 829760 → "829,760", None → "–"."""
    return NONE if value is None else f"{value:,}"


def quantity(number: int | None, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 filter", "829,760 parameters"; `many` is the plural if it is not `one` with an s."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def factor(value: float) -> str:
    """A factor as a user reads it: 1/3 → "÷ 3", 10 → "× 10", 1 → "× 1"; others with three digits."""
    return f"÷ {1 / value:.3g}" if value < 1 and not math.isclose(value, 1.0, rel_tol=1e-6) else f"× {value:.3g}"


def short_count(value: float | None) -> str:
    """A rounded number: 829,760 → "830 k", 4,960,000 → "5.0 M", None → "–"; one decimal below 100 of a unit."""
    if value is None:
        return NONE
    if value < 999.5:
        return f"{value:.0f}"
    unit, name = next((u, n) for u, n in ((1e3, "k"), (1e6, "M"), (1e9, "G")) if value < 999.5 * u or n == "G")
    scaled = value / unit
    return f"{scaled:,.{1 if scaled < 99.95 else 0}f} {name}"


def round_count(value: int) -> str:
    """A round number, as the label of an axis: 20,000 → "20 k", 1,500,000 → "1.5 M"."""
    return short_count(value).replace(".0 ", " ")


def shape(dimensions: tuple[int, ...] | None) -> str:
    """A shape or a window: (26, 26, 32) → "26×26×32", (1600,) → "1,600", None → "?"."""
    return "?" if dimensions is None else "×".join(map(count, dimensions))


def byte_size(number: float) -> str:
    """A number of bytes, in powers of 1024: 1,363,148 → "1.3 MB"."""
    if number < 1023.5:
        return f"{number:.0f} bytes"
    unit, name = next(
        (u, n) for u, n in ((2**10, "KB"), (2**20, "MB"), (2**30, "GB")) if number < 1023.95 * u or n == "GB"
    )
    return f"{number / unit:,.1f} {name}"


def throughput(images_per_second: float | None) -> str:
    """A training speed: 4565.2 → "4,565 images/s"."""
    if images_per_second is None or not math.isfinite(images_per_second):
        return NONE
    return f"{images_per_second:,.0f} images/s"


def seconds(value: float | None) -> str:
    """A time: 0.84 → "0.8 s", 12 → "12 s", 84 → "1 m 24 s", 7,500 → "2 h 05 m", 97,200 → "1 d 03 h"."""
    if value is None or not math.isfinite(value):
        return NONE
    value = max(value, 0.0)
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} m"
    return f"{whole // 86_400} d {whole % 86_400 // 3600:02d} h"


def about_seconds(value: float) -> str:
    """An estimated time, without tenths of a second: 0.4 → "1 s", 4.9 → "5 s", 84 → "1 m 24 s"."""
    return seconds(max(10.0, value)) if value >= 9.5 else f"{max(1, round(value))} s"


def time_range(least: float, most: float) -> str:
    """An estimated time: (18, 38) → "15 to 40 s", (50, 130) → "50 s to 2.5 min"; (24, 24) → "about 24 s"."""
    if least == most:
        return f"about {about_seconds(least)}"
    (low, low_unit), (high, high_unit) = (
        _rounded_time(value, rounding) for value, rounding in ((least, math.floor), (most, math.ceil))
    )
    if (low, low_unit) == (high, high_unit):
        return f"about {high:g} {high_unit}"
    unit = "" if low_unit == high_unit else f" {low_unit}"
    return f"{low:g}{unit} to {high:g} {high_unit}"


def _rounded_time(value: float, rounding: Callable[[float], int]) -> tuple[float, str]:
    """Seconds as a number with few digits, and its unit."""
    unit, size, smallest = next(one for one in _TIME_UNITS if value < one[3])[:3]
    number = value / size
    step = next((step for below, step in ((3, smallest), (10, 1), (30, 5)) if number < below), 10)
    return max(step * rounding(number / step), smallest), unit


def on_one_line(text: str) -> str:
    """A short text that stays on one line: "1 m 24 s" is not told from "1 m" where a line ends between the two."""
    return text.replace(" ", "\u00a0")


def relative_time(then: datetime | None, now: datetime) -> str:
    """When something happened, relative to `now`: "just now", "3 min ago", "yesterday 14:05", "12 Nov 2025".

    Args:
        then: With a time zone; None gives "–".
        now: With a time zone, which is used for hours and days.
    """
    if then is None:
        return NONE
    local = then.astimezone(now.tzinfo)
    age = now - then
    # A past time may lie after `now` if a clock was set back or another machine wrote it.
    if age < timedelta(minutes=1) and local.date() <= now.date():
        return "just now"
    if age < timedelta(hours=1) and local.date() <= now.date():
        return f"{int(age.total_seconds() // 60)} min ago"
    clock = f"{local:%H:%M}"
    if local.date() == now.date():
        return f"today {clock}"
    if local.date() == now.date() - timedelta(days=1):
        return f"yesterday {clock}"
    day = f"{local.day} {local:%b}"
    return f"{day} {clock}" if local.year == now.year else f"{day} {local.year}"


def shortened(text: str, length: int = 40) -> str:
    """A text in one line of at most `length` characters; "…" marks that it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def shortened_inside(text: str, length: int = 40) -> str:
    """A text in one line of at most `length` characters, cut in its middle: names of a sweep differ at their ends."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    start = length // 3
    return f"{line[:start].rstrip()}…{line[len(line) - (length - start - 1) :].lstrip()}"


def _scientific(value: float, decimals: int) -> str:
    digits, _, power = f"{value:.{decimals}e}".partition("e")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{digits}e{int(power)}"
