"""Upload sessions on disk, and the finished originals.

All state is in files, so a restart loses nothing: `sessions/{key}.json` describes the upload, and the length of
`sessions/{key}.part` is its progress. Of a session's secret only the SHA-256 is stored. The finished original is in the
same folder and is never overwritten. All calls block; `web/resumable.py` runs them in threads.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from watchparty_api.errors import Malformed, NotFound, PreconditionFailed
from watchparty_api.objects.disk import disk_full_errors
from watchparty_api.objects.port import StoredObject

GRANULE_BYTES = 256 * 1024
"""Progress before the end of a file counts in multiples of this size, as in Google Cloud Storage."""
LIFE = timedelta(days=7)
MAX_PER_VIDEO = 3
"""Each start opens a session that may grow to the full file size, so a further one replaces the oldest."""
_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Session:
    """One upload of a video's original."""

    video_id: str
    key: str
    size_bytes: int
    content_type: str
    opened_at: datetime


class UploadSessions:
    """The folder `uploads/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._finish_lock = Lock()
        root.mkdir(parents=True, exist_ok=True)

    # ---- one session

    def open(self, video_id: str, *, size_bytes: int, content_type: str, now: datetime) -> str:
        """Opens a session and returns its secret. Raises PreconditionFailed if the original exists."""
        if self.original(video_id) is not None:
            raise _already_uploaded()
        (self._folder(video_id) / "sessions").mkdir(parents=True, exist_ok=True)
        for old in sorted(self._of(video_id), key=lambda each: each.opened_at)[: -MAX_PER_VIDEO + 1]:
            self.drop(old)
        secret = secrets.token_urlsafe(32)
        session = Session(video_id, _hash(secret), size_bytes, content_type, now)
        self.part(session).touch()
        _write(self._description(session), asdict(session) | {"opened_at": now.isoformat()})
        return secret

    def find(self, video_id: str, secret: str, *, now: datetime) -> Session:
        """The session with this secret. Raises NotFound if it has expired, was cancelled, or never existed."""
        session = _session(self._folder(video_id) / "sessions" / f"{_hash(secret)}.json")
        if session is None or now >= session.opened_at + LIFE:
            raise NotFound("no_upload", "This upload no longer exists. Start again.")
        return session

    def stored_bytes(self, session: Session) -> int:
        """How many bytes count: all of them if the file is complete, otherwise whole granules."""
        try:
            length = self.part(session).stat().st_size
        except FileNotFoundError:
            raise NotFound("no_upload", "This upload no longer exists. Start again.") from None
        return length if length == session.size_bytes else length - length % GRANULE_BYTES

    def part(self, session: Session) -> Path:
        """The file that receives the bytes."""
        return self._folder(session.video_id) / "sessions" / f"{session.key}.part"

    def drop(self, session: Session) -> None:
        """Deletes the session and its bytes."""
        self.part(session).unlink(missing_ok=True)
        self._description(session).unlink(missing_ok=True)

    # ---- the original

    def finish(self, session: Session, *, generation: str) -> StoredObject:
        """Turns a complete session into the original. Raises PreconditionFailed if another session has become it.

        `original.json` is written before the original appears, so that its readers always find the generation.
        """
        with self._finish_lock:
            if (finished := self.finished(session)) is not None:
                return finished
            if self.original(session.video_id) is not None:
                self.drop(session)
                raise _already_uploaded()
            folder = self._folder(session.video_id)
            description = {"generation": generation, "content_type": session.content_type, "session": session.key}
            try:
                _flush(self.part(session))
                _write(folder / "original.json", description)
                self.part(session).rename(folder / "original")
                _flush(folder)
            except FileNotFoundError:
                raise NotFound("no_upload", "This film has been deleted.") from None
        for other in self._of(session.video_id):
            if other.key != session.key:
                self.drop(other)
        return StoredObject(f"{session.video_id}/original", generation, session.size_bytes, session.content_type)

    def finished(self, session: Session) -> StoredObject | None:
        """The original if it came from this session, so that a client whose response was lost can ask again."""
        description = _read(self._folder(session.video_id) / "original.json")
        return self.original(session.video_id) if description and description["session"] == session.key else None

    def original(self, video_id: str) -> StoredObject | None:
        """The finished original."""
        folder = self._folder(video_id)
        description = _read(folder / "original.json")
        try:
            size_bytes = (folder / "original").stat().st_size
        except FileNotFoundError:
            return None
        if description is None:
            return None
        return StoredObject(f"{video_id}/original", description["generation"], size_bytes, description["content_type"])

    def original_start(self, video_id: str, *, at_most_bytes: int) -> bytes | None:
        """The first bytes of the finished original."""
        if self.original(video_id) is None:
            return None
        try:
            with (self._folder(video_id) / "original").open("rb") as file:
                return file.read(at_most_bytes)
        except FileNotFoundError:  # deleted in the meantime
            return None

    # ---- all sessions

    def promised_bytes(self, *, besides: str, now: datetime) -> int:
        """What open sessions will still write, without those of the video `besides`."""
        others = (folder.name for folder in self.root.iterdir() if folder.name != besides)
        return sum(
            self._missing_bytes(each) for name in others for each in self._of(name) if now < each.opened_at + LIFE
        )

    def received_bytes(self, video_id: str) -> int:
        """What the video's open sessions take on the disk."""
        return sum(each.size_bytes - self._missing_bytes(each) for each in self._of(video_id))

    def make_room(self, video_id: str, *, fits: Callable[[int], bool]) -> None:
        """Drops the video's oldest sessions until `fits` accepts what the remaining ones will still write."""
        sessions = sorted(self._of(video_id), key=lambda each: each.opened_at)
        while sessions and not fits(sum(map(self._missing_bytes, sessions))):
            self.drop(sessions.pop(0))

    def _missing_bytes(self, session: Session) -> int:
        try:
            return max(0, session.size_bytes - self.part(session).stat().st_size)
        except FileNotFoundError:  # dropped in this moment
            return 0

    def delete(self, video_id: str) -> None:
        """Deletes the video's original and its sessions. It is no error if there are none."""
        shutil.rmtree(self._folder(video_id), ignore_errors=True)

    def delete_expired(self, now: datetime) -> int:
        """Deletes expired sessions and returns how many."""
        expired = [
            each for folder in self.root.iterdir() for each in self._of(folder.name) if now >= each.opened_at + LIFE
        ]
        for session in expired:
            self.drop(session)
        return len(expired)

    def _of(self, video_id: str) -> Iterator[Session]:
        for path in sorted((self._folder(video_id) / "sessions").glob("*.json")):
            if (session := _session(path)) is not None:
                yield session

    def _description(self, session: Session) -> Path:
        return self._folder(session.video_id) / "sessions" / f"{session.key}.json"

    def _folder(self, video_id: str) -> Path:
        if not _VIDEO_ID.fullmatch(video_id):
            raise Malformed("bad_video_id", "That isn’t a video ID.")
        return self.root / video_id


def _session(description: Path) -> Session | None:
    found = _read(description)
    if found is None:
        return None
    opened_at = datetime.fromisoformat(found["opened_at"])
    return Session(found["video_id"], found["key"], found["size_bytes"], found["content_type"], opened_at)


def _already_uploaded() -> PreconditionFailed:
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
    """Writes the file atomically, even if the power fails."""
    draft = path.with_suffix(".new")
    with disk_full_errors():
        draft.write_text(json.dumps(value))
        _flush(draft)
        draft.rename(path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
