"""A second real browser for tests: Debian's Firefox without a window, driven by Marionette.

Marionette is Firefox's own WebDriver: commands as JSON over a socket, each after its length.
`firefox` starts it, and `firefox.open(path)` opens a file as a reader would, from disk.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from programs import program

PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "marionette.port": 0,  # any that is free
    "services.settings.server": "data:,#none/v1",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "ui.prefersReducedMotion": 1,
}
UNCAUGHT = """
const isError = (one) => one instanceof Ci.nsIScriptError && !(one.flags & one.warningFlag);
return Services.console.getMessageArray()
  .filter((one) => isError(one) && one.sourceName.startsWith("file:"))
  .map((one) => one.errorMessage);
"""


class Firefox:
    """A window of Firefox.

    Args:
        port: Where it listens.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._stream = self._socket.makefile("rb")
        self._count = 0
        self._received()  # what it says of itself
        self.asked("WebDriver:NewSession", {})
        self.asked("WebDriver:SetTimeouts", {"script": 300_000, "pageLoad": 300_000})

    def close(self):
        self._stream.close()
        self._socket.close()

    def asked(self, command, parameters):
        """Return the answer to a command."""
        self._count += 1
        text = json.dumps([0, self._count, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, answer = self._received()
        assert error is None, error
        return answer

    def _received(self):
        length = b""
        while (one := self._stream.read(1)) != b":":
            assert one, "Firefox has gone"
            length += one
        return json.loads(self._stream.read(int(length)))

    def open(self, path, fragment=""):
        """Open a file from disk."""
        address = Path(path).resolve().as_uri() + fragment
        self.asked("WebDriver:Navigate", {"url": "about:blank"})
        self.asked("WebDriver:Navigate", {"url": address})

    def evaluate(self, script, *arguments):
        """Return what a function of JavaScript's returns, or what it promises."""
        text = f"return ({script})(...arguments);"
        given = {"script": text, "args": [*arguments], "newSandbox": False, "sandbox": None}
        return self.asked("WebDriver:ExecuteScript", given)["value"]

    def act(self, kind, *actions, **parameters):
        """Do what a reader does with a pointer or a keyboard, one action after another."""
        source = {"type": kind, "id": kind, "actions": [*actions]}
        if parameters:
            source["parameters"] = parameters
        self.asked("WebDriver:PerformActions", {"actions": [source]})

    def press(self, key):
        self.act("key", {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key})

    def errors(self):
        """Return what nobody caught on pages from disk since Firefox was started."""
        given = {"script": UNCAUGHT, "args": [], "newSandbox": True, "sandbox": "system"}
        self.asked("Marionette:SetContext", {"value": "chrome"})
        try:
            return self.asked("WebDriver:ExecuteScript", given)["value"]
        finally:
            self.asked("Marionette:SetContext", {"value": "content"})

    def picture(self):
        """Return what the page looks like: an array (height, width, 3)."""
        sent = self.asked("WebDriver:TakeScreenshot", {"full": False, "hash": False})["value"]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(sent))).convert("RGB"))


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    """Firefox for readers who want less motion; without it the test is skipped, not so in CI."""
    path = program("firefox-esr")
    profile = tmp_path_factory.mktemp("profile")
    lines = [f'user_pref("{key}", {json.dumps(value)});\n' for key, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [path, "--headless", "--no-remote", "--marionette", "--remote-allow-system-access"]
    process = subprocess.Popen(
        [*command, "--profile", profile],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile), "MOZ_HEADLESS_WIDTH": "1280"},
    )
    try:
        window = Firefox(_port(profile / "MarionetteActivePort", process))
        with contextlib.closing(window):
            yield window
    finally:
        process.terminate()
        process.wait()


def _port(path, process):
    """Return where Firefox listens, as soon as it has written it down."""
    while True:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int(path.read_text())
        assert process.poll() is None, "Firefox has gone"
        time.sleep(0.02)
