"""Every error that MNIST Lab raises on purpose.

Each message is one or two sentences that tell the user what to do. It is shown as it is, without a traceback.

    LabError
    ├── RefusedError            the input is refused and nothing was changed: exit status 2
    │   ├── NetworkError        a network, or a network file, that cannot be used
    │   ├── RecipeError         a recipe, or a recipe file, that cannot be used
    │   ├── DataError           a data set that is missing, damaged or of the wrong shape
    │   ├── PictureError        a picture that cannot be read
    │   ├── HandwritingError    drawings, or a file of them, that cannot be kept or changed
    │   ├── UnknownRunError     no run, or more than one, has that id or name
    │   ├── TransitionError     the run's state does not allow it
    │   ├── NotOwnerError       the run belongs to another browser
    │   └── QueueLimitError     one browser would have too much in the queue
    ├── RunFailedError          a run ended without a result: exit status 1
    ├── StoreError              the run store cannot be read or written
    │   ├── StoreLocationError  the settings name a location that cannot be used; also a RefusedError
    │   └── ObjectStoreError    the object store of the files does not answer, or refuses
    │       ├── MissingObjectError  an object is not there
    │       └── DamagedObjectError  an object has other bytes than it should
    ├── StaleAttemptError       the run no longer belongs to this worker, which must stop writing
    ├── LostFilesError          the folder of a run was deleted or moved while it trained
    ├── PredictorError          the predictor process did not answer
    └── RayError                the Ray cluster does not answer, or refuses what it was asked
"""


class LabError(Exception):
    """Base of every error below; `str(error)` is a message for the user."""


class RefusedError(LabError):
    """The input is refused, before anything was started or changed."""


class NetworkError(RefusedError):
    """A network, or a network file, that cannot be used."""


class RecipeError(RefusedError):
    """A recipe, or a recipe file, that cannot be used."""


class DataError(RefusedError):
    """A data set that is missing, damaged or of the wrong shape."""


class PictureError(RefusedError):
    """A picture that cannot be read."""


class HandwritingError(RefusedError):
    """Drawings, or a file of drawings, that cannot be kept or changed."""


class UnknownRunError(RefusedError):
    """No run, or more than one, has the given id or name."""


class TransitionError(RefusedError):
    """The run's state does not allow what was asked."""


class NotOwnerError(RefusedError):
    """The run belongs to another browser, which alone can change it."""


class QueueLimitError(RefusedError):
    """One browser would have more in the queue than it may."""


class RunFailedError(LabError):
    """A training run ended without a result."""


class StoreError(LabError):
    """The run store cannot be read or written."""


class StoreLocationError(StoreError, RefusedError):
    """The settings name a location for the run store that cannot be used."""


class ObjectStoreError(StoreError):
    """The object store of the runs' files does not answer, or refuses."""


class MissingObjectError(ObjectStoreError):
    """An object is not in the object store."""


class DamagedObjectError(ObjectStoreError):
    """An object has other bytes than it should."""


class StaleAttemptError(LabError):
    """The run no longer belongs to this worker, which must stop writing and exit."""


class LostFilesError(LabError):
    """The folder of a run was deleted or moved while it trained, so that nothing of it can be kept."""


class PredictorError(LabError):
    """The predictor process did not answer."""


class RayError(LabError):
    """The Ray cluster does not answer, or refuses what it was asked."""
