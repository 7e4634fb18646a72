"""Compiles the path of a message through the relay to C, with mypyc.

`python compile.py FOLDER` writes extension modules there, which Python prefers to sources of the same name. The image
contains them; at home the sources run as they are.

Run it in this folder, with both lists of requirements installed and a C compiler.
"""

import ast
import sys
import tempfile
from pathlib import Path

from mypyc.build import mypycify
from setuptools import setup

PACKAGE = Path(__file__).parent / "watchparty_relay"
FOLDERS = ("protocol", "rules", "presence", "bus", "fanout", "room", "session", "reporting")
ROOT_MODULES = ("metrics", "room_time")
LEFT_OUT = {
    "protocol/schema": "is a program",
    "session/eager_task": "works on Python's own coroutines",
    "session/keys": "is not on the path of a message",
    "reporting/publishers": "is not on the path of a message",
}


def modules() -> list[str]:
    """The modules to compile, as paths without suffix."""
    in_folders = [path for folder in FOLDERS for path in sorted((PACKAGE / folder).glob("*.py"))]
    names = [str(path.relative_to(PACKAGE).with_suffix("")) for path in in_folders if not _defines_a_struct(path)]
    return [*(name for name in names if name not in LEFT_OUT and not name.endswith("__init__")), *ROOT_MODULES]


def _defines_a_struct(path: Path) -> bool:
    """mypyc silently drops a class's keywords (`tag`, `frozen`), and msgspec itself is compiled anyway."""
    classes = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef))
    return any(isinstance(base, ast.Name) and base.id == "Struct" for node in classes for base in node.bases)


def main(folder: Path) -> None:
    """Leaves nothing elsewhere. Raises SystemExit if a module does not compile."""
    sources = [f"{PACKAGE.name}/{module}.py" for module in modules()]
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
