"""Streams that begin in the middle of a film do not end it."""

from pathlib import Path

import pytest

from transcoder.films import make, video
from watchparty_transcoder.source.continuous import demux
from watchparty_transcoder.source.source import on_disk, open_media

pytestmark = pytest.mark.media

FLAGS = 4
"""The byte of an FLV header that says which streams there are."""
ONLY_PICTURE = b"\1"


def test_a_stream_that_is_not_announced(tmp_path: Path) -> None:
    """The picture is read to its end, although PyAV fails on such a stream."""
    tone = ["-itsoffset", "7", "-f", "lavfi", "-i", "sine=d=1:r=44100"]
    film = make(tmp_path / "film.flv", [*video("64x48", rate="10", seconds=8), *tone, "-c:v", "flv1", "-c:a", "mp3"])
    data = film.read_bytes()
    film.write_bytes(data[:FLAGS] + ONLY_PICTURE + data[FLAGS + 1 :])
    with open_media(on_disk(film), decoded=False) as container:
        assert not container.streams.audio
        assert len(list(demux(container, "flv", container.streams.video))) == 80
