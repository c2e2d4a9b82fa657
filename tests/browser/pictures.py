"""Takes the README's pictures of the demo: `python -m tests.browser.pictures`.

The demo's data is filled into a folder that is thrown away, and the pages are worked as people would.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).resolve().parents[2] / "portal" / "pictures"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 860}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with demo_shop() as address, sync_playwright() as playwright:
        from tests.browser.serving import CHROMIUM

        browser = playwright.chromium.launch(**CHROMIUM)
        number = picture_of_the_shopper(page_at(browser, address, PHONE))
        picture_of_the_bench(page_at(browser, address, DESK), number)
        picture_of_the_desk(page_at(browser, address, DESK))
        browser.close()


@contextmanager
def demo_shop() -> Iterator[str]:
    """The demo's address: its data, its pages and its stand-in for Stripe, without a worker."""
    with TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DEMO": "yes",
            "VAR_DIR": folder,
            "DATABASE_URL": "",
            "STRIPE_API_KEY": "sk_test_demo",
            "LOG_LEVEL": "WARNING",
        }
        from returns.gateways.standin.process import running

        with running() as standin:
            os.environ["STRIPE_API_BASE"] = standin.url
            import django

            django.setup()
            from django.core.management import call_command
            from django.db import connection

            from portal import demo
            from tests.browser.serving import serving

            call_command("migrate", verbosity=0)
            demo.fill(standin)
            connection.close()
            with serving() as address:
                yield address


def page_at(browser: Browser, address: str, size: ViewportSize) -> Page:
    """As a reader of the README would see it: in English, by day."""
    return browser.new_context(base_url=address, viewport=size, locale="en-GB", timezone_id="Europe/Prague").new_page()


def picture_of_the_shopper(page: Page) -> str:
    """Choosing; the return that comes of it, by its number."""
    from portal.demo import EMAIL, ORDER

    page.goto("/")
    page.fill("[name=number]", ORDER)
    page.fill("[name=proof]", EMAIL)
    page.press("[name=proof]", "Enter")
    page.wait_for_url("**/items/")
    page.check("#item-0")
    page.fill("#item-0-quantity", "2")
    page.select_option("#item-0-reason", index=1)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    take(page, "shopper")
    for item in (1, 2):
        page.check(f"#item-{item}")
    page.click(".bar button")
    page.check("[name=way][value=qr]")
    page.click("main form button")
    page.wait_for_url("**/check/")
    page.click("main form button")
    page.wait_for_url("**/returns/*/")
    return page.inner_text("h1 .number")


def picture_of_the_bench(page: Page, number: str) -> None:
    """Counting: one of the shirts is damaged."""
    from portal.demo import WAREHOUSE

    log_in(page, "/warehouse/", WAREHOUSE)
    page.fill("[data-scan]", number)
    page.press("[data-scan]", "Enter")
    page.wait_for_url(f"**/{number}/")
    page.locator("[data-of=damaged][data-step='1']").first.click()
    page.locator("[data-line] [type=radio][value=C]").first.check(force=True)
    page.focus("[data-scan]")
    take(page, "warehouse")


def picture_of_the_desk(page: Page) -> None:
    """A case that waits, with its verdict and the two answers."""
    from portal.demo import AGENT

    log_in(page, "/agent/", AGENT)
    page.click("[data-row]")
    page.wait_for_url("**/returns/*/")
    take(page, "agent")


def log_in(page: Page, door: str, email: str) -> None:
    from portal.demo import PASSWORD

    page.goto(door)
    page.fill("[name=username]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{door}")


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    sys.stdout.write(f"{file.relative_to(FOLDER.parents[1])}: {file.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
