"""What each process that reads an upload may do, and the steps by which it gives up everything else.

`Sandbox` is built once per run by the composition root. The transcoder confines itself before it opens the file
(`confine_this_process`); `ffmpeg/process.py` confines each ffmpeg between fork and exec (`for_ffmpeg`). Where Landlock
or seccomp is missing, the limits still apply, and `describe` names what is missing.
"""

import contextlib
import ctypes
import logging
import os
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal

from watchparty_transcoder.sandbox import landlock, seccomp
from watchparty_transcoder.sandbox.landlock import Rule
from watchparty_transcoder.sandbox.limits import MIB, ResourceLimits, address_bytes, memory_bytes
from watchparty_transcoder.sandbox.seccomp import Sockets

log = logging.getLogger(__name__)

PR_SET_NO_NEW_PRIVS = 38
PR_SET_DUMPABLE = 4
OWN_MEMORY_BYTES = 3072 * MIB
"""Of the transcoder, which holds an index and at most a segment of each track."""
OWN_PROCESSOR_S = 48 * 3600
MAX_INTERPRETER_BYTES = 256
"""BINPRM_BUF_SIZE of the kernel."""
OWN_FILE_BYTES = 4096 * MIB
"""A segment of the highest bit rate that is copied stays far below."""
OWN_DESCRIPTORS, DESCRIPTORS_OF_FFMPEG = 256, 64
PROGRAM_FOLDERS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/nix/store", "/gnu/store", "/snap", "/app/lib")
"""Where systems keep programs and libraries: readable by all, and holding no secret."""
PROGRAM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/dev/urandom")
DEVICES = ("/dev/dri", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset",
           *(f"/dev/nvidia{number}" for number in range(8)))  # fmt: skip
DESCRIPTIONS_OF_DEVICES = ("/sys", "/proc", "/etc/OpenCL", "/etc/vulkan", "/etc/glvnd")


class Mode(Enum):
    AUTO = "auto"  # as much as the kernel has
    REQUIRED = "required"  # refuse to run without Landlock and seccomp
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Available:
    """What the kernel offers."""

    landlock: int  # the version of its interface; 0: none
    seccomp: bool

    @property
    def complete(self) -> bool:
        return self.landlock >= landlock.NETWORK_SINCE and self.seccomp


def available() -> Available:
    return Available(landlock.version(), seccomp.available())


Confinement = Literal["full", "partial", "limits", "off"]


def describe(mode: Mode, found: Available) -> tuple[Confinement, str]:
    """One word, and the sentence for operators that explains it."""
    if mode is Mode.OFF:
        return "off", "Uploaded films are read without confinement: WATCHPARTY_MEDIA_SANDBOX is off."
    if found.complete:
        return "full", f"Uploaded films are read in a sandbox (Landlock {found.landlock} and seccomp)."
    if found.landlock and found.seccomp:
        return "partial", (
            f"Landlock {found.landlock} of this kernel confines files, but not connections: Linux 6.7 does both."
        )
    missing = " and ".join(
        name for name, there in (("Landlock", found.landlock), ("seccomp", found.seccomp)) if not there
    )
    reduced: Confinement = "partial" if found.landlock or found.seccomp else "limits"
    return (
        reduced,
        f"This system has no {missing}: uploaded films are read with fewer restrictions (Linux 6.7 has both).",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """For one film. `port` is that of the broker which serves a film in a bucket; None: it is a local file."""

    mode: Mode
    found: Available
    readable: tuple[Path, ...]
    writable: tuple[Path, ...] = ()
    program: Path | None = None  # ffmpeg, if it was found
    libraries: tuple[Path, ...] = ()  # folders that its libraries are in, besides the system's
    port: int | None = None
    devices: bool = False  # a graphics card may encode
    threads: int = 1

    # -- this process --------------------------------------------------------------------------------------------------

    def confine_this_process(self) -> None:
        """Permanent. Has to be called before other threads start, because Landlock confines only the calling one.

        Raises OSError if the kernel refuses what it offers.
        """
        if self.mode is Mode.OFF:
            return
        if threading.active_count() > 1:
            raise RuntimeError("the transcoder must confine itself before it starts threads")
        rules = [
            *_of_programs(),
            *(Rule(path, landlock.READ | landlock.EXECUTE) for path in _of_program(self.program)),
            *(Rule(path, landlock.READ | landlock.EXECUTE) for path in self.libraries),
            *_devices(self.devices),
            *(Rule(path, landlock.READ | landlock.EXECUTE) for path in _of_python(self.readable + self.writable)),
            *(Rule(path, landlock.READ) for path in self.readable),
            *(Rule(path, landlock.WRITE) for path in self.writable),
            Rule(Path("/dev/null"), landlock.READ | landlock.WRITE_FILE),
            Rule(Path("/proc/self"), landlock.READ),
        ]
        limits = ResourceLimits(
            memory_bytes=OWN_MEMORY_BYTES,
            address_bytes=None,  # a limit would also be that of ffmpeg, which may need more for a large film
            processor_s=OWN_PROCESSOR_S,
            file_bytes=OWN_FILE_BYTES,
            descriptors=OWN_DESCRIPTORS,
        )
        with self._prepared(rules, limits, may_fork=True, hard_memory=False) as confine:
            confine()
        log.info("%s", describe(self.mode, self.found)[1])

    # -- ffmpeg --------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def for_ffmpeg(self, program: Path, *, pixels: int, timeout_s: float) -> Iterator[Callable[[], None]]:
        """A function for the child, between fork and exec: system calls only. It may read, and write to its pipes."""
        if self.mode is Mode.OFF:
            yield _nothing
            return
        memory = memory_bytes(pixels, self.threads)
        limits = ResourceLimits(
            memory_bytes=memory,
            address_bytes=None if self.devices else address_bytes(memory, self.threads),
            processor_s=round(timeout_s * self.threads) + 60,  # the time limit comes first, unless this process is gone
            file_bytes=0,
            descriptors=DESCRIPTORS_OF_FFMPEG,
        )
        rules = [
            *_of_programs(),
            *(Rule(path, landlock.READ | landlock.EXECUTE) for path in _of_program(program)),
            *(Rule(path, landlock.READ | landlock.EXECUTE) for path in self.libraries),
            *_devices(self.devices),
            *(Rule(path, landlock.READ) for path in self.readable),
            Rule(Path("/dev/null"), landlock.READ | landlock.WRITE_FILE),
        ]
        with self._prepared(rules, limits, may_fork=False) as confine:
            yield confine

    @contextlib.contextmanager
    def _prepared(
        self, rules: Iterable[Rule], limits: ResourceLimits, *, may_fork: bool, hard_memory: bool = True
    ) -> Iterator[Callable[[], None]]:
        sockets = Sockets.ANY if self.devices else Sockets.NONE if self.port is None else Sockets.TCP
        calls = (
            seccomp.Filter(seccomp.program(sockets=sockets, may_fork=may_fork or self.devices))
            if self.found.seccomp
            else None
        )
        ports = () if self.port is None else (self.port,)
        with contextlib.ExitStack() as stack:
            files = stack.enter_context(landlock.ruleset(rules, ports=ports)) if self.found.landlock else None

            def confine() -> None:
                limits.apply(hard_memory=hard_memory)
                if sys.platform != "linux":
                    return
                if _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
                    raise OSError(ctypes.get_errno(), "no-new-privileges")
                if files is not None:
                    landlock.restrict(files)
                if calls is not None:
                    calls.install()

            yield confine


def protect_this_process() -> None:
    """Keeps its memory and environment from other processes of its user, also where there is no Landlock."""
    if sys.platform == "linux" and _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_DUMPABLE")


def unconfined() -> Sandbox:
    """For what no upload reaches."""
    return Sandbox(mode=Mode.OFF, found=Available(0, seccomp=False), readable=())


def _nothing() -> None:
    pass


def _of_programs() -> Iterator[Rule]:
    for folder in PROGRAM_FOLDERS:
        yield Rule(Path(folder), landlock.READ | landlock.EXECUTE)
    for file in PROGRAM_FILES:
        yield Rule(Path(file), landlock.READ)


def _of_program(program: Path | None) -> Iterator[Path]:
    """A program outside the system's folders: itself, the libraries beside it, and the interpreter of a script."""
    if program is None:
        return
    yield program
    real = program.resolve()
    yield real
    yield from (
        folder / part for folder in (program.parent.parent, real.parent.parent) for part in ("lib", "pyvenv.cfg")
    )
    with contextlib.suppress(OSError), real.open("rb") as file:
        first = file.readline(MAX_INTERPRETER_BYTES)
        if first.startswith(b"#!") and (interpreter := first[2:].split()):
            yield from _of_program(Path(os.fsdecode(interpreter[0])))


def _of_python(private: tuple[Path, ...]) -> Iterator[Path]:
    """The interpreter and the packages: modules are still imported after the file is open.

    A folder on the path that also holds films is not readable as a whole, only this package in it.
    """
    yield Path(sys.executable)
    yield Path(sys.executable).resolve()
    yield from (Path(path) for path in sysconfig.get_paths().values())
    yield from (
        Path(prefix) / part for prefix in {sys.prefix, sys.base_prefix} for part in ("lib", "bin", "pyvenv.cfg")
    )
    package = Path(__file__).parents[1]
    yield package
    for entry in sys.path:
        folder = Path(entry or ".").resolve()
        if entry and not any(path.resolve().is_relative_to(folder) for path in private):
            yield folder


def _devices(wanted: bool) -> Iterator[Rule]:
    if wanted:
        yield from (Rule(Path(path), landlock.DEVICE) for path in DEVICES)
        yield from (Rule(Path(path), landlock.READ) for path in DESCRIPTIONS_OF_DEVICES)


_libc = ctypes.CDLL(None, use_errno=True)
