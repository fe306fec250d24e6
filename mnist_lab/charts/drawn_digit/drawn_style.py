"""The style sheet of the views of a drawing. It applies to the whole page, so every selector begins with a class."""

from mnist_lab.charts.palette import SIGNED, variable

_INK, _MUTED, _GRID, _SURFACE = (variable(name) for name in ("ink", "muted", "grid", "surface"))
_SIGNED = ",".join(variable(token[1:]) for _, token in SIGNED)

STYLE = f"""<style>
.lab-drawn {{ color: {_INK}; font-size: 0.875rem; line-height: 1.4; font-variant-numeric: tabular-nums; }}
.lab-drawn p {{ margin: 0; }}
.lab-drawn .quiet {{ color: {_MUTED}; font-size: 0.8125rem; }}
.lab-drawn .row {{ display: flex; flex-wrap: wrap; gap: 1.25rem; align-items: flex-start; }}
.lab-drawn figure {{ margin: 0; width: 9.5rem; }}
.lab-drawn figure.large {{ width: 14rem; }}
.lab-drawn figure img {{ width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated;
  background: {_SURFACE}; border: 1px solid {_GRID}; border-radius: 0.375rem; }}
.lab-drawn figure .layers {{ position: relative; }}
.lab-drawn figure .layers img + img {{ position: absolute; inset: 0; background: none; }}
.lab-drawn figcaption {{ margin-top: 0.375rem; font-size: 0.8125rem; color: {_MUTED}; }}
.lab-drawn figcaption b {{ display: block; color: {_INK}; font-weight: 600; }}
.lab-drawn .scale {{ display: flex; gap: 0.5rem; align-items: center; margin-top: 0.375rem; font-size: 0.75rem;
  color: {_MUTED}; }}
.lab-drawn .scale i {{ flex: 1; height: 0.6rem; border: 1px solid {_GRID}; border-radius: 2px;
  background: linear-gradient(to right, {_SIGNED}); }}
@media (max-width: 640px) {{ .lab-drawn .row {{ gap: 0.75rem; }} .lab-drawn figure {{ width: calc(50% - 0.375rem); }}
  .lab-drawn figure.large {{ width: 100%; max-width: 16rem; }} }}
</style>"""
"""CSS; colours are the variables `--lab-<colour>`, with those of the light theme as fallback."""


def drawn_html(content: str) -> str:
    """The HTML of one view with its style sheet."""
    return f'{STYLE}<div class="lab-drawn">{content}</div>'
