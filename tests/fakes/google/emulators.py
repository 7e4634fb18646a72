"""Google's Firestore and Pub/Sub emulators, each started directly as one Java process and stopped by its pid.

Stopping `gcloud emulators` would leave the JVM running. The jars are part of the Google Cloud SDK, which is in no
package registry; without them, the tests that need an emulator are skipped by name.
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
    """The folder of the Google Cloud SDK, from CLOUDSDK_ROOT_DIR or from the location of gcloud."""
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
    """The command that starts the Firestore emulator, or None if it is not installed."""
    root = sdk_root()
    jar = root / "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar" if root else None
    if not (jar and jar.exists() and shutil.which("java")):
        return None
    main = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
    return ["java", "-Xmx512m", *_JVM, "-cp", str(jar), main, "start", "--host=127.0.0.1", f"--port={port}"]


def pubsub_command(port: int) -> list[str] | None:
    """The command that starts the Pub/Sub emulator, or None if it is not installed."""
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
    """Runs an emulator and yields its HOST:PORT."""
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
