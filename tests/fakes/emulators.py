"""Google's Firestore and Pub/Sub emulators, started directly as one Java process each and ended by pid.

gcloud's own start-up leaves a JVM behind when it is ended. The jars come with the Google Cloud SDK, which no package
registry gives; without them the tests that need one are skipped by name.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from fakes.waiting import eventually

STARTS_WITHIN_S = 60.0
_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Duser.language=en")


def sdk_root() -> Path | None:
    """The Google Cloud SDK's folder, by its own variable or by where gcloud lies."""
    named = os.environ.get("CLOUDSDK_ROOT_DIR")
    if named:
        return Path(named)
    gcloud = shutil.which("gcloud")
    if not gcloud:
        return None
    real = Path(gcloud).resolve()
    candidates = (real.parents[1], Path("/usr/lib/google-cloud-sdk"), Path("/usr/share/google-cloud-sdk"))
    return next((folder for folder in candidates if (folder / "platform").exists()), None)


def firestore_command(port: int) -> list[str] | None:
    """How to start the Firestore emulator, or None where it is not installed."""
    root = sdk_root()
    jar = root / "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar" if root else None
    if not (jar and jar.exists() and shutil.which("java")):
        return None
    main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
    return ["java", "-Xmx512m", *_JVM, "-cp", str(jar), main, "start", "--host=127.0.0.1", f"--port={port}"]


def pubsub_command(port: int) -> list[str] | None:
    """How to start the Pub/Sub emulator, or None where it is not installed."""
    root = sdk_root()
    jars = sorted((root / "platform/pubsub-emulator/lib").glob("cloud-pubsub-emulator-*-all.jar")) if root else []
    if not (jars and shutil.which("java")):
        return None
    return ["java", "-Xmx256m", *_JVM, "-jar", str(jars[-1]), "--host=127.0.0.1", f"--port={port}"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], port: int) -> Iterator[str]:
    """The emulator's HOST:PORT while it runs."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_until_it_answers(port, process)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    def answers() -> bool:
        assert process.poll() is None, "the emulator has ended"
        with urlopen(f"http://127.0.0.1:{port}/", timeout=2):
            return True

    not_yet = (URLError, ConnectionError, TimeoutError)
    eventually("the emulator answers", answers, within_s=STARTS_WITHIN_S, ignoring=not_yet)
