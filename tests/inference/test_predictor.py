"""The predictor with scripts that stand in for the predictor process and need no TensorFlow."""

import os
import signal
import sys
import threading
import time

import numpy as np
import pytest

from mnist_lab.errors import PredictorError
from mnist_lab.inference import Predictor
from mnist_lab.inference import predictor as predictor_module
from mnist_lab.novelty import DigitScore

pytestmark = pytest.mark.slow

RUN = "abcd1234"
OTHER_RUN = "wxyz9876"
BLACK = np.zeros((28, 28), np.float32)

# Says one more ready-made answer per question; a test adds what goes wrong.
HONEST = """
import base64, json, os, struct, sys, time

def say(message):
    sys.stdout.write(json.dumps(message) + "\\n")
    sys.stdout.flush()
def probabilities(question, run):
    first = struct.unpack("<f", base64.b64decode(question["image"])[:4])[0]
    return base64.b64encode(struct.pack("<10f", first, *[0.0] * 8, float(run == "abcd1234"))).decode()
def answer(question):
    answers = [{"run": run} for run in question["runs"]]
    if "image" in question:
        for entry in answers:
            entry["probabilities"] = probabilities(question, entry["run"])
    if "images" in question:
        number = len(base64.b64decode(question["images"])) // 784
        for entry in answers:
            entry["batch"] = base64.b64encode(struct.pack(f"<{10 * number}f", *[number, *[0.0] * 9] * number)).decode()
    say({"id": question["id"], "answers": answers})
say({"id": 0, "ready": True})
"""
LOOP = """
for line in sys.stdin:
    answer(json.loads(line))
"""


@pytest.fixture
def make(settings, request):
    """Make a predictor whose process runs the given script; it is closed at the test's end."""

    def made(script: str, *arguments: str, **timeouts: float) -> Predictor:
        predictor = Predictor(settings, command=[sys.executable, "-c", script, *arguments], **timeouts)
        request.addfinalizer(predictor.close)
        return predictor

    return made


def wait_for(condition, what: str) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"waited 30 s for {what}")


def test_it_answers_without_having_been_started(make):
    image = BLACK.copy()
    image[0, 0] = 0.25

    probabilities = make(HONEST + LOOP).predict(RUN, image)

    assert probabilities.dtype == np.float32
    assert probabilities.tolist() == [0.25, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_whether_it_is_a_digit_comes_with_the_answer(make):
    scored = HONEST.replace(
        "    say({", "    answers[0] |= {'score': 0.25, 'is_digit': False}\n    say({", 1
    )  # fmt: skip
    first, second = make(scored + LOOP).predict_many([RUN, OTHER_RUN], BLACK)

    assert first.digit_score == DigitScore(0.25, is_digit=False)
    assert second.digit_score is None


def test_several_runs_answer_in_the_order_asked(make):
    answers = make(HONEST + LOOP).predict_many([OTHER_RUN, RUN], BLACK)

    assert [answer.run_id for answer in answers] == [OTHER_RUN, RUN]
    assert [answer.probabilities[9] for answer in answers] == [0, 1]


def test_many_images_are_sent_in_several_requests(make):
    probabilities = make(HONEST + LOOP).predict_images(RUN, np.zeros((501, 28, 28), np.uint8))

    assert probabilities.shape == (501, 10)
    assert probabilities[:, 0].tolist() == [500.0] * 500 + [1.0]


def test_start_returns_at_once_and_starts_once(make):
    predictor = make(HONEST + LOOP)

    predictor.start()
    predictor.start()
    wait_for(lambda: predictor.pid is not None, "the process")
    pid = predictor.pid
    predictor.predict(RUN, BLACK)

    assert predictor.pid == pid


def test_a_late_start_does_not_delay_a_question(make):
    predictor = make(HONEST + LOOP)

    predictor.start(delay=3600)

    assert predictor.predict(RUN, BLACK) is not None


def test_a_held_start_waits_but_a_request_does_not(make, monkeypatch):
    monkeypatch.setattr(predictor_module, "HOLD_POLL", 0.01)
    held = threading.Event()
    held.set()
    predictor, asked = make(HONEST + LOOP), []

    predictor.start(hold=lambda: asked.append(1) or held.is_set())
    wait_for(lambda: len(asked) > 5, "the question whether to wait")
    assert predictor.pid is None
    held.clear()
    wait_for(lambda: predictor.pid is not None, "the process")

    other = make(HONEST + LOOP)
    other.start(hold=lambda: True)
    assert other.predict(RUN, BLACK) is not None


def test_a_process_killed_between_two_questions_is_replaced(make):
    predictor = make(HONEST + LOOP)
    predictor.predict(RUN, BLACK)
    first = predictor.pid
    os.kill(first, signal.SIGKILL)

    assert predictor.predict(RUN, BLACK) is not None
    assert predictor.pid != first


def test_a_killed_process_comes_back_by_itself(make):
    predictor = make(HONEST + LOOP)
    predictor.start()
    wait_for(lambda: predictor.pid is not None, "the first process")
    first = predictor.pid
    os.kill(first, signal.SIGKILL)

    wait_for(lambda: predictor.pid not in {None, first}, "another process")


def test_a_request_at_which_the_process_dies_is_sent_once_more(make, tmp_path):
    mark = tmp_path / "died-once"
    dies_once = """
for line in sys.stdin:
    if not os.path.exists(sys.argv[1]):
        open(sys.argv[1], "w").close()
        os.kill(os.getpid(), 9)
    answer(json.loads(line))
"""
    assert make(HONEST + dies_once, str(mark)).predict(RUN, BLACK) is not None
    assert mark.exists()


def test_a_request_at_which_two_processes_die_fails(make):
    with pytest.raises(PredictorError, match=r"failed twice.*predictor\.log"):
        make(HONEST + "sys.stdin.readline()\nos.kill(os.getpid(), 9)").predict(RUN, BLACK)


def test_a_process_that_cannot_start_is_named(settings):
    with pytest.raises(PredictorError, match="cannot be started"):
        Predictor(settings, command=["/no/such/program"]).predict(RUN, BLACK)


def test_a_hung_process_is_killed_and_the_next_question_answered(make, tmp_path):
    hangs_once = """
for line in sys.stdin:
    if not os.path.exists(sys.argv[1]):
        open(sys.argv[1], "w").close()
        time.sleep(3600)
    answer(json.loads(line))
"""
    predictor = make(HONEST + hangs_once, str(tmp_path / "hung-once"), answer_timeout=1.0)

    with pytest.raises(PredictorError, match="did not reply within 1 s"):
        predictor.predict(RUN, BLACK)

    assert predictor.predict(RUN, BLACK) is not None


@pytest.mark.parametrize(
    "reply",
    [
        'print("warning: something printed this", flush=True)',
        'print("[1, 2]", flush=True)',
        "say({'id': 999, 'answers': []})",
    ],
)
def test_invalid_output_of_the_process_is_no_reply(make, reply):
    with pytest.raises(PredictorError, match="failed twice"):
        make(f"{HONEST}\nfor line in sys.stdin:\n    {reply}").predict(RUN, BLACK)


@pytest.mark.parametrize(
    "answers",
    [
        "None",
        "[]",
        "[7]",
        "[{}]",
        "[{'probabilities': 'AAAA'}]",
        "[{'probabilities': None}]",
    ],
)
def test_a_reply_of_the_wrong_shape_is_refused(make, answers):
    script = f"{HONEST}\nfor line in sys.stdin:\n    say({{'id': json.loads(line)['id'], 'answers': {answers}}})"

    with pytest.raises(PredictorError, match="invalid reply"):
        make(script).predict(RUN, BLACK)


def test_the_error_of_a_run_is_raised(make):
    script = f"""{HONEST}
for line in sys.stdin:
    question = json.loads(line)
    say({{"id": question["id"], "answers": [{{"run": run, "error": "It is gone."}} for run in question["runs"]]}})
"""
    predictor = make(script)

    with pytest.raises(PredictorError, match=r"^It is gone\.$"):
        predictor.predict(RUN, BLACK)
    assert [answer.error for answer in predictor.predict_many([RUN], BLACK)] == ["It is gone."]


def test_many_threads_get_their_own_answers(make):
    predictor = make(HONEST + LOOP)
    wrong: list[tuple[float, float]] = []

    def ask(value: float) -> None:
        for _ in range(20):
            got = float(predictor.predict(RUN, np.full((28, 28), value, np.float32))[0])
            if got != value:
                wrong.append((value, got))

    threads = [threading.Thread(target=ask, args=(number / 8,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_who_asks_again_and_again_lets_others_ask_in_between(make, tmp_path):
    log = tmp_path / "asked"
    script = f"""{HONEST}
for line in sys.stdin:
    question = json.loads(line)
    with open(sys.argv[1], "a") as log:
        log.write(question["runs"][0] + "\\n")
    time.sleep(0.03)
    answer(question)
"""
    predictor = make(script, str(log))

    def asked() -> list[str]:
        return log.read_text().split() if log.exists() else []

    def ask_often() -> None:
        for _ in range(40):
            predictor.predict(OTHER_RUN, BLACK)

    often = threading.Thread(target=ask_often)
    often.start()
    for _ in range(3):
        wait_for(asked, "the first question")
        before = len(asked())
        predictor.predict(RUN, BLACK)
        assert asked().index(RUN, before) - before <= 2
    often.join()


def test_warm_asks_for_the_network_without_waiting(make, tmp_path):
    mark = tmp_path / "asked"
    script = f"""{HONEST}
for line in sys.stdin:
    question = json.loads(line)
    if "image" not in question:
        open(sys.argv[1], "w").write(question["runs"][0])
    answer(question)
"""
    make(script, str(mark)).warm(RUN)

    wait_for(lambda: mark.exists() and mark.read_text() == RUN, "the question")


@pytest.mark.parametrize("run_id", ["", "../secret", "ABCD1234", "abcd12345", "abcd 123", None])
def test_an_invalid_run_id_is_refused(make, run_id):
    with pytest.raises(PredictorError, match="eight characters"):
        make("raise SystemExit").predict(run_id, BLACK)


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        (np.zeros((27, 28), np.float32), "28"),
        (np.zeros(784, np.float32), "28"),
        (np.full((28, 28), np.nan, np.float32), "between 0 and 1"),
        (np.full((28, 28), 255.0, np.float32), "between 0 and 1"),
        (np.full((28, 28), -0.5, np.float32), "between 0 and 1"),
    ],
)
def test_an_image_of_the_wrong_shape_or_range_is_refused(make, image, rule):
    with pytest.raises(PredictorError, match=rule):
        make("raise SystemExit").predict(RUN, image)


def test_too_many_runs_at_once_are_refused(make):
    with pytest.raises(PredictorError, match="Received: 65"):
        make("raise SystemExit").predict_many([RUN] * 65, BLACK)


def test_close_ends_the_process_and_later_questions_say_so(make):
    predictor = make(HONEST + LOOP)
    predictor.predict(RUN, BLACK)
    pid = predictor.pid

    predictor.close()
    predictor.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(PredictorError, match="closed"):
        predictor.predict(RUN, BLACK)


def test_a_process_that_ignores_the_end_of_its_input_is_ended_all_the_same(make):
    predictor = make(HONEST + LOOP + "\ntime.sleep(3600)")
    predictor.predict(RUN, BLACK)

    predictor.close()

    assert predictor.pid is None


def test_the_log_has_what_the_process_says_on_standard_error(make, settings):
    make(HONEST + "print('chatter', file=sys.stderr, flush=True)" + LOOP).predict(RUN, BLACK)

    assert "chatter" in (settings.home / "predictor.log").read_text()


def test_a_long_log_is_started_again(make, settings):
    settings.home.mkdir(parents=True)
    log = settings.home / "predictor.log"
    log.write_bytes(b"x" * 1_000_001)

    make(HONEST + LOOP).predict(RUN, BLACK)

    assert log.stat().st_size < 1_000_000
