"""Every error that MNIST Lab raises on purpose.

Each message is one sentence (two at most) that a user can act on; it is shown as it is, without a traceback.

    LabError
    ├── RefusedError            the input is refused: exit status 2, nothing was changed
    │   ├── NetworkError        a network, or a network file, that cannot be used
    │   ├── RecipeError         a recipe, or a recipe file, that cannot be used
    │   ├── DataError           a data set that is missing, damaged or of the wrong shape
    │   ├── PictureError        a picture that cannot be read
    │   ├── UnknownRunError     no run, or more than one, goes by that name
    │   └── IllegalMoveError    a run in this state cannot do that
    ├── RunFailedError          a training run ended without a result: exit status 1
    ├── StoreError              the run store cannot be read or written
    │   └── StorePlaceError     the settings put it where it cannot be: a RefusedError, too
    ├── StaleAttemptError       another worker has taken this run over; this one must stop writing
    └── PredictorError          the predictor process did not answer
"""


class LabError(Exception):
    """Base of every error below: `str(error)` is a sentence for the user."""


class RefusedError(LabError):
    """The input is refused before anything was started or changed."""


class NetworkError(RefusedError):
    """A network, or a network file, that cannot be used."""


class RecipeError(RefusedError):
    """A recipe, or a recipe file, that cannot be used."""


class DataError(RefusedError):
    """A data set that is missing, damaged or of the wrong shape."""


class PictureError(RefusedError):
    """A picture that cannot be read."""


class UnknownRunError(RefusedError):
    """No run, or more than one, goes by the given id or name."""


class IllegalMoveError(RefusedError):
    """A run in its present state cannot do what was asked."""


class RunFailedError(LabError):
    """A training run ended without a result."""


class StoreError(LabError):
    """The run store cannot be read or written."""


class StorePlaceError(StoreError, RefusedError):
    """The settings put the run store where it cannot be."""


class StaleAttemptError(LabError):
    """Another worker has taken the run over; the one that gets this must stop writing and exit."""


class PredictorError(LabError):
    """The predictor process did not answer."""
