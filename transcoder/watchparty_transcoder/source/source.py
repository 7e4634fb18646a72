"""The one object that libav and ffmpeg may read: a file, or an object of a bucket behind a loopback proxy."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    url: str  # with its protocol, or a name with a colon would select one
    protocols: str  # the only ones that are allowed, separated by commas
    open: Callable[[], BinaryIO]  # for our own reads at single positions
    size_bytes: Callable[[], int]
    readers: int = 1  # how many reads in parallel pay off: more than one where each is a round trip


def on_disk(path: Path) -> Source:
    return Source(
        url=f"file:{path}",
        protocols="file",
        open=lambda: path.open("rb"),
        size_bytes=lambda: path.stat().st_size,
    )
