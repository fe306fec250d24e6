"""All that the lab assumes about Streamlit's page: selectors, sizes, and the CSS variables of components.

Streamlit documents the class `st-key-<key>` and the CSS variables. The rest may change with any version, so no other
module, component script or page names an element of Streamlit's. `tests/browser/test_streamlit_dom.py` checks each
constant against the running app, and the effect that it is used for: run it first after an upgrade.

The module is in `components`, the lowest package that knows the browser, so that `shell`, the packages of the pages,
the pages themselves and the components' scripts (through `assets.script`) can all use it.
"""

# Documented by Streamlit.


def by_key(key: str) -> str:
    """The selector of the element or container with this `key`."""
    return f".st-key-{key}"


def by_key_prefix(prefix: str) -> str:
    """The selector of all elements and containers whose `key` begins with `prefix`."""
    return f'[class*="st-key-{prefix}"]'


BACKGROUND = "--st-background-color"
"""The variable that tells a component whether the page is light or dark."""

THEME_VARIABLES = (BACKGROUND, "--st-border-color", "--st-primary-color", "--st-text-color")
"""The colours of the page's theme, as CSS variables of every component; the lab uses no others."""


def _test_id(name: str) -> str:
    return f'[data-testid="{name}"]'


# Around every page.

PRESENTING_CLASS = "lab-presenting"
"""The class that `html` has in presentation mode. It is ours; `PRESENTING` is its selector."""

PRESENTING = f":root.{PRESENTING_CLASS}"

HEADER = _test_id("stHeader")
"""Streamlit's header, with the logo and the menu."""

HEADER_RIGHT = _test_id("stToolbar")
"""What is in the header; at its right end Streamlit shows that a page takes long."""

FRAME = _test_id("stMainBlockContainer")
"""The element that has the margins around a page."""

ELEMENT = _test_id("stElementContainer")
"""The element around each component; it has the height that Python asks for, and its content scrolls in it."""

PRIMARY_BUTTON = '[data-testid^="stBaseButton-primary"]'
"""A button of type "primary", also in a form."""

CHOSEN_SEGMENT = '[role="radio"][data-selected="true"]'
"""The chosen option of `st.segmented_control`."""

ALERT = _test_id("stAlertContainer")
"""The box of `st.error`, `st.warning`, `st.info` and `st.success`."""

BADGE = ".stMarkdownBadge"
"""The badge of `st.badge`."""

COLOURED_TEXT = ".stMarkdownColoredText"
"""Text in `:red[…]`; in a label, only buttons that destroy something have it."""

OVERLAY = '[role="dialog"], [role="listbox"], [role="menu"], [data-baseweb="popover"]'
"""What is open above the page, and is closed by Escape."""

PAGE = by_key("page")
"""The container of all that a page draws."""

EMPTY_TOP, EMPTY_TOP_NARROW = "4.25rem", "1.25rem"
"""Empty space between the header and the page, on wide screens and on narrow ones."""

MENU_MIN_WIDTH = 768
"""Pixels. On a narrower screen, Streamlit hides its menu behind an arrow."""

MENU_ARROW = _test_id("stExpandSidebarButton")
"""The arrow that opens the hidden menu."""

NARROW_MENU = by_key("narrow-menu")
"""Our own menu for narrow screens; a horizontal container, so it is shown with `display: flex`."""

STACKED_COLUMN = f"{by_key_prefix('stacked-')} > {_test_id('stLayoutWrapper')} > {_test_id('stHorizontalBlock')} > " + (
    _test_id("stColumn")
)
"""A column of `st.columns` in a container whose key begins with `stacked-`; `min-width: 100%` stacks such columns."""

DATA_NOTICE = by_key("data-notice")
"""The notice that the MNIST sample is in use, or that MNIST is being downloaded; one line."""

CAPTION = _test_id("stCaptionContainer")
"""The text of `st.caption`, which Streamlit makes too pale."""

ICON = _test_id("stIconMaterial")
"""A Material icon: a character of a font, no text."""

TITLE_BELOW_NOTICE = f"{PAGE}:has({DATA_NOTICE}) :is(h1, h2)"
"""A heading of a page with that notice; its `padding-top` is the space above the title."""

# Compose.

DIAGRAM = by_key("compose-strip")
"""The container of the network diagram."""

DIAGRAM_WRAPPER = f"div:has(> {DIAGRAM})"
"""The element around that container. It is a child of the scrolled page, so it can stick to the top."""

HEADER_HEIGHT = "3.75rem"
"""Height of Streamlit's header, which covers the top of the page when the page is scrolled."""

# Compare.

DIALOG = '[role="dialog"]'
"""An open dialog of `st.dialog`. Drawing the whole page again would close it."""

# Draw. A horizontal container has its children as direct children.

DRAW_ANSWER = f"{by_key('draw-page')} > :last-child"
"""The container of the prediction, beside the canvas."""

DRAW_NETWORK = f"{by_key('draw-below')} > :last-child"
"""The container of the picker of networks, beside the small picture."""

DRAW_HEADLINE = by_key("draw-headline")
"""The container of the prediction; a vertical flexbox, so `justify-content` centres its content vertically."""

CANVAS_SURFACE = ".upper-canvas"
"""The element of streamlit-drawable-canvas that takes the events of the mouse."""

CANVAS_SEND = '[aria-label="Update the app with this drawing"]'
"""The button of its hidden toolbar that reports what is drawn."""

CANVAS_TOOLBAR = ".dc-toolbar"
"""Its toolbar, which we hide: it is shown only below a mouse, and its Undo ends at the strokes it began with."""

# Used only by the browser tests, the benchmarks and the screenshots.

SCRIPT_RUNS_NOT = '[data-test-script-state="notRunning"]'
"""The app, while no script runs for it. If `PAGE` is there as well, the page has been drawn."""

STALE = '[data-stale="true"]'
"""Elements of the previous script run that have not been drawn again yet."""

MAIN = _test_id("stMain")
"""The part of the page below the header, which scrolls."""

MENU_LINK = _test_id("stTopNavLink")
"""A link of Streamlit's menu."""

METRIC_VALUE = _test_id("stMetricValue")
"""The figure of `st.metric`."""

STEP_UP = _test_id("stNumberInputStepUp")
"""The button that increases a number."""

POPOVER = _test_id("stPopoverBody")
"""The content of an open popover."""

TOAST = _test_id("stToast")
"""A message of `st.toast`."""
