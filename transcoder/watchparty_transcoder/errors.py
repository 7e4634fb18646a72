"""Everything that ends a transcode early, with its code and the sentence that the uploader reads.

    TranscodeError
    ├── BadMedia              the file itself; a retry changes nothing (exit 2)
    │   ├── Unsupported       a kind of file, or a codec, that we do not accept
    │   ├── NoMedia           no video and no audio in it
    │   ├── Corrupt           it claims to be media, but cannot be decoded
    │   ├── Incomplete        the end is missing
    │   ├── TooLong           longer than the limit
    │   └── TooLarge          more pixels, streams or bytes than the limit
    ├── TimedOut              a time limit was reached (exit 3)
    ├── InternalError         our side; a retry may help (exit 3)
    │   ├── ToolMissing       no ffmpeg on this machine
    │   ├── ToolFailed        ffmpeg exited with an error
    │   ├── ToolKilled        a signal ended ffmpeg; the piece is tried once more
    │   ├── DiskFull          no room for the output; the run is repeated until there is
    │   ├── CannotCopy        the remux check was wrong; handled by a plan that copies less
    │   ├── HardwareFailed    the hardware passed its trial, but fails mid-film; software continues
    │   ├── WriteConflict     another run wrote the same object; handled by reading it again
    │   └── PlanMismatch      the output differs from the plan
    └── Cancelled             SIGTERM; no event is emitted (exit 143)

Sentences are for the uploader; `detail` is for the log only.
"""

import signal
from typing import ClassVar, Literal

FailureCode = Literal[
    "unsupported", "no_media", "corrupt", "incomplete", "too_long", "too_large", "timeout", "internal"
]
Wait = Literal["disk_space"]

CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
"""Signals that a program causes itself, unlike SIGKILL, by which the kernel reclaims memory."""


class TranscodeError(Exception):
    """A reason to stop, with what is emitted (`code`, `sentence`, `waits_for`) and what is only logged (`detail`)."""

    code: ClassVar[FailureCode] = "internal"
    exit_code: ClassVar[int] = 3
    waits_for: ClassVar[Wait | None] = None
    sentence: str = "Something went wrong on our side while preparing this film. Try again."

    def __init__(self, detail: str = "", *, sentence: str | None = None) -> None:
        super().__init__(detail or self.sentence)
        self.detail = detail
        if sentence is not None:
            self.sentence = sentence


class BadMedia(TranscodeError):
    exit_code = 2


class Unsupported(BadMedia):
    code = "unsupported"
    sentence = "We can’t read this file. Is it a video?"


class NoMedia(BadMedia):
    code = "no_media"
    sentence = "This file has no picture or sound."


class Corrupt(BadMedia):
    code = "corrupt"
    sentence = "This file is damaged and can’t be played."


class Incomplete(BadMedia):
    code = "incomplete"
    sentence = "The end of this file is missing. It may not have been copied completely. Try uploading it again."


class TooLong(BadMedia):
    code = "too_long"
    sentence = "This film is too long for this server."


class TooLarge(BadMedia):
    code = "too_large"
    sentence = "This film is too large for this server."


class TimedOut(TranscodeError):
    code = "timeout"
    sentence = "Preparing this film took too long, so we stopped."


class InternalError(TranscodeError):
    code = "internal"


class ToolMissing(InternalError):
    sentence = "The server can’t prepare films because ffmpeg is missing. Ask the admin to install it."


class ToolFailed(InternalError):
    """ffmpeg exited with an error; `detail` ends with its last lines of output."""


class ToolKilled(InternalError):
    """A signal ended ffmpeg: it crashed, or the machine ran out of memory. `detail` is as in ToolFailed."""

    def __init__(self, detail: str, *, by: signal.Signals) -> None:
        super().__init__(detail)
        self.crashed = by in CRASHES


class DiskFull(InternalError):
    waits_for = "disk_space"
    sentence = "The server’s disk space ran out, so preparing this film waits. It continues once the admin frees some."


class CannotCopy(InternalError):
    """Frames of the original's `streams` do not fit together; the film is planned again, without copying those."""

    def __init__(self, detail: str, *, streams: frozenset[int]) -> None:
        super().__init__(detail)
        self.streams = streams


class HardwareFailed(InternalError):
    """The hardware encoder failed on a chunk; the ladder is encoded again, in software."""


class WriteConflict(InternalError):
    """Another writer has replaced this object since it was last read; `detail` is its name."""


class PlanMismatch(InternalError):
    """The output differs from the plan; the film does not count as finished."""


class Cancelled(TranscodeError):
    exit_code = 143
