"""The relay as in its image: its sources, and the extension modules that compile.py builds from them.

They are built under .build/, and rebuilt only when a source changes.
"""

import hashlib
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
RELAY = ROOT / "sync-relay"
BUILT = ROOT / ".build" / "compiled-relay"


def c_compiler() -> str | None:
    """The compiler for Python's extensions, if it and Python's headers are installed."""
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    return shutil.which(shlex.split(sysconfig.get_config_var("CC") or "cc")[0]) if headers.exists() else None


def compiled_relay() -> Path:
    """Returns the folder from which to import the compiled `watchparty_relay`."""
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
    """A hash of everything that the result depends on."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (
        RELAY / "compile.py",
        RELAY / "compile-requirements.txt",
        *sorted(RELAY.rglob("watchparty_relay/**/*.py")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
