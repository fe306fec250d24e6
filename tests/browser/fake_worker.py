"""A fake worker: it executes the commands for a run, but does not really train."""

import math
import threading
from types import TracebackType
from typing import Self

from mnist_lab.runs import Command, Result, Run, RunState, RunStore
from tests.factories import make_data, make_point, make_result

STEPS_PER_EPOCH = 20
MNIST = make_data(training=360, validation=40, test=100)


class FakeWorker:
    """Context manager that claims a queued run and runs it in a thread until its end; leaving it stops the run."""

    def __init__(self, store: RunStore, run: Run, *, pause: float = 0.05) -> None:
        """`pause` is the duration of a step in seconds."""
        self._store = store
        self._pause = pause
        self._step = 0
        self._leave = threading.Event()
        self._lock = store.folder(run.id).lock()
        claimed = store.claim(run.id, "test")
        assert claimed is not None
        self.run = claimed
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._store.attempt(self.run).set_data(MNIST)
        self._store.attempt(self.run).move(RunState.RUNNING)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave.set()
        self._thread.join()
        if self._lock is not None:
            self._lock.release()

    def _work(self) -> None:
        run, total = self.run, self.run.recipe.epochs * STEPS_PER_EPOCH
        self._store.attempt(run).heartbeat(phase="training", total_steps=total)
        while self._step < total:
            # At the end of the context the run is stopped, so that no active run is left.
            control = self._store.attempt(run).control_state()
            command = Command.STOP if self._leave.wait(self._pause) else control.command
            if command is Command.DISCARD:
                return self._store.attempt(run).discard()
            if command is Command.STOP:
                break
            if command is Command.PAUSE:
                self._wait_while_paused()
                continue
            self._take_step(control.learning_rate_factor)
            if command is Command.STEP and self._step % STEPS_PER_EPOCH == 0:
                self._store.request(run.id, Command.PAUSE)
        state = RunState.FINISHED if self._step == total else RunState.STOPPED
        return self._store.attempt(run).finish(state, self._result())

    def _wait_while_paused(self) -> None:
        run = self.run
        self._store.attempt(run).move(RunState.PAUSED)
        self._store.attempt(run).heartbeat(phase="paused")
        while self._store.attempt(run).control_state().command is Command.PAUSE and not self._leave.wait(self._pause):
            pass
        self._store.attempt(run).move(RunState.RUNNING)
        self._store.attempt(run).heartbeat(phase="training")

    def _take_step(self, factor: float) -> None:
        self._step += 1
        epoch = self._step / STEPS_PER_EPOCH
        loss = 0.05 + 2.2 * math.exp(-epoch)
        figures = {
            "steps_per_epoch": STEPS_PER_EPOCH,
            "training_loss": loss,
            "training_accuracy": 1 - loss / 3,
            "learning_rate": self.run.recipe.learning_rate * factor,
            "seconds": self._step * self._pause,
        }
        points = [make_point(self._step, **figures)]
        if self._step % STEPS_PER_EPOCH == 0:
            figures |= {"validation_loss": loss, "validation_accuracy": 1 - loss / 3}
            points.append(make_point(self._step, "epoch", **figures))
            folder = self._store.folder(self.run.id)
            folder.checkpoints.mkdir(parents=True, exist_ok=True)
            folder.checkpoint_path(round(epoch)).write_bytes(b"a checkpoint")
        self._store.attempt(self.run).heartbeat(points=points)

    def _result(self) -> Result:
        epochs = self._step // STEPS_PER_EPOCH
        after = {"best_epoch": epochs, "epochs": epochs, "seconds": self._step * self._pause}
        return make_result(kept="last", last_test_loss=0.0465, last_test_accuracy=0.9927, **after)
