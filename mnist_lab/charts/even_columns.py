"""Grids of cards whose last row is as full as the others."""

_NUMBERS = (2, 3, 4, 6, 12)
"""Twelve and twenty-four cards fill rows of each of these lengths."""


def even_columns(selector: str, min_width: float, gap: float) -> str:
    """CSS that gives a grid as many columns as have room, but a number that divides twelve.

    Args:
        selector: Selects the grid, which is inside an element with `container-type: inline-size`.
        min_width: Of a column, in rem. Two columns are there even where they are narrower.
        gap: Between columns, in rem.
    """
    rules: list[str] = []
    for number in _NUMBERS:
        rule = f"{selector}{{grid-template-columns:repeat({number},minmax(0,1fr))}}"
        width = number * (min_width + gap) - gap
        rules.append(f"@container (min-width:{width:g}rem){{{rule}}}" if rules else rule)
    return "".join(rules)
