"""What the workers of two machines do with the files of a run."""

from mnist_lab.runs import Run, RunStore


def claim(store: RunStore, run_id: str) -> Run:
    """Take a queued run, as a worker of this machine does."""
    run = store.claim(run_id, "worker")
    assert run is not None
    # As a worker does, which holds it until its end.
    lock = store.folder(run_id).lock()
    store.files.fetch_for_training(run, store.attempt(run))
    if lock is not None:
        lock.release()
    return run


def write(store: RunStore, run: Run, files: dict[str, bytes]) -> None:
    """Write files of a run on a machine."""
    for name, content in files.items():
        path = store.folder(run.id).path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read(store: RunStore, run: Run) -> dict[str, bytes]:
    """All files of a run on a machine, without what each machine has for itself."""
    folder = store.folder(run.id).path
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if name not in {"origin", "worker.lock"}}


def publish(store: RunStore, run: Run) -> None:
    publication = store.files.publication(store.attempt(run))
    assert publication is not None
    publication.begin()
    publication.publish(with_log=True)
