"""Runs a function in its own process, by the real functions-framework and with the environment of the cloud."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from fakes.google.emulators import free_port
from fakes.waiting import eventually
from watchparty_api.identity.key_store import KeyFolder
from watchparty_api.identity.keys import read_keys

SOURCE = Path(__file__).parents[2] / "functions" / "main.py"
STARTS_WITHIN_S = 60.0
EVENT = {"FUNCTION_SIGNATURE_TYPE": "cloudevent"}
HTTP = {"FUNCTION_SIGNATURE_TYPE": "http", "FUNCTION_USE_ASGI": "1"}


def cloud_environment(folder: Path, *, store_url: str) -> dict[str, str]:
    """The variables that Terraform sets for every function, with keys generated in `folder` and without a cloud."""
    read_keys(KeyFolder(folder, may_create=True))
    return {
        "K_SERVICE": "test",
        "WATCHPARTY_PUBLIC_URL": "https://watch.example",
        "WATCHPARTY_STORE_URL": store_url,
        "WATCHPARTY_KEYS_DIR": str(folder),
        "WATCHPARTY_RELAY_URL": "ws://127.0.0.1:9/ws",
        "WATCHPARTY_UPLOADS_BUCKET": "demo-uploads",
        "WATCHPARTY_MEDIA_BUCKET": "demo-media",
        "WATCHPARTY_SIGNER_ACCOUNT": "functions@demo.iam.gserviceaccount.com",
        "WATCHPARTY_TRANSCODE_JOB": "projects/demo/locations/europe-west1/jobs/transcoder",
        "GOOGLE_CLOUD_PROJECT": "demo-watchparty",
        "GCE_METADATA_HOST": "127.0.0.1:1",
        "NO_GCE_CHECK": "true",
    }


@contextmanager
def function_process(target: str, environ: Mapping[str, str], *, log: Path) -> Iterator[int]:
    """Runs the function and yields its port; its output goes to `log`."""
    port = free_port()
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = [sys.executable, "-m", "functions_framework", "--target", target, "--source", str(SOURCE)]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            env={**inherited, **environ},
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            _wait_until_it_listens(port, process, log)
            yield port
        finally:
            process.terminate()


def asked(
    port: int, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Sends a request; returns the status and body of the response."""
    request = Request(f"http://127.0.0.1:{port}{path}", data=body, headers=dict(headers or {}))
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    def answers() -> bool:
        assert process.poll() is None, f"the function did not start: {log.read_text()[-2000:]}"
        return bool(asked(port, "/robots.txt"))  # answered by the framework itself

    not_yet = (URLError, ConnectionError, TimeoutError)
    eventually("the function answers", answers, within_s=STARTS_WITHIN_S, ignoring=not_yet)
