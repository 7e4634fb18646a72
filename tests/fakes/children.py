"""Programs that tests start as child processes: `python -m fakes.children NAME …`."""

import os
import sys
import threading
from pathlib import Path

from watchparty.process import Child

MODULE = "fakes.children"


def talker() -> int:
    """Waits for a line, then prints "one", and "two" with its own priority. Exit code 3."""
    sys.stdin.readline()
    print("one")
    print("two", os.getpriority(os.PRIO_PROCESS, 0))
    return 3


def listener() -> int:
    """Prints its process id and runs until its standard input is closed."""
    print(os.getpid(), flush=True)
    sys.stdin.read()
    return 0


def echo() -> int:
    """Prints the first line that it reads."""
    print(sys.stdin.readline())
    return 0


def environment() -> int:
    """Prints the name of each variable."""
    print(*os.environ, sep="\n")
    return 0


def server(log: str) -> int:
    """Starts a listener, prints what it prints, and hangs until it is killed."""
    Child(
        MODULE,
        ["listener"],
        on_line=lambda line: print(line, flush=True),
        niceness=5,
        log=Path(log),
        variables=["PATH"],
    )
    threading.Event().wait()
    return 0


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    sys.exit(globals()[name](*arguments))
