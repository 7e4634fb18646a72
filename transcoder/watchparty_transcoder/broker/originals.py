"""An upload that only this process can read: in a bucket, or in a file where just the output is in one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.cloud.storage import Blob

CALL_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Original:
    """One version of one object; `fetch(first, last)` returns its bytes, both positions included."""

    fetch: Callable[[int, int], bytes]
    size_bytes: int


def from_gcs(blob: "Blob") -> Original:
    """An object of Google Cloud Storage, at the generation of `blob`."""
    blob.reload()
    return Original(
        lambda first, last: bytes(blob.download_as_bytes(start=first, end=last, timeout=CALL_WITHIN_S)), blob.size
    )


def from_s3(client: Any, bucket: str, key: str) -> Original:
    """An object of an S3-compatible service."""
    found = client.head_object(Bucket=bucket, Key=key)
    version = found["ETag"]

    def fetch(first: int, last: int) -> bytes:
        wanted = f"bytes={first}-{last}"
        return bytes(client.get_object(Bucket=bucket, Key=key, Range=wanted, IfMatch=version)["Body"].read())

    return Original(fetch, found["ContentLength"])


def from_disk(path: Path) -> Original:
    """A file of this machine."""

    def fetch(first: int, last: int) -> bytes:
        with path.open("rb") as file:
            file.seek(first)
            return file.read(last + 1 - first)

    return Original(fetch, path.stat().st_size)
