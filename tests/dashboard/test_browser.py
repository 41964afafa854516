"""The dashboard in a real Chromium: pages open and draw, links restore them, nothing leaves the machine."""

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ADDRESSES = ("/", "/site?site=news.example", "/projection")
CHARTS = {"/": 1, "/site?site=news.example": 1, "/projection": 2}
SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def base(small_history: Path) -> Iterator[str]:
    """A running dashboard; it has to end within ten seconds of SIGTERM."""
    port = free_port()
    code = f"from dashboard.server import serve; serve({str(small_history)!r}, port={port})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/healthz")
        yield url
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    finally:
        process.kill()


def _wait(url: str) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            assert time.monotonic() < end, f"{url} does not answer"
            time.sleep(0.2)


@dataclass
class Tab:
    """A page of the browser and what went wrong on it."""

    page: sync_api.Page
    base: str
    wrong: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        self.page.goto(self.base + address)
        self.page.wait_for_selector("h1", timeout=SECONDS * 1000)
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_function(
            "document.querySelector('.stApp')?.getAttribute('data-test-script-state') === 'notRunning'",
            timeout=SECONDS * 1000,
        )

    def choose(self, label: str, option: str) -> float:
        """Pick an option; when it was picked, on the clock of `time.perf_counter`."""
        self.page.get_by_test_id("stSelectbox").filter(has_text=label).locator("input").click()
        wanted = self.page.get_by_role("option", name=option, exact=True)
        wanted.wait_for()
        picked = time.perf_counter()
        wanted.click()
        return picked

    def chosen(self, label: str) -> str:
        box = self.page.get_by_test_id("stSelectbox").filter(has_text=label).locator("input")
        value: str = box.input_value()
        return value

    def note_console(self, message: sync_api.ConsoleMessage) -> None:
        # On a deep link Streamlit looks for its base path at /site/_stcore/… first and is told 404.
        if message.type == "error" and "/_stcore/" not in (message.location or {}).get("url", ""):
            self.wrong.append(message.text)

    def note_request(self, request: sync_api.Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            self.outside.append(request.url)


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def tab(browser: sync_api.Browser, base: str) -> Iterator[Tab]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = Tab(context.new_page(), base)
    tab.page.on("console", tab.note_console)
    tab.page.on("pageerror", lambda error: tab.wrong.append(str(error)))
    tab.page.on("request", tab.note_request)
    yield tab
    context.close()
    assert tab.wrong == []
    assert tab.outside == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_opens_and_draws_its_charts(tab: Tab, address: str) -> None:
    tab.open(address)
    charts = tab.page.locator("[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas")
    charts.nth(CHARTS[address] - 1).wait_for(timeout=SECONDS * 1000)
    assert charts.count() == CHARTS[address]
    assert all(charts.nth(place).bounding_box()["height"] > 40 for place in range(charts.count()))


def test_a_deep_link_is_right_for_the_first_visitor_of_all(small_history: Path, browser: sync_api.Browser) -> None:
    port = free_port()
    code = f"from dashboard.server import serve; serve({str(small_history)!r}, port={port})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parents[2])
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        context = browser.new_context()
        tab = Tab(context.new_page(), f"http://127.0.0.1:{port}")
        tab.open("/site?site=news.example")
        assert tab.page.locator("h1").inner_text() == "What does this site say to AI crawlers?"
        context.close()
    finally:
        process.kill()


def test_a_link_restores_every_control(tab: Tab) -> None:
    tab.open("/?definition=mentioned&period=1+year&agents=CCBot")
    assert tab.chosen("Definition") == "mentioned"
    assert tab.chosen("Period") == "1 year"
    assert "name CCBot" in tab.page.locator("h3").first.inner_text()
    tab.open("/projection?scenario=reanchored-2026&access=off&demand=historical")
    assert [tab.chosen(label) for label in ("Scenario", "Restrictions", "Demand")] == [
        "reanchored-2026",
        "off",
        "historical",
    ]


@pytest.mark.parametrize(
    ("address", "label", "option", "parameter"),
    [
        ("/", "Definition", "any_restriction", "definition=any_restriction"),
        ("/site?site=news.example", "Agent", "CCBot", "agent=CCBot"),
        ("/projection", "Restrictions", "off", "access=off"),
    ],
)
def test_a_control_changes_page_and_address(tab: Tab, address: str, label: str, option: str, parameter: str) -> None:
    tab.open(address)
    before = tab.page.locator("h3").first.inner_text()
    start = tab.choose(label, option)
    tab.page.wait_for_function("before => (document.querySelector('h3')?.innerText ?? before) !== before", arg=before)
    tab.settle()
    print(f"\nrerun of {address} after {label}: {time.perf_counter() - start:.2f} s")
    assert parameter in tab.page.url


def test_pages_are_reached_from_each_other(tab: Tab) -> None:
    tab.open("/")
    tab.page.get_by_role("link", name="Projection").first.click()
    tab.page.wait_for_function("document.querySelector('h1')?.innerText.startsWith('When does')")
    tab.settle()


def test_a_narrow_screen_does_not_scroll_sideways(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    for address in ADDRESSES:
        tab.open(address)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
