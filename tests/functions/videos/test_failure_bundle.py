"""The download that explains why a film failed."""

import io
import json
import zipfile
from typing import Any

import pytest
from httpx2 import Response

from fakes.api_harness import ApiHarness, Person
from fakes.party import film
from watchparty_api.objects.media_names import is_media_name, media_type
from watchparty_api.records import Video
from watchparty_api.videos.failure_bundle import REPORT, START_BYTES
from watchparty_transcoder.storage import layout

FAILURE = {"code": "corrupt", "message": "This file is damaged and can’t be played."}
REPORTED: dict[str, Any] = {
    "v": 1,
    "attempt": 1,
    "code": "corrupt",
    "detail": "exit 1",
    "versions": {"ffmpeg": "ffmpeg version 7.1"},
    "probe": {"demuxer": "mov"},
    "plan": None,
    "commands": ["ffmpeg -i file:…/original", "ffmpeg -version"],
    "log": ["INFO a line", "WARNING Zeile mit ü"],
}


def failed(api: ApiHarness, owner: Person, *, content: bytes | None = b"a film", report: Any = REPORTED) -> Video:
    fields = {"status": "failed", "playable": False, "failure": FAILURE, "size_bytes": len(content or b"x")}
    video = film(api, owner, **fields)
    if content is not None:
        api.objects.bytes_of[video.id] = content
    if report is not None:
        data = report if isinstance(report, bytes) else json.dumps(report).encode()
        api.objects.media[f"{video.id}/{video.generation}/{REPORT}"] = data
    return video


def download(api: ApiHarness, person: Person, video: Video) -> Response:
    return api.client.get(f"/api/v1/videos/{video.id}/failure-bundle", headers=person.headers)


def unpacked(answer: Response) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_bundle_explains_the_failure(api: ApiHarness) -> None:
    """Probe, plan, command lines, versions, log, the failure and the start of the original, as an attachment."""
    ana = api.person("Ana")
    answer = download(api, ana, failed(api, ana))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="watchparty-problem-')
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in answer.headers
    files = unpacked(answer)
    assert json.loads(files["probe.json"]) == {"demuxer": "mov"}
    assert json.loads(files["plan.json"]) is None
    assert files["commands.txt"].decode() == "ffmpeg -i file:…/original\nffmpeg -version\n"
    assert files["log.txt"].decode() == "INFO a line\nWARNING Zeile mit ü\n"
    assert json.loads(files["versions.json"]) == {"ffmpeg": "ffmpeg version 7.1"}
    assert files["original-start.bin"] == b"a film"
    told = json.loads(files["failure.json"])
    assert (told["code"], told["message"], told["detail"]) == ("corrupt", FAILURE["message"], "exit 1")
    assert told["filename"] == "nosferatu 1922.mkv"
    for name in files.keys() - {"README.txt"}:
        assert name in files["README.txt"].decode()


def test_only_the_first_megabytes_of_the_film_are_included(api: ApiHarness) -> None:
    """A long film does not pass through a function."""
    ana = api.person("Ana")
    content = bytes(START_BYTES) + b"the end"
    files = unpacked(download(api, ana, failed(api, ana, content=content)))
    assert files["original-start.bin"] == content[:START_BYTES]


@pytest.mark.parametrize(
    "report",
    [None, b"{not json", b"[]", b'{"log":' + b"[" * 100_000],
    ids=["none", "damaged", "another kind", "too deep"],
)
def test_a_run_that_left_no_report(api: ApiHarness, report: bytes | None) -> None:
    """A killed run leaves none, and a damaged one counts as none: the rest is there, and the file says so."""
    ana = api.person("Ana")
    files = unpacked(download(api, ana, failed(api, ana, report=report)))
    assert set(files) == {"README.txt", "failure.json", "original-start.bin"}
    assert "There is no log" in files["README.txt"].decode()


def test_a_report_with_characters_that_are_none(api: ApiHarness) -> None:
    """A decoder that a film has taken over writes the report; the owner gets the rest of it."""
    ana = api.person("Ana")
    report = {**REPORTED, "log": ["a \udcff line"], "probe": {"codec": "\udcff"}, "detail": "\udcff"}
    files = unpacked(download(api, ana, failed(api, ana, report=report)))
    assert files["log.txt"] == b"a ? line\n"


def test_an_original_that_is_gone(api: ApiHarness) -> None:
    """The bundle says that the file is missing."""
    ana = api.person("Ana")
    files = unpacked(download(api, ana, failed(api, ana, content=None)))
    assert "original-start.bin" not in files
    assert "no longer on the server" in files["README.txt"].decode()


def test_nothing_about_accounts_is_included(api: ApiHarness) -> None:
    """Neither ids, names and addresses of people nor secrets: only what the transcoder and the file say."""
    ana = api.person("Ana Abendroth")
    answer = download(api, ana, failed(api, ana))
    text = b"".join(unpacked(answer).values()).decode()
    for secret in (ana.id, "Abendroth", "@", "Bearer", api.services.config.keys_dir or "keys"):
        assert secret not in text


@pytest.mark.parametrize("status", ["ready", "queued", "processing", "uploading"])
def test_only_films_that_failed_have_a_bundle(api: ApiHarness, status: str) -> None:
    """Also not a film that waits for space, which has a failure to show but is prepared later."""
    ana = api.person("Ana")
    video = film(api, ana, status=status, failure=FAILURE if status == "queued" else None)
    answer = download(api, ana, video)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_failed")


def test_someone_else_gets_no_bundle(api: ApiHarness) -> None:
    """Not even a member who watched the part that was playable."""
    video = failed(api, api.person("Ana"))
    assert download(api, api.person("Ben"), video).status_code == 403


def test_the_report_is_not_served_with_the_film() -> None:
    """Both sides name it alike, and it has no ending that members of a room can fetch."""
    assert REPORT == layout.FAILURE
    assert is_media_name(f"v1/7/{REPORT}")
    assert media_type(REPORT) is None
