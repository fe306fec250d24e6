import pytest

from mnist_lab.errors import NetworkError
from mnist_lab.network import Conv2D, Dense, Network, analyse
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.submit import submit


def test_what_can_be_trained_is_queued(offline: Settings, store: RunStore, small_network: Network) -> None:
    run = submit(store, offline, analyse(small_network), Recipe(), name="mine", actor=Actor("session"), group="sweep")
    assert store.get(run.id) == run
    assert (run.state, run.name, run.owner, run.group) == (RunState.QUEUED, "mine", "session", "sweep")


def test_names_are_numbered_among_the_runs_of_the_same_browser(
    offline: Settings, store: RunStore, small_network: Network
) -> None:
    def name(browser: str) -> str:
        return submit(store, offline, analyse(small_network), Recipe(), actor=Actor(browser)).name

    own = small_network.name
    assert [name(browser) for browser in ("one", "one", "other", "one")] == [own, f"{own} 2", own, f"{own} 3"]


@pytest.mark.parametrize(
    ("layers", "gib", "sentence"),
    [
        ((Conv2D(filters=8, kernel_size=(40, 40)),), 8.0, "40"),
        ((Dense(units=100_000),), 8.0, "20,000,000"),
        ((Conv2D(filters=64, padding="same"),), 0.01, "GiB"),
    ],
)
def test_what_cannot_be_trained_is_refused_and_nothing_is_queued(
    offline: Settings, store: RunStore, layers: tuple[Conv2D | Dense, ...], gib: float, sentence: str
) -> None:
    little = offline.model_copy(update={"memory": gib})
    with pytest.raises(NetworkError, match=sentence):
        submit(store, little, analyse(Network(layers=layers)), Recipe())
    assert store.count() == 0
