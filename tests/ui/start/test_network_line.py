"""The line beside the network's name on Start."""

from mnist_lab.network import Activation, Conv2D, MaxPooling2D, Network, analyse, get_preset
from mnist_lab.ui.start.network_line import network_line, problems_help

WARNED = Network(layers=(Conv2D(filters=8), Conv2D(filters=8, activation="relu")))
BROKEN = Network(layers=(*(MaxPooling2D() for _ in range(8)), Activation(activation="relu")))


def test_without_problems_it_is_the_size_alone() -> None:
    analysis = analyse(get_preset("small-cnn").network)
    assert network_line(analysis) == "34,826 parameters"
    assert problems_help(analysis) is None


def test_warnings_are_counted_and_explained() -> None:
    analysis = analyse(WARNED)
    assert network_line(analysis).endswith(" parameters · ! 1 warning")
    explained = problems_help(analysis) or ""
    assert "“!” marks a layer" in explained
    assert "there is no activation between it and layer 2" in explained


def test_a_network_that_cannot_be_trained_says_why() -> None:
    analysis = analyse(BROKEN)
    assert network_line(analysis).startswith("! Layer 5 (max pooling)")
    assert "must fit into its input" in (problems_help(analysis) or "")


def test_of_many_problems_the_first_are_told() -> None:
    many = analyse(Network(layers=tuple(Conv2D(filters=8, padding="same") for _ in range(8))))
    assert len(many.problems) > 4
    lines = (problems_help(many) or "").splitlines()
    assert lines[-1] == f"- {len(many.problems) - 3} more"
    assert len([line for line in lines if line.startswith("- ")]) == 4
