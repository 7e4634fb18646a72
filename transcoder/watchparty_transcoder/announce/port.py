"""The port through which the world learns how a transcode is going."""

from typing import Protocol

from watchparty_transcoder.events import TranscodeEvent


class Announcer(Protocol):
    """Delivers at least once; the order may be lost on the way, so receivers go by `seq` and by kind."""

    def announce(self, event: TranscodeEvent) -> None: ...
