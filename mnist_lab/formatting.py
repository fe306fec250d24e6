"""How numbers and moments are written, the same on every page, in the terminal and in exports."""

import math
from datetime import datetime, timedelta

NONE = "–"


def accuracy(share: float | None, decimals: int = 2) -> str:
    """0.9927 → "99.27 %". Only exactly 1 is "100.00 %", only exactly 0 is "0.00 %": 0.99996 is "99.99 %"."""
    if share is None:
        return NONE
    if math.isnan(share):
        return "NaN"
    smallest = 10**-decimals
    percent = share * 100
    if 0 < share < 1:
        percent = min(max(round(percent, decimals), smallest), 100 - smallest)
    return f"{percent:.{decimals}f} %"


def probability(share: float) -> str:
    """0.978 → "98 %", with "> 99 %" and "< 1 %" where rounding would claim certainty."""
    if math.isnan(share):
        return "NaN"
    if 0.99 < share < 1:
        return "> 99 %"
    if 0 < share < 0.01:
        return "< 1 %"
    return f"{share * 100:.0f} %"


def points(difference: float) -> str:
    """A difference of two shares in percentage points: 0.0012 → "0.12 points"; the sign is dropped."""
    return f"{abs(difference) * 100:.2f} points"


def loss(value: float | None) -> str:
    """0.04651 → "0.0465"; below 0.001 and from 1,000 on scientific ("3.2e-5"); NaN and infinity by name."""
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
    """0.001 → "0.001", 0.0003 → "0.0003", 0.000001 → "1e-6"; at most three significant digits."""
    if value == 0 or abs(value) >= 1e-5:
        return f"{float(f'{value:.3g}'):.10f}".rstrip("0").rstrip(".")
    return _scientific(value, 2)


def seconds(value: float | None) -> str:
    """Time: 0.84 → "0.8 s", 12 → "12 s", 84 → "1 m 24 s", 7,500 → "2 h 05 m", 97,200 → "1 d 03 h"."""
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
    """Time that is only estimated, without tenths: 0.4 → "1 s", 4.9 → "5 s", 84 → "1 m 24 s"."""
    return seconds(max(10.0, value)) if value >= 9.5 else f"{max(1, round(value))} s"


def count(value: int) -> str:
    """829760 → "829,760"."""
    return f"{value:,}"


def short_count(value: float) -> str:
    """829,760 → "830 k", 4,960,000 → "5.0 M", 999 → "999"; a tenth below 100 of a unit, none above."""
    if value < 999.5:
        return f"{value:.0f}"
    unit, name = next((u, n) for u, n in ((1e3, "k"), (1e6, "M"), (1e9, "G")) if value < 999.5 * u or n == "G")
    scaled = value / unit
    return f"{scaled:,.{1 if scaled < 99.95 else 0}f} {name}"


def round_count(value: int) -> str:
    """A round number, as an axis has it: 20,000 → "20 k", 1,500,000 → "1.5 M"."""
    return short_count(value).replace(".0 ", " ")


def rate(images_per_second: float | None) -> str:
    """4565.2 → "4,565 images/s"."""
    if images_per_second is None or not math.isfinite(images_per_second):
        return NONE
    return f"{images_per_second:,.0f} images/s"


def size(octets: float) -> str:
    """Bytes, in powers of 1024: 1,363,148 → "1.3 MB"."""
    if octets < 1023.5:
        return f"{octets:.0f} bytes"
    unit, name = next(
        (u, n) for u, n in ((2**10, "KB"), (2**20, "MB"), (2**30, "GB")) if octets < 1023.95 * u or n == "GB"
    )
    return f"{octets / unit:,.1f} {name}"


def shape(dimensions: tuple[int, ...] | None) -> str:
    """(26, 26, 32) → "26×26×32", (1600,) → "1,600", None → "?"."""
    return "?" if dimensions is None else "×".join(count(size) for size in dimensions)


def moment(then: datetime | None, now: datetime) -> str:
    """When something was, seen from now: "just now", "3 min ago", "yesterday 14:05", "12 Nov 14:05", "12 Nov 2025".

    Args:
        then: Aware; None is written as a dash.
        now: Aware; its time zone is the one that hours and days are told in.
    """
    if then is None:
        return NONE
    there = then.astimezone(now.tzinfo)
    age = now - then
    # A clock set back, or another machine's clock, must not make "in 3 minutes" of what has been.
    if age < timedelta(minutes=1) and there.date() <= now.date():
        return "just now"
    if age < timedelta(hours=1) and there.date() <= now.date():
        return f"{int(age.total_seconds() // 60)} min ago"
    clock = f"{there:%H:%M}"
    if there.date() == now.date():
        return f"today {clock}"
    if there.date() == now.date() - timedelta(days=1):
        return f"yesterday {clock}"
    day = f"{there.day} {there:%b}"
    return f"{day} {clock}" if there.year == now.year else f"{day} {there.year}"


def shortened(words: str, length: int = 40) -> str:
    """One line of at most `length` characters, with "…" where something was left out."""
    line = " ".join(words.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _scientific(value: float, decimals: int) -> str:
    digits, _, power = f"{value:.{decimals}e}".partition("e")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{digits}e{int(power)}"


def size_text(size: tuple[int, ...]) -> str:
    """Write a shape or a window: `(28, 28, 1)` as `28×28×1`."""
    return "×".join(str(part) for part in size)


def rate_text(rate: float) -> str:
    """Write a rate the short way: 0.25, 1, -0.5."""
    return f"{rate:g}"


def count_text(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun: `1 filter`, `829,760 parameters`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share 0..1 as whole per cent: "90 %"."""
    return f"{share * 100:.0f} %"
