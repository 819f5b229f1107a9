"""The page of an API reference in a real browser, from a file: search, keyboard, links, themes, narrow screens.

Needs Chromium or Chrome with its driver, which .ci/run installs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, program
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from codegen.cli import main

FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage""".split()

# The least contrast of a text with what is behind it, and that text; colours of any notation, through a canvas.
CONTRAST = """
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const over = (top, below) => top.slice(0, 3).map((c, i) => (c * top[3] + below[i] * (255 - top[3])) / 255);
    const behind = (node) => {
      const colour = node === document.body ? rgba(getComputedStyle(node).backgroundColor)
        : node.tagName === "A" && node.querySelector(":scope > rect")
          ? rgba(getComputedStyle(node.querySelector("rect")).fill)
          : rgba(getComputedStyle(node).backgroundColor);
      return node === document.body ? colour.slice(0, 3) : over(colour, behind(node.parentElement));
    };
    const light = (colour) => {
      const [r, g, b] = colour.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let least = [21, ""];
    for (const node of document.body.querySelectorAll("*")) {
      const text = [...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("").trim();
      if (!text || !node.getClientRects().length || ["SCRIPT", "TITLE"].includes(node.tagName.toUpperCase())) continue;
      const style = getComputedStyle(node), ground = behind(node);
      const ink = over(rgba(node.tagName === "text" ? style.fill : style.color), ground);
      const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
      if ((a + 0.05) / (b + 0.05) < least[0]) least = [(a + 0.05) / (b + 0.05), `${node.tagName} ${text}`];
    }
    return least;
"""

SIDEWAYS = "const e = document.documentElement; return e.scrollWidth - e.clientWidth"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The reference of all that tests and specs declare, as a file:// address."""
    out = tmp_path_factory.mktemp("reference")
    named = [
        ROOT / "tests" / "reference",
        ROOT / "tests" / "native" / "objects.yaml",
        ROOT / "specs",
    ]
    assert main(["docs", *map(str, named), "--out", str(out)]) == 0
    return (out / "reference.html").as_uri()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    binary, driver = program("google-chrome", "chromium"), program("chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in [*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


class Browser:
    """What a reader does and sees."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self._address = address

    def open(self, anchor: str = "", *, width: int = 1280, dark: bool = False) -> None:
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme, still]})
        self.driver.get("about:blank")
        self.driver.get(f"{self._address}{anchor}")

    def press(self, *keys: str) -> None:
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def run(self, script: str) -> object:
        return self.driver.execute_script(script)

    def click(self, selector: str) -> None:
        """In the middle of the window: the driver scrolls things under the bar."""
        self.driver.execute_script(
            "arguments[0].scrollIntoView({block: 'center'})", self.find(selector)
        )
        self.find(selector).click()

    @property
    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    @property
    def anchor(self) -> str:
        return self.driver.current_url.partition("#")[2]

    @property
    def results(self) -> list[str]:
        """The names that are found, in their order."""
        return [
            item.text.splitlines()[0].replace("\u200b", "")
            for item in self.all("#ui-results li .path")
        ]

    def arrives(self, anchor: str) -> None:
        """The address, the focus and the view are there."""
        WebDriverWait(self.driver, 5).until(lambda _: self.anchor == anchor)
        assert self.focused.get_attribute("id") == anchor
        top = self.run(
            "return document.activeElement.querySelector('h2,h3,h4').getBoundingClientRect().top"
        )
        assert isinstance(top, (int, float)) and 0 <= top < 800


@pytest.fixture
def browser(chromium: webdriver.Chrome, page: str) -> Iterator[Browser]:
    """Nothing that a test does may be a message of the browser's console."""
    reader = Browser(chromium, page)
    reader.open()
    reader.run("localStorage.clear()")
    reader.open()
    yield reader
    assert chromium.get_log("browser") == []


def test_search_and_go_by_keyboard_alone(browser: Browser) -> None:
    browser.press("/")
    assert browser.focused.get_attribute("id") == "ui-search"
    browser.press("search")
    assert browser.focused.get_attribute("value") == "search"
    assert browser.results[:2] == ["vecdb.Index.search", "vecdb.Inverted.search"]
    assert browser.find("#ui-status").text == f"{len(browser.results)} results"
    assert browser.find("#ui-search").get_attribute("aria-expanded") == "true"
    browser.press(Keys.ARROW_DOWN)
    chosen = browser.find("#ui-results [aria-selected=true]")
    assert browser.focused.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    browser.press(Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ENTER)
    browser.arrives("vecdb.Inverted.search")
    assert not browser.find(".panel").is_displayed()
    current = browser.all("#ui-nav [aria-current]")
    assert [link.get_attribute("hash") for link in current] == ["#vecdb.Inverted.search"]
    assert current[0].is_displayed()
    # The same again, though the address stays.
    browser.run("scrollTo(0, 0)")
    browser.press("/", "Inverted.search", Keys.ENTER)
    browser.arrives("vecdb.Inverted.search")
    # Tab goes on from there.
    browser.press(Keys.TAB)
    assert browser.focused.get_attribute("hash") == "#vecdb.Inverted.search"


def test_the_order_of_results(browser: Browser) -> None:
    """Names first, whole ones before others; then docs; each word must be somewhere."""
    box = browser.find("#ui-search")

    def found(query: str) -> list[str]:
        box.clear()
        box.send_keys(query)
        return browser.results

    assert found("index")[0] == "vecdb.Index"
    assert found("get")[:2] == ["tensor_cache.LRUCache.get", "tensor_cache.LRUCache.get_many"]
    assert found("budget")[0] in ("tensor_cache", "tensor_cache.LRUCache.capacity")
    assert found("LRUCache PUT")[0] == "tensor_cache.LRUCache.put"
    assert found("named(")[:1] == []
    assert browser.find("#ui-status").text == "No results for “named(”"
    assert found("zzz") == []
    assert found("cursor index") == ["vecdb.Index.cursor", "vecdb.Cursor.index"]


def test_results_of_hostile_text_are_text(browser: Browser) -> None:
    browser.find("#ui-search").send_keys("<script>")
    assert browser.results == ["logs", "logs.Log.__init__", "logs.Log.write"]
    assert browser.find("#ui-results .text").text.startswith("<script>alert(1)</script>")
    assert browser.all("#ui-results script") == []
    assert browser.find("#ui-results mark").text == "<script>"


def test_escape_closes_and_the_mouse_works(browser: Browser) -> None:
    browser.press("/", "node")
    browser.press(Keys.ESCAPE)
    assert not browser.find(".panel").is_displayed()
    browser.press(Keys.ARROW_DOWN)
    browser.all("#ui-results li")[1].click()
    browser.arrives("objects.Graph.nodes")
    browser.press("/", Keys.BACKSPACE)
    assert browser.find("#ui-search").get_attribute("value") == ""


def test_links_of_the_diagram(browser: Browser) -> None:
    browser.click("#vecdb svg a[href='#vecdb.Cursor']")
    browser.arrives("vecdb.Cursor")
    browser.run("document.querySelector('#vecdb svg a[href=\"#logs.Log\"]').focus()")
    browser.press(Keys.ENTER)
    browser.arrives("logs.Log")


def test_types_lead_to_their_classes(browser: Browser) -> None:
    browser.open("#vecdb.Cursor.log")
    browser.arrives("vecdb.Cursor.log")
    for language in ("python", "text"):
        found = browser.all(f"[id='vecdb.Cursor.log'] [data-language={language}] pre a")
        assert {link.get_attribute("hash") for link in found} == {"#logs.Log"}
    browser.click("[id='vecdb.SearcherInterface.open'] [data-language=cpp] pre a")
    browser.arrives("vecdb.Cursor")


def test_one_language(browser: Browser) -> None:
    """The choice stays when the page is opened again; arrows make it."""
    browser.run("document.getElementById('ui-all').focus()")
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert browser.find("#ui-cpp").is_selected()
    browser.open("#vecdb.SearcherInterface.open")
    shown = [
        c for c in browser.all("[id='vecdb.SearcherInterface.open'] .code") if c.is_displayed()
    ]
    assert [code.get_attribute("data-language") for code in shown] == ["cpp"]


@pytest.mark.parametrize("dark", [False, True])
def test_themes_can_be_read(browser: Browser, dark: bool) -> None:
    """WCAG's AA for all text, with a search open."""
    browser.open("#vecdb.Index.search", dark=dark)
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") != dark
    browser.press("/", "index")
    least = browser.run(CONTRAST)
    assert isinstance(least, list) and least[0] >= 4.5, least


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_width_scrolls_sideways(browser: Browser, width: int) -> None:
    browser.open(width=width)
    assert browser.run(SIDEWAYS) == 0
    browser.press("/", "index")
    assert browser.run(SIDEWAYS) == 0
    panel = browser.find(".panel").rect
    assert panel["x"] >= 0 and panel["x"] + panel["width"] <= width


def test_the_contents_of_a_narrow_screen(browser: Browser) -> None:
    browser.open(width=360)
    assert not browser.find("#ui-nav").is_displayed()
    browser.run("document.getElementById('ui-menu').focus()")
    browser.press(Keys.ENTER)
    assert browser.find("#ui-menu").get_attribute("aria-expanded") == "true"
    assert browser.run("return document.getElementById('ui-nav').contains(document.activeElement)")
    browser.press(Keys.ESCAPE)
    assert not browser.find("#ui-nav").is_displayed()
    assert browser.focused.get_attribute("id") == "ui-menu"
    browser.press(Keys.ENTER)
    browser.click("#ui-nav a[href='#vecdb.Cursor']")
    browser.arrives("vecdb.Cursor")
    assert not browser.find("#ui-nav").is_displayed()


def test_what_has_the_focus_can_be_seen(browser: Browser) -> None:
    """Of the first stops of the Tab key each has an outline, or a frame of the field."""
    browser.open()
    for _ in range(12):
        browser.press(Keys.TAB)
        assert browser.run(
            "const e = document.activeElement, s = (x) => getComputedStyle(x).outlineStyle;"
            "return [e, e.nextElementSibling].some((x) => x && s(x) !== 'none')"
        ), browser.focused.get_attribute("outerHTML")


def test_without_script_all_can_be_read(browser: Browser) -> None:
    driver = browser.driver
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open("#vecdb.Index")
        assert not browser.find(".search").is_displayed()
        assert browser.find("#ui-nav a[href='#vecdb.Index.search']").is_displayed()
        browser.find("#ui-cpp").click()
        assert not browser.find("[id='vecdb.Index.search'] [data-language=python]").is_displayed()
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_script_in_the_page_would_not_run(browser: Browser, tmp_path: Path) -> None:
    """The policy stops what quoting would have let through."""
    source = Path(browser.run("return decodeURIComponent(location.pathname)"))  # type: ignore[arg-type]
    broken = tmp_path / "broken.html"
    injected = "<script>document.title = 'injected'</script></main>"
    broken.write_text(
        source.read_text(encoding="utf-8").replace("</main>", injected), encoding="utf-8"
    )
    browser.driver.get(broken.as_uri())
    assert browser.driver.title == "API reference"
    (refused,) = browser.driver.get_log("browser")
    assert "Content Security Policy" in refused["message"]


def test_print(browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not browser.find(".bar").is_displayed() and not browser.find("#ui-nav").is_displayed()
    assert browser.find("[id='vecdb.Index.search']").is_displayed()
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
