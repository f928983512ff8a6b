"""A headless Chromium that is spoken to over a pipe: opens pages, runs scripts in them, moves the pointer."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 60.0  # seconds for any answer


def program() -> str | None:
    """The path of a Chromium on this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One tab. call: a method of the DevTools protocol; errors: what scripts threw and the console complained of."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._rest = b""
        self._calls = 0
        self._tab: str | None = None
        self.errors: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._tab = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        """What the method answers; RuntimeError where it fails."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": params}
        if self._tab:
            message["sessionId"] = self._tab
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._calls:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def open(self, path: Path, ready: str = "document.documentElement?.dataset.ready") -> float:
        """Open a file and wait until the script expression is true; the seconds from asking to that."""
        started = time.perf_counter()
        self.call("Page.navigate", url=path.resolve().as_uri())
        while not self.run(f"location.protocol === 'file:' && ({ready})"):
            if time.perf_counter() - started > PATIENCE:
                raise RuntimeError(f"{path} was not ready after {PATIENCE:.0f} s: {self.errors}")
            time.sleep(0.005)
        return time.perf_counter() - started

    def run(self, script: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"]["exception"].get("description", script))
        return found["result"].get("value")

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """The size of the window in pixels, and which colours are preferred."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """A mouseMoved, mousePressed, mouseReleased or mouseWheel at a place in the window."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", clickCount=1)

    def key(self, key: str) -> None:
        """Press a key by its name, as "ArrowRight" or "n"."""
        text = {"text": key} if len(key) == 1 else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def settle(self) -> None:
        """Wait until what was asked for is drawn."""
        self.run(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
        )

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._read], [], [], PATIENCE)[0]:
                raise RuntimeError(f"the browser has not answered for {PATIENCE:.0f} s")
            if not (more := os.read(self._read, 1 << 20)):
                raise RuntimeError("the browser has ended")
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(text)
        return found

    def _note(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of its own profile, which is ended afterwards; RuntimeError where there is none."""
    if not (path := program()):
        raise RuntimeError("no Chromium is installed")
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = [
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-extensions"),
            *("--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"),
            *(f"--user-data-dir={profile}", "--remote-debugging-pipe"),
        ]

        def pipes() -> None:  # Chromium reads from descriptor 3 and writes to 4
            source, sink = os.dup(to_read), os.dup(from_write)
            os.dup2(source, 3)
            os.dup2(sink, 4)

        process = subprocess.Popen(
            [path, *options],
            preexec_fn=pipes,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(from_write)
        try:
            yield Browser(to_write, from_read)
        finally:
            process.terminate()
            process.wait()
            os.close(to_write)
            os.close(from_read)
