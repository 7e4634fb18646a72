"""Code that has taken over the process which decodes a film in a bucket reaches that film and nothing else.

The real command starts the real processes. A `sitecustomize` module replaces the transcoding in the decoding process by
attacks, which therefore run where a flaw of libav would let them run.
"""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.google.pubsub_topic import Topic
from fakes.google.strict_gcs import StrictGcs
from fakes.s3_service import CREDENTIALS, S3Service, fresh_buckets
from transcoder.cloud import MEDIA, UPLOADS, VIDEO
from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import environment
from watchparty_transcoder.sandbox.sandbox import available

pytestmark = [
    pytest.mark.media,
    pytest.mark.service,
    pytest.mark.skipif(not available().complete, reason="this kernel has no Landlock or seccomp"),
]

OF_THE_SYSTEM = {
    "environment of the parent": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "memory of the parent": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "credentials in a file": "open('{secret}').read()",
    "the store itself": "socket.create_connection(('127.0.0.1', {port}), 5)",
    "the metadata server": "socket.create_connection(('127.0.0.1', {metadata}), 5)",
    "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "IPv6": "socket.socket(socket.AF_INET6)",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "listening": "socket.create_server(('127.0.0.1', 0))",
    "signal to the parent": "os.kill(os.getppid(), 0)",
    "writing a file": "open('{folder}/planted', 'w')",
}
"""What the sandbox refuses; without it each succeeds."""
VARIABLES = ("AWS_SECRET_ACCESS_KEY", "WATCHPARTY_UPLOADS_BUCKET", "SECRET_SETTING")
OF_THE_BROKER = {
    "variables": f"next(os.environ[name] for name in {VARIABLES} if name in os.environ)",
    "reading another film": "job.storage.read('../../v2/7/master.m3u8') or 1 / 0",
    "reading another film, escaped": "job.storage.read('%2e%2e/%2e%2e/v2/7/master.m3u8') or 1 / 0",
    "writing another film": "job.storage.write('../../v2/7/master.m3u8', b'planted')",
    "creating in another film": "job.storage.create('../../v2/7/planted.m3u8', b'planted')",
    "listing the bucket": "job.storage.sizes('../')",
    "deleting another film": "job.storage.clear('../../v2/')",
    "another original": "urllib.request.urlopen(job.source.url.rpartition('/')[0] + '/v2/original', timeout=5)",
    "an event of another film": "send(Started(video_id='v2', generation=7, attempt=1, seq=1, task=0))",
}
"""What the broker refuses, also without a sandbox."""
HOSTILE = """
import os, socket, sys, urllib.request
if "--prewarm" in sys.orig_argv:
    from watchparty_transcoder import cloud_task, pipeline
    from watchparty_transcoder.events.transcode_event import Started

    def attack(job):
        assert job.source.open().read(4) and job.storage.create("allowed.json", b"x")
        for name, code in {attacks!r}.items():
            try:
                exec(code, {{**globals(), "job": job, "send": job.emitter._sink.send}})
                result = "SUCCEEDED"
            except Exception as error:
                result = f"REFUSED: {{error!r}}"
            print(name, result, sep=": ", file=sys.stderr)

    pipeline.transcode = attack
    cloud_task.CloudTask.run = lambda self: attack(self.job)
"""


def attacks_at(targets: dict[str, str]) -> dict[str, str]:
    def aimed(code: str) -> str:
        for name, value in targets.items():
            code = code.replace(name, value)
        return code

    return {name: aimed(code) for name, code in {**OF_THE_SYSTEM, **OF_THE_BROKER}.items()}


def run(folder: Path, port: int, arguments: list[str], variables: dict[str, str]) -> dict[str, str]:
    """Runs the command with a hostile decoder; each attack's result, and those that were not tried are missing."""
    secret = folder / "credentials"
    secret.write_text("[default]")
    hostile = folder / "hostile"
    hostile.mkdir()

    with socket.create_server(("127.0.0.1", 0)) as metadata:
        targets = {
            "{secret}": str(secret), "{folder}": str(folder), "{port}": str(port),
            "{metadata}": str(metadata.getsockname()[1]),
        }  # fmt: skip
        (hostile / "sitecustomize.py").write_text(HOSTILE.format(attacks=attacks_at(targets)))
        path = os.pathsep.join([str(hostile), variables["PYTHONPATH"]])
        ended = subprocess.run(
            [sys.executable, "-m", "watchparty_transcoder", *arguments],
            env={**variables, "PYTHONPATH": path, "SECRET_SETTING": "secret"},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    found = re.findall(r"^([\w ,-]+): (SUCCEEDED|REFUSED)", ended.stderr, re.MULTILINE)
    return dict(found)


REFUSED = dict.fromkeys({**OF_THE_SYSTEM, **OF_THE_BROKER}, "REFUSED")


@pytest.mark.parametrize("sandbox", ["required", "off"])
def test_in_s3(sandbox: str, s3_endpoint: str, tmp_path: Path) -> None:
    """The credentials are in the environment of the command, and the other film is in the same buckets."""
    s3 = fresh_buckets(s3_endpoint)
    for film in ("v1", "v2"):
        s3.client.put_object(Bucket=s3.uploads, Key=f"{film}/original", Body=film.encode() * 9)
        s3.client.put_object(Bucket=s3.media, Key=f"media/{film}/7/master.m3u8", Body=b"#EXTM3U")
    results = run(
        tmp_path,
        int(s3_endpoint.rpartition(":")[2]),
        ["--input", f"s3://{s3.uploads}/v1/original", "--output", f"s3://{s3.media}/media/v1/7", "--video-id", "v1"],
        environment(**CREDENTIALS, WATCHPARTY_S3_ENDPOINT=s3_endpoint, WATCHPARTY_MEDIA_SANDBOX=sandbox),
    )
    expected = REFUSED if sandbox == "required" else REFUSED | dict.fromkeys(OF_THE_SYSTEM, "SUCCEEDED")
    if os.geteuid():  # the kernel refuses these to every other process of the same user, but not to root
        expected = expected | dict.fromkeys(("environment of the parent", "memory of the parent"), "REFUSED")
    assert results == expected
    listed = s3.client.list_objects_v2(Bucket=s3.media)["Contents"]
    assert sorted(each["Key"] for each in listed) == [
        "media/v1/7/allowed.json", "media/v1/7/master.m3u8", "media/v2/7/master.m3u8",
    ]  # fmt: skip
    assert s3.content(s3.media, "media/v2/7/master.m3u8") == b"#EXTM3U"


def test_in_the_cloud(gcs: StrictGcs, pubsub_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Cloud Run task: only the broker reaches the buckets and the topic."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub_host)
    topic = Topic()
    topic.open()
    held = gcs.put(UPLOADS, f"{VIDEO}/original", b"a film", "video/mp4")
    gcs.put(MEDIA, "media/v2/7/master.m3u8", b"#EXTM3U", "application/vnd.apple.mpegurl")
    results = run(
        tmp_path,
        int(gcs.host.rpartition(":")[2]),
        ["--task"],
        environment(
            STORAGE_EMULATOR_HOST=f"http://{gcs.host}",
            GOOGLE_CLOUD_PROJECT="demo",
            WATCHPARTY_UPLOADS_BUCKET=UPLOADS,
            WATCHPARTY_MEDIA_BUCKET=MEDIA,
            WATCHPARTY_TRANSCODE_TOPIC=topic.name,
            VIDEO_ID=VIDEO,
            GENERATION=str(held.generation),
            WATCHPARTY_MEDIA_SANDBOX="required",
        ),
    )
    assert results == REFUSED
    assert topic.events() == []
    assert gcs.objects[MEDIA, "media/v2/7/master.m3u8"].content == b"#EXTM3U"
    written = [name for bucket, name in gcs.objects if bucket == MEDIA]
    assert sorted(written) == [f"media/{VIDEO}/{held.generation}/allowed.json", "media/v2/7/master.m3u8"]


@pytest.mark.parametrize("copied", [True, False])
def test_a_film_in_a_bucket_becomes_the_same_files(copied: bool, s3_endpoint: str, tmp_path: Path) -> None:
    """Copied or encoded, each file has the same bytes as from a film on disk, and so has the last event."""
    s3: S3Service = fresh_buckets(s3_endpoint)
    pixels = [] if copied else ["-pix_fmt", "yuv422p"]
    film = make(tmp_path / "film.mp4", [*video("320x180", seconds=8), *audio(8), *X264, *pixels, *AAC])
    s3.client.put_object(Bucket=s3.uploads, Key="v1/original", Body=film.read_bytes())
    local = last_event(str(film), str(tmp_path / "out"))
    assert last_event(f"s3://{s3.uploads}/v1/original", f"s3://{s3.media}/media/v1/7", s3_endpoint) == local
    there = [each["Key"] for each in s3.client.list_objects_v2(Bucket=s3.media)["Contents"]]
    in_bucket = {key.removeprefix("media/v1/7/"): s3.content(s3.media, key) for key in there if "/.state/" not in key}
    paths = [path for path in (tmp_path / "out").rglob("*") if path.is_file() and ".state" not in path.parts]
    assert in_bucket == {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in paths}
    assert len(in_bucket) > 5


FAILING = """
import sys
if "--prewarm" not in sys.orig_argv:
    from watchparty_transcoder.broker import originals

    def failing(client, bucket, key, real=originals.from_s3):
        original = real(client, bucket, key)
        reads = []

        def fetch(first, last):
            reads.append(first)
            if len(reads) > {reads}:
                raise OSError("the service does not answer")
            return original.fetch(first, last)

        return originals.Original(fetch, original.size_bytes)

    originals.from_s3 = failing
"""


@pytest.mark.parametrize("reads", [0, 1, 6])
def test_a_service_that_fails_is_our_fault(reads: int, s3_endpoint: str, tmp_path: Path) -> None:
    """The film is not reported as damaged, nor prepared without what could not be read: a retry begins again."""
    s3 = fresh_buckets(s3_endpoint)
    film = make(tmp_path / "film.mkv", [*video("320x180", seconds=8), *audio(8), *X264, *AAC])
    s3.client.put_object(Bucket=s3.uploads, Key="v1/original", Body=film.read_bytes())
    (tmp_path / "sitecustomize.py").write_text(FAILING.format(reads=reads))
    variables = environment(**CREDENTIALS, WATCHPARTY_S3_ENDPOINT=s3_endpoint)
    ended = subprocess.run(
        [
            sys.executable, "-m", "watchparty_transcoder",
            "--input", f"s3://{s3.uploads}/v1/original", "--output", f"s3://{s3.media}/media/v1/7", "--video-id", "v1",
        ],
        env={**variables, "PYTHONPATH": os.pathsep.join([str(tmp_path), variables["PYTHONPATH"]])},
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 3, ended.stderr.decode()
    assert not {json.loads(line)["kind"] for line in ended.stdout.splitlines()} & {"failed", "finished"}
    assert "the service does not answer" in ended.stderr.decode()


def last_event(source: str, output: str, endpoint: str = "") -> dict[str, object]:
    """Of a run with one thread, because more of them do not always produce the same bytes."""
    variables = environment(**CREDENTIALS, WATCHPARTY_S3_ENDPOINT=endpoint, WATCHPARTY_MEDIA_SANDBOX="required")
    ended = subprocess.run(
        [
            sys.executable, "-m", "watchparty_transcoder",
            "--input", source, "--output", output, "--video-id", "v1", "--generation", "7", "--threads", "1",
        ],
        env=variables, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr.decode()
    event: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return event | {"seq": 0}
