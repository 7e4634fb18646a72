"""The command converts a file whatever its name is: names are bytes, and only some of them are text."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from transcoder.films import X264, ffmpeg, video
from transcoder.running import TRANSCODER, environment

pytestmark = pytest.mark.media

NAMES = [b"-rf.mp4", b"--input.mp4", b"\xff\xfe film.mp4", b"new\nline %03d.mp4", b"pipe:0.mp4", b".mp4"]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    ffmpeg(*video("64x48", rate="10", seconds=1), *X264, path)
    return path.read_bytes()


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_name(name: bytes, film: bytes, tmp_path: Path) -> None:
    """`watchparty transcode -- FILE OUT_DIR`, in the folder of the file; the events are valid JSON."""
    (tmp_path / os.fsdecode(name)).write_bytes(film)
    standalone = str(TRANSCODER.parent / "standalone")
    settings = environment()
    settings["PYTHONPATH"] = f"{settings['PYTHONPATH']}{os.pathsep}{standalone}"
    ended = subprocess.run(
        [sys.executable, "-m", "watchparty", "transcode", "--", name, b"-out"],
        cwd=tmp_path, env=settings, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert events[-1]["kind"] == "finished"
    assert (tmp_path / "-out" / "master.m3u8").exists()
