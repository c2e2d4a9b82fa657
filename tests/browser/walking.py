"""The steps that several tests take. They go by names, ids and addresses, never by words, which differ by language."""

from playwright.sync_api import Page, expect

from tests.browser.shop import NUMBER
from tests.people import JANA_EMAIL, PASSWORD

SEND = "main form button:not([type])"


def submit(page: Page, button: str = SEND) -> None:
    """Press the button and wait for the page that comes of it."""
    with page.expect_navigation():
        page.click(button)


def find_order(page: Page, proof: str = JANA_EMAIL) -> None:
    page.goto("/")
    page.fill("[name=number]", NUMBER)
    page.fill("[name=proof]", proof)
    submit(page)


def choose(page: Page) -> None:
    """Two T-shirts, which may come back, and the lamp, which is asked for as an exception."""
    page.check("#item-0")
    page.fill("#item-0-quantity", "2")
    page.check("#item-1")
    page.fill("#item-1-note", "Byla jsem v nemocnici.")


def send_by(page: Page, way: str) -> None:
    page.check(f"[name=way][value={way}]")
    submit(page)


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.fill("[name=username]", email)
    page.fill("[name=password]", password)
    submit(page)


def scan(page: Page, code: str) -> None:
    """As a scanner does it, with Enter at the end: into the field, which always has the focus."""
    expect(page.locator("[data-scan]")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def number_of(page: Page) -> str:
    return page.inner_text("h1 .number")
