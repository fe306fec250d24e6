"""How often many sessions look."""

import threading

import pytest

from mnist_lab.ui.audience import MEMORY_SECONDS, MOST_TIMES, SHARE, Audience

REFRESH, CORES = 0.5, 4
FREE = SHARE * CORES * REFRESH
"""Seconds of a processor that the looks of all sessions may take within `REFRESH`."""


def audience(cost: float, now: list[float] | None = None) -> Audience:
    """One whose looks take `cost` of what they may take together."""
    made = Audience(REFRESH, CORES, clock=lambda: now[0] if now else 0.0)
    settle(made, cost)
    return made


def settle(watched: Audience, cost: float) -> None:
    for _ in range(200):
        watched.took(cost * FREE)


def looks(watched: Audience, sessions: range) -> list[int]:
    return [watched.look(f"session {number}") for number in sessions]


def test_together_they_take_no_more_than_their_share() -> None:
    assert looks(audience(0.099), range(35)) == [1] * 10 + [2] * 10 + [3] * 10 + [4] * 5
    assert looks(audience(0.099), range(1_000))[-1] == MOST_TIMES


def test_where_a_look_takes_little_all_look_at_full_pace() -> None:
    assert set(looks(audience(0.001), range(100))) == {1}


def test_one_session_is_counted_once() -> None:
    watched = audience(0.9)
    assert {watched.look("mine") for _ in range(50)} == {1}


def test_the_pace_follows_what_a_look_takes() -> None:
    watched = audience(0.05)
    assert looks(watched, range(10))[-1] == 1
    settle(watched, 0.25)
    assert watched.look("session 0") == 3


def test_one_slow_look_slows_nobody_down() -> None:
    watched = audience(0.05)
    watched.took(5 * FREE)
    assert watched.look("mine") == 1


def test_the_pace_rises_again_only_when_many_have_gone() -> None:
    now = [0.0]
    watched = audience(0.099, now)
    assert looks(watched, range(40))[-1] == 4
    now[0] = 0.9 * MEMORY_SECONDS
    assert looks(watched, range(25))[-1] == 4
    now[0] = 1.1 * MEMORY_SECONDS
    assert watched.look("session 0") == 4, "25 of 40 are no reason to draw all pages anew"
    now[0] = 2 * MEMORY_SECONDS
    assert watched.look("session 0") == 1


def test_many_threads_count_every_session() -> None:
    watched = Audience(REFRESH, CORES)
    settle(watched, 1 / 100.5)
    threads = [
        threading.Thread(target=lambda first=first: [watched.look(f"{first} {number}") for number in range(50)])
        for first in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watched.look("0 0") == 4


def test_the_machine_is_asked_for_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2 * CORES)
    watched = Audience(REFRESH)
    settle(watched, 0.099)
    assert looks(watched, range(20))[-1] == 1
