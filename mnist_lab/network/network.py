"""A network: a name and a stack of layers, frozen; every edit returns a new one."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from mnist_lab.network.layers import AnyLayer, Dense, Layer
from mnist_lab.network.limits import MAX_LAYERS_READ, MAX_NAME_LENGTH

VERSION: Literal[1] = 1
"""Version of the network file that this code writes and reads."""
UNTITLED = "Untitled network"

# Characters that change the direction of the text after them: with them one name could look like another one.
_BIDIRECTIONAL = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Characters that are invisible by themselves: format characters, spaces, marks without a base character, and a few
# that Unicode calls letters or symbols (the Hangul fillers and the empty Braille cell).
_INVISIBLE_CATEGORIES = frozenset({"Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean_name(name: str) -> str:
    """Turn any text into a name: no control characters, single spaces, at most 80 characters, at least one visible."""
    # Only the beginning is processed, so that a name of megabytes is fast; it is longer than the result may be, since
    # some characters are dropped.
    start = re.sub(r"\s+", " ", name[: 50 * MAX_NAME_LENGTH])
    allowed = (c for c in start if unicodedata.category(c) not in {"Cc", "Cs"} and c not in _BIDIRECTIONAL)
    cleaned = " ".join("".join(allowed).split())[:MAX_NAME_LENGTH].strip()
    return cleaned if any(map(_is_visible, cleaned)) else UNTITLED


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _FILLERS


def _clean_name(value: object) -> object:
    return clean_name(value) if isinstance(value, str) else value


def _is_softmax(layer: AnyLayer) -> bool:
    return isinstance(layer, Dense) and layer.activation == "softmax"


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class Network(BaseModel):
    """A stack of layers for 28×28×1 images; the output `Dense(10, softmax)` and a needed Flatten are implied."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1] = VERSION
    name: Annotated[str, BeforeValidator(_clean_name)] = UNTITLED
    layers: Annotated[
        tuple[Layer, ...], BeforeValidator(_as_tuple), Field(max_length=MAX_LAYERS_READ)
    ] = ()  # fmt: skip

    @field_validator("layers")
    @classmethod
    def _softmax_only_at_the_end(cls, layers: tuple[AnyLayer, ...]) -> tuple[AnyLayer, ...]:
        for number, layer in enumerate(layers):
            if _is_softmax(layer):
                raise PydanticCustomError(
                    "softmax",
                    "[{number}].activation must not be softmax: the output layer Dense(10, softmax) is added "
                    "automatically, so leave that layer out",
                    {"number": number},
                )
        return layers

    def to_json(self) -> str:
        """Return the content of a network file: indented JSON with every argument of every layer."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False)

    def rename(self, name: str) -> Self:
        """Return the network under another name, cleaned."""
        return self._with(self.layers, name)

    def add(self, layer: AnyLayer, index: int | None = None) -> Self:
        """Return the network with `layer` inserted before the one at `index`, or at the end."""
        position = len(self.layers) if index is None else index
        return self._with((*self.layers[:position], layer, *self.layers[position:]))

    def insert(self, layer: AnyLayer, positions: Iterable[int]) -> Self:
        """Return the network with `layer` before each of the layers at these indices; their number means the end."""
        wanted = set(positions)
        layers: list[AnyLayer] = []
        for index in range(len(self.layers) + 1):
            layers += [*([layer] if index in wanted else []), *self.layers[index : index + 1]]
        return self._with(tuple(layers))

    def remove(self, *indices: int) -> Self:
        """Return the network without the layers at these indices."""
        self._check(*indices)
        return self._with(tuple(layer for index, layer in enumerate(self.layers) if index not in indices))

    def replace(self, index: int, layer: AnyLayer) -> Self:
        """Return the network with another layer at `index`."""
        self._check(index)
        return self._with((*self.layers[:index], layer, *self.layers[index + 1 :]))

    def change(self, indices: Iterable[int], name: str, value: object, part: int | None = None) -> Self:
        """Return the network with one argument of several layers changed.

        Args:
            indices: Of layers that all have the argument.
            name: Name of the argument.
            value: Its new value.
            part: 0 or 1 if `value` is only the first or second number of a pair such as `kernel_size`.

        Raises:
            pydantic.ValidationError: The value has the wrong type.
        """
        layers = list(self.layers)
        for index in indices:
            self._check(index)
            layers[index] = _with_argument(layers[index], name, value, part)
        return self._with(tuple(layers))

    def duplicate(self, *indices: int) -> Self:
        """Return the network in which each run of neighbours among these layers is followed by its copy."""
        self._check(*indices)
        layers: list[AnyLayer] = []
        copied: list[AnyLayer] = []
        for index, layer in enumerate(self.layers):
            layers.append(layer)
            if index in indices:
                copied.append(layer)
            if index + 1 not in indices:
                layers += copied
                copied = []
        return self._with(tuple(layers))

    def move(self, index: int, by: int) -> Self:
        """Return the network with the layer at `index` moved `by` positions towards the output (or back)."""
        self._check(index)
        target = min(max(index + by, 0), len(self.layers) - 1)
        rest = [*self.layers[:index], *self.layers[index + 1 :]]
        return self._with((*rest[:target], self.layers[index], *rest[target:]))

    def move_to(self, indices: Collection[int], position: int) -> Self:
        """Return the network with these layers together in front of the one at `position`, or at the end."""
        self._check(*indices)
        return self._with(tuple(self.layers[index] for index in moved_order(len(self.layers), indices, position)))

    def _with(self, layers: tuple[AnyLayer, ...], name: str | None = None) -> Self:
        is_checked = len(layers) <= MAX_LAYERS_READ and not any(map(_is_softmax, layers))
        if name is None and is_checked:
            # Thirty times faster with 64 layers than checking each of them again.
            return self.model_copy(update={"layers": layers})
        return type(self)(name=self.name if name is None else name, layers=layers)

    def _check(self, *indices: int) -> None:
        for index in indices:
            if not 0 <= index < len(self.layers):
                raise IndexError(f"The network has {len(self.layers)} layers; there is none at index {index}.")


def moved_order(count: int, indices: Collection[int], position: int) -> tuple[int, ...]:
    """Return 0 to `count` - 1 in the order in which `indices` stand together in front of `position`."""
    before = [index for index in range(count) if index < position and index not in indices]
    after = [index for index in range(count) if index >= position and index not in indices]
    return (*before, *sorted(set(indices)), *after)


def _with_argument(layer: AnyLayer, name: str, value: object, part: int | None) -> AnyLayer:
    if part is not None:
        pair = list(getattr(layer, name))
        pair[part] = value
        value = tuple(pair)
    return layer.with_changes(**{name: value})
