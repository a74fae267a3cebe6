# SPDX-License-Identifier: Apache-2.0
"""A person's browser: Chromium without a screen, driven as a person would, and waited for by what is
to be seen, never by time.
"""

import base64
import importlib.util
import os
import shutil
import sys
import unittest

import serving

PYTHON = "/usr/bin/python3"  # for which Debian has packed selenium
DRIVER = "/usr/bin/chromedriver"
SEEN_S = 120                 # until something is to be seen, on a slow machine
AXE = os.environ.get("WEFT_AXE", os.path.join(os.path.dirname(__file__), "../../build/axe/axe.min.js"))

if importlib.util.find_spec("selenium") is None and sys.executable != PYTHON and os.path.exists(PYTHON):
    os.execv(PYTHON, [PYTHON, *sys.argv])

try:
    from selenium import webdriver
    from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    webdriver = None

needs_browser = unittest.skipUnless(webdriver is not None and os.path.exists(DRIVER) and shutil.which("chromium"),
                                    "chromium-driver or python3-selenium is not installed")
needs_axe = unittest.skipUnless(os.path.exists(AXE), "axe-core is not there: ./dev test fetches it")


class Browser:
    """One Chromium, for all tests of a program; open() begins anew."""

    def __init__(self, downloads):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--window-size=1100,800", "--lang=en-GB"):
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"download.default_directory": downloads})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.downloads = downloads
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)

    def quit(self):
        self.driver.quit()

    def command(self, name, **parameters):
        """A command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, url):
        """Load @url; until the page has taken over."""
        self.driver.get_log("browser")
        self.driver.get(url)
        self.see("body.live")

    # ---- what is to be seen ----

    def wait(self, condition, what):
        """Until condition() is true; returns what it returned."""
        def holds(_):
            try:
                return condition()
            except (NoSuchElementException, StaleElementReferenceException):
                return False
        return WebDriverWait(self.driver, SEEN_S, poll_frequency=0.02).until(holds, "waited for " + what)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def see(self, selector, text=""):
        """An element that is on show and has @text."""
        return self.wait(lambda: next((one for one in self.find_all(selector)
                                       if one.is_displayed() and text in one.text), None),
                         "%s with %r" % (selector, text))

    def see_gone(self, selector):
        self.wait(lambda: not any(one.is_displayed() for one in self.find_all(selector)), "no " + selector)

    def names(self):
        """The rows of the listing, in order."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll('.listing tbody tr')].map((row) => row.dataset.name)")

    def see_names(self, *names):
        self.wait(lambda: self.names() == list(names), "the rows %r, not %r" % (names, self.names()))

    def complaints(self):
        """What the browser has written to its console since open()."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def saved(self, name):
        """The content of a download, once it is whole."""
        path = os.path.join(self.downloads, name)
        self.wait(lambda: os.path.exists(path), "the download of " + name)
        return serving.read_file(path)

    # ---- what is done ----

    def press(self, text, within="body"):
        """Click the button or link that is called @text."""
        def button():
            return next((one for one in self.find(within).find_elements(By.CSS_SELECTOR, "button, a")
                         if one.text == text and one.is_displayed() and one.is_enabled()), None)
        self.wait(button, "the button " + text).click()

    def follow(self, name):
        self.wait(lambda: self.driver.find_element(By.LINK_TEXT, name), "the link " + name).click()

    def select(self, *names):
        for name in names:
            box = "input[aria-label='Select %s']" % name
            self.wait(lambda: self.find(box).click() or True, "the box of " + name)

    def type(self, *keys):
        """To whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def fill(self, selector, text):
        field = self.see(selector)
        field.clear()
        field.send_keys(text)

    def drop(self, *paths):
        """Drag files or folders from outside onto the page."""
        data = {"items": [], "files": list(paths), "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.command("Input.dispatchDragEvent", type=kind, x=500, y=400, data=data)

    def upload_slowly(self, bytes_per_s):
        """-1: as fast as it goes"""
        self.command("Network.enable")
        self.command("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1,
                     uploadThroughput=bytes_per_s)

    def sign_in_as(self, user, password):
        """From now on; "" for nobody."""
        token = base64.b64encode(("%s:%s" % (user, password)).encode()).decode()
        self.command("Network.enable")
        self.command("Network.setExtraHTTPHeaders", headers={"Authorization": "Basic " + token} if user else {})

    # ---- how it looks ----

    def look(self, scheme="light", width=1100, height=800):
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                     mobile=width < 600)

    def picture(self, name):
        """Keep a picture of what is to be seen, beside the build."""
        folder = os.path.join(os.environ["WEFT_BIN"], "../pictures")
        os.makedirs(folder, exist_ok=True)
        self.driver.save_screenshot(os.path.join(folder, name + ".png"))

    def accessibility_problems(self):
        """What axe-core finds fault with, a line each."""
        with open(AXE, encoding="utf-8") as file:
            self.driver.execute_script(file.read())
        self.driver.set_script_timeout(SEEN_S)
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run().then(done, (e) => done({violations: [{id: String(e), nodes: []}]}))")
        return ["%s: %s" % (one["id"], "; ".join(node["html"] for node in one["nodes"]))
                for one in found["violations"]]
