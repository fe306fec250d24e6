"""The style sheet of the views of a drawing. It applies to the whole page, so every selector begins with a class."""

from mnist_lab.charts.palette import SIGNED, variable

_INK, _MUTED, _GRID, _SURFACE, _VALIDATION = (
    variable(name) for name in ("ink", "muted", "grid", "surface", "validation")
)
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
.lab-drawn figure .ink {{ position: absolute; inset: 1px; background: {_INK}; opacity: 0.35;
  mask-size: 100% 100%; -webkit-mask-size: 100% 100%; }}
.lab-drawn .neighbours {{ flex: 1; min-width: min(22rem, 100%); }}
.lab-drawn .neighbours .title {{ margin-bottom: 0.5rem; font-size: 0.8125rem; }}
.lab-drawn .neighbours figure {{ width: 6.5rem; }}
.lab-drawn .neighbours .row {{ gap: 0.75rem; }}
.lab-drawn figcaption {{ margin-top: 0.375rem; font-size: 0.8125rem; color: {_MUTED}; }}
.lab-drawn figcaption b {{ display: block; color: {_INK}; font-weight: 600; }}
.lab-drawn .scale {{ display: flex; gap: 0.5rem; align-items: center; margin-top: 0.375rem; font-size: 0.75rem;
  color: {_MUTED}; }}
.lab-drawn .scale i {{ flex: 1; height: 0.6rem; border: 1px solid {_GRID}; border-radius: 2px;
  background: linear-gradient(to right, {_SIGNED}); }}
.lab-drawn .cell {{ min-height: 1.4em; margin-bottom: 0.75rem; }}
.lab-drawn .cell b {{ color: {_INK}; }}
.large-maps .tiles {{ grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)) !important; }}
.lab-drawn .summary {{ margin: 0 0 0.75rem; font-size: 1rem; }}
.lab-drawn .answers {{ list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }}
.lab-drawn .answers > li {{ margin: 0; padding: 0.75rem 1rem; border: 1px solid {_GRID}; border-radius: 0.5rem;
  border-left-width: 4px; }}
.lab-drawn .answers > .differs {{ border-left-color: {_VALIDATION}; }}
.lab-drawn .name {{ display: flex; gap: 0.5rem; align-items: center; }}
.lab-drawn .name svg {{ flex: none; }}
.lab-drawn .name span {{ overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }}
.lab-drawn .reading {{ display: flex; gap: 1rem; align-items: end; }}
.lab-drawn .reading > b {{ font-size: 4rem; line-height: 1; font-weight: 700; min-width: 2.5rem; }}
.lab-drawn .reading > div {{ flex: 1; min-width: 0; }}
.lab-drawn .reading > div > span {{ display: block; text-align: right; font-size: 0.8125rem; }}
.lab-drawn .bars {{ display: grid; grid-template-columns: repeat(10, 1fr); gap: 2px; }}
.lab-drawn .bars > div {{ height: 4rem; display: flex; flex-direction: column; justify-content: flex-end; }}
.lab-drawn .bars i {{ background: color-mix(in srgb, {_INK} 45%, transparent); min-height: 1px;
  max-height: calc(100% - 1.125rem); border-radius: 2px 2px 0 0; }}
.lab-drawn .bars small {{ font-size: 0.75rem; line-height: 1.125rem; text-align: center;
  border-top: 1px solid {_GRID}; }}
.lab-drawn .bars .best i {{ background: {_INK}; }}
.lab-drawn .bars .best small {{ font-weight: 700; }}
.lab-drawn .epoch {{ width: 17rem; }}
.lab-drawn .epoch .reading > b {{ font-size: 7rem; min-width: 4.5rem; }}
.lab-drawn .epoch .bars > div {{ height: 6rem; }}
.lab-drawn .through {{ flex: 1; min-width: min(20rem, 100%); display: grid; grid-template-columns: 1.25rem 1fr; }}
.lab-drawn .digits {{ display: grid; grid-template-rows: repeat(10, 1fr); font-size: 0.8125rem; }}
.lab-drawn .digits span {{ align-self: center; line-height: 1; }}
.lab-drawn .heat {{ position: relative; height: 12rem; border: 1px solid {_GRID}; border-radius: 0.25rem;
  overflow: hidden; }}
.lab-drawn .heat img {{ display: block; width: 100%; height: 100%; image-rendering: pixelated; }}
.lab-drawn .heat i {{ position: absolute; inset-block: 0; border: 2px solid {_VALIDATION}; border-radius: 2px; }}
.lab-drawn .axis {{ grid-column: 2; display: flex; justify-content: space-between; font-size: 0.75rem;
  color: {_MUTED}; }}
@media (max-width: 640px) {{ .lab-drawn .row {{ gap: 0.75rem; }} .lab-drawn figure {{ width: calc(50% - 0.375rem); }}
  .lab-drawn figure.large {{ width: 100%; max-width: 16rem; }}
  .lab-drawn .neighbours figure {{ width: calc(33% - 0.5rem); }} }}
</style>"""
"""CSS; colours are the variables `--lab-<colour>`, with those of the light theme as fallback."""


def drawn_html(content: str) -> str:
    """The HTML of one view with its style sheet."""
    return f'{STYLE}<div class="lab-drawn">{content}</div>'
