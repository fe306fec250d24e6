"""A network: a name and a stack of layers, frozen; every edit returns a new one."""

import json
import re
import unicodedata
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from mnist_lab.network.layers import AnyLayer, Dense, Layer

VERSION: Literal[1] = 1
"""Version of the network file that this code writes and reads."""
UNTITLED = "Untitled network"
LONGEST_NAME = 80
"""Characters of a name that are kept."""
MOST_LAYERS_READ = 10_000
"""More layers than this are not even read; what can be trained is far less (`limits.MAX_LAYERS`)."""

# Characters that turn the direction of the text after them could make a name look like another one.
_BIDIRECTIONAL = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What shows nothing by itself: format characters, spaces and marks on a character that is not there; and a few that
# Unicode calls letters or symbols (the Hangul fillers and the empty Braille cell).
_INVISIBLE_CATEGORIES = frozenset({"Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean_name(name: str) -> str:
    """Make any text a name: no control characters, whitespace folded, at most 80 characters, something to see."""
    # Far more is looked at than kept, since some may be dropped; a name of megabytes costs nothing.
    start = re.sub(r"\s+", " ", name[: 50 * LONGEST_NAME])
    kept = (c for c in start if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _BIDIRECTIONAL)
    cleaned = " ".join("".join(kept).split())[:LONGEST_NAME].strip()
    return cleaned if any(map(_is_visible, cleaned)) else UNTITLED


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _FILLERS


def _clean_name(value: object) -> object:
    return clean_name(value) if isinstance(value, str) else value


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class Network(BaseModel):
    """A stack of layers on 28×28×1 pictures; the closing `Dense(10, softmax)` and a Flatten it needs are implied."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1] = VERSION
    name: Annotated[str, BeforeValidator(_clean_name)] = UNTITLED
    layers: Annotated[
        tuple[Layer, ...], BeforeValidator(_as_tuple), Field(max_length=MOST_LAYERS_READ)
    ] = ()  # fmt: skip

    @field_validator("layers")
    @classmethod
    def _softmax_only_at_the_end(cls, layers: tuple[AnyLayer, ...]) -> tuple[AnyLayer, ...]:
        for number, layer in enumerate(layers):
            if isinstance(layer, Dense) and layer.activation == "softmax":
                raise PydanticCustomError(
                    "softmax",
                    "[{number}].activation must not be softmax: the closing Dense(10, softmax) is added by itself, "
                    "so leave that layer out",
                    {"number": number},
                )
        return layers

    def to_json(self) -> str:
        """Return the network file: indented JSON with every argument written out."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)

    def rename(self, name: str) -> Self:
        """Return the network under another name, cleaned."""
        return self._with(self.layers, name)

    def add(self, layer: AnyLayer, index: int | None = None) -> Self:
        """Return the network with `layer` put in front of the one at `index`, or at the end."""
        place = len(self.layers) if index is None else index
        return self._with((*self.layers[:place], layer, *self.layers[place:]))

    def remove(self, index: int) -> Self:
        """Return the network without the layer at `index`."""
        self._check(index)
        return self._with((*self.layers[:index], *self.layers[index + 1 :]))

    def replace(self, index: int, layer: AnyLayer) -> Self:
        """Return the network with another layer at `index`."""
        self._check(index)
        return self._with((*self.layers[:index], layer, *self.layers[index + 1 :]))

    def duplicate(self, index: int) -> Self:
        """Return the network with the layer at `index` twice in a row."""
        self._check(index)
        return self.add(self.layers[index], index + 1)

    def move(self, index: int, by: int) -> Self:
        """Return the network with the layer at `index` moved by `by` places: down, or up if negative."""
        self._check(index)
        place = min(max(index + by, 0), len(self.layers) - 1)
        rest = [*self.layers[:index], *self.layers[index + 1 :]]
        return self._with((*rest[:place], self.layers[index], *rest[place:]))

    def _with(self, layers: tuple[AnyLayer, ...], name: str | None = None) -> Self:
        return type(self)(name=self.name if name is None else name, layers=layers)

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self.layers):
            raise IndexError(f"The network has {len(self.layers)} layers; there is none at index {index}.")
