"""Everything that ends a transcode early, with the closed code and the sentence that a person reads.

    TranscodeError
    ├── BadMedia              the file itself; trying again changes nothing (exit 2)
    │   ├── Unsupported       a kind of file, or of codec, that we do not take
    │   ├── NoMedia           nothing to see or hear in it
    │   ├── Corrupt           it says that it is media and cannot be decoded
    │   ├── Incomplete        the end is missing
    │   ├── TooLong           longer than the limit
    │   └── TooLarge          more pixels, streams or bytes than the limit
    ├── TookTooLong           a limit on time was reached (exit 3)
    ├── Broken                our side; trying again may help (exit 3)
    │   ├── ToolMissing       no ffmpeg on this machine
    │   ├── ToolFailed        ffmpeg ended with an error
    │   ├── ToolKilled        a signal ended ffmpeg; answered by doing that piece again, once
    │   ├── DiskFull          no room for the output
    │   ├── CannotCopy        what the gate let through has to be encoded after all; answered by another plan
    │   ├── HardwareFailed    what stood its trial fails in mid-film; answered by going on in software
    │   ├── Overtaken         another run wrote the same object; answered by looking again
    │   └── NotAsPlanned      verification found something that the plan did not say
    └── Cancelled             SIGTERM; nothing is announced (exit 143)

Sentences are for the person who uploaded; `detail` is for the log alone.
"""

import signal
from typing import ClassVar, Literal

FailureCode = Literal[
    "unsupported", "no_media", "corrupt", "incomplete", "too_long", "too_large", "timeout", "internal"
]

CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
"""What a program does to itself, unlike SIGKILL: so the kernel gets memory back."""


class TranscodeError(Exception):
    """A reason to stop, carrying what is announced (`code`, `sentence`) and what is only logged (`detail`)."""

    code: ClassVar[FailureCode] = "internal"
    exit_code: ClassVar[int] = 3
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
    """ffmpeg ended with an error; `detail` ends with the last lines that it wrote."""


class ToolKilled(InternalError):
    """A signal ended ffmpeg: it crashed, or the machine had no memory for it; `detail` as that of ToolFailed."""

    def __init__(self, detail: str, *, by: signal.Signals) -> None:
        super().__init__(detail)
        self.crashed = by in CRASHES


class DiskFull(InternalError):
    sentence = "The server ran out of disk space, so we couldn’t finish this film. Ask the admin to free some."


class CannotCopy(InternalError):
    """The original's own frames do not fit together; the pipeline plans again, without copying."""


class HardwareFailed(InternalError):
    """The hardware encoder failed at a chunk; the pipeline makes the ladder again, by software."""


class WriteConflict(InternalError):
    """Somebody else has written this object since it was last looked at; `detail` is its name."""


class PlanMismatch(InternalError):
    """What was written differs from the plan; nothing is announced as finished."""


class Cancelled(TranscodeError):
    exit_code = 143
