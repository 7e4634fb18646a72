"""Quality: VMAF against the original, and noise where chunks of audio join."""

import importlib
import json
import math
import subprocess
from array import array
from dataclasses import dataclass, replace
from pathlib import Path

from transcoder.chunks import encoder, noise_ratio, write_playlist
from transcoder.decoding import decode_audio
from transcoder.films import make
from watchparty_transcoder.config import Limits
from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.plan.models import RenditionPlan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.plan.timeline import ChunkSizes
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

AS_TAGGED = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
"""Our output is tagged as BT.709, the others are BT.709 without a tag: otherwise ffmpeg would convert one of them."""
BY_NUMBER = "settb=1/30,setpts=N"
"""Compares frame n with frame n; with N/30/TB, rounding down would select the previous frame."""
AV1_RATE_FACTORS = (35, 45, 55)


@dataclass(frozen=True)
class Vmaf:
    mean: float
    least: float


def static_ffmpeg() -> str:
    """The ffmpeg of imageio-ffmpeg: it has libvmaf and SVT-AV1; Debian's lacks libvmaf."""
    return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())


def vmaf(seen: Path, source: Path, rendition: RenditionPlan, *, seconds: float) -> Vmaf:
    """At the size of the rendition, frame by frame."""
    log = seen.with_suffix(".vmaf.json")
    graph = (
        f"[0:v]{AS_TAGGED},{BY_NUMBER}[seen];"
        f"[1:v]{AS_TAGGED},scale={rendition.width}:{rendition.height}:flags=bicubic,format=yuv420p,{BY_NUMBER}[original];"
        f"[seen][original]libvmaf=log_fmt=json:log_path={log}:n_threads=2:shortest=1"
    )
    limit = ["-t", str(seconds)]
    _run("-i", str(seen), *limit, "-i", str(source), "-lavfi", graph, *limit, "-f", "null", "-")
    frames = [frame["metrics"]["vmaf"] for frame in json.loads(log.read_text())["frames"]]
    return Vmaf(sum(frames) / len(frames), min(frames))


def av1_saving(source: Path, folder: Path, rendition: RenditionPlan, seconds: int) -> float:
    """The share of bits that SVT-AV1 (preset 10) saves at the VMAF of x264 with our ladder's settings."""
    size = [
        "-t",
        str(seconds),
        "-vf",
        f"scale={rendition.width}:{rendition.height}:flags=bicubic,format=yuv420p",
        "-an",
    ]
    gop = ["-g", "60"]

    def encoded(name: str, *codec: str) -> tuple[float, float]:
        out = folder / f"{name}.mp4"
        _run("-i", str(source), *size, *codec, *gop, str(out))
        return vmaf(out, source, rendition, seconds=seconds).mean, out.stat().st_size

    cap = ["-maxrate", str(rendition.max_rate), "-bufsize", str(2 * rendition.max_rate)]
    wanted, h264_bytes = encoded("x264", "-c:v", "libx264", "-preset", "veryfast", "-crf", str(rendition.crf), *cap)
    points = sorted(
        encoded(f"av1-{factor}", "-c:v", "libsvtav1", "-preset", "10", "-crf", str(factor))
        for factor in AV1_RATE_FACTORS
    )
    return 1 - _bytes_at(wanted, points) / h264_bytes


def _bytes_at(wanted: float, points: list[tuple[float, float]]) -> float:
    """Interpolates (or extrapolates) between the two nearest measured points, linearly in the logarithm of the size."""
    below = max((place for place, point in enumerate(points[:-1]) if point[0] <= wanted), default=0)
    (low, low_bytes), (high, high_bytes) = points[below], points[below + 1]
    share = (wanted - low) / (high - low)
    return math.exp(math.log(low_bytes) + share * (math.log(high_bytes) - math.log(low_bytes)))


def audio_join_snr_deltas_db(folder: Path) -> list[float]:
    """For each join of audio chunks: the difference of its SNR from that of audio encoded in one go."""
    chirp = "0.3*sin(2*PI*(300+40*t)*t)+0.15*sin(2*PI*1700*t+3*sin(5*t))"
    source = make(folder / "sound.wav", ["-f", "lavfi", "-i", f"aevalsrc={chirp}|{chirp}:s=48000:d=29"])
    original = decode_audio(
        make(folder / "original.mkv", ["-i", str(source), "-c:a", "pcm_f32le", "-ac", "1"])
    ).samples[0]
    facts = replace(probe(on_disk(source), Limits()), seekable=True)
    decoded: list[array[float]] = []
    joins: tuple[int, ...] = ()
    for name, length in (("chunks", 1), ("whole", 1000)):
        plan = make_plan(facts, sizes=ChunkSizes(opening=length, length=length, audio=length))
        (track,) = plan.audio
        made: list[StoredSegment] = []
        for chunk in track.chunks:
            encoder(source, plan, folder / name).encode_audio(track, chunk, made.append)  # type: ignore[arg-type]  # it warns of nothing
        decoded.append(decode_audio(write_playlist(folder / name, track.name, made)).samples[0])
        joins = track.starts[1:]
    chunked, whole = decoded
    return [
        noise_ratio(chunked[join - 1024 : join + 1024], original[join - 1024 : join + 1024])
        - noise_ratio(whole[join - 1024 : join + 1024], original[join - 1024 : join + 1024])
        for join in joins
    ]


def _run(*arguments: str) -> None:
    subprocess.run([static_ffmpeg(), "-hide_banner", "-nostdin", "-v", "error", "-y", *arguments], check=True)
