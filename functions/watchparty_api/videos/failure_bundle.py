"""What explains why a film could not be prepared, as one ZIP file for the film's owner, who can pass it on.

It is built only when the owner downloads it, and is sent to no one else. The transcoder's report names no path, address
or setting of the server (`failure_report.py` there).
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from watchparty_api.errors import Conflict
from watchparty_api.records import Video
from watchparty_api.services import Services

START_BYTES = 8 * 1024 * 1024
"""Of the original: enough for headers and the first seconds. Cloud Run answers with 32 MiB at most."""
REPORT = "failure.report"
"""As the transcoder names it (`storage/layout.py`); no file that is served with the film has this ending."""

_READ_ME = """This explains why WatchParty could not prepare a film.

Nothing of it has been sent to anyone. You decide who gets it, for example with a report about the problem.

failure.json        what the film's owner was told, and what is known about the file
{report}{original}
It contains no password, no key, no name of another person and nothing about the server but versions of programs.
"""
_REPORT_PARTS = """probe.json          what the file says about itself: its tracks, codecs, sizes and times
plan.json           what was to be made of it
commands.txt        the last command lines
log.txt             the last lines of the log
versions.json       the programs that were used
"""
_NO_REPORT = "(There is no log: the run ended before it could leave one.)\n"
_ORIGINAL = """original-start.bin  the first {bytes:,} of the file's {size:,} bytes
"""
_NO_ORIGINAL = "(The file itself is no longer on the server.)\n"


def failure_bundle(services: Services, video: Video) -> bytes:
    """The ZIP file. Raises Conflict unless the film has failed."""
    if video.status != "failed" or video.failure is None:
        raise Conflict("nothing_failed", "Only films that failed have a problem report.")
    report = _report(services, video)
    start = services.objects.original_start(video.id, at_most_bytes=START_BYTES)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _texts(video, report, start, version=services.config.version):
            archive.writestr(name, text.encode(errors="replace"))  # a report can have lone surrogates
        if start is not None:
            archive.writestr("original-start.bin", start, compress_type=zipfile.ZIP_STORED)
    return packed.getvalue()


def _report(services: Services, video: Video) -> dict[str, Any] | None:
    """The transcoder's. None: there is none, or it cannot be read."""
    data = services.objects.read_media(f"{video.id}/{video.generation}/{REPORT}") if video.generation else None
    try:
        report = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def _texts(
    video: Video, report: dict[str, Any] | None, start: bytes | None, *, version: str
) -> Iterator[tuple[str, str]]:
    parts = _REPORT_PARTS if report else _NO_REPORT
    original = _NO_ORIGINAL if start is None else _ORIGINAL.format(bytes=len(start), size=video.size_bytes)
    yield "README.txt", _READ_ME.format(report=parts, original=original)
    yield "failure.json", _json(_known(video, report, version))
    if report:
        yield "probe.json", _json(report.get("probe"))
        yield "plan.json", _json(report.get("plan"))
        yield "commands.txt", _lines(report.get("commands"))
        yield "log.txt", _lines(report.get("log"))
        yield "versions.json", _json(report.get("versions"))


def _known(video: Video, report: dict[str, Any] | None, version: str) -> dict[str, Any]:
    known = {name: (report or {}).get(name) for name in ("detail", "attempt")}
    return {
        **(video.failure or {}),
        "detail": known["detail"],
        "reported_by_attempt": known["attempt"],
        "attempt": video.attempt,
        "lost_runs": video.lost_runs,
        "filename": video.filename,
        "content_type": video.content_type,
        "size_bytes": video.size_bytes,
        "uploaded_at": _time(video.created_at),
        "failed_at": _time(video.updated_at),
        "watchparty": version,
    }


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _lines(value: Any) -> str:
    lines = value if isinstance(value, list) else []
    return "".join(f"{line}\n" for line in lines)
