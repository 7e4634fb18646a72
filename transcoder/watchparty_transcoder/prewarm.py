"""Gets a process ready before there is a film: imports everything, then waits for the arguments of the run.

The supervisor starts such a process while an original is still being uploaded, so that the complete film does not have
to wait for an interpreter to start. Called by the command; transcodes nothing itself.
"""

import importlib
import json
import os
import select

PATIENCE_S = 600.0
"""If an upload takes longer, another process is prewarmed, or its transcode starts cold."""


def receive_arguments(*, descriptor: int = 0, patience_s: float = PATIENCE_S) -> list[str] | None:
    """Reads the arguments of the run: a JSON list on one line. None at the end of input, or after `patience_s`.

    Whatever follows that line stays in the pipe, because `--with-parent` continues to read from it.
    """
    importlib.import_module("watchparty_transcoder.bootstrap")  # and with it everything that a run needs
    importlib.import_module("watchparty_transcoder.pipeline")
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([descriptor], [], [], patience_s)
        data = os.read(descriptor, 4096) if readable else b""
        if not data:
            return None
        line += data
    arguments: list[str] = json.loads(line)
    return arguments
