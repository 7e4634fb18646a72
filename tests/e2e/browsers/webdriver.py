"""Stock browsers under remote control: Debian's firefox-esr by its Marionette protocol, and WebKitGTK's MiniBrowser by
WebKitWebDriver. Both know the commands of the WebDriver standard (https://www.w3.org/TR/webdriver2/) and differ only in
how these are sent. Both browsers run on a virtual display, because a headless Firefox has no pointer.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import httpx2
from websockets.sync.client import ClientConnection, connect

from fakes.google.emulators import free_port
from fakes.waiting import eventually

LIBRARIES = Path("/usr/lib")
FIREFOX = shutil.which("firefox-esr")
XVFB = shutil.which("Xvfb")
WEBKIT_DRIVER = shutil.which("WebKitWebDriver")
MINI_BROWSER = next(LIBRARIES.glob("*/webkit2gtk-4.*/MiniBrowser"), None)


def _plugin(name: str) -> Path | None:
    return next(LIBRARIES.glob(f"*/gstreamer-1.0/libgst{name}.so"), None)


NEEDED: dict[str, dict[str, object]] = {
    "firefox": {"firefox-esr": FIREFOX, "xvfb": XVFB},
    "webkit": {
        "webkit2gtk-driver": WEBKIT_DRIVER and MINI_BROWSER,
        "gstreamer1.0-libav": _plugin("libav"),
        "gstreamer1.0-plugins-bad": _plugin("videoparsersbad"),
        "gstreamer1.0-gl": _plugin("opengl"),
        "xvfb": XVFB,
    },
}
"""The Debian packages that each browser needs, with what was found of them."""

STARTS_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 60.0
"""Of a command. Each takes milliseconds; on a busy machine a page may take seconds to load."""

PREFERENCES: dict[str, bool | int | str] = {
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}
"""No first-run pages and no calls home, and Firefox chooses its port."""

PATHS = {
    "Navigate": "url",
    "Refresh": "refresh",
    "SetTimeouts": "timeouts",
    "SetWindowRect": "window/rect",
    "ExecuteAsyncScript": "execute/async",
    "PerformActions": "actions",
    "ElementClick": "element/{id}/click",
    "ElementClear": "element/{id}/clear",
    "ElementSendKeys": "element/{id}/value",
}
"""The commands that the tests use, by their names in Marionette and their paths in WebDriver."""


class CommandFailed(Exception):
    """The browser answered a command with an error."""


class CannotStart(Exception):
    """The browser is installed and does not start on this machine."""


class Driver(Protocol):
    """A browser that executes commands of WebDriver."""

    def call(self, command: str, **parameters: Any) -> Any:
        """Executes a command of `PATHS` and returns its value. Raises CommandFailed."""

    def errors(self) -> list[str]:
        """The errors of the page and of its console since the browser started."""


def missing(browser: str) -> str | None:
    """Why this browser cannot run here; None if it can."""
    lacking = [package for package, found in NEEDED[browser].items() if not found]
    return f"{browser}: is not installed; sudo apt-get install {' '.join(lacking)}" if lacking else None


@contextmanager
def running(browser: str, folder: Path) -> Iterator[Driver]:
    """A browser with a new profile in `folder`. Raises CannotStart."""
    start = {"firefox": firefox, "webkit": webkit}[browser]
    with ExitStack() as stack:
        try:
            display = stack.enter_context(virtual_display())
            driver = stack.enter_context(start(folder, {**os.environ, "DISPLAY": display}))
            driver.call("SetTimeouts", script=int(ANSWERS_WITHIN_S * 1000) // 2)
        except (AssertionError, CommandFailed, OSError, httpx2.TransportError) as error:
            raise CannotStart(f"{browser}: does not start on this machine: {error}") from error
        yield driver


@contextmanager
def virtual_display() -> Iterator[str]:
    """A display that no one sees; yields its name."""
    assert XVFB
    reading, writing = os.pipe()
    command = [XVFB, "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with process(command, dict(os.environ), Path(os.devnull), pass_fds=(writing,)):
        os.close(writing)
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"


@contextmanager
def process(
    command: list[str], environ: dict[str, str], output: Path, pass_fds: tuple[int, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    with (
        output.open("wb") as log,
        subprocess.Popen(command, env=environ, stdout=log, stderr=log, pass_fds=pass_fds) as started,
    ):
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(10)
            except subprocess.TimeoutExpired:
                started.kill()


class Marionette:
    """Firefox's own protocol, which geckodriver speaks: length-prefixed JSON over TCP
    (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html). WebDriver BiDi delivers the console."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._console: ClientConnection | None = None
        self._errors: list[str] = []
        self._calls = 0

    def call(self, command: str, **parameters: Any) -> Any:
        return self._send(f"WebDriver:{command}", parameters)

    def start_session(self) -> str:
        """Returns the session's address for BiDi."""
        self._receive()  # the greeting
        session = self._send("WebDriver:NewSession", {"webSocketUrl": True})
        return str(session["capabilities"]["webSocketUrl"])

    def listen(self, console: ClientConnection) -> None:
        self._console = console
        console.send(json.dumps({"id": 1, "method": "session.subscribe", "params": {"events": ["log.entryAdded"]}}))
        subscribed = json.loads(console.recv(ANSWERS_WITHIN_S))
        assert subscribed["type"] == "success", subscribed

    def errors(self) -> list[str]:
        assert self._console is not None
        with suppress(TimeoutError):
            while True:
                entry = json.loads(self._console.recv(0.2))["params"]
                if entry["level"] == "error":
                    self._errors.append(entry["text"])
        return self._errors

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._read(1)
        return json.loads(self._read(int(length[:-1])))

    def _send(self, name: str, parameters: dict[str, Any]) -> Any:
        self._calls += 1
        message = json.dumps([0, self._calls, name, parameters]).encode()
        self._connection.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self._receive()
        if error:
            raise CommandFailed(f"{name}: {error['message']}")
        return result["value"] if isinstance(result, dict) and list(result) == ["value"] else result

    def _read(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            part = self._connection.recv(count - len(received))
            if not part:
                raise CommandFailed("Firefox closed the connection")
            received += part
        return received


@contextmanager
def firefox(folder: Path, environ: dict[str, str]) -> Iterator[Driver]:
    assert FIREFOX
    profile, output = folder / "firefox", folder / "firefox.log"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [FIREFOX, "--no-remote", "--profile", str(profile), "--marionette", "--remote-debugging-port=0"]
    with process(command, environ, output) as browser:

        def port() -> int:
            assert browser.poll() is None, f"Firefox ended:\n{output.read_text(errors='replace')[-2000:]}"
            return int((profile / "MarionetteActivePort").read_text() or 0)

        port_number = eventually("Firefox starts", port, within_s=STARTS_WITHIN_S, ignoring=(FileNotFoundError,))
        with closing(socket.create_connection(("127.0.0.1", port_number), ANSWERS_WITHIN_S)) as connection:
            driver = Marionette(connection)
            with connect(driver.start_session(), open_timeout=ANSWERS_WITHIN_S, max_queue=None) as console:
                driver.listen(console)
                yield driver


RECORD = """
const record = (what) => window.recordedErrors.push(String(what));
const print = console.error.bind(console);
window.recordedErrors = [];
console.error = (...what) => { record(what.join(" ")); print(...what); };
window.addEventListener("error", (event) => record(event.message));
window.addEventListener("unhandledrejection", (event) => record(event.reason));
"""
COLLECT = "return (window.recordedErrors ?? []).splice(0);"


class WebDriver:
    """The standard's protocol: JSON over HTTP. It has no console, so a script in the page records errors, from the end
    of each navigation."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._errors: list[str] = []

    def call(self, command: str, **parameters: Any) -> Any:
        navigates = command in {"Navigate", "Refresh"}
        if navigates:
            self.errors()
        value = self.send("POST", PATHS[command].format(**parameters), parameters)
        if navigates:
            self._execute(RECORD)
        return value

    def errors(self) -> list[str]:
        self._errors += self._execute(COLLECT)
        return self._errors

    def send(self, method: str, path: str, parameters: dict[str, Any] | None = None) -> Any:
        answer = self._client.request(method, path, json=parameters)
        value = answer.json()["value"]
        if answer.is_error:
            raise CommandFailed(f"{path}: {value['error']}: {value['message']}")
        return value

    def _execute(self, script: str) -> Any:
        return self.send("POST", "execute/sync", {"script": script, "args": []})


@contextmanager
def webkit(folder: Path, environ: dict[str, str]) -> Iterator[Driver]:
    assert WEBKIT_DRIVER
    port = free_port()
    folders = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    options = {"binary": str(MINI_BROWSER), "args": ["--automation"]}
    with (
        process([WEBKIT_DRIVER, f"--port={port}"], {**environ, **folders}, folder / "webkit.log"),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=ANSWERS_WITHIN_S) as client,
    ):
        not_yet = (httpx2.TransportError,)
        eventually("the driver starts", lambda: client.get("/status"), within_s=STARTS_WITHIN_S, ignoring=not_yet)
        driver = WebDriver(client)
        asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        session = driver.send("POST", "/session", asked)["sessionId"]
        client.base_url = f"http://127.0.0.1:{port}/session/{session}"
        driver.call("SetWindowRect", x=0, y=0, width=1280, height=850)
        try:
            yield driver
        finally:
            driver.send("DELETE", "")
