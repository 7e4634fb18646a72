"""Events as JSON, one a line, for the process that started us."""

from typing import BinaryIO

from watchparty_transcoder.events import TranscodeEvent, encode


class LineAnnouncer:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def announce(self, event: TranscodeEvent) -> None:
        self._stream.write(encode(event) + b"\n")
        self._stream.flush()
