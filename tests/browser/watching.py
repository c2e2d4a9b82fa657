"""What a visitor would mind: faults in the console, requests elsewhere, what axe finds, pages that slide sideways."""

from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize

PHONE: ViewportSize = {"width": 320, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 800}
# A letter's frame runs no script, so axe looks at the page around it.
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "iframes": False,
    "rules": {"target-size": {"enabled": True}},
}
# How many pixels the page is wider than its window.
SIDEWAYS = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


class Watch:
    """Everything in a browser that nobody sees: script errors, breaches of the CSP, strangers, missing files."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        context.on("console", self._said)
        context.on("weberror", lambda fault: self.faults.append(str(fault.error)))
        context.on("request", self._asked)
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        """A page that answers with 404 or 422 is said too; that is for the test to judge."""
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.faults.append(message.text)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "about"} and address.hostname != "127.0.0.1":
            self.faults.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self.faults.append(f"{response.status} {response.url}")


@cache
def axe() -> Axe:
    return Axe()


def look(page: Page) -> None:
    """Axe finds nothing and nothing slides sideways: on the smallest phone by day, and at a desk by night.

    That is enough for all four: no width hides anything, and colours are the same at every width.
    """
    page.wait_for_load_state()
    size = page.viewport_size
    found = [*_faults(page, PHONE, "light"), *_faults(page, DESK, "dark")]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size or DESK)
    assert found == [], "\n".join(found)


def _faults(page: Page, size: ViewportSize, scheme: Literal["light", "dark"]) -> list[str]:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe().axe_script)
    told = page.evaluate("options => axe.run(document, options)", OPTIONS)
    faults = [_told(fault) for fault in told["violations"]]
    if wider := page.evaluate(SIDEWAYS):
        faults.append(f"{wider} pixels too wide: {page.evaluate(WIDE)}")
    return [f"{page.url} at {size['width']}, {scheme}: {fault}" for fault in faults]


# The elements that stand out of the window.
WIDE = """[...document.querySelectorAll("body *")]
    .filter((element) => Math.max(element.getBoundingClientRect().right, element.scrollWidth) > innerWidth + 1)
    .map((element) => element.outerHTML.slice(0, 80))"""


def _told(fault: dict[str, Any]) -> str:
    places = [node["html"][:160] + " " + node.get("failureSummary", "") for node in fault["nodes"]]
    return f"{fault['id']}: {fault['help']}: {places}"


def weight(page: Page) -> int:
    """The bytes of the page and all it shows first, for somebody who was never here."""
    fresh = page.context.new_page()
    answers: list[Response] = []
    fresh.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  Playwright marks what it is given
    page.context.new_cdp_session(fresh).send("Network.setCacheDisabled", {"cacheDisabled": True})
    fresh.goto(page.url)
    total = sum(len(answer.body()) for answer in answers)
    fresh.close()
    return total
