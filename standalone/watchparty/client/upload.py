"""Uploads a film, and continues an upload that was interrupted, also in an earlier process."""

import time
from collections.abc import Callable, Iterator

from watchparty.client.connection import Json, Server
from watchparty.client.errors import ClientError, Interrupted, MissingItem, Refused, TryAgain
from watchparty.client.film_file import FilmFile
from watchparty.client.saved_uploads import SavedUpload, SavedUploads
from watchparty.client.transports import Multipart, Resumable, SessionGone, Transport

ATTEMPTS = 8
"""Failures in a row after which the command gives up; with the pauses about a minute and a half."""
LONGEST_PAUSE_S = 30.0
"""The longest pause before another attempt, unless the server asks for more."""
REPORT_EVERY_S = 5.0
"""How often the server is told the progress, which it shows to the guests of a room."""

Progress = Callable[[int, int], None]
"""Called with the number of bytes sent and the film's size."""


class FilmUpload:
    """The upload of one file to one server. `warn` receives a sentence that does not stop the upload."""

    def __init__(
        self,
        server: Server,
        film: FilmFile,
        saved: SavedUploads,
        *,
        progress: Progress,
        warn: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._server = server
        self._film = film
        self._saved = saved
        self._progress = progress
        self._warn = warn
        self._pause = pause
        self._fingerprint = film.fingerprint()
        self._reported_s = 0.0
        self._video_id = ""

    def run(self, *, title: str | None) -> str:
        """Sends what is missing and returns the video's id, which is remembered until `forget`.

        Raises Interrupted if a repeated command continues, and ClientError.
        """
        if not self._is_complete():
            self._transfer(title, self._announce(title))
        return self._video_id

    def forget(self) -> None:
        """Ends the upload: the same command then uploads the film again. Until then it returns the same video."""
        self._saved.remove(self._fingerprint)

    def _is_complete(self) -> bool:
        """Whether an earlier process sent the whole film, but did not receive the answer."""
        saved = self._saved.find(self._fingerprint)
        if saved is None:
            return False
        self._video_id = saved.video_id
        try:
            return self._continued(saved).stored_bytes() == self._film.size_bytes
        except (SessionGone, MissingItem, Refused):
            self._saved.remove(self._fingerprint)
            return False

    def _announce(self, title: str | None) -> Transport:
        """Announces the film; for a file that is being uploaded already, the server returns the same video."""
        body: Json = {
            "filename": self._film.name,
            "size_bytes": self._film.size_bytes,
            "content_type": self._film.content_type,
            "fingerprint": self._fingerprint,
        }
        answer = self._server.call("POST", "/videos", body if title is None else {**body, "title": title})
        self._video_id, upload = answer["video"]["id"], answer["upload"]
        saved = self._saved.find(self._fingerprint)
        if saved is None or saved.video_id != self._video_id or saved.protocol != upload["protocol"]:
            session = ""
            if upload["protocol"] == "gcs-resumable":
                session = Resumable.start(self._server, upload, size_bytes=self._film.size_bytes).session
            saved = SavedUpload(self._video_id, upload["protocol"], session)
            try:
                self._saved.save(self._fingerprint, saved)
            except OSError as error:
                self._warn(f"An interrupted upload can’t be continued: {error}")
        return self._continued(saved)

    def _continued(self, saved: SavedUpload) -> Transport:
        if saved.protocol == "s3-multipart":
            return Multipart(self._server, saved.video_id, size_bytes=self._film.size_bytes)
        return Resumable(self._server, saved.session, size_bytes=self._film.size_bytes)

    def _transfer(self, title: str | None, started: Transport) -> None:
        transport: Transport | None = started
        stored, failures, certain = -1, 0, False
        while stored < self._film.size_bytes:
            try:
                transport = transport or self._announce(title)
                now = self._send(transport, stored) if certain else transport.stored_bytes()
            except (TryAgain, SessionGone) as error:
                certain, failures = False, failures + 1
                if isinstance(error, SessionGone):
                    self._saved.remove(self._fingerprint)
                    transport = None
                if failures >= ATTEMPTS:
                    raise self._interrupted(stored, error) from error
                asked_s = error.after_s if isinstance(error, TryAgain) else 0.0
                self._pause(max(asked_s, min(LONGEST_PAUSE_S, 2.0 ** (failures - 1))))
                continue
            failures = 0 if now > stored else failures + 1
            if failures >= ATTEMPTS:
                raise self._interrupted(stored, TryAgain("The server stores nothing more."))
            stored, certain = now, True
            self._progress(stored, self._film.size_bytes)
            self._report(stored)

    def _send(self, transport: Transport, stored: int) -> int:
        length = min(transport.chunk_bytes, self._film.size_bytes - stored)
        return transport.send(stored, length, self._watched(stored, length))

    def _watched(self, first: int, length: int) -> Iterator[bytes]:
        for piece in self._film.pieces(first, length):
            yield piece
            first += len(piece)
            self._progress(first, self._film.size_bytes)

    def _report(self, stored: int) -> None:
        now_s = time.monotonic()
        if now_s - self._reported_s < REPORT_EVERY_S or stored >= self._film.size_bytes:
            return
        self._reported_s = now_s
        try:
            self._server.call("POST", f"/videos/{self._video_id}/upload/progress", {"sent_bytes": stored})
        except ClientError:
            return  # only what guests see is late; the upload itself decides whether the server is reachable

    def _interrupted(self, stored: int, error: Exception) -> Interrupted:
        share = 100 * max(0, stored) // self._film.size_bytes
        return Interrupted(f"The upload stopped at {share} %. {error} Run the same command again to continue.")
