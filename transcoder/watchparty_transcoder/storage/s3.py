"""Storage in a bucket of an S3-compatible service, for a single process that writes a film.

Before an object that is written once is created, its existence is checked, because not every such service supports
conditional writes.
"""

import threading
from typing import Any

from watchparty_transcoder.errors import InternalError
from watchparty_transcoder.storage.gcs import FOR_EVER, NOT_AT_ALL, TYPES

MISSING = ("404", "NoSuchKey")
"""The response to HEAD has no body with an error code."""
LOCKS = 16
DELETES_AT_ONCE = 1000


def open_client(endpoint: str) -> Any:
    """boto3 finds credentials and region in its usual places."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # checksums in headers are specific to Amazon; other services reject unknown headers
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 8},  # half a minute
            max_pool_connections=32,
        ),
    )


class S3Storage:
    """`prefix` ends with "/"."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._locks = [threading.RLock() for _ in range(LOCKS)]

    def write(self, name: str, data: bytes) -> None:
        ending = name[name.rfind(".") :]
        with self._lock(name):
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=data,
                ContentType=TYPES.get(ending, "application/json"),
                CacheControl=NOT_AT_ALL if ending in (".m3u8", ".json", ".done") else FOR_EVER,
            )

    def create(self, name: str, data: bytes) -> bool:
        with self._lock(name):
            if self.size(name) is not None:
                return False
            self.write(name, data)
            return True

    def read(self, name: str) -> bytes | None:
        answer = self._unless_missing("get_object", name)
        return bytes(answer["Body"].read()) if answer else None

    def size(self, name: str) -> int | None:
        answer = self._unless_missing("head_object", name)
        return int(answer["ContentLength"]) if answer else None

    def sizes(self, folder: str = "") -> dict[str, int]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + folder
        )
        found = (each for page in pages for each in page.get("Contents", []))
        return {each["Key"].removeprefix(self._prefix): int(each["Size"]) for each in found}

    def clear(self, begins: str = "") -> None:
        names = list(self.sizes(begins))
        for begin in range(0, len(names), DELETES_AT_ONCE):
            objects = [{"Key": self._prefix + name} for name in names[begin : begin + DELETES_AT_ONCE]]
            done = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            if refused := done.get("Errors"):  # the response to the whole request is 200 nevertheless
                raise InternalError(f"clearing {self._prefix}: {refused[0].get('Code')}")

    def _lock(self, name: str) -> threading.RLock:
        """One thread at a time writes a name, because two threads write the same initialisation segment."""
        return self._locks[hash(name) % LOCKS]

    def _unless_missing(self, call: str, name: str) -> Any:
        from botocore.exceptions import ClientError

        try:
            return getattr(self._client, call)(Bucket=self._bucket, Key=self._prefix + name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                return None
            raise
