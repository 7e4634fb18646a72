"""Storage in a bucket of Google Cloud Storage, for several tasks that write one film together.

An object that is written once is created on the condition that it does not exist yet. An object that is replaced is
replaced on the condition that it is the version that this process wrote or read last. So a task that was believed dead
cannot undo what was written after it.
"""

from typing import TYPE_CHECKING

from watchparty_transcoder.errors import WriteConflict

if TYPE_CHECKING:
    from google.cloud.storage import Blob, Bucket

CALL_WITHIN_S = 60.0
NONE = 0  # as a generation: the object must not exist
TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/mp4",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}
FOR_EVER = "public, max-age=31536000, immutable"
"""For caches behind the grant; the bucket itself is private."""
NOT_AT_ALL = "no-cache"


class GcsStorage:
    """`prefix` ends with "/"."""

    def __init__(self, bucket: "Bucket", prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._generations: dict[str, int] = {}

    def write(self, name: str, data: bytes) -> None:
        from google.api_core.exceptions import PreconditionFailed

        blob = self._blob(name)
        try:
            self._upload(blob, data, over=self._generations.get(name, NONE))
        except PreconditionFailed as error:
            there = self._bucket.get_blob(blob.name, timeout=CALL_WITHIN_S)
            self._generations[name] = there.generation if there else NONE
            raise WriteConflict(name) from error
        self._generations[name] = blob.generation

    def create(self, name: str, data: bytes) -> bool:
        from google.api_core.exceptions import PreconditionFailed

        try:
            self._upload(self._blob(name), data, over=NONE)
        except PreconditionFailed:
            return False
        return True

    def read(self, name: str) -> bytes | None:
        from google.api_core.exceptions import NotFound

        try:
            return bytes(self._blob(name).download_as_bytes(timeout=CALL_WITHIN_S))
        except NotFound:
            return None

    def size(self, name: str) -> int | None:
        blob = self._bucket.get_blob(self._prefix + name, timeout=CALL_WITHIN_S)
        return int(blob.size) if blob else None

    def sizes(self, folder: str = "") -> dict[str, int]:
        found = self._bucket.list_blobs(prefix=self._prefix + folder, timeout=CALL_WITHIN_S)
        return {blob.name.removeprefix(self._prefix): int(blob.size) for blob in found}

    def clear(self, begins: str = "") -> None:
        from google.api_core.exceptions import NotFound, PreconditionFailed

        for blob in list(self._bucket.list_blobs(prefix=self._prefix + begins, timeout=CALL_WITHIN_S)):
            try:
                blob.delete(if_generation_match=blob.generation, timeout=CALL_WITHIN_S)
            except (NotFound, PreconditionFailed):
                continue  # another run has deleted or rewritten it
        self._generations = {name: known for name, known in self._generations.items() if not name.startswith(begins)}

    def _upload(self, blob: "Blob", data: bytes, *, over: int) -> None:
        ending = blob.name[blob.name.rfind(".") :]
        blob.cache_control = NOT_AT_ALL if ending in (".m3u8", ".json", ".done") else FOR_EVER
        content_type = TYPES.get(ending, "application/json")
        blob.upload_from_string(data, content_type=content_type, if_generation_match=over, timeout=CALL_WITHIN_S)

    def _blob(self, name: str) -> "Blob":
        return self._bucket.blob(self._prefix + name)
