"""An S3 endpoint for tests: moto's server with the real client, and a browser that uploads in parts.

It checks neither signatures nor expiry, so it proves nothing about access; tests inspect what was signed instead.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypedDict

import boto3
import httpx2
from botocore.config import Config
from moto.server import ThreadedMotoServer

from fakes.api_harness import SITE
from watchparty_api.objects.s3 import S3ObjectStore


class Credentials(TypedDict):
    AWS_ACCESS_KEY_ID: str
    AWS_SECRET_ACCESS_KEY: str
    AWS_DEFAULT_REGION: str


CREDENTIALS = Credentials(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1")


@dataclass
class S3Service:
    """The endpoint with two new buckets."""

    endpoint: str
    uploads: str
    media: str

    @cached_property
    def client(self) -> Any:
        return client_of(self.endpoint)

    def content(self, bucket: str, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=bucket, Key=key)["Body"].read())


def client_of(endpoint: str) -> Any:
    """The client as the product creates it, but with explicit credentials."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"total_max_attempts": 1},
        ),
    )


@contextmanager
def s3_server() -> Iterator[str]:
    """Runs the endpoint and yields its URL."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://127.0.0.1:{port}" if host == "0.0.0.0" else f"http://{host}:{port}"
    finally:
        server.stop()


def fresh_buckets(endpoint: str) -> S3Service:
    mark = secrets.token_hex(4)
    service = S3Service(endpoint, f"uploads-{mark}", f"media-{mark}")
    for bucket in (service.uploads, service.media):
        service.client.create_bucket(Bucket=bucket)
    return service


def s3_store(s3: S3Service, *, now: Callable[[], datetime], public_endpoint: str | None = None) -> S3ObjectStore:
    """The complete adapter, connected to the local endpoint."""
    return S3ObjectStore(
        uploads_bucket=s3.uploads,
        media_bucket=s3.media,
        endpoint=s3.endpoint,
        public_endpoint=public_endpoint or s3.endpoint,
        make_client=client_of,
        now=now,
    )


def send_in_parts(store: S3ObjectStore, content: bytes, *, video_id: str = "v1") -> None:
    """A complete upload, with the steps of both the browser and the API."""
    store.start_upload(video_id=video_id, size_bytes=len(content), content_type="video/mp4", base_url=SITE)
    put_parts(store, content, video_id=video_id)
    store.multipart.complete(video_id=video_id, size_bytes=len(content))


def put_parts(store: S3ObjectStore, content: bytes, *, video_id: str = "v1", numbers: list[int] | None = None) -> None:
    """Sends the given parts, by default all of them."""
    each = store.multipart.parts(video_id=video_id, size_bytes=len(content), numbers=[]).part_size_bytes
    wanted = numbers or list(range(1, -(-len(content) // each) + 1))
    found = store.multipart.parts(video_id=video_id, size_bytes=len(content), numbers=wanted)
    for part in found.addresses:
        begin = (part.number - 1) * each
        assert httpx2.put(part.url, content=content[begin : begin + part.size_bytes]).status_code == 200
