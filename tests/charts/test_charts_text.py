"""How numbers and moments are written."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.charts import text

shares = st.floats(0, 1)
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        (text.accuracy, 0.9927, "99.27 %"),
        (text.accuracy, 0.99996, "99.99 %"),
        (text.accuracy, 1.0, "100.00 %"),
        (text.accuracy, 0.0, "0.00 %"),
        (text.accuracy, 0.00001, "0.01 %"),
        (text.accuracy, math.nan, "NaN"),
        (text.accuracy, None, "–"),
        (text.probability, 0.978, "98 %"),
        (text.probability, 0.9951, "> 99 %"),
        (text.probability, 1.0, "100 %"),
        (text.probability, 0.004, "< 1 %"),
        (text.probability, 0.0, "0 %"),
        (text.probability, math.nan, "NaN"),
        (text.points, -0.0012, "0.12 points"),
        (text.loss, 0.04651, "0.0465"),
        (text.loss, 2.302585, "2.3026"),
        (text.loss, 0.0, "0.0000"),
        (text.loss, 0.0000321, "3.2e-5"),
        (text.loss, 123456.0, "1.2e5"),
        (text.loss, math.nan, "NaN"),
        (text.loss, math.inf, "infinite"),
        (text.loss, None, "–"),
        (text.about_seconds, 0.2, "1 s"),
        (text.about_seconds, 4.9, "5 s"),
        (text.about_seconds, 9.6, "10 s"),
        (text.about_seconds, 84.0, "1 m 24 s"),
        (text.learning_rate, 0.001, "0.001"),
        (text.learning_rate, 0.0003, "0.0003"),
        (text.learning_rate, 0.1 + 0.2, "0.3"),
        (text.learning_rate, 10.0, "10"),
        (text.learning_rate, 0.0, "0"),
        (text.learning_rate, 0.000001, "1e-6"),
        (text.learning_rate, 4e-9, "4e-9"),
        (text.seconds, 0.84, "0.8 s"),
        (text.seconds, 9.97, "10 s"),
        (text.seconds, 12.4, "12 s"),
        (text.seconds, 59.6, "1 m 00 s"),
        (text.seconds, 84, "1 m 24 s"),
        (text.seconds, 3599.7, "1 h 00 m"),
        (text.seconds, 7500, "2 h 05 m"),
        (text.seconds, 97_200, "1 d 03 h"),
        (text.seconds, -3.0, "0.0 s"),
        (text.seconds, math.inf, "–"),
        (text.seconds, None, "–"),
        (text.count, 829760, "829,760"),
        (text.round_count, 20_000, "20 k"),
        (text.round_count, 500_000, "500 k"),
        (text.round_count, 1_500_000, "1.5 M"),
        (text.short_count, 999, "999"),
        (text.short_count, 34826, "34.8 k"),
        (text.short_count, 829760, "830 k"),
        (text.short_count, 999_600, "1.0 M"),
        (text.short_count, 4_960_000, "5.0 M"),
        (text.short_count, 3_070_000_000_000, "3,070 G"),
        (text.rate, 4565.2, "4,565 images/s"),
        (text.rate, None, "–"),
        (text.size, 512, "512 bytes"),
        (text.size, 1_363_148, "1.3 MB"),
        (text.size, 1023.99 * 2**10, "1.0 MB"),
        (text.size, 3 * 2**40, "3,072.0 GB"),
        (text.shape, (26, 26, 32), "26×26×32"),
        (text.shape, (1600,), "1,600"),
        (text.shape, None, "?"),
    ],
)
def test_written(function, value, expected):
    assert function(value) == expected


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(seconds=-300), "just now"),
        (timedelta(minutes=3, seconds=50), "3 min ago"),
        (timedelta(hours=5), "today 09:30"),
        (timedelta(hours=24, minutes=25), "yesterday 14:05"),
        (timedelta(days=11, minutes=25), "12 Nov 14:05"),
        (timedelta(days=400), "19 Oct 2025"),
    ],
)
def test_moment(ago, expected):
    assert text.moment(NOW - ago, NOW) == expected


def test_moment_speaks_in_the_time_zone_of_now():
    there = timezone(timedelta(hours=10))
    assert text.moment(NOW - timedelta(hours=2), NOW.astimezone(there)) == "yesterday 22:30"
    assert text.moment(None, NOW) == "–"


@given(shares)
def test_only_a_full_score_is_written_as_one(share):
    assert (text.accuracy(share) == "100.00 %") == (share == 1)
    assert (text.accuracy(share) == "0.00 %") == (share == 0)
    assert (text.probability(share) == "100 %") == (share == 1)
    assert (text.probability(share) == "0 %") == (share == 0)


@given(shares, shares)
def test_accuracy_keeps_the_order(first, second):
    low, high = sorted((first, second))
    assert float(text.accuracy(low)[:-2]) <= float(text.accuracy(high)[:-2])


@given(st.floats(0, 1e9))
def test_loss_is_near_the_number(value):
    assert float(text.loss(value)) == pytest.approx(value, rel=0.06, abs=1e-12)


@given(st.floats(1e-12, 10))
def test_learning_rate_is_near_the_number(value):
    assert float(text.learning_rate(value)) == pytest.approx(value, rel=0.006)


@given(st.integers(0, 10**8))
def test_time_is_read_back_within_its_last_unit(whole):
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    parts = text.seconds(whole).split()
    back = sum(float(number) * units[unit] for number, unit in zip(parts[::2], parts[1::2], strict=True))
    assert abs(back - whole) < units[parts[-1]]
    assert all(float(number) < 60 for number in parts[2::2])


@given(st.text(), st.integers(1, 50))
def test_shortened_is_one_short_line(words, length):
    line = text.shortened(words, length)
    assert len(line) <= length
    assert line.split() == line.split(" ") or not line
    if len(" ".join(words.split())) <= length:
        assert line == " ".join(words.split())
    else:
        assert line.endswith("…")
