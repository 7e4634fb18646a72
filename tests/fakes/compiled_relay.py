"""The relay as its image holds it: its sources, and beside them what compile.py makes of them. Made in .build, and anew
only when something that it is made of changed.
"""

import hashlib
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
RELAY = ROOT / "sync-relay"
BUILT = ROOT / ".build" / "compiled-relay"


def c_compiler() -> str | None:
    """The one that Python's extensions are built with, if it and Python's headers are here."""
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    return shutil.which(shlex.split(sysconfig.get_config_var("CC") or "cc")[0]) if headers.exists() else None


def compiled_relay() -> Path:
    """The folder to import `watchparty_relay` from."""
    folder = BUILT / _digest()
    if not folder.exists():
        shutil.rmtree(BUILT, ignore_errors=True)
        BUILT.mkdir(parents=True)
        scratch = Path(tempfile.mkdtemp(dir=BUILT))
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(RELAY / "watchparty_relay", scratch / "watchparty_relay", ignore=without)
        subprocess.run([sys.executable, "compile.py", scratch], cwd=RELAY, check=True)
        scratch.rename(folder)
    return folder


def _digest() -> str:
    """Of all that the result depends on."""
    said = hashlib.sha256(sys.version.encode())
    for path in (
        RELAY / "compile.py",
        RELAY / "compile-requirements.txt",
        *sorted(RELAY.rglob("watchparty_relay/**/*.py")),
    ):
        said.update(path.read_bytes())
    return said.hexdigest()[:16]
