"""The words that the lab uses, each explained in two or three sentences that a student understands."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Term:
    """A word of the glossary."""

    key: str
    """Names the term in links: `glossary#max-pooling`."""
    title: str
    text: str
    see: tuple[str, ...] = ()
    """Keys of related terms."""


_ALL = (
    Term(
        "accuracy",
        "Accuracy",
        "The share of images that the network classifies correctly: 99 % means that it is wrong about one image in a "
        "hundred. Near 100 %, the errors tell more: from 99.5 % to 99.6 % a fifth of them is gone.",
        ("error-rate", "loss", "test-images"),
    ),
    Term(
        "activation",
        "Activation function",
        "A function that each value passes through after a layer. Without it, several layers could do no more than "
        "one. relu, the usual one, sets negative values to zero.",
        ("relu", "softmax"),
    ),
    Term(
        "augmentation",
        "Augmentation",
        "Each training image is changed a little every time it is shown: shifted, turned, enlarged. The network sees "
        "more variety than the data has, so it learns the digit rather than the picture. Handwriting styles also show "
        "digits as other people write them.",
        ("overfitting", "training-images"),
    ),
    Term(
        "batch",
        "Batch",
        "The images that the network sees before it changes its weights once. A large batch gives a steadier direction "
        "and uses the computer better; a small one gives more steps in the same time.",
        ("step", "epoch", "gradient"),
    ),
    Term(
        "batch-normalization",
        "Batch normalization",
        "A layer that shifts and scales the values of each channel, so that over a batch they have mean 0 and spread "
        "1; how far from that each channel ends, the network learns. It learns faster and bears a higher learning "
        "rate.",
        ("channel", "learning-rate"),
    ),
    Term(
        "channel",
        "Channel",
        "One of the pictures that lie behind each other at a point of the network. The input has one channel, its "
        "grey values; a convolution with 32 filters puts out 32 channels.",
        ("filter", "feature-map"),
    ),
    Term(
        "checkpoint",
        "Checkpoint",
        "All that a training needs to go on, written to the disk after an epoch: weights, optimizer, counters. An "
        "interrupted run continues from its newest checkpoint as if nothing had happened.",
        ("epoch", "weights"),
    ),
    Term(
        "confusion-matrix",
        "Confusion matrix",
        "A table that counts, for each true digit, which digit the network predicted. Correct images are on its "
        "diagonal; each other cell is a kind of mistake, such as 4 read as 9.",
        ("accuracy", "error-rate"),
    ),
    Term(
        "convolution",
        "Convolution",
        "A layer that moves small filters over the picture. Each filter multiplies the pixels below it by its weights "
        "and adds them up, so it finds the same pattern, such as an edge, wherever it is.",
        ("filter", "kernel-size", "stride", "padding"),
    ),
    Term(
        "cosine-decay",
        "Cosine decay",
        "A schedule that lowers the learning rate along half a cosine wave, slowly at first, then fast, then slowly.",
        ("schedule", "learning-rate"),
    ),
    Term(
        "dead-relu",
        "Dead relu",
        "A unit whose relu gives 0 for every image. It learns nothing any more. A learning rate that is too high often "
        "causes it.",
        ("relu", "learning-rate"),
    ),
    Term(
        "dense",
        "Dense layer",
        "A layer in which every output depends on every input, each with a weight of its own. It has most of the "
        "parameters of many networks; the last layer of the lab's networks is a dense layer with ten outputs.",
        ("units", "parameters", "softmax"),
    ),
    Term(
        "divergence",
        "Divergence",
        "The loss grows without bound instead of falling, until its numbers overflow. The usual cause is a learning "
        "rate that is too high.",
        ("learning-rate", "loss"),
    ),
    Term(
        "dropout",
        "Dropout",
        "While the network trains, a random part of the values is set to zero, so it cannot rely on any one of them. "
        "This reduces overfitting. When the network is used, nothing is dropped.",
        ("overfitting", "regularization"),
    ),
    Term(
        "early-stopping",
        "Early stopping",
        "The training ends when the validation loss has not improved for some epochs, and the best weights are kept.",
        ("overfitting", "validation-images", "epoch"),
    ),
    Term(
        "epoch",
        "Epoch",
        "One pass over all training images. A training of 5 epochs shows each image to the network five times.",
        ("batch", "step"),
    ),
    Term(
        "error-rate",
        "Error rate",
        "The share of images that the network classifies wrongly: 100 % minus the accuracy.",
        ("accuracy", "confusion-matrix"),
    ),
    Term(
        "feature-map",
        "Feature map",
        "The picture that one filter puts out: bright where the filter found its pattern, dark where it did not.",
        ("filter", "channel"),
    ),
    Term(
        "filter",
        "Filter",
        "A small grid of weights that looks for one pattern all over the picture. The network learns the weights. Each "
        "filter puts out one feature map.",
        ("convolution", "feature-map", "kernel-size"),
    ),
    Term(
        "flatten",
        "Flatten",
        "A layer that puts all values of its input into one long row, because a dense layer takes no pictures. It "
        "has no weights.",
        ("dense", "global-average-pooling"),
    ),
    Term(
        "global-average-pooling",
        "Global average pooling",
        "A layer that keeps one number of each channel, its mean. After it, a dense layer needs far fewer weights than "
        "after flattening.",
        ("pooling", "flatten"),
    ),
    Term(
        "gradient",
        "Gradient",
        "For each weight, how the loss changes if the weight grows a little. Training moves every weight a small step "
        "against its gradient.",
        ("learning-rate", "loss", "optimizer"),
    ),
    Term(
        "kernel-size",
        "Kernel size",
        "Height and width of a filter in pixels. 3×3 is usual: two such layers see as much as one of 5×5, with fewer "
        "weights.",
        ("filter", "receptive-field"),
    ),
    Term(
        "label-smoothing",
        "Label smoothing",
        "The network is asked for, say, 95 % instead of 100 % on the true digit. It becomes less certain of itself "
        "and often a little more accurate. Its loss is higher for that reason: compare accuracies instead.",
        ("loss", "regularization"),
    ),
    Term(
        "layer",
        "Layer",
        "One step of a network: it takes the values of the layer before it and computes new ones. A network is a "
        "stack of layers.",
        ("convolution", "pooling", "dense"),
    ),
    Term(
        "learning-rate",
        "Learning rate",
        "How far each step changes the weights. Too low, and the training takes very long; too high, and it jumps "
        "about or diverges.",
        ("schedule", "step", "divergence"),
    ),
    Term(
        "loss",
        "Loss",
        "A number that says how wrong the network is: 0 if it gives the true digit 100 %, and the larger the less it "
        "gives it. Training makes it smaller. The lab uses the cross-entropy: the negative logarithm of the "
        "probability of the true digit.",
        ("accuracy", "gradient"),
    ),
    Term(
        "mnist",
        "MNIST",
        "70,000 pictures of handwritten digits, 28×28 pixels each: 60,000 to train on and 10,000 to test on. They "
        "were put together in the 1990s and became the first exercise of the field.",
        ("training-images", "test-images"),
    ),
    Term(
        "momentum",
        "Momentum",
        "Each step keeps part of the direction of the steps before it, like a ball that rolls on. Small bumps then "
        "matter less.",
        ("optimizer", "gradient"),
    ),
    Term(
        "multiply-adds",
        "Multiply-adds",
        "How many multiplications, each with an addition, the network needs for one image. It tells how long training "
        "and prediction take; the number of parameters does not.",
        ("parameters",),
    ),
    Term(
        "one-cycle",
        "One-cycle schedule",
        "The learning rate rises to its highest value in the first part of the training, then falls to almost zero. "
        "It reaches a good accuracy in few epochs.",
        ("schedule", "warm-up", "learning-rate"),
    ),
    Term(
        "optimizer",
        "Optimizer",
        "The rule by which gradients change the weights. Adam adapts the step of each weight; SGD takes the same "
        "learning rate for all.",
        ("gradient", "learning-rate", "momentum"),
    ),
    Term(
        "overfitting",
        "Overfitting",
        "The network gets better on the training images but worse on others: it remembers pictures instead of learning "
        "digits. You see it when the validation loss rises while the training loss falls.",
        ("dropout", "augmentation", "early-stopping", "validation-images"),
    ),
    Term(
        "padding",
        "Padding",
        "What a filter sees beyond the border. With 'valid' nothing, so the picture becomes smaller by the kernel size "
        "minus 1. With 'same' zeros, so that with stride 1 the picture keeps its size.",
        ("convolution", "stride"),
    ),
    Term(
        "parameters",
        "Parameters",
        "All numbers that the network learns: the weights of its filters and dense layers, and the biases that are "
        "added. More parameters can learn more, and remember more.",
        ("weights", "overfitting", "multiply-adds"),
    ),
    Term(
        "pooling",
        "Pooling",
        "A layer that makes the picture smaller: of each small window it keeps the largest value (max pooling) or the "
        "mean (average pooling). The next layers then cost less and see more of the picture.",
        ("stride", "receptive-field", "global-average-pooling"),
    ),
    Term(
        "receptive-field",
        "Receptive field",
        "The part of the input picture that one value of a layer depends on. It grows from layer to layer; at the "
        "end it should cover a whole digit.",
        ("kernel-size", "pooling", "stride"),
    ),
    Term(
        "recipe",
        "Recipe",
        "All that says how a network is trained: epochs, learning rate, batch size, optimizer, augmentation and the "
        "rest. The same network with another recipe can reach another accuracy.",
        ("run", "learning-rate"),
    ),
    Term(
        "regularization",
        "Regularization",
        "Everything that keeps a network from overfitting: dropout, augmentation, weight decay, label smoothing, early "
        "stopping.",
        ("overfitting", "dropout", "weight-decay"),
    ),
    Term(
        "relu",
        "Relu",
        "The usual activation function: a positive value stays, a negative one becomes 0.",
        ("activation", "dead-relu"),
    ),
    Term(
        "run",
        "Run",
        "One training of one network with one recipe and one seed, with its curves and its result.",
        ("recipe", "seed"),
    ),
    Term(
        "schedule",
        "Schedule of the learning rate",
        "How the learning rate changes during a training. A high rate at first learns fast; a low one at the end lets "
        "the network settle.",
        ("learning-rate", "one-cycle", "cosine-decay", "warm-up"),
    ),
    Term(
        "seed",
        "Seed",
        "A number from which all random choices of a training follow: first weights, order of the images, dropout. "
        "On the same computer, the same seed gives the same run; other seeds show how much is chance.",
        ("run", "standard-error"),
    ),
    Term(
        "significance",
        "Significance",
        "Whether a difference is more than chance. The p-value is how often two equally good networks would differ at "
        "least this much; below 0.05 a difference counts as significant. McNemar's test counts the images that only "
        "one of the two classifies correctly (mid-p value).",
        ("accuracy", "seed", "standard-error"),
    ),
    Term(
        "softmax",
        "Softmax",
        "The function of the last layer: it turns ten numbers into ten probabilities that add up to 1.",
        ("dense", "activation"),
    ),
    Term(
        "standard-error",
        "Standard error",
        "How much a measured accuracy would vary if other test images had been drawn. A difference of less than "
        "twice that may be chance.",
        ("accuracy", "seed"),
    ),
    Term(
        "step",
        "Step",
        "One change of all weights, after one batch. 54,000 images with a batch size of 100 are 540 steps an epoch.",
        ("batch", "epoch", "gradient"),
    ),
    Term(
        "stride",
        "Stride",
        "How far a filter or a pooling window moves each time. With stride 2 the output is half as high and half as "
        "wide.",
        ("convolution", "pooling"),
    ),
    Term(
        "sweep",
        "Sweep",
        "The same training several times, each with another value of one setting, to see what the setting does.",
        ("recipe", "run"),
    ),
    Term(
        "test-images",
        "Test images",
        "Images that the network never sees during its training; MNIST has 10,000. The accuracy on them says how good "
        "it is.",
        ("training-images", "validation-images"),
    ),
    Term(
        "training-images",
        "Training images",
        "The images that the network learns from. MNIST has 60,000, of which some are held out for validation.",
        ("validation-images", "test-images"),
    ),
    Term(
        "units",
        "Units",
        "The outputs of a dense layer. Each is a weighted sum of all inputs.",
        ("dense", "parameters"),
    ),
    Term(
        "validation-images",
        "Validation images",
        "Images held out from training, on which the network is tested after each epoch. Choices are made with them, "
        "so that the test images stay unseen.",
        ("training-images", "test-images", "overfitting"),
    ),
    Term(
        "warm-up",
        "Warm-up",
        "The first steps of a training, in which the learning rate rises from almost zero. The first gradients are "
        "large and point anywhere.",
        ("schedule", "learning-rate"),
    ),
    Term(
        "weight-decay",
        "Weight decay",
        "Each step also makes all weights a little smaller. Large weights must then be worth it, which reduces "
        "overfitting.",
        ("regularization", "weights"),
    ),
    Term(
        "weights",
        "Weights",
        "The numbers that the network learns and by which it multiplies its inputs.",
        ("parameters", "gradient"),
    ),
)

TERMS = MappingProxyType({term.key: term for term in _ALL})
"""All terms by their keys, in the order of the alphabet."""
