"""Ready before there is a film: everything is imported, and the order is awaited that says which one.

The supervisor starts such a process while an original is still being uploaded; a film that is complete then waits for
no interpreter. Called by the command; makes nothing itself.
"""

import importlib
import json
import os
import select

PATIENCE_S = 600.0  # a film that takes longer to arrive has another one made ready, or begins cold


def receive_arguments(*, descriptor: int = 0, patience_s: float = PATIENCE_S) -> list[str] | None:
    """The arguments of the run: a JSON list in one line. None when none will come: end of input, or `patience_s`.

    What follows the line is left in the pipe's other end: `--with-parent` goes on reading there.
    """
    importlib.import_module("watchparty_transcoder.bootstrap")  # and with it all that a run needs
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([descriptor], [], [], patience_s)
        data = os.read(descriptor, 4096) if readable else b""
        if not data:
            return None
        line += data
    arguments: list[str] = json.loads(line)
    return arguments
