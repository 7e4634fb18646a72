"""Compiles the way of a message through the relay to C, by mypyc: `python compile.py FOLDER` puts extension modules
there, which Python prefers to sources of the same names. The image holds them; at home the sources run as they are.

Run in this folder, with both lists of requirements installed and a C compiler.
"""

import sys
import tempfile
from pathlib import Path

from mypyc.build import mypycify
from setuptools import setup

# What a command or a join passes through. Not what defines a Struct: mypyc drops a class's keywords (`tag`, `frozen`)
# without a word, and msgspec is compiled anyway. Nor `eager.py`, which is about Python's own coroutines.
MODULES = (
    "session",
    "requests",
    "flood",
    "live_room",
    "rooms",
    "bus/memory",
    "bus/redis",
    "bus/held",
    "bus/subscriptions",
    "answers",
    "rules",
    "membership",
    "chat",
    "attendance",
    "gathering",
    "herald",
    "audience",
    "outbox",
    "wire",
    "chronicle",
    "room_events",
    "metrics",
    "room_time",
)


def main(folder: Path) -> None:
    """Leaves nothing elsewhere. Raises SystemExit where a module does not compile."""
    sources = [f"watchparty_relay/{module}.py" for module in MODULES]
    with tempfile.TemporaryDirectory() as scratch:
        options = ["--config-file=", f"--cache-dir={scratch}/mypy", "--explicit-package-bases", *sources]
        setup(
            name="watchparty_relay",
            ext_modules=mypycify(
                options, target_dir=f"{scratch}/c", group_name="watchparty_relay", opt_level="2", debug_level="0"
            ),
            script_args=["--quiet", "build_ext", f"--build-lib={folder}", f"--build-temp={scratch}/o"],
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
