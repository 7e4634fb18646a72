"""Calls to S3: how its client is made, how long it may take, and its refusals in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from watchparty_api.errors import Unavailable


def open_client(endpoint: str) -> Any:
    """A client for the S3-compatible service at `endpoint`; boto3 finds credentials and region as it always does."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},  # a name for each bucket is what few have in their DNS
            # Checksums in headers are Amazon's own; others refuse what they do not know.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
    )


@contextmanager
def translated() -> Iterator[None]:
    """The service's refusals, and a line that is down, as Unavailable."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("objects_unavailable", "The storage isn’t responding. Try again in a moment.") from error


@contextmanager
def unless_missing(*codes: str) -> Iterator[None]:
    """Passes over "there is no such thing", which S3 says by these codes; everything else is raised."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in codes:
            raise
