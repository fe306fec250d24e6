"""When a page has painted something, as a script in the page sees it.

What asks from outside waits for the page's other scripts, and would be told half a second late.
"""

import json

from playwright.sync_api import Page

_WATCH = """{
  const isThere = (node) => node && node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = (path) => {
    const found = document.evaluate(path, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
    return Array.from({ length: found.snapshotLength }, (_, index) => found.snapshotItem(index));
  };
  window.labPainted = 0;
  const look = () => {
    // A frame that begins with all of it there has painted it by the time that the next one begins.
    if (%s.every((path) => all(path).some(isThere)))
      requestAnimationFrame((now) => (window.labPainted = now));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def text(words: str) -> str:
    """XPath of the elements with exactly these words."""
    return f"//body//*[text()={json.dumps(words)}]"


def containing(words: str) -> str:
    """XPath of the elements that contain these words."""
    return f"//body//*[contains(text(),{json.dumps(words)})]"


def of_class(name: str) -> str:
    """XPath of the elements with this CSS class."""
    return f"//*[contains(concat(' ', @class, ' '), ' {name} ')]"


def watch(*paths: str) -> str:
    """A script that notes when elements of all these XPaths are painted; for a page at its start, or `evaluate`."""
    return _WATCH % json.dumps(paths)


def milliseconds(page: Page) -> float:
    """Wait for what is watched; when it was painted, in milliseconds since the navigation (`performance.now`)."""
    page.wait_for_function("() => window.labPainted")
    return float(page.evaluate("window.labPainted"))
