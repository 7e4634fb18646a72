"""A filter of system calls, as a program for the kernel (seccomp(2), SECCOMP_SET_MODE_FILTER).

Refused calls fail with EPERM, so that a library which merely tries one goes on. Numbers are those of the two
architectures that we publish images for; on any other there is no filter.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from enum import Enum

PR_SET_SECCOMP, MODE_FILTER = 22, 2
ALLOW, KILL_PROCESS, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, AND, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
"""Instructions of the classic BPF machine: linux/bpf_common.h."""
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
"""Offsets in struct seccomp_data. Of an argument the lower half is read, which comes first on both architectures."""
CLONE_THREAD = 0x00010000
SOCKET_TYPE = 0xF
"""Masks SOCK_CLOEXEC and SOCK_NONBLOCK."""
X32 = 0x40000000
"""The bit that numbers of the x32 interface have on x86-64."""

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
REFUSED = {
    "x86_64": {
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_getfd": 438, "kcmp": 312,
        "io_uring_setup": 425, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "open_by_handle_at": 304,
        "add_key": 248, "request_key": 249, "keyctl": 250, "mount": 165, "umount2": 166, "pivot_root": 155,
        "chroot": 161, "unshare": 272, "setns": 308, "move_mount": 429, "fsopen": 430, "open_tree": 428,
        "init_module": 175, "finit_module": 313, "delete_module": 176, "kexec_load": 246, "kexec_file_load": 320,
        "reboot": 169, "swapon": 167, "mknod": 133, "mknodat": 259, "ioperm": 173, "iopl": 172, "settimeofday": 164,
        "clock_settime": 227, "sethostname": 170,
    },
    "aarch64": {
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "pidfd_getfd": 438, "kcmp": 272,
        "io_uring_setup": 425, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "open_by_handle_at": 265,
        "add_key": 217, "request_key": 218, "keyctl": 219, "mount": 40, "umount2": 39, "pivot_root": 41,
        "chroot": 51, "unshare": 97, "setns": 268, "move_mount": 429, "fsopen": 430, "open_tree": 428,
        "init_module": 105, "finit_module": 273, "delete_module": 106, "kexec_load": 104, "kexec_file_load": 294,
        "reboot": 142, "swapon": 224, "mknodat": 33, "settimeofday": 170, "clock_settime": 112, "sethostname": 161,
    },
}  # fmt: skip
"""What decoding never needs: other processes' memory, ways around this filter, and the administration of the system."""
SOCKET = {"x86_64": 41, "aarch64": 198}
CLONE = {"x86_64": 56, "aarch64": 220}
FORKS = {"x86_64": (57, 58), "aarch64": ()}
CLONE3 = 435


class Sockets(Enum):
    NONE = "none"
    TCP = "TCP over IPv4"  # where to is up to Landlock
    ANY = "any"


def available(machine: str = platform.machine()) -> bool:
    return sys.platform == "linux" and machine in ARCHITECTURES


def program(*, sockets: Sockets, may_fork: bool, machine: str = platform.machine()) -> bytes:
    """The filter's instructions: refuses `REFUSED`, sockets, and, unless `may_fork`, every new process."""
    refuse = _instruction(RETURN, FAIL | errno.EPERM)
    code = [
        _instruction(LOAD, ARCHITECTURE_AT),
        _instruction(JUMP_EQUAL, ARCHITECTURES[machine], then=1),
        _instruction(RETURN, KILL_PROCESS),  # a 32-bit call has other numbers
        _instruction(LOAD, NUMBER_AT),
    ]
    if machine == "x86_64":
        code += [_instruction(JUMP_AT_LEAST, X32, otherwise=1), refuse]
    for number in REFUSED[machine].values():
        code += _if_number(number, [refuse])
    if sockets is not Sockets.ANY:
        code += _if_number(SOCKET[machine], _tcp_only(refuse) if sockets is Sockets.TCP else [refuse])
    if not may_fork:
        for number in FORKS[machine]:
            code += _if_number(number, [refuse])
        # glibc then uses clone, whose flags can be read here; those of clone3 are in memory
        code += _if_number(CLONE3, [_instruction(RETURN, FAIL | errno.ENOSYS)])
        thread = [_instruction(LOAD, ARGUMENTS_AT), _instruction(JUMP_ANY_BIT, CLONE_THREAD, then=1), refuse]
        code += _if_number(CLONE[machine], [*thread, _instruction(RETURN, ALLOW)])
    return b"".join([*code, _instruction(RETURN, ALLOW)])


def _tcp_only(refuse: bytes) -> list[bytes]:
    return [
        _instruction(LOAD, ARGUMENTS_AT),
        _instruction(JUMP_EQUAL, socket.AF_INET, otherwise=3),
        _instruction(LOAD, ARGUMENTS_AT + 8),
        _instruction(AND, SOCKET_TYPE),
        _instruction(JUMP_EQUAL, socket.SOCK_STREAM, then=1),
        refuse,
        _instruction(RETURN, ALLOW),
    ]


def _if_number(number: int, block: list[bytes]) -> list[bytes]:
    """`block` ends in a return, so that the number is still loaded for what follows it."""
    return [_instruction(JUMP_EQUAL, number, otherwise=len(block)), *block]


def _instruction(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class Filter:
    """A program in memory, ready for a process that may only make system calls."""

    def __init__(self, code: bytes) -> None:
        self._code = code
        self._program = _Program(len(code) // 8, code)
        self._address = ctypes.addressof(self._program)

    def install(self) -> None:
        """Filters the calling thread and what it starts. Needs no-new-privileges. Raises OSError."""
        if _libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.c_void_p(self._address), 0, 0):
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")


_libc = ctypes.CDLL(None, use_errno=True)
