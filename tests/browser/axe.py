"""axe-core, run in a page: what keeps people from reading or using it. The package axe-playwright-python brings it."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_SERIOUS = {"serious", "critical"}
_MAX_HTML = 200


def serious_findings(page: Page) -> list[str]:
    """The serious and critical findings on a page as it is: rule, element and advice of each."""
    page.evaluate(_SCRIPT)
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    serious = [violation for violation in found["violations"] if violation["impact"] in _SERIOUS]
    return [_text(violation, node) for violation in serious for node in violation["nodes"]]


def _text(violation: dict[str, Any], node: dict[str, Any]) -> str:
    advice = " ".join(node["failureSummary"].split())
    html = " ".join(node["html"].split())[:_MAX_HTML]
    return f"{violation['id']} ({violation['impact']}): {violation['help']}. {node['target']}: {html}. {advice}"
