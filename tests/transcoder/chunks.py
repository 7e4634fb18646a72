"""Encodes single chunks of a film, in this process, without the pipeline around them."""

from collections.abc import Sequence
from math import log10
from pathlib import Path

from transcoder.films import FFMPEG
from watchparty_transcoder.config import Limits
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.publish import playlists
from watchparty_transcoder.source.source import on_disk
from watchparty_transcoder.storage.folder import FolderStorage


def encoder(source: Path, plan: Plan, folder: Path, *, threads: int = 1) -> Encoder:
    return Encoder(
        ffmpeg=lambda: FFMPEG, source=on_disk(source), plan=plan, storage=FolderStorage(folder), processes=Processes(),
        limits=Limits(), threads=threads,
    )  # fmt: skip


def write_playlist(folder: Path, name: str, made: list[StoredSegment]) -> Path:
    in_order = sorted(made, key=lambda each: each.number)
    path = folder / f"{name}.m3u8"
    path.write_text(
        playlists.media_playlist(
            durations=[each.duration_s for each in in_order],
            names=[f"{path.stem}-{each.number:05d}.m4s" for each in in_order],
            init=f"{path.stem}-init.mp4",
            longest=5,
            complete=True,
        )
    )
    return path


def noise_ratio(signal: Sequence[float], original: Sequence[float]) -> float:
    """The signal-to-noise ratio in dB."""
    noise = sum((one - other) ** 2 for one, other in zip(signal, original, strict=True))
    return 10 * log10(sum(sample**2 for sample in original) / max(noise, 1e-12))
