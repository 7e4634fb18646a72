"""Gets a process ready before there is a film: imports everything, then waits for the arguments of the run.

The supervisor starts such a process while an original is still being uploaded, so that the complete film does not have
to wait for an interpreter to start. Called by the command; transcodes nothing itself.
"""

import importlib
import json
import os
import select
from collections.abc import Sequence

PATIENCE_S = 600.0
"""If an upload takes longer, another process is prewarmed, or its transcode starts cold."""


DECODING = ("watchparty_transcoder.bootstrap", "watchparty_transcoder.pipeline")
"""With these comes everything that a run needs."""
SERVING = ("watchparty_transcoder.broker.bootstrap", "boto3")
"""What the process with the credentials needs for a film in S3."""


def receive_arguments(
    modules: Sequence[str] = (), *, descriptor: int = 0, patience_s: float = PATIENCE_S
) -> list[str] | None:
    """Imports `modules`, then reads the arguments of the run: a JSON list on one line.

    None at the end of input, or after `patience_s`.

    Whatever follows that line stays in the pipe, because `--with-parent` continues to read from it.
    """
    for module in modules:
        importlib.import_module(module)
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([descriptor], [], [], patience_s)
        data = os.read(descriptor, 4096) if readable else b""
        if not data:
            return None
        line += data
    arguments: list[str] = json.loads(line)
    return arguments
