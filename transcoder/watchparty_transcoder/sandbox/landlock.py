"""Landlock by system call: a process gives up every file, port and signal that a rule does not allow it.

Numbers and structures are those of include/uapi/linux/landlock.h; they are the same on every architecture. What a
kernel's version of the interface does not know is left out, as docs.kernel.org/userspace-api/landlock.html recommends.
"""

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System call numbers."""
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH, RULE_NET_PORT = 1, 2

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
KNOWN_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights over files that a version of the interface knows; later versions know those of the fifth."""
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""A rule for a path that is not a folder may grant these only."""
READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | TRUNCATE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG
DEVICE = READ | WRITE_FILE | IOCTL_DEV
BIND_TCP, CONNECT_TCP = 1 << 0, 1 << 1
NETWORK_SINCE, SCOPES_SINCE = 4, 6
SCOPE_ABSTRACT_UNIX, SCOPE_SIGNAL = 1 << 0, 1 << 1


@dataclass(frozen=True, slots=True)
class Rule:
    """Grants `rights` on a file, or on everything below a folder. A path that does not exist grants nothing."""

    path: Path
    rights: int


def version() -> int:
    """The version of the kernel's interface, from 1; 0 if the kernel has no Landlock or has disabled it."""
    if sys.platform != "linux":
        return 0
    found = _syscall(CREATE_RULESET, None, 0, CREATE_RULESET_VERSION)
    return max(0, found)


@contextlib.contextmanager
def ruleset(rules: Iterable[Rule], *, ports: Sequence[int] | None) -> Iterator[int]:
    """A descriptor for `restrict`. `ports`: those of TCP that may be connected to; None: any. Raises OSError."""
    known = version()
    files = KNOWN_FILE_RIGHTS[min(known, max(KNOWN_FILE_RIGHTS))]
    attributes = struct.pack("Q", files)
    if known >= NETWORK_SINCE:
        attributes += struct.pack("Q", 0 if ports is None else BIND_TCP | CONNECT_TCP)
    if known >= SCOPES_SINCE:
        attributes += struct.pack("Q", SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL)
    descriptor = _checked(_syscall(CREATE_RULESET, attributes, len(attributes), 0))
    try:
        for rule in rules:
            _add(descriptor, rule, files)
        for port in (ports or ()) if known >= NETWORK_SINCE else ():
            _checked(_syscall(ADD_RULE, descriptor, RULE_NET_PORT, struct.pack("QQ", CONNECT_TCP, port), 0))
        yield descriptor
    finally:
        os.close(descriptor)


def restrict(descriptor: int) -> None:
    """Confines the calling thread and what it starts from now on. Needs no-new-privileges. Raises OSError."""
    _checked(_syscall(RESTRICT_SELF, descriptor, 0))


def _add(descriptor: int, rule: Rule, known: int) -> None:
    try:
        opened = os.open(rule.path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there cannot be used either
        return
    try:
        allowed = rule.rights & known & (-1 if rule.path.is_dir() else OF_A_FILE)
        _checked(_syscall(ADD_RULE, descriptor, RULE_PATH_BENEATH, struct.pack("=Qi", allowed, opened), 0))
    finally:
        os.close(opened)


def _syscall(number: int, *arguments: int | bytes | None) -> int:
    passed = [ctypes.c_long(each) if isinstance(each, int) else ctypes.c_char_p(each) for each in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *passed))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result


_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
