"""VP9 and AV1 are copied for browsers that play them, beside what is encoded for all."""

from pathlib import Path

import pytest

from transcoder.films import audio, make, video
from transcoder.running import transcode

VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "50", "-pix_fmt", "yuv420p"]
SIZE = "192x108"


def film_of(folder: Path, *, sizes: tuple[str, ...] = (SIZE,)) -> Path:
    """WebM as browsers record it; with several sizes, recordings that were joined without encoding."""
    for number, size in enumerate(sizes):
        make(folder / f"{number}.mkv", [*video(size, "25", 6), *VP9])
    names = folder / "names.txt"
    names.write_text("".join(f"file {number}.mkv\n" for number in range(len(sizes))))
    joined = ["-f", "concat", "-i", str(names), *audio(6 * len(sizes)), "-c:v", "copy"]
    return make(folder / "film.webm", [*joined, "-c:a", "libopus"])


@pytest.mark.media
def test_every_browser_can_play_a_film_in_vp9(tmp_path: Path) -> None:
    """The copy is offered beside H.264 in the master playlist, where its codec tells browsers whether they play it."""
    outcome = transcode(film_of(tmp_path), tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    offered = {each["source"]: each["codecs"] for each in outcome.last["renditions"]}
    assert sorted(offered) == ["copy", "ladder"]
    assert offered["copy"] == "vp09.00.10.08,mp4a.40.2"
    assert offered["ladder"].startswith("avc1.")
    master = (tmp_path / "out" / "master.m3u8").read_text()
    assert 'CODECS="vp09.00.10.08,mp4a.40.2"' in master
    first = next(each for each in outcome.events if each["kind"] == "playable")
    assert any(each["codecs"].startswith("avc1.") for each in first["renditions"])


@pytest.mark.media
def test_a_copy_for_some_browsers_that_fails_is_left_out(tmp_path: Path) -> None:
    """The size of the picture changes mid-film: everyone watches what is encoded, and nothing of the copy is left."""
    outcome = transcode(film_of(tmp_path, sizes=(SIZE, "256x144")), tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert {each["source"] for each in outcome.last["renditions"]} == {"ladder"}
    assert not list((tmp_path / "out").rglob("copy-*"))
    assert outcome.last["warnings"] == []
