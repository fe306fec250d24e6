"""All that the lab assumes about Streamlit's page: selectors, sizes, and the CSS variables of components.

Streamlit documents the class `st-key-<key>` and the CSS variables. The rest may change with any version, so no other
module, component script or page names an element of Streamlit's. `tests/browser/test_streamlit_dom.py` checks each
constant against the running app, and the effect that it is used for: run it first after an upgrade.

The module is in `components`, the lowest package that knows the browser, so that `shell`, the packages of the pages,
the pages themselves and the components' scripts (through `assets.script`) can all use it.
"""

# Documented by Streamlit.

KEY_CLASS = "st-key-"
"""How the class begins that an element or container with a `key` has."""


def by_key(key: str) -> str:
    """The selector of the element or container with this `key`."""
    return f".{KEY_CLASS}{key}"


def by_key_prefix(prefix: str) -> str:
    """The selector of all elements and containers whose `key` begins with `prefix`."""
    return f'[class*="{KEY_CLASS}{prefix}"]'


BACKGROUND = "--st-background-color"
"""The variable that tells a component whether the page is light or dark."""

THEME_VARIABLES = (
    BACKGROUND,
    "--st-border-color",
    "--st-green-text-color",
    "--st-primary-color",
    "--st-red-text-color",
    "--st-text-color",
)
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

CONTENT = by_key("page-content")
"""The container of what one page draws; so high that the foot does not move while it loads."""

EMPTY_TOP, EMPTY_TOP_NARROW = "4.25rem", "1.25rem"
"""Empty space between the header and the page, on wide screens and on narrow ones."""

EMPTY_BOTTOM = "10rem"
"""Empty space that Streamlit leaves below every page."""

MENU_MIN_WIDTH = 768
"""Pixels. On a narrower screen, Streamlit hides its menu behind an arrow."""

MENU_ARROW = _test_id("stExpandSidebarButton")
"""The arrow that opens the hidden menu."""

NARROW_MENU = by_key("narrow-menu")
"""Our own menu for narrow screens; a horizontal container, so it is shown with `display: flex`."""

LAYOUT_WRAPPER = _test_id("stLayoutWrapper")
"""The element around a container; it leaves a gap even if its container is hidden."""

_COLUMN = f" > {LAYOUT_WRAPPER} > {_test_id('stHorizontalBlock')} > {_test_id('stColumn')}"
STACKED_COLUMN = by_key_prefix("stacked-") + _COLUMN
"""A column of `st.columns` in a container whose key begins with `stacked-`; `min-width: 100%` stacks such columns."""

SETUP_COLUMN = by_key("stacked-setup") + _COLUMN
"""Those of the next training on Train: its network and data, and its recipe."""

DATA_NOTICE = by_key("data-notice")
"""The notice that the MNIST sample is in use, or that MNIST is being downloaded; one line."""

CAPTION = _test_id("stCaptionContainer")
"""The text of `st.caption`, which Streamlit makes too pale."""

ICON = _test_id("stIconMaterial")
"""A Material icon: a character of a font, no text."""

PAGE_BELOW_NOTICE = f"{PAGE}:has({DATA_NOTICE})"
"""A page with that notice."""

TITLE_BELOW_NOTICE = f"{PAGE_BELOW_NOTICE} :is(h1, h2)"
"""A heading of a page with that notice; its `padding-top` is the space above the title."""

HIDDEN_TITLE_WRAPPER = f"div:has(> {by_key('hidden-title')})"
"""The element around a title that only screen readers find; out of the flow, it leaves no gap."""

VISIBLE_TITLE_WRAPPER = f"div:has(> {by_key('visible-title')})"
"""The element around a title that is seen, except in presentation mode, where the menu names the page."""

# Start. A horizontal container has its children as direct children.

START_DRAW = f"{by_key('start-page')} > :last-child"
"""The container of canvas and bars, beside the network and its training; `order: -1` puts it first."""

START_LAB = f"{by_key('start-page')} > :first-child"
"""The container of the network and its training; a container that would be narrower than its `min-width` has its
neighbour below it."""

START_CURVE = f"{by_key('start-training')} > :last-child"
"""The container of the curve, beside the number and the buttons."""

START_FIGURES = f"div:has(> {by_key('start-figures')})"
"""The element around the number and the buttons, which has their width."""

START_PAD_WRAPPER = f"div:has(> {by_key('start-pad')})"
"""The element around canvas and bars, which has their width; they are a vertical flexbox."""

PAGE_WITH_START = f"{PAGE}:has({by_key('start-page')})"
"""The page Start, whose bottom margin takes the empty space below a page away."""

# Compose.

DIAGRAM = by_key("compose-strip")
"""The container of the network diagram."""

DIAGRAM_WRAPPER = f"div:has(> {DIAGRAM})"
"""The element around that container. It is a child of the scrolled page, so it can stick to the top."""

_SIDE = by_key("compose-side")
"""The container beside the list of layers: the form of the picked layers, and the cost."""

SIDE_WRAPPER = f"div:has(> {_SIDE})"
"""The element around that container. Its column is as high as the list, so it can stick below the diagram."""

COST_WRAPPER = f"div:has(> {by_key('compose-cost')})"
"""The element around the container of the cost: without it, no gap is left where the cost is not shown."""

LAYER_FORM = by_key("layer-form")
"""With the indices of the picked layers appended (`-0-3`), the container of their form."""

LAYER_FORMS = by_key_prefix("layer-form-")
"""The container of the form, whatever layers are picked."""

HEADER_HEIGHT = "3.75rem"
"""Height of Streamlit's header, which covers the top of the page when the page is scrolled."""

# Train.

RUN_PROGRESS_WRAPPER = f"div:has(> {by_key('run-bar-progress')})"
"""The element around the progress of a run, in one row with its buttons; with a `min-width` the buttons go below it."""

ICON = _test_id("stIconMaterial")
"""A Material icon, as in a button."""

# Compare.

DIALOG = '[role="dialog"]'
"""An open dialog of `st.dialog`. Drawing the whole page again would close it."""

_ABOUT_RUNS = "about-"


def about_runs(*run_ids: str) -> str:
    """The `key` of a container that is about these runs: they light up while the pointer is over it."""
    return _ABOUT_RUNS + "-".join(run_ids)


ABOUT_RUNS = by_key_prefix(_ABOUT_RUNS)
"""Such a container."""

ABOUT_RUNS_CLASS = by_key(_ABOUT_RUNS).removeprefix(".")
"""How the class with its key begins: a container has each key as a class of its own."""

# Draw. A horizontal container has its children as direct children.

DRAW_ANSWER = f"{by_key('draw-page')} > :last-child"
"""The container of the prediction, beside the canvas."""

CANVAS_SURFACE = ".upper-canvas"
"""The element of streamlit-drawable-canvas that takes the events of the mouse."""

CANVAS_STROKES = ".dc-canvas.lower-canvas"
"""Its element below that one, with the strokes that are drawn to their end; the surface has the one in progress."""

CANVAS_BOXES = ".canvas-root, .dc-root, .dc-scroll, .dc-container, .canvas-container, canvas"
"""Its canvases and all that is around them; they may be shown in another size than they are drawn in."""

CANVAS_SEND = '[aria-label="Update the app with this drawing"]'
"""The button of its hidden toolbar that reports what is drawn."""

CANVAS_TOOLBAR = ".dc-toolbar"
"""Its toolbar, which we hide: it is shown only below a mouse, and its Undo ends at the strokes it began with."""

# Inspect.

INSPECT_HEAD = by_key("inspect-head")
"""The container of the picker and of the figures of the run."""

INSPECT_PICKER = f"{INSPECT_HEAD} > :first-child"
"""The container of the picker in it; `flex-basis` is its width."""

HANDWRITING_HEAD = by_key("handwriting-head")
"""The same on the page Handwriting."""

METRIC_VALUE = _test_id("stMetricValue")
"""The figure of `st.metric`; its `font-size` can be changed."""

# Shortcuts and focus.

OWN_COMPONENT = '[data-testid^="stBidiComponent"]'
"""The element around each component of ours, and of the canvas."""

ELEMENT_TOOLBAR = _test_id("stElementToolbar")
"""The buttons above an image, invisible (`opacity: 0`) until the pointer is over it."""

POPOVER = _test_id("stPopoverBody")
"""The content of an open popover. It is at the end of the document, far from its button."""

POPOVER_BUTTON = '[aria-haspopup="dialog"][aria-expanded="true"]'
"""The button of an open popover."""

UNDO_DELETION = f"{by_key('undo-delete')} button"
"""The button that brings back the runs deleted last."""

SCRIPT_RUNS_NOT = '[data-test-script-state="notRunning"]'
"""The app, while no script runs for it. If `PAGE` is there as well, the page has been drawn."""

# Presentation mode.

MAIN = _test_id("stMain")
"""The part of the page below the header, which scrolls."""

# Used only by the browser tests, the benchmarks and the screenshots.

STALE = '[data-stale="true"]'
"""Elements of the previous script run that have not been drawn again yet."""

MENU_LINK = _test_id("stTopNavLink")
"""A link of Streamlit's menu."""

STEP_UP = _test_id("stNumberInputStepUp")
"""The button that increases a number."""

TOAST = _test_id("stToast")
"""A message of `st.toast`."""
