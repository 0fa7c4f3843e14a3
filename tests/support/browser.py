"""A real Chromium, and axe-core inside it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from tests.support.web import LiveServer

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Whatever there is; the shell is the same engine without windows.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000
"""Milliseconds until a gesture or an expectation has failed: nothing waits so long where all is well, and a
machine that runs other things beside is no failure."""
expect.set_options(timeout=PATIENCE)
WITHOUT = "no Chromium found: install one, or `.venv/bin/playwright install chromium`"
PHONE = 320
BOTH = (PHONE, 1440)
"""A phone and a desk."""
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_chromium(playwright: Playwright) -> str | None:
    """Path of a browser: CHROMIUM, the system's, else the one Playwright installed."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = [shutil.which(name) for name in NAMES]
    found += [
        str(path) for path in (*APPLICATIONS, Path(playwright.chromium.executable_path)) if path.exists()
    ]
    return next((path for path in found if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per process; without any, the test is left out loudly, and fails when CI=true."""
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            if os.environ.get("CI") == "true":
                pytest.fail(WITHOUT)
            pytest.skip(WITHOUT)
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """`new_page(locale="en-GB", viewport={"width": 320, "height": 640})`: a page of a browser of its own.

    Paths are relative to the live server. Pages are asked for less motion: axe must not measure a sentence
    that is still fading in. An error in a page's script, or a violation of the content security policy,
    fails the test.
    """
    contexts, troubles = [], []

    def make(**options: Any) -> Page:
        usual = {"base_url": live_server.url, "locale": "fr-FR", "reduced_motion": "reduce"}
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    yield make
    for context in contexts:
        try:
            context.close()
        except Error:  # the test closed it itself
            continue
    assert troubles == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A desk-sized page in French."""
    return new_page(viewport={"width": 1280, "height": 900})


def axe(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands: one readable line a violation, none when all is well."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # Without fetching the styles anew: a rule about locked orientation needs them, and the styles have none.
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "resultTypes": ["violations"],
        "preload": False,
    }
    found = page.evaluate("options => window.axe.run(document, options)", options)
    return [
        f"{page.url} {violation['id']}: {violation['help']}: {node['html'][:120]} {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side, once there is a page and its styles."""
    page.wait_for_load_state("load")
    # Between two pages a document has no element for a moment, and nothing to measure.
    page.wait_for_function("() => document.documentElement !== null")
    try:
        page.wait_for_function("() => document.documentElement?.scrollWidth <= innerWidth", timeout=5_000)
    except Error:
        return False
    return True


def faults_of(
    page: Page, widths: tuple[int, ...] = BOTH, *, read_at: tuple[int, ...] | None = None
) -> list[str]:
    """What is wrong with the page as it stands, at each width: what axe finds, what sticks out at the side.

    Several widths cost one loading, and axe reads a page the second time in half the time; with `read_at` it
    reads at those widths only.
    """
    # Parts that a page fetches once it is there belong to it.
    page.wait_for_function("() => document.querySelector('.htmx-request') === null")
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function("width => innerWidth === width", arg=width)
        if read_at is None or width in read_at:
            found += axe(page)
        if not fits(page):
            found.append(f"{page.url} sticks out at the side at {width}")
    return found


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly when browser tests were left out."""
    left_out = [one for one in terminalreporter.stats.get("skipped", []) if WITHOUT in str(one.longrepr)]
    if left_out:
        terminalreporter.section("BROWSER TESTS LEFT OUT", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(left_out)} browser tests did not run: {WITHOUT}")
