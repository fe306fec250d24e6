"""How often many sessions look."""

import threading

from mnist_lab.ui.audience import MEMORY_SECONDS, SESSIONS_AT_FULL_PACE, Audience


def test_a_class_looks_half_as_often_as_one_session() -> None:
    audience = Audience()
    waits = [audience.look(f"session {number}") for number in range(2 * SESSIONS_AT_FULL_PACE + 1)]
    assert waits == [1] * SESSIONS_AT_FULL_PACE + [2] * SESSIONS_AT_FULL_PACE + [3]


def test_one_session_is_counted_once() -> None:
    audience = Audience()
    assert {audience.look("mine") for _ in range(5 * SESSIONS_AT_FULL_PACE)} == {1}


def test_who_looks_no_longer_is_forgotten_and_who_looks_again_is_not() -> None:
    now = [0.0]
    audience = Audience(lambda: now[0])
    for number in range(SESSIONS_AT_FULL_PACE):
        audience.look(f"session {number}")
    now[0] = 0.9 * MEMORY_SECONDS
    assert audience.look("mine") == 2
    now[0] = 1.1 * MEMORY_SECONDS
    assert audience.look("mine") == 1
    assert [audience.look(f"another {number}") for number in range(SESSIONS_AT_FULL_PACE)][-1] == 2


def test_many_threads_count_every_session() -> None:
    audience = Audience()
    threads = [
        threading.Thread(target=lambda first=first: [audience.look(f"{first} {number}") for number in range(50)])
        for first in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audience.look("0 0") == -(-400 // SESSIONS_AT_FULL_PACE)
