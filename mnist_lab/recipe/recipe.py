"""A recipe: how a network is to be trained, as frozen plain data with a JSON round trip."""

import difflib
import json
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mnist_lab.errors import RecipeError

VERSION = 1
MAX_JSON_BYTES = 64 * 1024

Optimizer = Literal["adam", "adamw", "sgd", "rmsprop", "nadam"]
Schedule = Literal["constant", "cosine", "one-cycle", "step"]
Augmentation = Literal["none", "light", "pen"]
Precision = Literal["auto", "float32", "mixed_bfloat16"]
Validation = Literal["holdout", "test"]
Keep = Literal["best", "last"]


def _rule(values: Any) -> str:
    return "one of " + ", ".join(get_args(values))


class Recipe(BaseModel):
    """How a network is trained. The defaults are the notebook's (Adam, batches of 100), with fewer epochs.

    Each field's description completes the sentence "<field> must be …", and is what a refusal says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    version: Annotated[Literal[1], Field(description=f"{VERSION}")] = 1
    epochs: Annotated[int, Field(ge=1, le=1000, description="a whole number from 1 to 1,000")] = 5
    batch_size: Annotated[int, Field(ge=1, le=8192, description="a whole number from 1 to 8,192")] = 100
    optimizer: Annotated[Optimizer, Field(description=_rule(Optimizer))] = "adam"
    learning_rate: Annotated[float, Field(gt=0, le=10, description="a number above 0 and at most 10")] = 0.001
    momentum: Annotated[float, Field(ge=0, lt=1, description="a number from 0 up to, not including, 1")] = 0.9
    """Used by `sgd` only."""
    weight_decay: Annotated[float, Field(ge=0, le=1, description="a number from 0 to 1")] = 0.004
    """Used by `adamw` only."""
    schedule: Annotated[Schedule, Field(description=_rule(Schedule))] = "constant"
    early_stopping: Annotated[
        int | None, Field(ge=1, le=1000, description="null, or a whole number of epochs from 1 to 1,000")
    ] = None
    """Patience: training ends after so many epochs in a row without a lower validation loss."""
    augmentation: Annotated[Augmentation, Field(description=_rule(Augmentation))] = "none"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="a whole number from 0 to 2,147,483,647")] = 0
    precision: Annotated[Precision, Field(description=_rule(Precision))] = "auto"
    validation: Annotated[Validation, Field(description=_rule(Validation))] = "holdout"
    validation_fraction: Annotated[float, Field(ge=0.02, le=0.5, description="a number from 0.02 to 0.5")] = 0.1
    limit: Annotated[
        int | None, Field(ge=100, le=1_000_000, description="null, or a whole number of images from 100 to 1,000,000")
    ] = None
    """Training images to use, held-out ones included."""
    keep: Annotated[Keep, Field(description=_rule(Keep))] = "best"

    @property
    def kept(self) -> Keep:
        """Which weights the run keeps: choosing an epoch by the test set would be cheating, so then the last ones."""
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
    """Read a recipe written by `Recipe.to_json` or by hand; fields left out take their defaults.

    Raises:
        RecipeError: The text is not JSON, too long, or holds something a recipe cannot be; one sentence says what.
    """
    if len(text) > MAX_JSON_BYTES:
        raise RecipeError(f"A recipe file has at most {MAX_JSON_BYTES // 1024} KB. Received: {len(text):,} characters.")
    try:
        content = json.loads(
            text, object_pairs_hook=_object_without_twins, parse_constant=_refuse_constant, parse_int=_int
        )
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else _shortened(str(error), 120)
        raise RecipeError(f"The recipe cannot be read as JSON: {reason}.") from error
    if not isinstance(content, dict):
        raise RecipeError(f'A recipe is a JSON object such as {{"epochs": 5}}. Received: {_shortened(repr(content))}.')
    return _validated(content)


def _validated(content: dict[str, object]) -> Recipe:
    version = content.get("version", VERSION)
    if isinstance(version, bool):
        raise RecipeError(f"version must be {VERSION}. Received: {version}.")
    if isinstance(version, int) and version > VERSION:
        raise RecipeError(
            f"This recipe has version {_shortened(str(version))}, written by a newer MNIST Lab; this one reads "
            f"version {VERSION}. Update MNIST Lab to use it."
        )
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        raise RecipeError(_sentence(error)) from error


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    if not first["loc"]:  # of a name that is no text, pydantic cannot say where it stands
        return "A recipe has a field whose name is not text: it holds half a character (a lone surrogate)."
    name = str(first["loc"][0])
    if name not in Recipe.model_fields:
        close = difflib.get_close_matches(name[:80], Recipe.model_fields, n=1)
        hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(Recipe.model_fields)}."
        return f"A recipe has no field {_shortened(repr(name))}; {hint}"
    rule = Recipe.model_fields[name].description
    return f"{name} must be {rule}. Received: {_shortened(repr(first['input']))}."


def _shortened(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _object_without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {_shortened(repr(twin))} stands there twice")
    return content


def _int(digits: str) -> int:
    if len(digits) > 30:
        raise ValueError(f"a number has {len(digits):,} digits")
    return int(digits)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number JSON knows")
