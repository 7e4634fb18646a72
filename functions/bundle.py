"""`python functions/bundle.py FOLDER`: writes the archive that is deployed, the same bytes for the same sources.

Its name contains the hash of its content, so that Terraform deploys again exactly when something changed. This file is
not part of it. requirements.lock becomes its requirements.txt, so every build installs the same packages, checked by
their hashes.
"""

import hashlib
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

SOURCE = Path(__file__).parent
_BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_LOCK = "requirements.lock"


def sources(folder: Path) -> Iterator[Path]:
    """The deployed files: entry points, package and locked requirements."""
    yield folder / "main.py"
    yield folder / _LOCK
    yield from folder.glob("watchparty_api/**/*.py")


def archive(folder: Path) -> bytes:
    """The archive as a zip: sorted, without times or owners."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as bundle:
        for path in sorted(sources(folder)):
            name = path.relative_to(folder).as_posix()
            entry = zipfile.ZipInfo("requirements.txt" if name == _LOCK else name, _BEGINNING_OF_TIME)
            entry.external_attr, entry.create_system = _READABLE, 3
            bundle.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return content.getvalue()


def write(folder: Path) -> Path:
    """Writes the archive into `folder` and returns its path."""
    content = archive(SOURCE)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"functions-{hashlib.sha256(content).hexdigest()[:16]}.zip"
    path.write_bytes(content)
    return path


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
