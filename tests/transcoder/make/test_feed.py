"""What ffmpeg is fed can be read by it, whatever times the file has."""

import io
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from transcoder.films import audio, make
from watchparty_transcoder.config import Limits
from watchparty_transcoder.make.feed import feed
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

PACKET_BYTES = 188
SOUND = b"\0\0\1\xc0"
"""The start code of a packet of MPEG sound; its time is nine bytes further on."""


def with_a_time_repeated(film: bytes, number: int) -> bytes:
    """The packet of that number claims to begin when the previous one did: as after a badly joined recording."""
    places = [
        at for at in range(0, len(film), PACKET_BYTES) if film[at + 1] & 0x40 and SOUND in film[at : at + PACKET_BYTES]
    ]
    earlier, later = (film.index(SOUND, places[each]) + 9 for each in (number - 1, number))
    return film[:later] + film[earlier : earlier + 5] + film[later + 5 :]


def test_packets_at_one_moment_get_a_moment_each(tmp_path: Path) -> None:
    """NUT refuses two packets of a stream at one of its ticks, so a repeated time must not end the film."""
    film = make(tmp_path / "film.ts", [*audio(4, rate=44_100), "-c:a", "mp2"])
    film.write_bytes(with_a_time_repeated(film.read_bytes(), 2))
    source = on_disk(film)
    plan = make_plan(probe(source, Limits()))
    data = b"".join(feed(source, plan, plan.audio[0].stream, Fraction(10)))
    with av.open(str(film)) as container:
        packets = sum(packet.size > 0 for packet in container.demux())
    with av.open(io.BytesIO(data), "r") as fed:
        times = [packet.dts for packet in fed.demux() if packet.size and packet.dts is not None]
    assert len(times) == packets
    assert all(before < after for before, after in pairwise(times))
