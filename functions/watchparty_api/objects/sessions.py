"""Unfinished uploads on disk: what each session may become, and how many of its bytes are there.

All state is files, so a restart in the middle loses nothing: `sessions/{key}.json` says what was announced, the length
of `sessions/{key}.part` how far it got. Only the SHA-256 of a session's secret is kept. Plain blocking calls;
`web/resumable.py` runs them in threads. Beside them lies the finished original, which is never overwritten.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from watchparty_api.errors import Malformed, NotFound, PreconditionFailed
from watchparty_api.objects.disk import full_disk_refused
from watchparty_api.objects.port import StoredObject

GRANULE_BYTES = 256 * 1024
"""What is not the end of a file counts in multiples of this, as at Google Cloud Storage."""
LIFE = timedelta(days=7)
MOST_PER_VIDEO = 3
"""Each start opens a session, and each may fill the announced size: the idle oldest makes room for a fourth."""
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Session:
    """One announced upload of one video's original."""

    video_id: str
    key: str
    size_bytes: int
    content_type: str
    opened_at: datetime


class UploadSessions:
    """The folder `uploads/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._finishing = Lock()
        root.mkdir(parents=True, exist_ok=True)

    # ---- one session

    def open(self, video_id: str, *, size_bytes: int, content_type: str, now: datetime) -> str:
        """Begins a session and gives its secret. Raises PreconditionFailed when the original is there."""
        if self.original(video_id) is not None:
            raise _already()
        (self._folder(video_id) / "sessions").mkdir(parents=True, exist_ok=True)
        for old in sorted(self._of(video_id), key=lambda each: each.opened_at)[: -MOST_PER_VIDEO + 1]:
            self.drop(old)
        secret = secrets.token_urlsafe(32)
        session = Session(video_id, _hash(secret), size_bytes, content_type, now)
        self.part(session).touch()
        _write(self._about(session), asdict(session) | {"opened_at": now.isoformat()})
        return secret

    def find(self, video_id: str, secret: str, *, now: datetime) -> Session:
        """The session that this secret opens. Raises NotFound when it is over, cancelled, or never was."""
        session = _session(self._folder(video_id) / "sessions" / f"{_hash(secret)}.json")
        if session is None or now >= session.opened_at + LIFE:
            raise NotFound("no_upload", "This upload no longer exists. Start again.")
        return session

    def stored_bytes(self, session: Session) -> int:
        """How much counts: everything when complete, else whole granules (the rest was cut off by an accident)."""
        try:
            length = self.part(session).stat().st_size
        except FileNotFoundError:
            raise NotFound("no_upload", "This upload no longer exists. Start again.") from None
        return length if length == session.size_bytes else length - length % GRANULE_BYTES

    def part(self, session: Session) -> Path:
        """Where the bytes go."""
        return self._folder(session.video_id) / "sessions" / f"{session.key}.part"

    def drop(self, session: Session) -> None:
        """Gives the session up; its bytes go."""
        self.part(session).unlink(missing_ok=True)
        self._about(session).unlink(missing_ok=True)

    # ---- the original

    def finish(self, session: Session, *, generation: str) -> StoredObject:
        """Turns a complete part into the original, once: a second session that gets here raises PreconditionFailed.

        What is known about the original is written before it appears, so that whoever sees it knows its generation.
        """
        with self._finishing:
            if (already := self.finished(session)) is not None:
                return already
            if self.original(session.video_id) is not None:
                self.drop(session)
                raise _already()
            folder = self._folder(session.video_id)
            about = {"generation": generation, "content_type": session.content_type, "session": session.key}
            try:
                _flush(self.part(session))
                _write(folder / "original.json", about)
                self.part(session).rename(folder / "original")
                _flush(folder)
            except FileNotFoundError:
                raise NotFound("no_upload", "This film has been deleted.") from None
        for other in self._of(session.video_id):
            if other.key != session.key:
                self.drop(other)
        return StoredObject(f"{session.video_id}/original", generation, session.size_bytes, session.content_type)

    def finished(self, session: Session) -> StoredObject | None:
        """The original, if this very session became it: so a lost answer can be asked for again."""
        about = _read(self._folder(session.video_id) / "original.json")
        return self.original(session.video_id) if about and about["session"] == session.key else None

    def original(self, video_id: str) -> StoredObject | None:
        """The finished original."""
        folder = self._folder(video_id)
        about = _read(folder / "original.json")
        try:
            size_bytes = (folder / "original").stat().st_size
        except FileNotFoundError:
            return None
        if about is None:
            return None
        return StoredObject(f"{video_id}/original", about["generation"], size_bytes, about["content_type"])

    # ---- all of them

    def delete(self, video_id: str) -> None:
        """Removes the original and everything unfinished; nothing there is no error."""
        shutil.rmtree(self._folder(video_id), ignore_errors=True)

    def delete_expired(self, now: datetime) -> int:
        """Drops the sessions whose life is over and says how many that were."""
        over = [
            each for folder in self.root.iterdir() for each in self._of(folder.name) if now >= each.opened_at + LIFE
        ]
        for session in over:
            self.drop(session)
        return len(over)

    def _of(self, video_id: str) -> Iterator[Session]:
        for about in sorted((self._folder(video_id) / "sessions").glob("*.json")):
            if (session := _session(about)) is not None:
                yield session

    def _about(self, session: Session) -> Path:
        return self._folder(session.video_id) / "sessions" / f"{session.key}.json"

    def _folder(self, video_id: str) -> Path:
        if not _VIDEO_ID.fullmatch(video_id):
            raise Malformed("bad_video_id", "That isn’t a video ID.")
        return self.root / video_id


def _session(about: Path) -> Session | None:
    found = _read(about)
    if found is None:
        return None
    opened_at = datetime.fromisoformat(found["opened_at"])
    return Session(found["video_id"], found["key"], found["size_bytes"], found["content_type"], opened_at)


def _already() -> PreconditionFailed:
    return PreconditionFailed("already_uploaded", "This film has already been uploaded.")


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return found


def _write(path: Path, value: object) -> None:
    """Whole or not at all, also when the power goes."""
    fresh = path.with_suffix(".new")
    with full_disk_refused():
        fresh.write_text(json.dumps(value))
        _flush(fresh)
        fresh.rename(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
