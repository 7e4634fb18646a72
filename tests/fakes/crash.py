"""Kills a process as by kill -9 at a chosen change of the disk, so that each possible interruption can be tried."""

import os
import signal
import sys
from collections.abc import Callable

CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.utime", "os.truncate", "shutil.rmtree"}
"""Python's audit events that come directly before a change of the disk."""


def completes(action: Callable[[], object], *, killed_before: int) -> bool:
    """Runs an action in another process, which dies before its change number `killed_before`, counted from 1.

    Returns False if it died, True if it completed with fewer changes.
    """
    child = os.fork()
    if child == 0:
        left = killed_before

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in CHANGES and not (event == "open" and _only_reads(arguments)):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            action()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), f"the action failed with {code}"
    return code == 0


def _only_reads(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR)
