"""The one object that libav and ffmpeg may read: a file, or an object of a bucket behind a broker.

libav opens it with an allow-list of demuxers and the source's own protocol only, so that no playlist, concat script or
image sequence can make it read anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer

from watchparty_transcoder.source.limits import MAX_PIXELS

DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,wav,w64,aiff,caf,mp3,flac,aac,ac3,eac3,amr,"
    "gif,apng,rm,mxf,dv,ivf,nut,h264,hevc,m4v,mpegvideo,obu"
)
OPEN_OPTIONS = {
    "format_whitelist": DEMUXERS,
    "enable_drefs": "0",  # a MOV can name other files for its samples
    "max_streams": "64",
    "max_pixels": str(MAX_PIXELS),  # checked by every decoder before it allocates a frame
}
FURTHER = {"analyzeduration": "600000000", "probesize": str(64 << 20)}
"""Microseconds and bytes in which libav searches for sound that has not begun in the first five seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    url: str  # with its protocol, or a name with a colon would select one
    protocols: str  # the only ones that are allowed, separated by commas
    open: Callable[[], BinaryIO]  # for our own reads at single positions
    size_bytes: Callable[[], int]
    path: Path | None = None  # of a local file
    port: int | None = None  # of the broker that serves a remote one
    readers: int = 1  # how many reads in parallel pay off: more than one where each is a round trip


def on_disk(path: Path) -> Source:
    return Source(
        url=f"file:{path}",
        protocols="file",
        open=lambda: path.open("rb"),
        size_bytes=lambda: path.stat().st_size,
        path=path,
    )


def open_media(source: Source, *, decoded: bool = True) -> InputContainer:
    """The only way in which libav opens an upload. With `decoded=False` nothing but coded packets can be read."""
    options = {**OPEN_OPTIONS, "protocol_whitelist": source.protocols}
    if not decoded:
        options["skip_frame"] = "all"  # else it decodes a first frame for facts that are not needed
    container = _opened(source, options)
    if any(stream.codec_context and not stream.codec_context.sample_rate for stream in container.streams.audio):
        container.close()
        container = _opened(source, {**options, **FURTHER})
    for stream in container.streams.video:
        if stream.codec_context is not None:  # the options above are those of libav's own first look
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return container


def _opened(source: Source, options: dict[str, str]) -> InputContainer:
    """A local file by its descriptor: libav also guesses by names, and takes a film named `.jpg` for a picture."""
    if source.path is None:
        return av.open(source.url, mode="r", options=options, metadata_errors="replace")
    with source.path.open("rb", buffering=0) as file:  # libav has a descriptor of its own from then on
        options = {**options, "protocol_whitelist": "fd", "fd": str(file.fileno())}
        return av.open("fd:", mode="r", options=options, metadata_errors="replace")
