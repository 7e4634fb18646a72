"""Builds what the benchmark needs under .build/relay-bench/: the load generator and the C reference with gcc, ws and
socket.io with npm. Each is built again only when its sources have changed.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BUILD = ROOT / ".build" / "relay-bench"
COMPILE = ("gcc", "-O2", "-flto", "-Wall", "-Wextra", "-Werror", "-o")


@dataclass(frozen=True)
class Built:
    load: Path
    reference: Path
    peers: Path
    """The folder with ws.mjs, socketio.mjs and the packages that they import."""
    node: str
    """Node's executable: a wheel's `node` only launches it, and would be measured instead."""


def build(*, with_peers: bool = True) -> Built:
    BUILD.mkdir(parents=True, exist_ok=True)
    load = _compiled("load", *sorted((HERE / "generator").iterdir()))
    reference = _compiled("reference", HERE / "reference.c")
    peers = BUILD / "peers"
    if with_peers:
        _install(peers)
    return Built(load, reference, peers, _node() if with_peers else "")


def _compiled(name: str, *sources: Path) -> Path:
    program = BUILD / name
    newest = max(source.stat().st_mtime for source in sources)
    if not program.exists() or program.stat().st_mtime < newest:
        subprocess.run([*COMPILE, program, *(source for source in sources if source.suffix == ".c")], check=True)
    return program


def _install(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for source in (HERE / "peers").iterdir():
        shutil.copy(source, folder)
    stamp, wanted = folder / "installed", (folder / "package.json").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--silent")
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run([_program("npm"), "install", *quiet], cwd=folder, check=True, env={**os.environ, "PATH": path})
    stamp.write_text(wanted)


def _node() -> str:
    result = subprocess.run([_program("node"), "-p", "process.execPath"], capture_output=True, text=True, check=True)
    return result.stdout.strip()


def _program(name: str) -> str:
    """The program in .venv, if set-up installed it because the machine's own is too old or missing."""
    ours = ROOT / ".venv" / "bin" / name
    return str(ours) if ours.exists() else name
