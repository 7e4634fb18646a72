"""What explains a failed run: the probe's facts, the plan, the command lines, versions and the log's last lines.

Stored beside the output, for the film's owner, who can download it (`videos/failure_bundle.py` of the functions) and
may pass it on. So it names the film's own contents only: paths, addresses and settings of the server are taken out.
"""

import json
import logging
import platform
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import av
import msgspec

from watchparty_transcoder.errors import DiskFull, TranscodeError
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.plan.models import Facts
from watchparty_transcoder.plan.plan import PLAN_VERSION
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

log = logging.getLogger(__name__)

KEPT_LINES = 200
LONGEST_LINE = 2000
LONGEST_LIST = 40
"""A film of two hours has thousands of key frames and segments; the first ones show what they are like."""
VERSION_WITHIN_S = 10.0
PROGRAM = Path(__file__).parents[1]

_ADDRESS = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"<>]*")
_HOST = re.compile(
    r"(?<=\bhost=')[^']*(?=')|(?<=discarding connection: )\S+(?=\. )"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?![\w.])"
)
"""As urllib3 names the server of an S3-compatible store, and as numbers."""
_QUOTED_PATH = re.compile(r"(?P<quote>['\"])(?P<protocol>\w+:)?/(?:[^'\"\n]*/)?(?P<name>[^'\"/\n]*)(?P=quote)")
_PATH = re.compile(r"(?<![\w./…\])])/(?:[^\s'\"/:,;()\[\]]+/)+(?P<name>[^\s'\"/:,;()\[\]]*)")


class RunLog(logging.Handler):
    """The last lines that a run has logged, and what its probe has found."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.facts: Facts | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.extend(line[:LONGEST_LINE] for line in self.format(record).splitlines())


def store_report(
    error: TranscodeError,
    *,
    run_log: RunLog,
    attempt: int,
    source: Path | None,
    storage: Storage,
    processes: Processes,
    ffmpeg: Callable[[], str],
) -> None:
    """Never raises, because the event about the failure must follow. `source`: the film, if it is a local file."""
    if isinstance(error, DiskFull):
        return  # the run is repeated, and there is no room
    try:
        report = {
            "v": 1,
            "attempt": attempt,
            "code": error.code,
            "message": error.sentence,
            "detail": error.detail[:LONGEST_LINE],
            "versions": _versions(processes, ffmpeg),
            "probe": shortened(msgspec.to_builtins(run_log.facts, enc_hook=str)) if run_log.facts else None,
            "plan": _plan(storage),
            "commands": list(processes.commands),
            "log": list(run_log.lines),
        }
        folders = [
            Path(sys.prefix),
            Path(sys.base_prefix),
            Path.home(),
            Path.cwd(),
            *([source.parent] if source else []),
        ]
        text = json.dumps(without_places(report, folders), ensure_ascii=False)
        storage.write(layout.FAILURE, text.encode(errors="replace"))  # a film's name can be any bytes
    except Exception:  # whatever prevents it, the failure itself is reported
        log.warning("the report about the failure could not be stored", exc_info=True)


def shortened(value: Any) -> Any:
    """JSON with the beginning of each list."""
    if isinstance(value, dict):
        return {name: shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        rest = [f"… {len(value) - LONGEST_LIST} more"] if len(value) > LONGEST_LIST else []
        return [*(shortened(each) for each in value[:LONGEST_LIST]), *rest]
    return value


def without_places(value: Any, folders: Iterable[Path] = ()) -> Any:
    """JSON in whose texts addresses are replaced, and paths by their last part.

    Paths below `folders` are recognised even if they contain spaces.
    """
    if isinstance(value, dict):
        return {name: without_places(each, folders) for name, each in value.items()}
    if isinstance(value, list):
        return [without_places(each, folders) for each in value]
    if not isinstance(value, str):
        return value
    text = _HOST.sub("(address)", _ADDRESS.sub("(address)", value)).replace(f"{PROGRAM}/", "")
    for folder in sorted({str(each) for each in folders if len(each.parts) > 1}, key=len, reverse=True):
        text = text.replace(folder, "/…")
    text = _QUOTED_PATH.sub(r"\g<quote>\g<protocol>…/\g<name>\g<quote>", text)
    return _PATH.sub(r"…/\g<name>", text)


def _versions(processes: Processes, ffmpeg: Callable[[], str]) -> dict[str, Any]:
    return {
        "plan": PLAN_VERSION,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "pyav": av.__version__,
        "libav": {name: ".".join(map(str, version)) for name, version in av.library_versions.items()},
        "ffmpeg": _ffmpeg_version(processes, ffmpeg),
    }


def _ffmpeg_version(processes: Processes, ffmpeg: Callable[[], str]) -> str | None:
    """None: there is none, it does not start, or this process is being stopped."""
    processes.resume()
    try:
        with processes.run([ffmpeg(), "-version"], timeout_s=VERSION_WITHIN_S) as running:
            first, _, _ = running.stdout.read().decode(errors="replace").partition("\n")
    except TranscodeError:
        return None
    return first


def _plan(storage: Storage) -> Any:
    data = storage.read(layout.PLAN)
    return shortened(json.loads(data)) if data else None
