"""Whenever an event is emitted, what can be read is a valid film."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from transcoder.decoding import read_master, segments
from transcoder.films import AAC, FAST_START, X264, audio, make, video
from transcoder.running import command, environment

pytestmark = pytest.mark.media

SECONDS = 21
STRICT = Path(__file__).with_name("strict_playlists.mjs")
FILMS = {
    "fast pass": [*video("854x482", seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC],
    "copy": [*video("640x360", seconds=SECONDS), *audio(SECONDS), *X264, *AAC, *FAST_START],
    "audio only": [*audio(SECONDS), "-c:a", "pcm_s16le"],
}


def playlists(folder: Path) -> dict[str, str]:
    """What a player could read now: the playlists that the master playlist names."""
    master = read_master(folder)
    named = {each["URI"] for each in (*master.variants, *master.media)}
    return {name: (folder / name).read_text() for name in named}


def check_readable(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        lines = text.splitlines()
        assert lines[0] == "#EXTM3U"
        target = next(int(line.partition(":")[2]) for line in lines if line.startswith("#EXT-X-TARGETDURATION"))
        parts = segments(folder / name)
        assert parts, name
        for path, length in parts:
            assert path.stat().st_size > 0
            assert length <= target
        for line in lines:
            if line.startswith("#EXT-X-MAP"):
                assert (folder / name).with_name(line.split('"')[1]).is_file()


def complaints(stages: list[dict[str, str]]) -> list[str]:
    """What hls-parser, which is stricter than players, reports about the playlists of every stage."""
    node = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert node, "node is missing: make prepare-test"
    lines = "".join(json.dumps(stage) + "\n" for stage in stages)
    ended = subprocess.run([node, STRICT], input=lines, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_the_strict_parser_complains() -> None:
    """About a segment longer than the target duration, and about a master playlist that names a missing group."""
    long = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXTINF:6.0,\na.m4s\n#EXT-X-ENDLIST\n"
    dangling = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="none"\na.m3u8\n'
    assert len(complaints([{"a.m3u8": long}, {"master.m3u8": dangling}])) == 2


@pytest.mark.parametrize("kind", FILMS)
def test_growing_film(kind: str, tmp_path: Path) -> None:
    """Everything that is named exists, playlists only grow, and the announced duration is playable."""
    source = make(tmp_path / f"film.{'wav' if kind == 'audio only' else 'mp4'}", FILMS[kind])
    folder = tmp_path / "out"
    previous: dict[str, str] = {}
    playable_s: list[float] = []
    stages: list[dict[str, str]] = []
    with subprocess.Popen(
        command(source, folder), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        for line in process.stdout:
            event = json.loads(line)
            if event["kind"] not in ("playable", "finished"):
                continue
            now = playlists(folder)
            stages.append({**now, "master.m3u8": (folder / "master.m3u8").read_text()})
            check_readable(folder, now)
            for name, text in now.items():
                assert text.startswith(previous.get(name, "")), f"{name} was rewritten"
            previous |= now
            playable_s.append(event["playable_s"])
            for rendition in event["renditions"]:
                there = sum(length for _, length in segments(folder / rendition["playlist"]))
                assert there >= event["playable_s"] - 0.1
    assert process.returncode == 0
    assert complaints(stages) == []
    assert playable_s == sorted(playable_s)
    assert playable_s[0] < playable_s[-1] == pytest.approx(SECONDS, abs=0.05)
