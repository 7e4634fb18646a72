"""A disk that is really full: a small tmpfs, if this machine allows mounting one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.api_harness import ApiHarness
from fakes.uploader import KIB256, Uploader


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("tmpfs: needs root")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("tmpfs: this machine does not allow mounting one")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_no_space_left_on_device_is_reported(api: ApiHarness, small_disk: Path, upload_key: rsa.RSAPrivateKey) -> None:
    """A write that fails for lack of space is answered 507; once there is space, the upload resumes and completes."""
    uploader = Uploader(api, small_disk, upload_key)  # assumes a free terabyte
    film = os.urandom(3 * KIB256)
    location = uploader.start(film)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(2 * KIB256))
    answer = uploader.put(location, film, 0, len(film) - 1)
    assert (answer.status, answer.code) == (507, "disk_full")
    assert uploader.ask(location, len(film)).status == 308
    filler.unlink()
    stored = uploader.ask(location, len(film)).headers.get("range", "bytes=0--1").removeprefix("bytes=0-")
    assert uploader.put(location, film, int(stored) + 1, len(film) - 1).status == 200
    assert uploader.original() == film
