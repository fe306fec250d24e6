"""A recipe: how a network is to be trained, as frozen plain data with a JSON round trip."""

import difflib
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mnist_lab.errors import RecipeError
from mnist_lab.strict_json import StrictJSONError, parse_json, short_repr

VERSION = 1
MAX_JSON_BYTES = 64 * 1024

Optimizer = Literal["adam", "adamw", "sgd", "rmsprop", "nadam"]
Schedule = Literal["constant", "cosine", "one-cycle", "step"]
Augmentation = Literal["none", "light", "pen", "styles"]
Precision = Literal["auto", "float32", "mixed_bfloat16"]
Validation = Literal["holdout", "test"]
Keep = Literal["best", "last"]
Drawings = Literal["none", "mine", "all"]


def _one_of(values: Any) -> str:
    return "one of " + ", ".join(get_args(values))


class Recipe(BaseModel):
    """How a network is trained. The defaults are the notebook's (Adam, batches of 100), with fewer epochs.

    Each field's description completes the message "<field> must be …" of a `RecipeError`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    version: Annotated[Literal[1], Field(description=f"{VERSION}")] = 1
    epochs: Annotated[int, Field(ge=1, le=1000, description="a whole number from 1 to 1,000")] = 5
    batch_size: Annotated[int, Field(ge=1, le=8192, description="a whole number from 1 to 8,192")] = 100
    optimizer: Annotated[Optimizer, Field(description=_one_of(Optimizer))] = "adam"
    learning_rate: Annotated[float, Field(gt=0, le=10, description="a number above 0 and at most 10")] = 0.001
    momentum: Annotated[float, Field(ge=0, lt=1, description="a number from 0 up to, not including, 1")] = 0.9
    """Used by `sgd` only."""
    weight_decay: Annotated[float, Field(ge=0, le=1, description="a number from 0 to 1")] = 0.004
    """Used by `adamw` only."""
    schedule: Annotated[Schedule, Field(description=_one_of(Schedule))] = "constant"
    early_stopping: Annotated[
        int | None, Field(ge=1, le=1000, description="null, or a whole number of epochs from 1 to 1,000")
    ] = None
    """Patience: training stops after this number of epochs in a row without a lower validation loss."""
    augmentation: Annotated[Augmentation, Field(description=_one_of(Augmentation))] = "none"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="a whole number from 0 to 2,147,483,647")] = 0
    precision: Annotated[Precision, Field(description=_one_of(Precision))] = "auto"
    validation: Annotated[Validation, Field(description=_one_of(Validation))] = "holdout"
    validation_fraction: Annotated[float, Field(ge=0.02, le=0.5, description="a number from 0.02 to 0.5")] = 0.1
    limit: Annotated[
        int | None, Field(ge=100, le=1_000_000, description="null, or a whole number of images from 100 to 1,000,000")
    ] = None
    """Training images to use, held-out ones included."""
    keep: Annotated[Keep, Field(description=_one_of(Keep))] = "best"
    drawings: Annotated[Drawings, Field(description=_one_of(Drawings))] = "none"
    """Drawings of the collection to train on, too: none, those of the run's owner, or everybody's."""

    @property
    def kept(self) -> Keep:
        """Which weights the run keeps: "last" when it validates on the test set, which must not choose an epoch."""
        return "last" if self.validation == "test" else self.keep

    def to_json(self) -> str:
        """The recipe as indented JSON; `recipe_from_json` reads it back."""
        return self.model_dump_json(indent=2)

    def with_changes(self, **changes: object) -> "Recipe":
        """A recipe with some fields changed.

        Raises:
            RecipeError: A field does not exist or its value cannot be used.
        """
        return _validated({**self.model_dump(), **changes})


def recipe_from_json(text: str | bytes) -> Recipe:
    """Read a recipe written by `Recipe.to_json` or by hand; missing fields take their defaults.

    Raises:
        RecipeError: The text is not JSON, is too long, or does not describe a recipe; the message says why.
    """
    if len(text) > MAX_JSON_BYTES:
        raise RecipeError(f"A recipe file has at most {MAX_JSON_BYTES // 1024} KB. Received: {len(text):,} characters.")
    try:
        content = parse_json(text)
    except StrictJSONError as error:
        raise RecipeError(f"The recipe cannot be read as JSON: {error}.") from error
    if not isinstance(content, dict):
        raise RecipeError(f'A recipe is a JSON object such as {{"epochs": 5}}. Received: {short_repr(content)}.')
    return _validated(content)


def _validated(content: dict[str, object]) -> Recipe:
    version = content.get("version", VERSION)
    if isinstance(version, bool):
        raise RecipeError(f"version must be {VERSION}. Received: {version}.")
    if isinstance(version, int) and version > VERSION:
        raise RecipeError(
            f"This recipe has version {short_repr(version)}, written by a newer MNIST Lab; this one reads "
            f"version {VERSION}. Update MNIST Lab to use it."
        )
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        raise RecipeError(_message(error)) from error


def _message(error: ValidationError) -> str:
    first = error.errors()[0]
    if not first["loc"]:  # pydantic gives no location for a name that is not text
        return "A recipe has a field whose name is not text: it holds half a character (a lone surrogate)."
    name = str(first["loc"][0])
    if name not in Recipe.model_fields:
        close = difflib.get_close_matches(name[:80], Recipe.model_fields, n=1)
        hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(Recipe.model_fields)}."
        return f"A recipe has no field {short_repr(name)}; {hint}"
    rule = Recipe.model_fields[name].description
    return f"{name} must be {rule}. Received: {short_repr(first['input'])}."
