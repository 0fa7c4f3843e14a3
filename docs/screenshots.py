"""The pictures of the README and the guides, taken anew: `.venv/bin/python -m docs.screenshots`.

Serves the demo company from a temporary folder on a free port, signs in by the links it prints, and writes
`docs/images/*.png`. What `make test` installs is needed (Playwright), and a Chromium.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.support.browser import FLAGS, find_chromium

IMAGES = Path(__file__).parent / "images"
ROLES = ("hr", "manager", "back", "front", "admin")
LARGEST = 250_000
"""Bytes of one picture: a README must stay quick to open."""
DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
SOLVED = 90_000
"""Milliseconds that the demo's plan may take."""


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """The demo company, served; role → sign-in link."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="vis-ma-vie-pictures-") as folder:
        command = [sys.executable, "-m", "app.cli", "serve", "--demo", "--port", port]
        environment = {**os.environ, "DATA": folder, "BASE_URL": f"http://127.0.0.1:{port}"}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
            try:
                yield _links(server)
            finally:
                server.terminate()


def _links(server: "subprocess.Popen[str]") -> dict[str, str]:
    links: dict[str, str] = {}
    assert server.stdout is not None
    for line in server.stdout:
        role, _tab, address = line.strip().partition("\t")
        if address:
            links[role] = address
        if set(links) == set(ROLES):
            return links
    raise SystemExit("the demo did not start: `vis-ma-vie serve --demo` says why")


def signed_in(browser: Browser, link: str, viewport: ViewportSize, *, scheme: str = "light") -> Page:
    """A page of a browser of its own, entered by a sign-in link."""
    context = browser.new_context(
        viewport=viewport,
        locale="fr-FR",
        color_scheme="dark" if scheme == "dark" else "light",
        base_url=link.partition("/sign-in/")[0],
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(link)
    page.locator("main form button").first.click()
    page.wait_for_url("**/home")
    return page


def keep(page: Page, name: str) -> None:
    """Write what the page shows. Refuses a picture that would be slow to open."""
    page.wait_for_load_state("networkidle")
    target = IMAGES / f"{name}.png"
    page.screenshot(path=target, animations="disabled")
    if target.stat().st_size > LARGEST:
        raise SystemExit(f"{target.name} is larger than {LARGEST} bytes")


def of_hr(page: Page) -> None:
    """The answers, the plan being reviewed, the results."""
    page.goto("/campaigns")
    opened = page.locator("a[href$='/answers']").first
    campaign = str(opened.get_attribute("href")).removesuffix("/answers")
    page.goto(f"{campaign}/answers")
    keep(page, "answers")
    page.goto(f"{campaign}/steps/enrolment-closing")
    page.locator("main form[method=post] button").last.click()
    page.wait_for_load_state()
    page.goto(f"{campaign}/planning")
    page.locator("main form[method=post] button").first.click()
    page.locator(f"a[href='{campaign}/planning/unmatched']").first.wait_for(timeout=SOLVED)
    keep(page, "planning")
    page.goto("/campaigns/1/results")  # the demo's first campaign is closed
    keep(page, "results")


def of_an_employee(page: Page) -> None:
    """The choice of days, on a phone."""
    page.locator("a[href$='/enrolment']").first.click()
    page.get_by_role("button", name="Oui, je participe").click()
    days = page.get_by_text("Quels jours pouvez-vous partir").first
    days.wait_for()
    days.evaluate("title => title.scrollIntoView()")
    keep(page, "enrolment-phone")


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with demo() as links, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=FLAGS)
        of_an_employee(signed_in(browser, links["front"], PHONE))
        team = signed_in(browser, links["manager"], PHONE, scheme="dark")
        team.goto("/team")
        keep(team, "team-phone-dark")
        of_hr(signed_in(browser, links["hr"], DESK))
        browser.close()


if __name__ == "__main__":
    main()
