"""What a process that reads an upload may use. Applied inside that process, by system calls only."""

import contextlib
import os
import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

MIB = 1 << 20
PROCESSES = 8192
"""Of the whole user, since the kernel counts so: stops a flood of threads. ffmpeg cannot start processes at all."""
OOM_SCORE = 800
"""Of 1000. If memory runs out, the kernel ends an encoder rather than the server."""
ADDRESS_SLACK_BYTES = 2048 * MIB
"""Of address space beyond the memory: libraries, and the arenas that malloc reserves without using them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLimits:
    memory_bytes: int
    address_bytes: int | None  # None: no limit, because drivers of graphics cards reserve without measure
    processor_s: int
    file_bytes: int  # of the largest file it may write; 0: it writes none
    descriptors: int

    def apply(self, *, hard_memory: bool = True) -> None:
        """Confines this process and those that it starts. Each limit stays below what it inherits.

        With `hard_memory=False` a process that it starts may still get more memory than itself.
        """
        _limit(resource.RLIMIT_DATA, self.memory_bytes, hard=hard_memory)
        if self.address_bytes is not None and sys.platform == "linux":
            _limit(resource.RLIMIT_AS, self.address_bytes)
        _limit(resource.RLIMIT_CPU, self.processor_s)
        _limit(resource.RLIMIT_FSIZE, self.file_bytes)
        _limit(resource.RLIMIT_NPROC, PROCESSES)
        _limit(resource.RLIMIT_NOFILE, self.descriptors)
        _limit(resource.RLIMIT_CORE, 0)  # a core file would hold the film, and fill the disk
        with contextlib.suppress(OSError):  # no /proc
            score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
            with contextlib.suppress(OSError):
                os.write(score, b"%d" % OOM_SCORE)
            os.close(score)


def _limit(which: int, value: int, *, hard: bool = True) -> None:
    _, most = resource.getrlimit(which)
    bounded = value if most == resource.RLIM_INFINITY else min(value, most)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some
        resource.setrlimit(which, (bounded, bounded if hard else most))


BASE_BYTES, BYTES_PER_THREAD = 1024 * MIB, 64 * MIB
BYTES_PER_PIXEL = 8
"""Of the largest format, four components of twelve bits."""
FRAMES, FRAMES_PER_THREAD = 32, 2
"""That a decoder with its references, the filters and the encoders hold; each thread of a decoder works on one more."""


def memory_bytes(pixels: int, threads: int) -> int:
    """What ffmpeg may allocate for a film whose frames have so many pixels."""
    frames = FRAMES + FRAMES_PER_THREAD * threads
    return BASE_BYTES + BYTES_PER_THREAD * threads + frames * BYTES_PER_PIXEL * pixels


def address_bytes(memory: int, threads: int) -> int:
    return memory + ADDRESS_SLACK_BYTES + BYTES_PER_THREAD * threads
