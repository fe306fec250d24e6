"""Rectangles in a picture."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels; the right and bottom edges are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of_slices(cls, rows: slice, columns: slice) -> "Box":
        """The box that selects these rows and columns."""
        return cls(columns.start, rows.start, columns.stop, rows.stop)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def length(self) -> int:
        """The longer side, in pixels."""
        return max(self.width, self.height)

    def encloses(self, other: "Box") -> bool:
        """Whether the other box lies inside, and touches no edge."""
        across = self.left < other.left and other.right < self.right
        return across and self.top < other.top and other.bottom < self.bottom

    def distance(self, other: "Box") -> float:
        """Between the two, in pixels; 0 if they touch or overlap."""
        across = max(self.left - other.right, other.left - self.right, 0)
        down = max(self.top - other.bottom, other.top - self.bottom, 0)
        return math.hypot(across, down)

    def overlap_across(self, other: "Box") -> float:
        """How much of the narrower one's width the two have in common, 0..1."""
        common = min(self.right, other.right) - max(self.left, other.left)
        return max(common, 0) / max(min(self.width, other.width), 1)

    def overlap_down(self, other: "Box") -> float:
        """How much of the lower one's height the two have in common, 0..1."""
        common = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(common, 0) / max(min(self.height, other.height), 1)

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def scaled(self, across: float, down: float) -> "Box":
        """In a picture that is so many times as wide and as high: all pixels that it covers there."""
        return Box(
            math.floor(self.left * across),
            math.floor(self.top * down),
            math.ceil(self.right * across),
            math.ceil(self.bottom * down),
        )

    def moved(self, right: int, down: int) -> "Box":
        """So many pixels further right and down."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)
