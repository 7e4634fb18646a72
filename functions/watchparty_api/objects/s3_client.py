"""The S3 client: how it is created, its timeouts, and the translation of its errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from watchparty_api.errors import Unavailable


def open_client(endpoint: str) -> Any:
    """A client for the S3-compatible service at `endpoint`; boto3 finds credentials and region in its usual places."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},  # few self-hosted services have a DNS name for each bucket
            # Checksum headers are specific to Amazon; some other services refuse them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
    )


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raises Unavailable for errors of the service and of the connection."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("objects_unavailable", "The storage isn’t responding. Try again in a moment.") from error


@contextmanager
def unless_missing(*codes: str) -> Iterator[None]:
    """Ignores errors with these codes, by which S3 reports that something does not exist; other errors are raised."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in codes:
            raise
