"""Chunks that are encoded one by one join as if they had been encoded at once."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from transcoder.chunks import encoder, noise_ratio, write_playlist
from transcoder.decoding import decode_audio
from transcoder.films import make
from watchparty_transcoder.config import Limits
from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.plan.models import AAC_RATE
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.plan.timeline import ChunkSizes
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

SMALL = ChunkSizes(opening=1, length=1, audio=1)
WHOLE = ChunkSizes(opening=0, length=1000, audio=1000)


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "25"])
def test_every_frame_is_in_its_position(rate: str, tmp_path: Path) -> None:
    """Even for chunks encoded in reverse order, from a source whose groups do not match them."""
    # the brightness of each frame differs from that of its neighbours
    numbered = ["-f", "lavfi", "-i", f"color=black:s=128x72:r={rate}:d=13,geq=lum='16+mod(N*37\\,200)':cb=128:cr=128"]
    source = make(tmp_path / "film.mkv", [*numbered, "-c:v", "libx264", "-preset", "fast", "-qp", "4", "-g", "71"])
    plan = make_plan(probe(on_disk(source), Limits()), sizes=SMALL, uncopied=frozenset({0}))
    assert plan.video
    encode_pass = plan.video.passes[0]
    assert len(encode_pass.chunks) == 4
    made: list[StoredSegment] = []
    worker = encoder(source, plan, tmp_path / "out")
    for chunk in reversed(encode_pass.chunks):
        worker.encode_video(plan.video, encode_pass, encode_pass.renditions, chunk, made.append)  # type: ignore[arg-type]  # it warns of nothing
    playlist = write_playlist(tmp_path / "out", encode_pass.renditions[0].name, made)
    with av.open(str(playlist)) as container:
        seen = [(frame.time, bytes(frame.planes[0])[5000]) for frame in container.decode(video=0)]
    assert len(seen) == plan.video.grid.frames == round(13 * Fraction(rate))
    for number, (time, brightness) in enumerate(seen):
        assert time == pytest.approx(number / float(Fraction(rate)), abs=1e-4)
        assert abs(brightness - (16 + number * 37 % 200)) < 12, f"frame {number}"


def test_audio_does_not_click_at_joins(tmp_path: Path) -> None:
    """Around each join the error is at most 2 dB above that of audio encoded in one go."""
    chirp = "0.3*sin(2*PI*(300+40*t)*t)+0.15*sin(2*PI*1700*t+3*sin(5*t))"
    source = make(tmp_path / "sound.wav", ["-f", "lavfi", "-i", f"aevalsrc={chirp}|{chirp}:s=48000:d=17"])
    original = list(decode_audio(source_as_float(source, tmp_path)).samples[0])
    facts = probe(on_disk(source), Limits())
    decoded = {}
    for name, sizes in (("small", SMALL), ("whole", WHOLE)):
        plan = make_plan(replace(facts, seekable=True), sizes=sizes)
        (track,) = plan.audio
        made: list[StoredSegment] = []
        worker = encoder(source, plan, tmp_path / name)
        for chunk in reversed(track.chunks):
            worker.encode_audio(track, chunk, made.append)  # type: ignore[arg-type]  # it warns of nothing
        decoded[name] = list(decode_audio(write_playlist(tmp_path / name, track.name, made)).samples[0])
        joins = track.starts[1:]
    assert len(joins) >= 3
    assert len(decoded["small"]) == len(decoded["whole"])
    for join in joins:
        near = slice(join - 1024, join + 1024)
        small, whole = (noise_ratio(decoded[name][near], original[near]) for name in ("small", "whole"))
        assert small >= whole - 2, f"at {join / AAC_RATE:.2f} s: {small:.1f} dB instead of {whole:.1f} dB"


def source_as_float(source: Path, folder: Path) -> Path:
    return make(folder / "original.mkv", ["-i", str(source), "-c:a", "pcm_f32le", "-ac", "1"])
