"""An upload in a bucket, read by range from the process that holds the credentials: by us, and by libav and ffmpeg."""

import io
from typing import BinaryIO, cast

from watchparty_transcoder.broker_client import BrokerClient
from watchparty_transcoder.source.source import Source

BUFFER_BYTES = 4096
READERS = 16


def through_broker(client: BrokerClient) -> Source:
    """The broker serves exactly one object, so that anything else which a file tells ffmpeg to open is not found."""
    return Source(
        url=client.original_url,
        protocols="http,tcp",
        open=lambda: cast("BinaryIO", io.BufferedReader(_RangeFile(client), BUFFER_BYTES)),
        size_bytes=lambda: client.run.size_bytes,
        port=client.port,
        readers=READERS,
    )


class _RangeFile(io.RawIOBase):
    """A seekable file over the object."""

    def __init__(self, client: BrokerClient) -> None:
        self._client = client
        self._size = client.run.size_bytes
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed names a wider type
        end = min(self._at + len(buffer), self._size)
        data = self._client.fetch_original(self._at, end - 1) if self._at < end else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
