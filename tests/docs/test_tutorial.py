"""Types docs/tutorial.md as it is into one shell, against a real server and with a real film."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.home import Home

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"

pytestmark = [pytest.mark.service, pytest.mark.media]


def test_the_tutorial_ends_with_a_film_that_plays(tmp_path: Path) -> None:
    """Upload, room and join work, and the position that the forty lines compute advances."""
    film = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=8"]
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"]
    subprocess.run(["ffmpeg", "-loglevel", "error", *source, *encode, str(film)], check=True)
    blocks = re.findall(r"```(sh|python)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (program,) = [text for kind, text in blocks if kind == "python"]
    assert len([line for line in program.splitlines() if line.strip()]) <= 40
    (tmp_path / "watch.py").write_text(program)
    script = "set -euo pipefail\n" + "".join(text for kind, text in blocks if kind == "sh")
    home = Home(tmp_path / "data")
    try:
        environ = {**os.environ, "SITE": home.url, "FILM": str(film)}
        environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
    finally:
        home.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    positions = [float(found) for found in re.findall(r"playing at ([0-9.]+) s", done.stdout)]
    assert positions == sorted(positions)
    assert positions[-1] > 0.5
