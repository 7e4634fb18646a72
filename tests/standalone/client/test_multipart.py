"""Uploads in parts to an S3-compatible store, which a home server can use."""

import random
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from e2e.home import Home
from fakes.s3_service import CREDENTIALS, fresh_buckets
from standalone.client.command_line import CommandLine, line_to
from watchparty_api.objects.s3_multipart import part_size

pytestmark = [pytest.mark.service, pytest.mark.integration]


def test_parts_that_are_stored_are_not_sent_again(s3_endpoint: str, tmp_path: Path) -> None:
    """A command that is killed after the first part is continued by the next, which sends the others."""
    s3, port = fresh_buckets(s3_endpoint), urlsplit(s3_endpoint).port or 80
    part_bytes = part_size(1)
    content = random.Random(18).randbytes(2 * part_bytes + 1_000_001)
    film = tmp_path / "film.mkv"
    film.write_bytes(content)
    with line_to(port, limit=part_bytes + 1_000_000, hold=True) as line:
        server = Home(
            tmp_path / "data",
            WATCHPARTY_S3_ENDPOINT=s3.endpoint,
            WATCHPARTY_S3_PUBLIC_ENDPOINT=line.url,
            WATCHPARTY_UPLOADS_BUCKET=s3.uploads,
            WATCHPARTY_MEDIA_BUCKET=s3.media,
            **CREDENTIALS,
        )
        try:
            settings = {"WATCHPARTY_URL": server.url, "XDG_STATE_HOME": str(tmp_path / "state")}
            host = httpx2.post(f"{server.url}/api/v1/auth/temporary", json={}, headers={"Origin": server.url})
            command_line = CommandLine({**settings, "WATCHPARTY_TOKEN": host.json()["access_token"]})
            interrupted = command_line.started("upload", film)
            assert line.tripped.wait(60)
            interrupted.kill()
            interrupted.communicate(timeout=60)
            line.release()
            outcome = command_line.run("upload", film, "--json")
        finally:
            server.stop()
    assert (outcome.code, outcome.error) == (0, "")
    assert s3.content(s3.uploads, f"{outcome.json[0]['video_id']}/original") == content
    assert line.sent < len(content) + part_bytes
