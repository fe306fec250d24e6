"""The object store of the runs' files, against a stand-in for S3, on good days and on bad ones."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import PermissionDeniedError
from obstore.store import from_url

from mnist_lab.errors import DamagedObjectError, MissingObjectError, ObjectStoreError, StoreLocationError
from mnist_lab.object_store import LARGE_BYTES, ObjectStore, is_object_address
from tests.objects import Line

CONTENT = b"weights" * 20_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
ROOT = Path(__file__).parents[1]


@pytest.fixture
def objects(bucket_url: str) -> ObjectStore:
    return ObjectStore(bucket_url, request_seconds=3, retry_seconds=1, max_retries=1)


@pytest.fixture
def far(line: Line, bucket_url: str) -> ObjectStore:
    """The same store, by the connection that a test can disturb."""
    return ObjectStore(bucket_url, request_seconds=1, retry_seconds=1, max_retries=1)


def test_what_is_written_is_read(objects: ObjectStore) -> None:
    objects.put_new("runs/a/best.keras", CONTENT)
    assert objects.get("runs/a/best.keras", len(CONTENT), DIGEST) == CONTENT
    assert objects.exists("runs/a/best.keras")
    assert objects.keys("runs/a") == ["runs/a/best.keras"]
    assert objects.keys("runs/b") == []
    objects.delete(["runs/a/best.keras", "runs/a/never was"])
    assert not objects.exists("runs/a/best.keras")


def test_an_object_is_never_replaced(objects: ObjectStore) -> None:
    objects.put_new("a", CONTENT)
    objects.put_new("a", CONTENT)
    with pytest.raises(ObjectStoreError, match="there is another object a already"):
        objects.put_new("a", b"other")
    assert objects.get("a", len(CONTENT), DIGEST) == CONTENT


def test_what_is_missing_or_has_other_bytes_is_told(objects: ObjectStore, bucket_url: str) -> None:
    with pytest.raises(MissingObjectError, match="There is no object nothing in s3://lab/"):
        objects.get("nothing", 1, DIGEST)
    for content in (CONTENT[:-1], b"W" + CONTENT[1:], CONTENT + b"more"):
        obstore.put(from_url(bucket_url, client_options={"allow_http": True}), "a", content)
        with pytest.raises(DamagedObjectError):
            objects.get("a", len(CONTENT), DIGEST)


def test_the_probe_writes_reads_and_leaves_nothing(objects: ObjectStore) -> None:
    assert objects.probe(CONTENT) > 0
    assert objects.keys("") == []


def test_a_store_that_replaces_objects_is_refused(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put = obstore.put
    monkeypatch.setattr("obstore.put", lambda store, key, content, **_: put(store, key, content))
    with pytest.raises(ObjectStoreError, match="replaces an object that exists"):
        objects.probe(CONTENT)
    assert objects.keys("") == []


def test_a_bucket_that_does_not_exist_is_told(s3: object, bucket_url: str) -> None:
    nowhere = ObjectStore("s3://nowhere/lab")
    for ask in (lambda: nowhere.put_new("a", b"x"), lambda: nowhere.get("a", 1, DIGEST), nowhere.keys.__get__(nowhere)):
        with pytest.raises(ObjectStoreError, match=r"There is no bucket for s3://nowhere/lab\. Create it, or correct"):
            ask() if ask.__name__ == "<lambda>" else ask("a")


def test_a_server_that_is_away_is_told_soon(far: ObjectStore, line: Line) -> None:
    far.put_new("a", CONTENT)
    line.is_away = True
    start = time.monotonic()
    for ask in (lambda: far.put_new("b", b"x"), lambda: far.get("a", len(CONTENT), DIGEST), lambda: far.exists("a")):
        with pytest.raises(ObjectStoreError, match=r"s3://lab/\d+ at http://127\S+ does not answer \("):
            ask()
    assert time.monotonic() - start < 60
    line.is_away = False
    assert far.get("a", len(CONTENT), DIGEST) == CONTENT


def test_a_server_that_refuses_connections_is_told(bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(ObjectStoreError, match=r"does not answer \(HTTP error: error sending request\)"):
        ObjectStore(bucket_url, retry_seconds=1, max_retries=1).put_new("a", b"x")


def test_an_answer_that_is_cut_off_is_not_taken_for_whole(far: ObjectStore, line: Line) -> None:
    far.put_new("a", CONTENT)
    line.cut_after = 20_000
    with pytest.raises(ObjectStoreError, match="does not answer"):
        far.get("a", len(CONTENT), DIGEST)
    line.cut_after = None
    assert far.get("a", len(CONTENT), DIGEST) == CONTENT


def test_a_write_whose_answer_was_lost_is_done_once(far: ObjectStore, line: Line, objects: ObjectStore) -> None:
    line.cut_after = 10
    with pytest.raises(ObjectStoreError):
        far.put_new("a", CONTENT)
    line.cut_after = None
    far.put_new("a", CONTENT)
    assert objects.get("a", len(CONTENT), DIGEST) == CONTENT


def test_a_server_that_is_too_slow_is_told(far: ObjectStore, line: Line) -> None:
    far.put_new("a", CONTENT)
    line.delay = 2.0
    with pytest.raises(ObjectStoreError, match="does not answer"):
        far.get("a", len(CONTENT), DIGEST)


def test_a_slow_server_is_waited_for(far: ObjectStore, line: Line) -> None:
    line.delay = 0.2
    far.put_new("a", b"slow")
    assert far.get("a", 4, hashlib.sha256(b"slow").hexdigest()) == b"slow"


@pytest.mark.parametrize("text", ["s3://bucket", "S3://bucket/lab", "gs://bucket/lab", "az://container/lab"])
def test_addresses_of_object_stores(text: str) -> None:
    assert is_object_address(text)


@pytest.mark.parametrize("text", ["/mnt/lab", "C:\\lab", "file:///mnt/lab", "https://host/lab", "s3:bucket", "s3"])
def test_other_places(text: str) -> None:
    assert not is_object_address(text)


def test_an_address_that_cannot_be_used_is_told() -> None:
    with pytest.raises(StoreLocationError, match="MNIST_LAB_FILES must be a folder or an address such as s3://bucket"):
        ObjectStore("s3://buc ket/lab").keys("")


@pytest.mark.parametrize(
    "endpoint", ["objects.school.org", "localhost:9000", "http:/x", "http://", "", "http://x:99999", "http://a b"]
)
def test_an_endpoint_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(StoreLocationError, match="AWS_ENDPOINT_URL must be an address such as https://objects"):
        ObjectStore("s3://lab/x").keys("")


def test_a_key_with_a_line_break_is_told(bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hunter2\n")
    with pytest.raises(StoreLocationError, match="AWS_ACCESS_KEY_ID has a line break") as caught:
        ObjectStore(bucket_url).keys("")
    assert "hunter2" not in str(caught.value)


class PanicException(BaseException):
    """As the library's own faults are."""


def test_a_fault_of_the_library_is_one_sentence(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(*_: object) -> None:
        raise PanicException("called `Result::unwrap()`")

    monkeypatch.setattr("obstore.list", panic)
    with pytest.raises(ObjectStoreError, match=r"cannot be used\. Check the variables"):
        objects.keys("")


def test_a_key_that_is_no_key_is_missing(objects: ObjectStore) -> None:
    with pytest.raises(MissingObjectError):
        objects.get("a//b", 1, DIGEST)


def test_a_large_object_may_take_longer(far: ObjectStore, line: Line, bucket_url: str) -> None:
    large = b"x" * (LARGE_BYTES + 1)
    line.delay = 1.5
    with pytest.raises(ObjectStoreError):
        far.put_new("small", b"small")
    ObjectStore(bucket_url, request_seconds=1, retry_seconds=1, max_retries=0).put_new("large", large)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("RequestTimeTooSkewed", "whose clock is wrong"),
        ("QuotaExceeded", "is full"),
        ("AccessDenied", "Set the credentials"),
        ("Odd", "answers with the error Odd"),
    ],
)
def test_the_servers_own_words_are_understood(bucket_url: str, code: str, sentence: str) -> None:
    error = (
        PermissionDeniedError(f"<Error><Code>{code}</Code></Error>")
        if code == "AccessDenied"
        else OSError(f"<Error><Code>{code}</Code></Error>")
    )
    assert sentence in ObjectStore(bucket_url)._message(error)


def test_a_library_that_is_missing_is_named() -> None:
    script = (
        "import sys; sys.modules['obstore'] = sys.modules['obstore.store'] = None\n"
        "from mnist_lab.object_store import ObjectStore\n"
        "from mnist_lab.errors import StoreLocationError\n"
        "try: ObjectStore('s3://lab/x').keys('')\n"
        "except StoreLocationError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.endswith("Install it with: pip install -r requirements-objects.txt\n")
