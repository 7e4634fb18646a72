"""The one object that libav and ffmpeg get to see: a file, or what a loopback proxy serves of a bucket."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    url: str  # with its protocol, or a name with a colon would choose one
    protocols: str  # those, separated by commas, that reading it takes; nothing else is allowed
    open: Callable[[], BinaryIO]  # for our own looks at single places
    size_bytes: Callable[[], int]
    readers: int = 1  # how many looks at once pay off: more than one where each of them is a journey


def on_disk(path: Path) -> Source:
    return Source(
        url=f"file:{path}",
        protocols="file",
        open=lambda: path.open("rb"),
        size_bytes=lambda: path.stat().st_size,
    )
