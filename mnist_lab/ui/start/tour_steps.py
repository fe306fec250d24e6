"""The five steps of the tour of Start."""

from mnist_lab.ui.components.page.tour import TourStep

STEPS = (
    TourStep(
        "start-presets",
        "Choose a network",
        "Each card is a network to start from. One that has been trained also shows the accuracy it reached.",
    ),
    TourStep(
        "start-network",
        "See what it does",
        "A digit comes in at the left, and ten probabilities come out at the right end. Click a layer to change it.",
    ),
    TourStep(
        "start-figures",
        "Train it",
        "One click shows it thousands of digits. The number says how many of the others it then reads correctly.",
    ),
    TourStep(
        "start-curve",
        "Watch it learn",
        "The curve grows while it learns. Validation images are digits that it is tested on, but never learns from.",
    ),
    TourStep(
        "start-draw",
        "Draw a digit",
        "The bars show what the network reads. Draw while it trains, and watch it get better.",
    ),
)
