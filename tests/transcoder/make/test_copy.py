"""A damaged stream is copied completely or not at all: if a copy stops midway, the film is encoded instead."""

from pathlib import Path

import pytest

from transcoder.films import AAC, FAST_START, X264, audio, make, video
from transcoder.running import transcode

pytestmark = pytest.mark.media

SIZES_HEADER_BYTES = 16  # of stsz (ISO 14496-12): name, version and flags, common size, count
IMPOSSIBLE = 0x7FFF_FFFF


def damage_an_audio_sample(film: Path) -> None:
    """Gives it an impossible size, which libav treats as the end of the file."""
    content = bytearray(film.read_bytes())
    sizes = content.rindex(b"stsz")  # of the audio, whose track is the last
    count = int.from_bytes(content[sizes + 12 : sizes + SIZES_HEADER_BYTES], "big")
    entry = sizes + SIZES_HEADER_BYTES + 4 * (count // 2)
    content[entry : entry + 4] = IMPOSSIBLE.to_bytes(4, "big")
    film.write_bytes(content)


def test_audio_that_ends_too_early_is_encoded_instead(tmp_path: Path) -> None:
    """The film plays, with audio up to its end, instead of failing."""
    film = make(tmp_path / "film.mp4", [*video("160x90", seconds=3), *audio(3), *X264, *AAC, *FAST_START])
    whole = transcode(film, tmp_path / "whole")
    assert [track["playlist"] for track in whole.last["audio_tracks"]] == ["a0/copy.m3u8"]
    damage_an_audio_sample(film)
    outcome = transcode(film, tmp_path / "out")
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    assert [track["playlist"] for track in outcome.last["audio_tracks"]] == ["a0/aac.m3u8"]
    assert outcome.last["duration_s"] == pytest.approx(whole.last["duration_s"], abs=0.1)
