"""The duration of a film is right even if one of its packets has a damaged timestamp."""

from pathlib import Path

import pytest

from transcoder.films import audio, make, video
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import TooLong
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

AUDIO_TAG, HEADER_BYTES, TAG_HEADER_BYTES, SIZE_BYTES = 8, 9, 11, 4
DAYS = 0x08  # in the highest byte of a timestamp in milliseconds: 37 hours


@pytest.fixture
def film(tmp_path: Path) -> Path:
    recipe = [*video("160x90", seconds=3), *audio(3, rate=44_100), "-c:v", "flv1", "-c:a", "libmp3lame"]
    return make(tmp_path / "film.flv", recipe)


def damage(film: Path, *tags: int) -> None:
    """Sets a bit in the fourth, highest byte of the timestamps of those audio tags (Adobe FLV 10.1, E.4.1)."""
    content = bytearray(film.read_bytes())
    at, places = HEADER_BYTES + SIZE_BYTES, []
    while at < len(content):
        if content[at] == AUDIO_TAG:
            places.append(at)
        at += TAG_HEADER_BYTES + int.from_bytes(content[at + 1 : at + 4], "big") + SIZE_BYTES
    for tag in tags:
        content[places[tag] + 7] |= DAYS
    film.write_bytes(content)


@pytest.mark.parametrize("tag", [10, -1], ids=["in the middle", "the last"])
def test_one_damaged_timestamp_is_ignored(film: Path, tag: int) -> None:
    """Otherwise it would be a film of 37 hours, encoded frame by frame."""
    damage(film, tag)
    facts = probe(on_disk(film), Limits())
    assert facts.audio[0].duration_s == pytest.approx(3, abs=0.2)
    assert facts.duration_s == pytest.approx(3, abs=0.2)


def test_audio_that_lasts_for_days_is_too_long(film: Path) -> None:
    """The limit applies to the whole film: after the video ends, its last frame is shown until the audio ends."""
    damage(film, *range(-20, 0))
    with pytest.raises(TooLong):
        probe(on_disk(film), Limits())
