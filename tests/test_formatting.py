"""How numbers and times are written."""

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab import formatting

shares = st.floats(0, 1)
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        (formatting.percent, 0.9, "90 %"),
        (formatting.percent, 0.125, "12 %"),
        (formatting.percent, 0.999, "99 %"),
        (formatting.percent, 0.001, "1 %"),
        (formatting.percent, 1.0, "100 %"),
        (formatting.percent, 0.0, "0 %"),
        (formatting.percent, math.nan, "NaN"),
        (formatting.accuracy, 0.9927, "99.27 %"),
        (formatting.accuracy, 0.99996, "99.99 %"),
        (formatting.accuracy, 1.0, "100.00 %"),
        (formatting.accuracy, 0.0, "0.00 %"),
        (formatting.accuracy, 0.00001, "0.01 %"),
        (formatting.accuracy, math.nan, "NaN"),
        (formatting.accuracy, None, "–"),
        (formatting.probability, 0.978, "98 %"),
        (formatting.probability, 0.9951, "> 99 %"),
        (formatting.probability, 1.0, "100 %"),
        (formatting.probability, 0.004, "< 1 %"),
        (formatting.probability, 0.0, "0 %"),
        (formatting.probability, math.nan, "NaN"),
        (formatting.points, -0.0012, "0.12 points"),
        (formatting.loss, 0.04651, "0.0465"),
        (formatting.loss, 2.302585, "2.3026"),
        (formatting.loss, 0.0, "0.0000"),
        (formatting.loss, 0.00084, "0.0008"),
        (formatting.loss, 0.0000321, "< 0.0001"),
        (formatting.loss, 123456.0, "1.2e5"),
        (formatting.loss, math.nan, "NaN"),
        (formatting.loss, math.inf, "infinite"),
        (formatting.loss, None, "–"),
        (formatting.magnitude, 0.0000321, "3.2e-5"),
        (formatting.magnitude, 0.00084, "8.4e-4"),
        (formatting.magnitude, 2.302585, "2.3026"),
        (formatting.magnitude, None, "–"),
        (formatting.about_seconds, 0.2, "1 s"),
        (formatting.about_seconds, 4.9, "5 s"),
        (formatting.about_seconds, 9.6, "10 s"),
        (formatting.about_seconds, 84.0, "1 m 24 s"),
        (lambda times: formatting.time_range(*times), (24.0, 24.0), "about 24 s"),
        (lambda times: formatting.time_range(*times), (0.1, 0.2), "about 1 s"),
        (lambda times: formatting.time_range(*times), (0.3, 2.1), "1 to 3 s"),
        (lambda times: formatting.time_range(*times), (18.0, 38.0), "15 to 40 s"),
        (lambda times: formatting.time_range(*times), (50.0, 130.0), "50 s to 2.5 min"),
        (lambda times: formatting.time_range(*times), (63.0, 134.0), "1 to 2.5 min"),
        (lambda times: formatting.time_range(*times), (59.0, 61.0), "50 s to 1.5 min"),
        (lambda times: formatting.time_range(*times), (1_000.0, 2_200.0), "15 to 40 min"),
        (lambda times: formatting.time_range(*times), (2_900.0, 5_900.0), "40 min to 2 h"),
        (lambda times: formatting.time_range(*times), (9_000.0, 90_000.0), "2.5 to 25 h"),
        (formatting.learning_rate, 0.001, "0.001"),
        (formatting.learning_rate, 0.0003, "0.0003"),
        (formatting.learning_rate, 0.1 + 0.2, "0.3"),
        (formatting.learning_rate, 10.0, "10"),
        (formatting.learning_rate, 0.0, "0"),
        (formatting.learning_rate, 0.000001, "1e-6"),
        (formatting.learning_rate, 4e-9, "4e-9"),
        (formatting.dropout_rate, 0.25, "0.25"),
        (formatting.dropout_rate, 1.0, "1"),
        (formatting.dropout_rate, -0.5, "-0.5"),
        (formatting.seconds, 0.84, "0.8 s"),
        (formatting.seconds, 9.97, "10 s"),
        (formatting.seconds, 12.4, "12 s"),
        (formatting.seconds, 59.6, "1 m 00 s"),
        (formatting.seconds, 84, "1 m 24 s"),
        (formatting.seconds, 3599.7, "1 h 00 m"),
        (formatting.seconds, 7500, "2 h 05 m"),
        (formatting.seconds, 97_200, "1 d 03 h"),
        (formatting.seconds, -3.0, "0.0 s"),
        (formatting.seconds, math.inf, "–"),
        (formatting.seconds, None, "–"),
        (formatting.count, 829760, "829,760"),
        (formatting.count, None, "–"),
        (formatting.percent, None, "–"),
        (formatting.short_count, None, "–"),
        (formatting.round_count, 20_000, "20 k"),
        (formatting.round_count, 500_000, "500 k"),
        (formatting.round_count, 1_500_000, "1.5 M"),
        (formatting.short_count, 999, "999"),
        (formatting.short_count, 34826, "34.8 k"),
        (formatting.short_count, 829760, "830 k"),
        (formatting.short_count, 999_600, "1.0 M"),
        (formatting.short_count, 4_960_000, "5.0 M"),
        (formatting.short_count, 3_070_000_000_000, "3,070 G"),
        (formatting.throughput, 4565.2, "4,565 images/s"),
        (formatting.throughput, None, "–"),
        (formatting.byte_size, 512, "512 bytes"),
        (formatting.byte_size, 1_363_148, "1.3 MB"),
        (formatting.byte_size, 1023.99 * 2**10, "1.0 MB"),
        (formatting.byte_size, 3 * 2**40, "3,072.0 GB"),
        (formatting.shape, (26, 26, 32), "26×26×32"),
        (formatting.shape, (1600,), "1,600"),
        (formatting.shape, None, "?"),
    ],
)
def test_written(function, value, expected):
    assert function(value) == expected


def test_a_quantity_has_its_noun_in_the_right_number():
    assert formatting.quantity(1, "filter") == "1 filter"
    assert formatting.quantity(829_760, "parameter") == "829,760 parameters"
    assert formatting.quantity(0, "more layer has", "more layers have") == "0 more layers have"
    assert formatting.accuracy(0.98765, 1) == formatting.percent(0.98765, 1) == "98.8 %"


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
def test_relative_time(ago, expected):
    assert formatting.relative_time(NOW - ago, NOW) == expected


def test_relative_time_is_in_the_time_zone_of_now():
    there = timezone(timedelta(hours=10))
    assert formatting.relative_time(NOW - timedelta(hours=2), NOW.astimezone(there)) == "yesterday 22:30"
    assert formatting.relative_time(None, NOW) == "–"


@given(shares)
def test_only_a_full_score_is_written_as_one(share):
    assert (formatting.accuracy(share) == "100.00 %") == (share == 1)
    assert (formatting.accuracy(share) == "0.00 %") == (share == 0)
    assert (formatting.probability(share) == "100 %") == (share == 1)
    assert (formatting.probability(share) == "0 %") == (share == 0)


@given(shares, shares)
def test_accuracy_keeps_the_order(first, second):
    low, high = sorted((first, second))
    assert float(formatting.accuracy(low)[:-2]) <= float(formatting.accuracy(high)[:-2])


@given(st.floats(0, 1e9))
def test_loss_is_near_the_number(value):
    assert float(formatting.loss(value).removeprefix("< ")) == pytest.approx(value, rel=0.06, abs=1.001e-4)


@given(st.floats(0, 1e9))
def test_magnitude_is_near_the_number(value):
    assert float(formatting.magnitude(value)) == pytest.approx(value, rel=0.06, abs=1e-12)


@given(st.floats(1e-12, 10))
def test_learning_rate_is_near_the_number(value):
    assert float(formatting.learning_rate(value)) == pytest.approx(value, rel=0.006)


@given(st.integers(0, 10**8))
def test_time_is_read_back_within_its_last_unit(whole):
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    parts = formatting.seconds(whole).split()
    back = sum(float(number) * units[unit] for number, unit in zip(parts[::2], parts[1::2], strict=True))
    assert abs(back - whole) < units[parts[-1]]
    assert all(float(number) < 60 for number in parts[2::2])


@pytest.mark.parametrize(("text", "expected"), [("a  b", "a b"), ("abcdefghijklmnop 0.01", "abc…p 0.01")])
def test_what_is_shortened_inside_keeps_its_end(text, expected):
    assert formatting.shortened_inside(text, 10) == expected


@given(st.text(), st.integers(1, 50))
def test_shortened_is_one_short_line(text, length):
    line = formatting.shortened(text, length)
    assert len(line) <= length
    assert line.split() == line.split(" ") or not line
    if len(" ".join(text.split())) <= length:
        assert line == " ".join(text.split())
    else:
        assert line.endswith("…")
